// The report page: everything here is help on top of a form that works without it.

import { speaker } from "../pages/words.js";

import { nearAsker } from "./near.js";
import { photos, sendWithPhotos } from "./photos.js";
import { placePicker } from "./place-picker.js";

const form = document.querySelector("#report");
const { say } = speaker(JSON.parse(form.dataset.words), document.documentElement.lang);
const askNear = nearAsker(form, { say });
const picker = placePicker(form, { say, onChange: askNear });
const box = photos(form.querySelector("[data-photos]"), { say, onPlace: picker.propose });
sendWithPhotos(form, box, { say, news: form.querySelector("[data-send-news]") });

form.addEventListener("change", ({ target }) => {
  if (target.name !== "category") return;
  askNear();
});
form.elements.words.addEventListener("input", askNear);

document.querySelector("#problems")?.focus();
if (document.querySelector("#same")) document.querySelector("#same").scrollIntoView();
form.dataset.ready = "yes";
