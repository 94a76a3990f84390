// The map: Leaflet moves and zooms it, and the two sheets here are drawn from the place's own shapes.
const GROUND = "#fbfaf7";
const AREA_FILL = { green: "#d9ead0", water: "#c3dcec", building: "#e7e3da" };
const STREET_LOOK = { street: ["#d5d1c7", 1.6], path: ["#dcd8ce", 0.9], steps: ["#b29b86", 1.4] };

/** Where cells of the place lie on a canvas: px = cell × scale − left. */
function viewAt(place, zoom, originX, originY, width, height) {
  const world = 256 * 2 ** zoom;
  const scale = world * place.frame.cell;
  const left = originX - world * place.frame.left, top = originY - world * place.frame.top;
  const margin = 12 / scale;
  const cells = [left / scale - margin, top / scale - margin, (left + width) / scale + margin, (top + height) / scale + margin];
  return { scale, left, top, width, height, zoom, cells };
}
function trace(pen, view, shapes, shape, closed) {
  for (let ring = shapes.shapeStart[shape]; ring < shapes.shapeStart[shape + 1]; ring++) {
    const first = shapes.ringStart[ring], last = shapes.ringStart[ring + 1];
    pen.moveTo(shapes.x[first] * view.scale - view.left, shapes.y[first] * view.scale - view.top);
    for (let p = first + 1; p < last; p++) pen.lineTo(shapes.x[p] * view.scale - view.left, shapes.y[p] * view.scale - view.top);
    if (closed) pen.lineTo(shapes.x[first] * view.scale - view.left, shapes.y[first] * view.scale - view.top);
  }
}
function drawGround(pen, view, place) {
  pen.fillStyle = GROUND;
  pen.fillRect(0, 0, view.width, view.height);
  for (const [kind, fill] of Object.entries(AREA_FILL)) {
    pen.beginPath();
    for (const s of shapesWithin(place.areas, view.cells, 1.5 / view.scale)) if (place.areas.kind[s] === kind) trace(pen, view, place.areas, s, true);
    pen.fillStyle = fill;
    pen.fill();
  }
  const grown = Math.max(0.5, Math.min(4, 2 ** (view.zoom - 15.5)));
  for (const [kind, [colour, wide]] of Object.entries(STREET_LOOK)) {
    if (kind !== "street" && view.zoom < 14) continue;
    pen.beginPath();
    for (const s of shapesWithin(place.streets, view.cells, 0.7 / view.scale)) if (place.streets.kind[s] === kind) trace(pen, view, place.streets, s, false);
    pen.strokeStyle = colour;
    pen.lineWidth = wide * grown;
    pen.setLineDash(kind === "steps" ? [2, 2] : []);
    pen.stroke();
  }
  pen.setLineDash([10, 4, 2, 4]);
  pen.beginPath();
  for (let s = 0; s < place.areas.count; s++) if (place.areas.kind[s] === "boundary") trace(pen, view, place.areas, s, true);
  pen.strokeStyle = "#5b4a70";
  pen.lineWidth = 1.6;
  pen.stroke();
  pen.setLineDash([]);
}
/** Homes of each class in one path; a home smaller than three pixels becomes a square of three. */
function drawHomes(pen, view, place, classes) {
  const homes = place.outlines;
  const paths = classes.looks.map(() => new Path2D());
  for (const home of shapesWithin(homes, view.cells)) {
    const path = paths[classes.of[home]];
    const at = home * 4;
    const wide = (homes.box[at + 2] - homes.box[at]) * view.scale, high = (homes.box[at + 3] - homes.box[at + 1]) * view.scale;
    if (wide < 4 && high < 4) {
      const size = Math.max(3, wide, high);
      path.rect(
        ((homes.box[at] + homes.box[at + 2]) / 2) * view.scale - view.left - size / 2,
        ((homes.box[at + 1] + homes.box[at + 3]) / 2) * view.scale - view.top - size / 2, size, size,
      );
    } else trace(path, view, homes, home, true);
  }
  paths.forEach((path, i) => {
    const look = classes.looks[i];
    pen.fillStyle = paintOf(pen, look);
    pen.fill(path);
    if (view.zoom < 14.5) return;
    pen.strokeStyle = look.far ? FAR_EDGE : look.fill ? NEAR_EDGE : "#5f6b75";
    pen.lineWidth = look.far ? 1.1 : 0.5;
    pen.stroke(path);
  });
}
function drawPins(pen, view, place, facilities, near) {
  const size = Math.max(4, Math.min(8, (view.zoom - 9) * 0.95));
  for (const f of facilities) {
    const x = place.facilities.x[f] * view.scale - view.left, y = place.facilities.y[f] * view.scale - view.top;
    if (x < -12 || y < -12 || x > view.width + 12 || y > view.height + 12) continue;
    pen.beginPath();
    pen.moveTo(x, y - size);
    pen.lineTo(x + size, y);
    pen.lineTo(x, y + size);
    pen.lineTo(x - size, y);
    pen.closePath();
    pen.fillStyle = f === near ? "#ffdf3d" : "#1d1d1d";
    pen.fill();
    pen.lineWidth = 2;
    pen.strokeStyle = f === near ? "#1d1d1d" : "#ffffff";
    pen.stroke();
  }
}
function drawChosen(pen, view, place, home) {
  const outline = new Path2D();
  trace(outline, view, place.outlines, home, true);
  const [w, n, e, s] = place.outlines.box.subarray(home * 4, home * 4 + 4);
  if ((e - w) * view.scale < 14) {
    outline.moveTo(((w + e) / 2) * view.scale - view.left + 12, ((n + s) / 2) * view.scale - view.top);
    outline.arc(((w + e) / 2) * view.scale - view.left, ((n + s) / 2) * view.scale - view.top, 12, 0, 7);
  }
  pen.lineWidth = 6;
  pen.strokeStyle = "#1d1d1d";
  pen.stroke(outline);
  pen.lineWidth = 3;
  pen.strokeStyle = "#ffdf3d";
  pen.stroke(outline);
}

/** A canvas over the whole map that Leaflet moves and zooms and that is drawn anew when the map comes to rest. */
const Sheet = L.Renderer.extend({
  initialize(draw, options) {
    L.Renderer.prototype.initialize.call(this, options);
    this._draw = draw;
  },
  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.setAttribute("aria-hidden", "true");
  },
  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize(), corner = this._bounds.min, ratio = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(this._container, corner);
    this._container.width = Math.round(size.x * ratio);
    this._container.height = Math.round(size.y * ratio);
    this._container.style.width = `${size.x}px`;
    this._container.style.height = `${size.y}px`;
    const pen = this._container.getContext("2d");
    pen.scale(ratio, ratio);
    const origin = this._map.getPixelOrigin().add(corner);
    this._draw(pen, viewAt(this._map.place, this._map.getZoom(), origin.x, origin.y, size.x, size.y));
  },
  redraw() {
    if (this._map) this._update();
  },
});

/** One map of the homes. `show` says what it shows; `onHome` hears which home was chosen. */
class HomeMap {
  constructor(element, place, { onHome, tip }) {
    this.place = place;
    this.shown = null;
    this.element = element;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map = L.map(element, {
      zoomControl: false, attributionControl: false, zoomSnap: 0.25, zoomDelta: 1, wheelPxPerZoomLevel: 100,
      minZoom: 8, maxZoom: 20, zoomAnimation: !still, fadeAnimation: !still, inertia: !still,
    });
    this.still = still;
    this.map.place = place;
    const [west, south, east, north] = place.bounds;
    this.bounds = L.latLngBounds([south, west], [north, east]);
    this.roamed = false; // whether the reader has looked anywhere in particular
    this.map.fitBounds(this.bounds, { animate: false });
    this.fit();
    this.map.setMaxBounds(this.bounds.pad(0.6));
    this.ground = new Sheet((pen, view) => drawGround(pen, view, place), { pane: "tilePane", padding: 0.35 }).addTo(this.map);
    this.homes = new Sheet((pen, view) => this.paint(pen, view), { padding: 0.35 }).addTo(this.map);
    this.scale = L.control.scale({ imperial: false, position: "bottomleft" }).addTo(this.map);
    this.addButtons();
    this.tooltip = L.tooltip({ direction: "top", offset: [0, -8], opacity: 1 });
    this.map.on("mousemove", (event) => this.hover(event.latlng, tip));
    this.map.on("mouseout", () => this.map.closeTooltip(this.tooltip));
    this.map.on("click", (event) => onHome(this.homeAt(event.latlng), this));
    this.map.on("dragstart dblclick", () => { this.roamed = true; });
    for (const kind of ["wheel", "touchmove", "keydown"]) element.addEventListener(kind, () => { this.roamed = true; }, { passive: true });
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== element) return;
      event.preventDefault();
      const middle = this.cellsAt(this.map.getCenter());
      onHome(place.homeAt(middle.x, middle.y, 65535), this);
    });
  }
  /** As high as the place is in this width, within what a screen shows at once. */
  fit() {
    if (!this.element.clientWidth) return; // not shown, as on paper
    const corners = [this.bounds.getNorthWest(), this.bounds.getSouthEast()].map((corner) => L.CRS.EPSG3857.latLngToPoint(corner, 0));
    const shape = (corners[1].y - corners[0].y) / Math.max(1e-9, corners[1].x - corners[0].x);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const most = Math.max(19 * rem, Math.min(44 * rem, window.innerHeight * 0.72));
    const height = Math.round(Math.min(most, Math.max(19 * rem, this.element.clientWidth * shape * 1.04)));
    const size = this.map.getSize();
    if (size.x === this.element.clientWidth && size.y === height - 2) return;
    this.element.style.height = `${height}px`; // its frame is two of them
    this.map.invalidateSize({ animate: false });
    if (!this.roamed) this.map.fitBounds(this.bounds, { animate: false });
  }
  paint(pen, view) {
    if (!this.shown) return;
    drawHomes(pen, view, this.place, this.shown.classes);
    drawPins(pen, view, this.place, this.shown.pins, this.shown.near);
    if (this.shown.home >= 0) drawChosen(pen, view, this.place, this.shown.home);
  }
  show(shown) {
    this.shown = shown;
    this.homes.redraw();
  }
  cellsAt(latlng) {
    const point = L.CRS.EPSG3857.latLngToPoint(latlng, 0).divideBy(256);
    const { left, top, cell } = this.place.frame;
    return { x: (point.x - left) / cell, y: (point.y - top) / cell };
  }
  reach(pixels) {
    return pixels / (256 * 2 ** this.map.getZoom() * this.place.frame.cell);
  }
  homeAt(latlng) {
    const { x, y } = this.cellsAt(latlng);
    return this.place.homeAt(x, y, this.reach(8));
  }
  hover(latlng, tip) {
    const { x, y } = this.cellsAt(latlng);
    const facility = this.pinAt(x, y);
    const home = facility >= 0 ? -1 : this.place.homeAt(x, y, this.reach(3));
    const content = facility >= 0 ? tip({ facility }) : home >= 0 ? tip({ home, map: this }) : null;
    this.element.classList.toggle("over-home", Boolean(content));
    if (!content) return this.map.closeTooltip(this.tooltip);
    this.tooltip.setContent(content).setLatLng(latlng);
    return this.map.openTooltip(this.tooltip);
  }
  /** The facility whose pin is at a cell; -1 for none. */
  pinAt(x, y) {
    let best = -1, closest = this.reach(8) ** 2;
    for (const f of this.shown?.pins ?? []) {
      const away = (this.place.facilities.x[f] - x) ** 2 + (this.place.facilities.y[f] - y) ** 2;
      if (away < closest) {
        closest = away;
        best = f;
      }
    }
    return best;
  }
  fly(home) {
    const [w, n, e, s] = this.place.outlines.box.subarray(home * 4, home * 4 + 4);
    const { left, top, cell } = this.place.frame;
    const middle = L.point(left + ((w + e) / 2) * cell, top + ((n + s) / 2) * cell).multiplyBy(256);
    const latlng = L.CRS.EPSG3857.pointToLatLng(middle, 0);
    const zoom = Math.max(this.map.getZoom(), 16.5);
    this.roamed = true;
    if (this.still) this.map.setView(latlng, zoom, { animate: false });
    else this.map.flyTo(latlng, zoom, { duration: 0.8 });
  }
  addButtons() {
    const bar = L.DomUtil.create("div", "map-buttons", this.element);
    L.DomEvent.disableClickPropagation(bar);
    L.DomEvent.disableScrollPropagation(bar);
    const acts = [
      ["zoom_in", "+", () => this.map.zoomIn()],
      ["zoom_out", "−", () => this.map.zoomOut()],
      ["zoom_all", "⤢", () => this.map.fitBounds(this.bounds, { animate: !this.still })],
    ];
    this.buttons = acts.map(([key, sign, act]) => {
      const button = make("button", { type: "button" }, sign);
      button.addEventListener("click", () => {
        this.roamed = key !== "zoom_all";
        act();
      });
      bar.append(button);
      return [button, key];
    });
  }
  translate(what) {
    this.element.setAttribute("aria-label", t("map_name", { what }));
    for (const [button, key] of this.buttons) {
      button.setAttribute("aria-label", t(key));
      button.title = t(key);
    }
  }
  /** The same view on another canvas, at `width` × `height` CSS pixels. */
  copyTo(canvas, width, height) {
    const ratio = 2;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const size = this.map.getSize();
    const zoom = this.map.getZoom() + Math.log2(Math.min(width / size.x, height / size.y));
    const middle = L.CRS.EPSG3857.latLngToPoint(this.map.getCenter(), zoom);
    const view = viewAt(this.place, zoom, middle.x - width / 2, middle.y - height / 2, width, height);
    drawGround(pen, view, this.place);
    this.paint(pen, view);
  }
}
/** Two maps that move together. */
function tie(one, other) {
  let busy = false;
  const follow = (from, to) => () => {
    if (busy) return;
    busy = true;
    to.map.setView(from.map.getCenter(), from.map.getZoom(), { animate: false });
    busy = false;
  };
  one.map.on("move zoomend", follow(one, other));
  other.map.on("move zoomend", follow(other, one));
}
