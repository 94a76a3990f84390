// Taking in: the questions of the category that was chosen, and a place on the map. All fields work without it.

import { pickPlace } from "./pick-place.js";

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

pickPlace(form, document.querySelector("#pick-map"), document.querySelector("#picked"), words);
