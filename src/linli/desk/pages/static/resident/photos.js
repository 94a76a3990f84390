// Photos: shown at once, made small, sent while the rest is written; one that did not get through waits and can be tried again.

import { fill, make } from "../pages/dom.js";
import { speaker } from "../pages/words.js";

import { placeOf } from "./exif-place.js";
import { post } from "./post.js";
import { shrunk } from "./shrink.js";

/**
 * @param {HTMLElement} box the [data-photos] of a form
 * @param {{say: Function, onPlace?: Function}} options
 * @returns {{settle: () => Promise<boolean>}} settle: wait for those under way, try again those that failed; true if all are there
 */
export function photos(box, { say, onPlace = () => {} }) {
  const input = box.querySelector("input[type=file]");
  const list = box.querySelector("[data-photo-list]");
  const news = box.querySelector("[data-photo-news]");
  const most = Number(box.dataset.most);
  const pending = new Map();
  box.classList.add("scripted");
  for (const item of list.children) offerRemoval(item);

  input.addEventListener("change", () => {
    const free = most - list.children.length;
    const files = [...input.files];
    input.value = "";
    input.removeAttribute("aria-invalid");
    news.textContent = files.length > free ? say("photos_enough", { n: most }) : "";
    for (const file of files.slice(0, Math.max(0, free))) add(file);
  });

  function add(file) {
    const image = make("img", { src: URL.createObjectURL(file), alt: say("photo_number", { n: list.children.length + 1 }), width: 120, height: 120 });
    // A kind of photo this browser cannot show still goes to the server.
    image.addEventListener("error", () => { image.hidden = true; }, { once: true });
    const state = make("p", { class: "small", role: "status" });
    const item = make("li", { class: "waiting" }, image, state);
    list.append(item);
    offerRemoval(item);
    start(item, file, state);
  }

  function start(item, file, state) {
    state.textContent = say("photo_sending");
    const work = send(item, file).then(
      () => { state.textContent = say("photo_sent"); pending.delete(item); return true; },
      (error) => {
        pending.set(item, { again: () => start(item, file, state) });
        const words = error.kind === "refused" && error.message ? error.message : say("photo_failed");
        fill(state, words, " ", make("button", { class: "plain", type: "button", on: { click: () => start(item, file, state) } }, say("again")));
        return false;
      },
    );
    pending.set(item, { work });
    return work;
  }

  async function send(item, file) {
    const place = await placeOf(file);
    if (place) onPlace(place);
    const answer = await post(box.dataset.photoUrl, { photo: await shrunk(file) });
    if (!place && answer.place) onPlace(answer.place);
    item.classList.remove("waiting");
    item.append(make("input", { type: "hidden", name: "photo", value: answer.photo }));
  }

  function offerRemoval(item) {
    item.querySelector(".tick")?.remove();
    const remove = () => {
      pending.delete(item);
      item.remove();
      document.querySelector("label.photo-button")?.scrollIntoView({ block: "nearest" });
      input.focus();
    };
    item.append(make("button", { class: "plain", type: "button", on: { click: remove } }, say("photo_remove")));
  }

  return {
    settle: async () => {
      for (const { again } of [...pending.values()]) again?.();
      await Promise.all([...pending.values()].map(({ work }) => work));
      return pending.size === 0;
    },
  };
}

/** Hold a form back until its photos are there; send it once, however often the button is pressed. */
export function sendWithPhotos(form, box, { say, news }) {
  let sending = false;
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (sending) {
      event.preventDefault();
      return;
    }
    if (!box.ready) {
      event.preventDefault();
      sending = true;
      button?.setAttribute("aria-disabled", "true");
      news.textContent = say("sending");
      const all = await box.settle();
      // With nothing to wait for we are still inside the event, where a browser takes no second submission.
      await new Promise((resolve) => { setTimeout(resolve); });
      sending = false;
      button?.removeAttribute("aria-disabled");
      if (!all) {
        news.textContent = say("photos_missing");
        return;
      }
      box.ready = true;
      form.requestSubmit(button);
      return;
    }
    sending = true;
    button?.setAttribute("aria-disabled", "true");
    // Back from another page by the browser's back button, the form may be sent again.
    window.addEventListener("pageshow", () => { sending = false; box.ready = false; button?.removeAttribute("aria-disabled"); }, { once: true });
  });
}

const follow = document.querySelector("#follow");
if (follow) {
  const { say } = speaker(JSON.parse(follow.dataset.words), document.documentElement.lang);
  for (const box of follow.querySelectorAll("[data-photos]")) {
    sendWithPhotos(box.closest("form"), photos(box, { say }), { say, news: box.querySelector("[data-photo-news]") });
  }
}
