// One matter: tell the others that somebody looks at it, and begin a reply with a text that is written often.

import { pickPlace } from "./pick-place.js";

const HEARTBEAT_MS = 15_000;
const app = document.querySelector("#matter");
const looking = document.querySelector("#looking");

async function beat() {
  if (document.hidden) return;
  const body = new FormData();
  body.append("code", app.dataset.code);
  const answer = await fetch(app.dataset.presence, {
    method: "POST", body, credentials: "same-origin", redirect: "manual",
    headers: { "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value },
  }).catch(() => null);
  if (!answer?.ok) return;
  const { words } = await answer.json();
  if (looking.textContent !== words) looking.textContent = words;
}

document.addEventListener("change", ({ target }) => {
  if (!target.matches("select[data-fills]") || !target.value) return;
  const field = target.form.elements[target.dataset.fills];
  field.value = field.value.trim() ? `${field.value.trim()}\n${target.value}` : target.value;
  field.focus();
});

// A form that came back with a fault, or was called up by its name in the address, is open and in sight.
const named = document.querySelector("details.verb[open]") ?? (window.location.hash.startsWith("#verb-") && document.querySelector(window.location.hash));
if (named) {
  named.open = true;
  named.scrollIntoView({ block: "nearest" });
}

// The map is drawn once its form is opened: before that it has no size, and most never need it.
const correct = document.querySelector("#verb-correct");
function drawMap() {
  if (!correct.open) return;
  correct.removeEventListener("toggle", drawMap);
  pickPlace(correct.querySelector("form"), correct.querySelector("#correct-map"), correct.querySelector("#corrected"), JSON.parse(app.dataset.words));
}
if (correct) {
  correct.addEventListener("toggle", drawMap);
  drawMap();
}
window.setInterval(beat, HEARTBEAT_MS);
beat();
