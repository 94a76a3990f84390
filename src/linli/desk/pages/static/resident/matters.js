// The public list on a map: a tap on a pin points to its row. The list says everything without it.

import { speaker } from "../pages/words.js";

import { marks, quietMap } from "./quiet-map.js";

const app = document.querySelector("#matters");
const { say } = speaker(JSON.parse(app.dataset.words), document.documentElement.lang);
const points = JSON.parse(app.dataset.points);
const area = document.querySelector("[data-map-area]");
const FINGER_PX = 18;

async function draw() {
  area.hidden = false;
  const { map } = await quietMap(document.querySelector("#map"), { placeUrl: app.dataset.placeUrl, tilesUrl: app.dataset.tilesUrl, say });
  map.getSource("facilities").setData(marks(points.map((point) => ({ ...point, id: point.code, pin: point.open ? "pin-changed" : "pin" }))));
  map.on("click", ({ point }) => {
    const box = [[point.x - FINGER_PX, point.y - FINGER_PX], [point.x + FINGER_PX, point.y + FINGER_PX]];
    const code = map.queryRenderedFeatures(box, { layers: ["facilities"] })[0]?.properties.id;
    if (code) choose(code);
  });
  app.dataset.drawn = "yes";
}

function choose(code) {
  document.querySelector(".near-list .chosen")?.classList.remove("chosen");
  const row = document.getElementById(`m-${code}`);
  if (!row) return;
  row.classList.add("chosen");
  row.scrollIntoView({ block: "center" });
  row.querySelector("a").focus({ preventScroll: true });
}

if (points.length > 0 && document.createElement("canvas").getContext("webgl2")) {
  draw().catch((error) => {
    area.hidden = true;
    window.console.warn(error);
  });
}
