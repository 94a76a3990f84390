// The place drawn quietly, from our own tiles, for putting a pin on it or for finding one.

import * as maplibre from "../vendor/maplibre-gl/maplibre-gl.mjs";

import { mapImages, mapStyle } from "../pages/map-style.js";

export const nothing = { type: "FeatureCollection", features: [] };
let hasProtocol = false;

function paperColours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["land", "green", "water", "street", "street-edge", "steps", "building", "home-edge", "ink", "label", "halo", "accent", "changed", "gone", "hatch", "boundary"];
  const camel = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(names.map((name) => [camel(name), style.getPropertyValue(`--map-${name}`).trim()]));
}

/**
 * @param {HTMLElement} container
 * @param {{placeUrl: string, tilesUrl: string, say: Function}} options
 * @returns {Promise<{map: Object, place: Object}>} when the map can be drawn on
 */
export async function quietMap(container, { placeUrl, tilesUrl, say }) {
  const answer = await fetch(placeUrl, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status} ${placeUrl}`);
  const place = await answer.json();
  const paper = paperColours();
  // Homes are buildings among others here.
  const colours = new Array(8).fill(paper.building);
  if (!hasProtocol) maplibre.addProtocol("pmtiles", new window.pmtiles.Protocol().tile);
  hasProtocol = true;
  const map = new maplibre.Map({
    container,
    style: mapStyle({ tilesUrl: new URL(tilesUrl, window.location.href).href, colours, paper }),
    bounds: place.lived_in,
    fitBoundsOptions: { padding: 16, maxZoom: 17 },
    maxBounds: grown(place.reach),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxZoom: 19,
    locale: { "Map.Title": say("map_title"), "NavigationControl.ZoomIn": say("zoom_in"), "NavigationControl.ZoomOut": say("zoom_out") },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  for (const [name, { image, ratio }] of Object.entries(mapImages(paper, colours))) map.addImage(name, image, { pixelRatio: ratio });
  await new Promise((resolve) => { map.once("load", resolve); });
  return { map, place };
}

/** Room around, so that a pin at the edge can still be brought to the middle. */
function grown([west, south, east, north]) {
  const [wide, high] = [(east - west) / 2, (north - south) / 2];
  return [west - wide, south - high, east + wide, north + high];
}

export function marks(points) {
  return {
    type: "FeatureCollection",
    features: points.map(({ lon, lat, pin, id = "" }) => ({
      type: "Feature", properties: { id, pin, lat, many: false }, geometry: { type: "Point", coordinates: [lon, lat] },
    })),
  };
}
