// The staff's map of grids: choose one, draw a new one, move corners. What comes of it is sent as a form; the server decides.

import { speaker } from "../pages/words.js";

import { Drawing } from "./drawing.js";
import { boundsOf, layGrids, markGrid } from "./shapes.js";

const SNAP_PX = 10;
const REACH_PX = { mouse: 9, touch: 22 };
const STEP_PX = 12;
const ARROWS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };
const nothing = { type: "FeatureCollection", features: [] };

const page = document.querySelector("#grids");
const tools = document.querySelector("#tools");
const { say, count } = speaker(JSON.parse(page.dataset.words), document.documentElement.lang);
const chosen = page.dataset.chosen === "" ? null : Number(page.dataset.chosen);
const cameraKey = `linli.camera:${window.location.pathname}`;

class Editor {
  constructor(map, collection) {
    Object.assign(this, { map, collection, mode: null, corners: [], drawing: null });
    const paint = { "line-color": "#b3123f", "line-width": 3 };
    map.addSource("new", { type: "geojson", data: nothing });
    map.addSource("handles", { type: "geojson", data: nothing });
    map.addLayer({ id: "new-fill", type: "fill", source: "new", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#b3123f", "fill-opacity": 0.2 } });
    map.addLayer({ id: "new-line", type: "line", source: "new", paint });
    map.addLayer({
      id: "handles", type: "circle", source: "handles",
      paint: {
        "circle-radius": ["match", ["get", "kind"], "middle", 4, "current", 9, 7],
        "circle-color": ["match", ["get", "kind"], "current", "#b3123f", "#ffffff"],
        "circle-stroke-color": "#b3123f", "circle-stroke-width": ["match", ["get", "kind"], "middle", 1.5, 3],
      },
    });
    map.on("click", (event) => this.tap(event));
    map.on("mousemove", ({ point }) => this.hover(point));
    map.on("mousedown", (event) => this.press(event, REACH_PX.mouse, "mousemove", "mouseup"));
    map.on("touchstart", (event) => { if (event.points.length === 1) this.press(event, REACH_PX.touch, "touchmove", "touchend"); });
    tools?.addEventListener("click", (event) => this.act(event.target.closest("button")?.dataset.do));
    tools?.addEventListener("keydown", (event) => { if (event.key === "Escape") this.stop(); });
  }

  start(mode, opener) {
    Object.assign(this, { mode, opener, corners: [], drawing: mode === "edit" ? new Drawing(this.collection, chosen) : null });
    tools.hidden = false;
    document.querySelector("[data-cross]").hidden = false;
    for (const group of tools.querySelectorAll("[data-for]")) group.hidden = group.dataset.for !== mode;
    const title = tools.querySelector("#tools-title");
    title.textContent = mode === "draw" ? title.dataset.titleDraw : title.dataset.titleEdit;
    tools.querySelector("[data-how]").textContent = say(mode === "draw" ? "draw_how" : "edit_how");
    this.map.getCanvas().classList.toggle("drawing", mode === "draw");
    this.map.resize();
    if (this.drawing) this.map.fitBounds(boundsOf([this.drawing.own.geometry]), { padding: 48, maxZoom: 18, animate: false });
    this.show();
    page.dataset.mode = mode;
    page.querySelector("[data-map-area]").scrollIntoView({ block: "nearest" });
    title.focus({ preventScroll: true });
  }

  stop() {
    this.mode = null;
    this.drawing = null;
    tools.hidden = true;
    document.querySelector("[data-cross]").hidden = true;
    this.map.getCanvas().classList.remove("drawing");
    for (const name of ["new", "handles"]) this.map.getSource(name).setData(nothing);
    this.map.getSource("grids").setData(this.collection);
    delete page.dataset.mode;
    this.map.resize();
    this.opener?.focus();
  }

  act(verb) {
    if (!this.mode || !verb) return;
    if (verb === "cancel") this.stop();
    else if (verb === "finish") this.finish();
    else if (this.mode === "draw") this.actDrawing(verb);
    else this.actEditing(verb);
  }

  actDrawing(verb) {
    if (verb === "add") this.add(this.centre());
    if (verb === "back" && this.corners.pop()) this.show();
  }

  actEditing(verb) {
    const { drawing } = this;
    const many = drawing.corners.length;
    if (verb === "next" || verb === "previous") drawing.current = (drawing.current + (verb === "next" ? 1 : many - 1)) % many;
    if (verb === "nearest") drawing.current = this.nearest(this.map.project(this.map.getCenter())).index;
    if (verb === "here") this.moveBy(() => this.centre());
    if (ARROWS[verb]) this.moveBy((at) => this.shifted(at, ARROWS[verb]));
    if (verb === "split") {
      drawing.remember();
      drawing.current = drawing.split(drawing.current);
    }
    let words = "";
    if (verb === "drop") {
      drawing.remember();
      if (drawing.drop(drawing.current)) words = say("corner_gone");
      else {
        drawing.steps.pop();
        words = say("three_needed");
      }
    }
    if (verb === "back") words = say(drawing.back() ? "stepped_back" : "nothing_changed");
    this.show(words);
    this.keepInSight(drawing.corners[drawing.current]);
  }

  moveBy(to) {
    const { drawing } = this;
    drawing.remember();
    drawing.move(drawing.current, to(drawing.corners[drawing.current]));
  }

  shifted(at, [right, down]) {
    const { x, y } = this.map.project(at);
    return this.map.unproject([x + right * STEP_PX, y + down * STEP_PX]).toArray();
  }

  centre() {
    return this.snapped(this.map.getCenter().toArray());
  }

  keepInSight(at) {
    if (!this.map.getBounds().contains(at)) this.map.jumpTo({ center: at });
  }

  /** A corner close to one that is there becomes that one, so that borders meet. */
  snapped(at, moving = null) {
    const here = this.map.project(at);
    const others = (this.drawing?.collection ?? this.collection).features.flatMap(({ geometry }) => geometry.coordinates.flat(geometry.type === "Polygon" ? 1 : 2));
    const close = others.find((other) => {
      if (moving && other[0] === moving[0] && other[1] === moving[1]) return false;
      const { x, y } = this.map.project(other);
      return Math.hypot(x - here.x, y - here.y) < SNAP_PX;
    });
    return close ? [...close] : at;
  }

  nearest(point, places = this.drawing.corners) {
    let best = { index: 0, far: Infinity };
    places.forEach((place, index) => {
      const { x, y } = this.map.project(place);
      const far = Math.hypot(x - point.x, y - point.y);
      if (far < best.far) best = { index, far };
    });
    return best;
  }

  add(at) {
    this.corners.push(at);
    this.show();
  }

  tap({ lngLat, point }) {
    if (this.justDropped) return;
    if (this.mode === "draw") this.add(this.snapped(lngLat.toArray()));
    else if (!this.mode) {
      const number = this.map.queryRenderedFeatures(point, { layers: ["grids"] })[0]?.properties.number;
      if (number !== undefined) window.location.assign(`?grid=${number}`);
    }
  }

  hover(point) {
    if (this.mode !== "edit" || this.dragging) return;
    this.map.getCanvas().classList.toggle("over-corner", this.under(point, REACH_PX.mouse) !== null);
  }

  under(point, reach) {
    const corner = this.nearest(point);
    if (corner.far <= reach) return { index: corner.index, middle: false };
    const middle = this.nearest(point, this.drawing.middles);
    return middle.far <= reach ? { index: middle.index, middle: true } : null;
  }

  press(start, reach, moveEvent, endEvent) {
    if (this.mode !== "edit") return;
    const found = this.under(start.point, reach);
    if (!found) return;
    start.preventDefault();
    const { drawing, map } = this;
    const follow = ({ lngLat }) => {
      if (!this.dragging) {
        this.dragging = true;
        drawing.remember();
        drawing.current = found.middle ? drawing.split(found.index) : found.index;
      }
      drawing.move(drawing.current, this.snapped(lngLat.toArray(), drawing.corners[drawing.current]));
      this.show();
    };
    const finish = () => {
      map.off(moveEvent, follow);
      if (!this.dragging) drawing.current = found.middle ? drawing.current : found.index;
      this.dragging = false;
      // The click that follows a drop is no tap.
      this.justDropped = true;
      window.setTimeout(() => { this.justDropped = false; }, 50);
      this.show();
    };
    map.on(moveEvent, follow);
    map.once(endEvent, finish);
  }

  show(words = "") {
    const news = tools.querySelector("[data-count]");
    if (this.mode === "draw") {
      const { corners } = this;
      const shape = corners.length > 2 ? { type: "Polygon", coordinates: [[...corners, corners[0]]] } : { type: "LineString", coordinates: corners };
      this.map.getSource("new").setData(corners.length > 1 ? { type: "Feature", properties: {}, geometry: shape } : nothing);
      this.map.getSource("handles").setData(handles(corners, corners.length - 1));
      news.textContent = words || count("corners_so_far", corners.length);
    } else {
      const { drawing } = this;
      this.map.getSource("grids").setData(drawing.collection);
      this.map.getSource("handles").setData(handles(drawing.corners, drawing.current, drawing.middles));
      news.textContent = [words, say("corner_of", { n: drawing.current + 1, count: drawing.corners.length })].filter(Boolean).join(" · ");
    }
    page.dataset.corners = String(this.mode === "draw" ? this.corners.length : this.drawing.corners.length);
  }

  finish() {
    const news = tools.querySelector("[data-count]");
    if (this.mode === "draw" && this.corners.length < 3) {
      news.textContent = say("three_needed");
    } else if (this.mode === "edit" && !this.drawing.changed) {
      news.textContent = say("nothing_changed");
    } else {
      const drawn = { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[...this.corners, this.corners[0]]] } };
      send(this.mode === "draw" ? "carve" : "outline", this.mode === "draw" ? drawn : this.drawing.own);
    }
  }
}

function handles(corners, current, middles = []) {
  const point = (coordinates, kind) => ({ type: "Feature", properties: { kind }, geometry: { type: "Point", coordinates } });
  return { type: "FeatureCollection", features: [...middles.map((at) => point(at, "middle")), ...corners.map((at, index) => point(at, index === current ? "current" : "corner"))] };
}

/** The form that is there is sent, with the outline as its file: the same way as without script. */
function send(verb, geojson) {
  const form = tools.querySelector("form");
  form.elements.verb.value = verb;
  const files = new DataTransfer();
  files.items.add(new File([JSON.stringify(geojson)], "drawn.geojson", { type: "application/geo+json" }));
  form.elements.file.files = files.files;
  form.requestSubmit();
}

/** The map stays where it was when the page comes back with an answer. */
function keepCamera(map, collection) {
  const kept = JSON.parse(window.sessionStorage.getItem(cameraKey) ?? "null");
  const all = collection.features.map(({ geometry }) => geometry);
  if (kept) map.jumpTo(kept);
  else if (all.length) map.fitBounds(boundsOf(all), { padding: 24, animate: false });
  const own = collection.features.find(({ properties }) => properties.number === chosen);
  if (own) {
    const box = boundsOf([own.geometry]);
    const seen = map.getBounds();
    if (!seen.contains([box[0], box[1]]) || !seen.contains([box[2], box[3]])) map.fitBounds(box, { padding: 64, maxZoom: 17, animate: false });
  }
  map.on("moveend", () => window.sessionStorage.setItem(cameraKey, JSON.stringify({ center: map.getCenter().toArray(), zoom: map.getZoom() })));
}

async function draw() {
  const answer = await fetch(page.dataset.drawnUrl, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status} ${page.dataset.drawnUrl}`);
  const { grids, gaps } = await answer.json();
  const { quietMap } = await import("../resident/quiet-map.js");
  const { map } = await quietMap(document.querySelector("#map"), { placeUrl: page.dataset.placeUrl, tilesUrl: page.dataset.tilesUrl, say });
  map.addSource("gaps", { type: "geojson", data: gaps });
  map.addLayer({ id: "gaps", type: "fill", source: "gaps", paint: { "fill-pattern": "hatch" } }, "street-names");
  layGrids(map, grids);
  markGrid(map, null, chosen);
  keepCamera(map, grids);
  const editor = new Editor(map, grids);
  for (const mode of tools ? ["draw", "edit"] : []) {
    const button = document.querySelector(`[data-act="${mode}"]`);
    if (!button) continue;
    button.hidden = false;
    if (button.parentElement.matches("[data-act-row]")) button.parentElement.hidden = false;
    button.addEventListener("click", () => editor.start(mode, button));
  }
  page.dataset.drawn = "yes";
}

if (page.dataset.placeUrl && document.createElement("canvas").getContext("webgl2")) {
  const area = page.querySelector("[data-map-area]");
  area.hidden = false;
  draw().catch((error) => {
    area.replaceChildren(Object.assign(document.createElement("p"), { className: "notice", textContent: say("map_failed") }));
    window.console.warn(error);
  });
}
