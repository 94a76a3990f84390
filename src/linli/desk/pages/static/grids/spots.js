// A place for a new spot, or the places of a list, on the map. The fields and the table say the same without it.

import { speaker } from "../pages/words.js";

const page = document.querySelector("#spots");
const form = page.querySelector("#new-spot");
const list = page.querySelector("#look-list");
const { say } = speaker(JSON.parse(page.dataset.words), document.documentElement.lang);

async function draw() {
  const area = page.querySelector("[data-map-area]");
  const { marks, nothing, quietMap } = await import("../resident/quiet-map.js");
  area.hidden = false;
  const { map } = await quietMap(document.querySelector("#map"), { placeUrl: page.dataset.placeUrl, tilesUrl: page.dataset.tilesUrl, say });
  const { lon, lat } = form.elements;
  const points = list ? JSON.parse(list.value).features.map(({ geometry }) => geometry.coordinates) : [];
  map.getSource("facilities").setData(points.length ? marks(points.map(([x, y]) => ({ lon: x, lat: y, pin: "pin-added" }))) : nothing);

  function show({ lng, lat: north }) {
    lon.value = lng.toFixed(6);
    lat.value = north.toFixed(6);
    mark();
    page.querySelector("[data-news]").textContent = say("pin_put", { lat: lat.value, lon: lon.value });
  }
  function mark() {
    const known = lon.value !== "" && lat.value !== "" && Number.isFinite(Number(lon.value)) && Number.isFinite(Number(lat.value));
    map.getSource("moving").setData(known ? marks([{ lon: Number(lon.value), lat: Number(lat.value), pin: "pin-changed" }]) : nothing);
    return known;
  }
  map.on("click", ({ lngLat }) => show(lngLat));
  area.querySelector('[data-act="centre"]').addEventListener("click", () => show(map.getCenter()));
  for (const field of [lon, lat]) field.addEventListener("change", mark);
  if (mark()) map.jumpTo({ center: [Number(lon.value), Number(lat.value)], zoom: 17 });
  page.dataset.drawn = "yes";
}

if (page.dataset.placeUrl && document.createElement("canvas").getContext("webgl2")) {
  draw().catch((error) => {
    page.querySelector("[data-map-area]").hidden = true;
    window.console.warn(error);
  });
}
