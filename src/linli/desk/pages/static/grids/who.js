// Find one's own grid by where one is or by a tap on the map. Both are worked out here: no position leaves the device.

import { speaker } from "../pages/words.js";

import { boundsOf, contains, layGrids, markGrid } from "./shapes.js";

const page = document.querySelector("#who");
const news = page.querySelector("[data-news]");
const { say } = speaker(JSON.parse(page.dataset.words), document.documentElement.lang);
let marked = null;
let map = null;

async function outlines() {
  const answer = await fetch(page.dataset.outlinesUrl, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status} ${page.dataset.outlinesUrl}`);
  return answer.json();
}

function tell(grids, at, place) {
  const found = grids.features.find(({ geometry }) => contains(geometry, at));
  const number = found?.properties.number ?? null;
  document.querySelector(".grid-cards .chosen")?.classList.remove("chosen");
  if (map) markGrid(map, marked, number);
  marked = number;
  news.textContent = found ? say("in_grid", { place, name: found.properties.name }) : say("in_none", { place });
  if (!found) return;
  const card = document.getElementById(`grid-${number}`);
  card.classList.add("chosen");
  card.scrollIntoView({ block: "nearest" });
  card.focus({ preventScroll: true });
}

function offerPosition(grids) {
  if (!("geolocation" in navigator) || !window.isSecureContext) return;
  const row = page.querySelector("[data-ways]");
  row.hidden = false;
  row.querySelector('[data-act="here"]').addEventListener("click", () => {
    news.textContent = say("here_asking");
    navigator.geolocation.getCurrentPosition(
      ({ coords: { longitude: lon, latitude: lat } }) => {
        tell(grids, { lon, lat }, say("here"));
        map?.jumpTo({ center: [lon, lat], zoom: Math.max(15, map.getZoom()) });
      },
      () => { news.textContent = say("here_failed"); },
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 0 },
    );
  });
}

async function draw(grids) {
  const area = page.querySelector("[data-map-area]");
  area.hidden = false;
  try {
    const { quietMap } = await import("../resident/quiet-map.js");
    ({ map } = await quietMap(document.querySelector("#map"), { placeUrl: page.dataset.placeUrl, tilesUrl: page.dataset.tilesUrl, say }));
    layGrids(map, grids);
    map.fitBounds(boundsOf(grids.features.map(({ geometry }) => geometry)), { padding: 24, animate: false });
    map.on("click", ({ lngLat }) => tell(grids, { lon: lngLat.lng, lat: lngLat.lat }, say("tapped")));
    page.dataset.drawn = "yes";
  } catch (error) {
    area.hidden = true;
    window.console.warn(error);
  }
}

const grids = await outlines();
if (grids.features.length > 0) {
  offerPosition(grids);
  if (page.dataset.placeUrl && document.createElement("canvas").getContext("webgl2")) await draw(grids);
}
