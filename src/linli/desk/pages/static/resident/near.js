// Has somebody told it already? Asked while it is being written; the answer stands above the button that sends.

import { afterPause, fill, make } from "../pages/dom.js";

import { post } from "./post.js";

const PAUSE_MS = 700;

/** @param {HTMLFormElement} form @param {{say: Function}} options @returns {() => void} ask: call when something has changed */
export function nearAsker(form, { say }) {
  const area = form.querySelector("[data-near]");
  const seen = () => form.elements.near_seen?.value.split(" ").filter(Boolean) ?? [];
  let round = 0;

  const ask = afterPause(PAUSE_MS, async () => {
    const fields = form.elements;
    round += 1;
    const mine = round;
    if (!fields.category.value) return;
    let found;
    try {
      found = await post(form.dataset.nearUrl, {
        category: fields.category.value, words: fields.words.value, lon: fields.lon.value, lat: fields.lat.value, spot: fields.spot?.value ?? "",
      });
    } catch {
      // Only help: without an answer the report goes its way, and the server asks again when it is sent.
      return;
    }
    if (mine === round) show(found.near ?? []);
  });

  function show(near) {
    // Those shown by the server stand at the top already.
    const fresh = near.filter(({ code }) => !form.querySelector(`#same button[value="${CSS.escape(code)}"]`));
    form.dataset.near = String(fresh.length);
    if (fresh.length === 0) {
      fill(area);
      return;
    }
    fill(area, make("section", { class: "card same", "aria-labelledby": "near-title" },
      make("h2", { id: "near-title" }, say("near_title")),
      make("ul", { class: "near-list" }, ...fresh.map(row)),
      make("p", {}, say("near_adds")),
      make("p", {}, make("strong", {}, say("near_else"))),
      make("input", { type: "hidden", name: "near_seen", value: [...new Set([...seen(), ...fresh.map(({ code }) => code)])].join(" ") })));
  }

  function row({ code, title, about, words, photo_url: photoUrl }) {
    return make("li", {},
      photoUrl ? make("img", { src: photoUrl, alt: "", width: 96, height: 96 }) : null,
      make("div", {},
        make("p", { class: "near-title" }, title),
        make("p", { class: "small" }, about),
        words ? make("p", {}, words) : null,
        make("button", { class: "button", name: "join", value: code }, say("near_join"))));
  }
  return ask;
}
