// Where matters cluster, on the map; the table beside it says the same.

import { canDrawMaps, littleMap } from "./little-map.js";

const frame = document.querySelector("#cluster-map");
const { points, words } = JSON.parse(frame.dataset.points);
if (frame.dataset.tiles && points.length && canDrawMaps()) littleMap(frame, points, { words });
