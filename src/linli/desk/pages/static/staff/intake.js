// Taking in: the questions of the category that was chosen, and a place on the map. All fields work without it.

import { canDrawMaps, littleMap } from "./little-map.js";

const form = document.querySelector("#intake");
const words = JSON.parse(form.dataset.words);
const category = form.elements.category;

function showQuestions() {
  for (const group of form.querySelectorAll("#questions > [data-category]")) {
    group.hidden = group.dataset.category !== category.value;
    for (const field of group.querySelectorAll("input, select, textarea")) field.disabled = group.hidden;
  }
}

category.addEventListener("change", showQuestions);
showQuestions();

const frame = document.querySelector("#pick-map");
if (frame.dataset.tiles && canDrawMaps()) {
  const map = littleMap(frame, [], {
    words,
    onPick: ({ lon, lat }) => {
      form.elements.lon.value = lon.toFixed(6);
      form.elements.lat.value = lat.toFixed(6);
      document.querySelector("#picked").textContent = words.picked_here;
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
