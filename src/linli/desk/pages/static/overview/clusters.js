// Where matters cluster, on the map: numbered pins that lead to the rows of the list, which says everything without it.

import * as maplibre from "../vendor/maplibre-gl/maplibre-gl.mjs";

import { speaker } from "../pages/words.js";
import { quietMap } from "../resident/quiet-map.js";

const app = document.querySelector("#clusters");
const { say, count } = speaker(JSON.parse(app.dataset.words), document.documentElement.lang);
const points = JSON.parse(app.dataset.points);
const area = document.querySelector("[data-map-area]");

async function draw() {
  area.hidden = false;
  const { map } = await quietMap(document.querySelector("#map"), { placeUrl: app.dataset.placeUrl, tilesUrl: app.dataset.tilesUrl, say });
  // The fullest last, on top of the others.
  for (const point of points.toReversed()) new maplibre.Marker({ element: pinOf(point) }).setLngLat([point.lon, point.lat]).addTo(map);
  // The place may be narrower than the map; pins at its edge need room.
  map.setMaxBounds(null);
  const box = new maplibre.LngLatBounds();
  for (const { lon, lat } of points) box.extend([lon, lat]);
  map.fitBounds(box, { padding: 56, maxZoom: 16, animate: false });
  await outline(map);
  app.dataset.drawn = "yes";
}

/** The grids, under the pins: their lines, and their names where there is room. */
async function outline(map) {
  const answer = await fetch(app.dataset.outlinesUrl, { credentials: "same-origin" });
  if (!answer.ok) return;
  const grids = await answer.json();
  map.addSource("grids", { type: "geojson", data: grids });
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--map-boundary").trim();
  map.addLayer({ id: "grids", type: "line", source: "grids", paint: { "line-color": colour, "line-width": 2, "line-opacity": 0.8 } });
  for (const { properties: { name, label } } of grids.features) {
    const words = document.createElement("span");
    words.className = "grid-name";
    words.textContent = name;
    const marker = new maplibre.Marker({ element: words }).setLngLat(label).addTo(map);
    // A label, not a thing one can press: the list names the grids.
    marker.getElement().removeAttribute("tabindex");
    marker.getElement().setAttribute("aria-hidden", "true");
  }
}

function pinOf({ number, count: n, grids, late, size }) {
  const pin = document.createElement("a");
  pin.className = `map-pin size-${size}${late ? " late" : ""}`;
  pin.textContent = number;
  pin.href = `#cluster-${number}`;
  pin.setAttribute("aria-label", `${number}: ${count("cluster", n)}, ${grids}`);
  pin.title = pin.getAttribute("aria-label");
  pin.addEventListener("click", () => {
    document.querySelector(".clusters .chosen")?.classList.remove("chosen");
    document.querySelector(pin.hash).classList.add("chosen");
  });
  return pin;
}

if (points.length > 0 && document.createElement("canvas").getContext("webgl2")) {
  draw().catch((error) => {
    area.hidden = true;
    window.console.warn(error);
  });
}
