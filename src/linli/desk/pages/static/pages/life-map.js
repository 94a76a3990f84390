// The map as an instrument: paint classes, show walks, hand out clicks, hovers and drags. It decides nothing.

import * as maplibre from "../vendor/maplibre-gl/maplibre-gl.mjs";

import { PINS_FROM_ZOOM, mapImages, mapStyle } from "./map-style.js";

const nothing = { type: "FeatureCollection", features: [] };
const DRAG_STARTS_PX = 4;
const FINGER_PX = 22;
const MANY_PINS = 150;

export function canDrawMaps() {
  return Boolean(document.createElement("canvas").getContext("webgl2"));
}

function paperColours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["land", "green", "water", "street", "street-edge", "steps", "building", "home-edge", "ink", "label", "halo", "accent", "changed", "gone", "hatch", "boundary"];
  const camel = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(names.map((name) => [camel(name), style.getPropertyValue(`--map-${name}`).trim()]));
}

/**
 * Keep the place clear of a legend that lies on the map: beside it or above it, whichever shows the place larger.
 */
function clearOf(legend, container, [west, south, east, north]) {
  const { clientWidth: width, clientHeight: height } = container;
  const margin = { top: 24, right: width > 600 ? 64 : 24, bottom: 24, left: 24 };
  if (legend.getBoundingClientRect().top > container.getBoundingClientRect().bottom) return margin;
  const shape = ((east - west) * Math.cos((south / 180) * Math.PI)) / (north - south || 1e-9);
  const scale = ({ top, right, bottom, left }) => Math.min((width - left - right) / shape, height - top - bottom);
  const beside = { ...margin, left: legend.offsetWidth + 24 };
  const above = { ...margin, bottom: legend.offsetHeight + 24 };
  return scale(beside) > scale(above) ? beside : above;
}

/**
 * @param {HTMLElement} container
 * @param {{tilesUrl: string, bounds: number[], legend: HTMLElement, colours: string[], say: Function, still: boolean,
 *   on: {home, hover, facility, dragged, dropped, ground, trouble}}} options
 */
export class LifeMap {
  constructor(container, { tilesUrl, bounds, legend, colours, say, still, on }) {
    this.on = on;
    this.container = container;
    this.legend = legend;
    this.painted = new Uint8Array(0);
    this.selected = null;
    this.hovered = null;
    const paper = paperColours();
    maplibre.addProtocol("pmtiles", new window.pmtiles.Protocol().tile);
    this.map = new maplibre.Map({
      container,
      style: mapStyle({ tilesUrl, colours, paper }),
      bounds,
      fitBoundsOptions: { padding: clearOf(legend, container, bounds), maxZoom: 16.5 },
      hash: "map",
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxZoom: 19,
      fadeDuration: still ? 0 : 200,
      locale: {
        "Map.Title": say("map_title"),
        "NavigationControl.ZoomIn": say("zoom_in"),
        "NavigationControl.ZoomOut": say("zoom_out"),
        "ScaleControl.Meters": say("metres_short"),
        "ScaleControl.Kilometers": say("kilometres_short"),
      },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
    this.map.addControl(new maplibre.ScaleControl({ maxWidth: 110 }), "bottom-right");
    for (const [name, { image, ratio }] of Object.entries(mapImages(paper, colours))) {
      this.map.addImage(name, image, { pixelRatio: ratio });
    }
    this.map.on("error", (event) => on.trouble(event.error));
    this.ready = new Promise((resolve) => this.map.once("load", resolve));
    this.listen();
  }

  /** Paint every home in its class; only those that changed are touched. */
  paint(classes) {
    if (this.painted.length !== classes.length) this.painted = new Uint8Array(classes.length).fill(255);
    for (let home = 0; home < classes.length; home += 1) {
      if (classes[home] === this.painted[home]) continue;
      this.homeState(home, { class: classes[home] });
    }
    this.painted = classes;
  }

  homeState(home, state) {
    this.map.setFeatureState({ source: "place", sourceLayer: "homes", id: home }, state);
  }

  select(home) {
    if (this.selected !== null) this.homeState(this.selected, { selected: false });
    this.selected = home;
    if (home !== null) this.homeState(home, { selected: true });
  }

  showWalks(walks, chosenKind) {
    const features = (walks ?? nothing).features.map((walk) => ({
      ...walk, properties: { ...walk.properties, chosen: walk.properties.kind === chosenKind },
    }));
    this.map.getSource("walks").setData({ type: "FeatureCollection", features });
  }

  /** @param {{id: string, lon: number, lat: number, pin: string}[]} pins */
  showPins(pins) {
    this.pins = pins;
    this.map.getSource("facilities").setData(pinFeatures(pins));
  }

  /** Bring what lies outside the view into it. */
  goTo(lonLat, { zoom = 15 } = {}) {
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const camera = { center: lonLat, zoom: Math.max(this.map.getZoom(), zoom) };
    if (still) this.map.jumpTo(camera);
    else this.map.easeTo({ ...camera, duration: 500 });
  }

  /** Show all these places at once. */
  fit(lonLats) {
    const bounds = lonLats.reduce((box, at) => box.extend(at), new maplibre.LngLatBounds(lonLats[0], lonLats[0]));
    const padding = clearOf(this.legend, this.container, bounds.toArray().flat());
    this.map.fitBounds(bounds, { padding, maxZoom: 16.5, animate: false });
  }

  sees(lonLat) {
    return this.map.getBounds().contains(lonLat);
  }

  centre() {
    const { lng, lat } = this.map.getCenter();
    return { lon: lng, lat };
  }

  /** The place so many screen pixels away from another. */
  shifted({ lon, lat }, right_px, down_px) {
    const at = this.map.project([lon, lat]);
    const { lng, lat: newLat } = this.map.unproject([at.x + right_px, at.y + down_px]);
    return { lon: lng, lat: newLat };
  }

  pinAt(point, reach_px) {
    const box = [[point.x - reach_px, point.y - reach_px], [point.x + reach_px, point.y + reach_px]];
    const found = this.map.queryRenderedFeatures(box, { layers: ["facilities"] });
    // A dot among hundreds is neither to be hit nor to be dragged by mistake.
    const dots = this.map.getZoom() < PINS_FROM_ZOOM;
    return found.find(({ properties }) => !(dots && properties.many))?.properties.id ?? null;
  }

  homeAt(point, reach_px) {
    const exact = this.map.queryRenderedFeatures(point, { layers: ["homes"] })[0];
    if (exact) return exact.id;
    const box = [[point.x - reach_px, point.y - reach_px], [point.x + reach_px, point.y + reach_px]];
    return this.map.queryRenderedFeatures(box, { layers: ["homes", "homes-rim"] })[0]?.id ?? null;
  }

  listen() {
    this.map.on("mousemove", (event) => this.hover(event));
    this.map.on("mouseout", () => this.hover(null));
    this.map.on("click", (event) => this.click(event));
    this.map.on("mousedown", (event) => this.press(event, 4, "mousemove", "mouseup"));
    this.map.on("touchstart", (event) => {
      if (event.points.length === 1) this.press(event, FINGER_PX, "touchmove", "touchend");
    });
  }

  hover(event) {
    if (this.dragging) return;
    const pin = event && this.pinAt(event.point, 2);
    const home = event && !pin ? this.map.queryRenderedFeatures(event.point, { layers: ["homes"] })[0]?.id ?? null : null;
    this.map.getCanvas().classList.toggle("over-pin", Boolean(pin));
    this.map.getCanvas().classList.toggle("over-home", home !== null);
    if (home !== this.hovered) {
      if (this.hovered !== null) this.homeState(this.hovered, { hovered: false });
      if (home !== null) this.homeState(home, { hovered: true });
      this.hovered = home;
    }
    this.on.hover({ home, pin, point: event?.point });
  }

  click(event) {
    if (this.justDropped) return;
    const touch = event.originalEvent.pointerType === "touch";
    const reach = touch ? FINGER_PX : 6;
    const { lng: lon, lat } = event.lngLat;
    if (this.on.ground({ lon, lat })) return;
    const hit = this.pinAt(event.point, 2);
    const home = hit === null ? this.homeAt(event.point, 0) : null;
    const pin = hit ?? (home === null ? this.pinAt(event.point, reach) : null);
    if (pin !== null) this.on.facility(pin);
    else this.on.home(home ?? this.homeAt(event.point, reach));
  }

  /** A press on a pin may become a drag; the map must not move meanwhile. */
  press(start, reach_px, moveEvent, endEvent) {
    const id = this.pinAt(start.point, reach_px);
    if (id === null) return;
    start.preventDefault();
    const pin = this.pins.find((candidate) => candidate.id === id);
    const from = this.map.project([pin.lon, pin.lat]);
    let at = null;
    const follow = (event) => {
      const [right, down] = [event.point.x - start.point.x, event.point.y - start.point.y];
      if (!this.dragging && Math.hypot(right, down) < DRAG_STARTS_PX) return;
      if (!this.dragging) this.liftPin(pin);
      const { lng: lon, lat } = this.map.unproject([from.x + right, from.y + down]);
      at = { lon, lat };
      this.map.getSource("moving").setData(pinFeatures([{ ...pin, ...at, pin: pin.pin === "pin-added" ? "pin-added" : "pin-changed" }]));
      this.on.dragged(id, at);
    };
    const finish = () => {
      this.map.off(moveEvent, follow);
      this.map.off("touchcancel", finish);
      if (!this.dragging) return;
      this.dragging = false;
      this.map.getCanvas().classList.remove("dragging");
      this.map.getSource("moving").setData(nothing);
      // The click that follows a drop is no choice of a home.
      this.justDropped = true;
      window.setTimeout(() => { this.justDropped = false; }, 50);
      this.on.dropped(id, at);
    };
    this.map.on(moveEvent, follow);
    this.map.once(endEvent, finish);
    this.map.once("touchcancel", finish);
  }

  liftPin(pin) {
    this.on.hover({ home: null, pin: null });
    this.dragging = true;
    this.map.getCanvas().classList.add("dragging");
    this.map.getSource("facilities").setData(pinFeatures(this.pins.filter((other) => other.id !== pin.id)));
  }
}

function pinFeatures(pins) {
  return {
    type: "FeatureCollection",
    features: pins.map(({ id, lon, lat, pin }) => ({
      type: "Feature", properties: { id, pin, lat, many: pin === "pin" && pins.length > MANY_PINS }, geometry: { type: "Point", coordinates: [lon, lat] },
    })),
  };
}
