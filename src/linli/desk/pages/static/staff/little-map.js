// A small map of the place with numbered pins. It decides nothing; everything on it also stands on the page as text.

import * as maplibre from "../vendor/maplibre-gl/maplibre-gl.mjs";

import { mapImages, mapStyle } from "../pages/map-style.js";

let protocol = null;

export function canDrawMaps() {
  return Boolean(document.createElement("canvas").getContext("webgl2"));
}

function paperColours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["land", "green", "water", "street", "street-edge", "steps", "building", "home-edge", "ink", "label", "halo", "accent", "changed", "gone", "hatch", "boundary"];
  return Object.fromEntries(names.map((name) => [name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()), style.getPropertyValue(`--map-${name}`).trim()]));
}

/**
 * @typedef {{lon: number, lat: number, text: string, name: string, mood: string, to?: string}} Point
 * @param {HTMLElement} frame holds a .canvas; data-tiles is the address of the tiles, data-bounds "west,south,east,north"
 * @param {Point[]} points
 * @param {{onPick?: (at: {lon: number, lat: number}) => void, words: Object<string, string>}} options
 */
export function littleMap(frame, points, { onPick, words }) {
  frame.hidden = false;
  if (protocol === null) {
    protocol = new window.pmtiles.Protocol();
    maplibre.addProtocol("pmtiles", protocol.tile);
  }
  const paper = paperColours();
  const colours = Array(8).fill(paper.building);
  const bounds = frame.dataset.bounds.split(",").map(Number);
  const map = new maplibre.Map({
    container: frame.querySelector(".canvas"),
    style: mapStyle({ tilesUrl: new URL(frame.dataset.tiles, window.location.href).href, colours, paper }),
    bounds: boundsOf(points) ?? bounds,
    fitBoundsOptions: { padding: 48, maxZoom: 17 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    cooperativeGestures: false,
    fadeDuration: 0,
    maxZoom: 19,
    locale: {
      "Map.Title": words.map_title, "NavigationControl.ZoomIn": words.zoom_in, "NavigationControl.ZoomOut": words.zoom_out,
      "Marker.Title": words.marker_title,
    },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  for (const [name, { image, ratio }] of Object.entries(mapImages(paper, colours))) map.addImage(name, image, { pixelRatio: ratio });
  const drawn = points.map((point) => pinOf(point).setLngLat([point.lon, point.lat]).addTo(map));
  let picked = null;
  if (onPick) {
    map.on("click", ({ lngLat: { lng: lon, lat } }) => put({ lon, lat }));
  }

  function put({ lon, lat }) {
    picked?.remove();
    picked = pinOf({ text: "●", name: words.picked_here, mood: "me" }).setLngLat([lon, lat]).addTo(map);
    onPick({ lon, lat });
  }
  return {
    map, put,
    /** Other pins in the place of these. */
    show(others) {
      for (const each of drawn.splice(0)) each.remove();
      drawn.push(...others.map((point) => pinOf(point).setLngLat([point.lon, point.lat]).addTo(map)));
    },
    centre: () => { const { lng: lon, lat } = map.getCenter(); return { lon, lat }; },
  };
}

function boundsOf(points) {
  if (!points.length) return null;
  const box = new maplibre.LngLatBounds();
  for (const { lon, lat } of points) box.extend([lon, lat]);
  return box;
}

function pinOf({ text, name, mood, to }) {
  const element = document.createElement(to ? "a" : "span");
  element.className = `map-pin ${mood ?? ""}`;
  element.textContent = text;
  element.title = name;
  if (to) element.href = to;
  else element.setAttribute("role", "img");
  element.setAttribute("aria-label", name);
  return new maplibre.Marker({ element });
}
