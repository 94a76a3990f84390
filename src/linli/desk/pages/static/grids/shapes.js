// Outlines of grids: what contains a point, and how they are drawn. Nothing here decides what counts.

const HUES = ["#9f3418", "#33669b", "#22634a", "#7a4a9b", "#8a6a00", "#0f7a86"];
const FONT = ["Noto Sans CJK SC,PingFang SC,Microsoft YaHei,Noto Sans,sans-serif"];

/** Every ring of a Polygon or MultiPolygon, holes included. */
export function rings(geometry) {
  return geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat();
}

/** Whether a point lies within: it crosses the rings an odd number of times on its way out. */
export function contains(geometry, { lon, lat }) {
  let inside = false;
  for (const ring of rings(geometry)) {
    for (let at = 1; at < ring.length; at += 1) {
      const [[x1, y1], [x2, y2]] = [ring[at - 1], ring[at]];
      if ((y1 > lat) !== (y2 > lat) && lon < x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
    }
  }
  return inside;
}

export function boundsOf(geometries) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const geometry of geometries) {
    for (const [lon, lat] of rings(geometry).flat()) {
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    }
  }
  return box;
}

/** Lay the grids over a map of the place: neighbours in different colours, each with its name, so never told by colour alone. */
export function layGrids(map, collection) {
  const hue = ["match", ["%", ["get", "number"], HUES.length], ...HUES.slice(1).flatMap((colour, index) => [index + 1, colour]), HUES[0]];
  const chosen = ["boolean", ["feature-state", "chosen"], false];
  // All of a grid can be looked at, however far it reaches beyond the homes.
  map.setMaxBounds(null);
  map.addSource("grids", { type: "geojson", data: collection, promoteId: "number" });
  map.addLayer({ id: "grids", type: "fill", source: "grids", paint: { "fill-color": hue, "fill-opacity": ["case", chosen, 0.34, 0.14] } }, "street-names");
  map.addLayer({ id: "grids-edge", type: "line", source: "grids", paint: { "line-color": hue, "line-width": ["case", chosen, 4, 2] } }, "street-names");
  map.addSource("grid-names", { type: "geojson", data: names(collection) });
  map.addLayer({
    id: "grids-name", type: "symbol", source: "grid-names",
    layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 17, "text-max-width": 8, "text-padding": 4 },
    paint: { "text-color": hue, "text-halo-color": "#ffffff", "text-halo-width": 2 },
  });
}

/** One point a grid, as the server chose it: a polygon that is cut into tiles would be named once a tile. */
function names(collection) {
  const point = ({ properties }) => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: properties.label } });
  return { type: "FeatureCollection", features: collection.features.map(point) };
}

export function markGrid(map, before, number) {
  if (before !== null) map.setFeatureState({ source: "grids", id: before }, { chosen: false });
  if (number !== null) map.setFeatureState({ source: "grids", id: number }, { chosen: true });
}
