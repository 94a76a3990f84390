// A place for a new spot, or the places of a list, on the map. The fields and the table say the same without it.

import { speaker } from "../pages/words.js";

const page = document.querySelector("#spots");
const form = page.querySelector("#new-spot");
const list = page.querySelector("#look-list");
const { say } = speaker(JSON.parse(page.dataset.words), document.documentElement.lang);

async function draw() {
  const area = page.querySelector("[data-map-area]");
  const quiet = await import("../resident/quiet-map.js");
  area.hidden = false;
  const { map, place } = await quiet.quietMap(document.querySelector("#map"), { placeUrl: page.dataset.placeUrl, tilesUrl: page.dataset.tilesUrl, say });
  if (list) showList(map, place, quiet);
  else pickPlace(map, area, quiet);
  page.dataset.drawn = "yes";
}

/** Where the lines of a list lie, however far off: a wrong system of coordinates shows at once. */
function showList(map, place, { marks }) {
  const points = JSON.parse(list.value).features.map(({ geometry: { coordinates: [lon, lat] } }) => ({ lon, lat, pin: "pin-added" }));
  map.setMaxBounds(null);
  map.getSource("facilities").setData(marks(points));
  const [west, south, east, north] = place.lived_in;
  const lons = [west, east, ...points.map(({ lon }) => lon)];
  const lats = [south, north, ...points.map(({ lat }) => lat)];
  map.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], { padding: 40, animate: false });
}

function pickPlace(map, area, { marks, nothing }) {
  const { lon, lat } = form.elements;
  function mark() {
    const known = lon.value !== "" && lat.value !== "" && Number.isFinite(Number(lon.value)) && Number.isFinite(Number(lat.value));
    map.getSource("moving").setData(known ? marks([{ lon: Number(lon.value), lat: Number(lat.value), pin: "pin-changed" }]) : nothing);
    return known;
  }
  function put({ lng, lat: north }) {
    lon.value = lng.toFixed(6);
    lat.value = north.toFixed(6);
    mark();
    page.querySelector("[data-news]").textContent = say("pin_put", { lat: lat.value, lon: lon.value });
  }
  map.on("click", ({ lngLat }) => put(lngLat));
  area.querySelector('[data-act="centre"]').addEventListener("click", () => put(map.getCenter()));
  for (const field of [lon, lat]) field.addEventListener("change", mark);
  if (mark()) map.jumpTo({ center: [Number(lon.value), Number(lat.value)], zoom: 17 });
}

if (page.dataset.placeUrl && document.createElement("canvas").getContext("webgl2")) {
  draw().catch((error) => {
    page.querySelector("[data-map-area]").hidden = true;
    window.console.warn(error);
  });
}
