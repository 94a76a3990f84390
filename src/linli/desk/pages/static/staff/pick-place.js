// A place chosen on a small map, for a form with lon and lat; the form works without it.

import { canDrawMaps, littleMap } from "./little-map.js";

/**
 * @param {HTMLFormElement} form with fields lon and lat
 * @param {HTMLElement} frame of the map, see little-map.js
 * @param {HTMLElement} note says aloud that a place is marked
 * @param {Object<string, string>} words
 */
export function pickPlace(form, frame, note, words) {
  if (!frame?.dataset.tiles || !canDrawMaps()) return;
  const map = littleMap(frame, [], {
    words,
    onPick: ({ lon, lat }) => {
      form.elements.lon.value = lon.toFixed(6);
      form.elements.lat.value = lat.toFixed(6);
      note.textContent = words.picked_here;
    },
  });
  if (form.elements.lon.value) map.put({ lon: Number(form.elements.lon.value), lat: Number(form.elements.lat.value) });
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = words.pick_centre;
  button.addEventListener("click", () => map.put(map.centre()));
  frame.after(button);
}
