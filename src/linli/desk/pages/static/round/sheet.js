// The sheet that a deed is written on: its form, photos made small, a voice note, the place of a finding.
// What is begun on a sheet stays on it, also when the phone closes the page: with its camera open, a small one often does.

import { afterPause, fill, make } from "../pages/dom.js";
import { placeOf } from "../resident/exif-place.js";
import { shrunk } from "../resident/shrink.js";
import { draftOf, dropDraft, keepDraft } from "./outbox.js";
import { recorder } from "./recorder.js";

const DRAFT_AFTER_MS = 500;

/** @param {{say: Function, actor: string, community: string, keep: (form: HTMLFormElement, parts: Object) => Promise<void>}} options */
export function sheets({ say, actor, community, keep }) {
  const dialog = document.querySelector("#sheet");
  const title = dialog.querySelector("[data-sheet-title]");
  const place = dialog.querySelector("[data-sheet-form]");
  const made = new Map();
  let from = null;
  let opening = false;

  const draftName = (form) => `${community}:${form.dataset.name}`;

  async function formOf(verb, code) {
    const name = `${verb}:${code}`;
    if (!made.has(name)) {
      const form = document.querySelector(`#form-${verb}`).content.firstElementChild.cloneNode(true);
      form.dataset.name = name;
      const draft = await draftOf({ name: draftName(form), actor }).catch(() => null);
      if (draft) putBack(form, draft, say);
      const { settle, shrinking } = prepared(form, say);
      const keepLater = afterPause(DRAFT_AFTER_MS, async () => {
        await shrinking();
        const parts = await partsOf(form);
        // Unless it was sent off meanwhile.
        if (made.get(name)?.form === form) await keepDraft({ name: draftName(form), actor, ...parts }).catch(() => {});
      });
      const later = () => keepLater();
      form.addEventListener("input", later);
      form.addEventListener("change", later);
      made.set(name, { form, settle, keepLater });
    }
    return made.get(name);
  }

  /** @param {{verb: string, code: string, title: string, where: string, category: string, language: string}} asked */
  async function open({ verb, code, title: words, where, category, language }, opener) {
    if (opening || dialog.open) return;
    opening = true;
    const { form } = await formOf(verb, code).finally(() => { opening = false; });
    chooseTexts(form, category, language);
    fill(title, words, where && make("span", { class: "small" }, where));
    place.replaceChildren(form);
    from = opener;
    if (dialog.showModal) dialog.showModal();
    else dialog.setAttribute("open", "");
    dialog.scrollTop = 0;
    title.focus();
  }

  function close() {
    if (dialog.close) dialog.close();
    else dialog.removeAttribute("open");
    from?.focus();
  }

  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) close();
  });
  dialog.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const { settle, keepLater } = made.get(form.dataset.name);
    const button = form.querySelector("[type=submit]");
    const problem = form.querySelector("[data-problem]");
    button.disabled = true;
    try {
      await settle();
      const missing = whatIsMissing(form, say);
      problem.textContent = missing;
      problem.hidden = !missing;
      if (missing) return;
      await keep(form, await partsOf(form));
      keepLater.cancel();
      made.delete(form.dataset.name);
      await dropDraft(draftName(form)).catch(() => {});
      close();
    } catch (error) {
      problem.textContent = say("not_kept");
      problem.hidden = false;
      window.console.warn(String(error));
    } finally {
      button.disabled = false;
    }
  });
  return { open, isOpen: () => dialog.open };
}

/** Fill a new sheet with what was begun on one like it. */
function putBack(form, { fields, files }, say) {
  for (const [name, value] of fields) {
    const field = form.elements[name];
    if (field instanceof RadioNodeList) for (const each of field) each.checked = each.checked && each.type !== "radio" || each.value === value;
    else if (field?.type === "checkbox") field.checked = true;
    else if (field) field.value = value;
  }
  for (const input of form.querySelectorAll("input[type=file]")) {
    const transfer = new DataTransfer();
    for (const file of files) if (file.name === input.name) transfer.items.add(new File([file.bytes], file.file_name, { type: file.type }));
    input.files = transfer.files;
    const shot = input.closest(".shot");
    if (shot) showPhotos(input, shot, say);
  }
}

/** Asked here, since the server may be hours away. */
function whatIsMissing(form, say) {
  const { text, reason, photos, voice, category, lon, place_words: words } = form.elements;
  const written = (text ?? reason).value.trim() !== "";
  if (form.dataset.check === "anything") return written || photos.files.length || voice.files.length ? "" : say("note_missing");
  if (form.dataset.check !== "found") return written ? "" : say("text_missing");
  if (!category.value) return say("category_missing");
  if (!written && !photos.files.length) return say("what_missing");
  for (const field of form.querySelectorAll("[data-category]:not([hidden]) [data-asked]")) {
    const answered = [...field.querySelectorAll("input")].some((input) => (["radio", "checkbox"].includes(input.type) ? input.checked : input.value.trim() !== ""));
    if (!answered) return say("answer_missing", { question: field.dataset.asked });
  }
  return lon.value || words.value.trim() ? "" : say("where_missing");
}

/** What is filled in, as plain values. Files become plain bytes: some phones lose files that a database keeps as such. */
async function partsOf(form) {
  const fields = [];
  const files = [];
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") {
      if (value) fields.push([name, value]);
    } else if (value.size) {
      files.push({ name, file_name: value.name || "file", type: value.type, bytes: await value.arrayBuffer() });
    }
  }
  return { fields, files };
}

function prepared(form, say) {
  let shrinking = Promise.resolve();
  const voice = form.querySelector("[data-recorder]");
  const recording = voice ? recorder(voice, say) : null;
  const category = form.elements.category;

  form.addEventListener("change", ({ target }) => {
    if (target === category) showQuestions(form);
    const shot = target.closest(".shot");
    if (shot) shrinking = shrinking.then(() => shrinkIn(target, shot, form, say));
  });
  form.addEventListener("click", ({ target }) => {
    const text = target.closest("[data-fill]");
    if (text) fillIn(form.elements.text, text.dataset.fill);
    if (target.closest("[data-here]")) standHere(form, say);
  });
  if (category) showQuestions(form);
  return { shrinking: () => shrinking, settle: () => Promise.all([shrinking, recording?.stop()]) };
}

/** Of the texts that are written often, those that fit the matter, in the language of whoever reported it. */
function chooseTexts(form, category, language) {
  for (const button of form.querySelectorAll("[data-fill-zh]")) {
    const { fillZh, fillEn, of } = button.dataset;
    button.hidden = of !== "" && of !== category;
    button.dataset.fill = language.startsWith("zh") ? fillZh || fillEn : fillEn || fillZh;
  }
}

function fillIn(field, text) {
  field.value = field.value.trim() ? `${field.value.trim()}\n${text}` : text;
}

function showQuestions(form) {
  for (const group of form.querySelectorAll("[data-category]")) {
    group.hidden = group.dataset.category !== form.elements.category.value;
    for (const field of group.querySelectorAll("input, select, textarea")) field.disabled = group.hidden;
  }
}

/** A photo small enough for a weak network, shown where it was chosen. */
async function shrinkIn(input, shot, form, say) {
  const chosen = [...input.files];
  if (form.elements.lon && !form.elements.lon.value) {
    const at = chosen.length ? await placeOf(chosen[0]) : null;
    if (at) putPlace(form, at, say("place_of_photo"));
  }
  const transfer = new DataTransfer();
  for (const file of chosen) {
    const small = await shrunk(file);
    transfer.items.add(small instanceof File ? small : new File([small], "photo.jpg", { type: small.type }));
  }
  input.files = transfer.files;
  showPhotos(input, shot, say);
}

function showPhotos(input, shot, say) {
  const pictures = shot.querySelector("[data-pictures]");
  for (const old of pictures.children) URL.revokeObjectURL(old.src);
  fill(pictures, ...[...input.files].map((file) => make("img", { src: URL.createObjectURL(file), alt: say("photo_chosen") })));
  shot.classList.toggle("taken", input.files.length > 0);
}

function putPlace(form, { lon, lat }, words) {
  form.elements.lon.value = lon.toFixed(6);
  form.elements.lat.value = lat.toFixed(6);
  form.querySelector("[data-here-said]").textContent = words;
}

function standHere(form, say) {
  const said = form.querySelector("[data-here-said]");
  if (!navigator.geolocation) {
    said.textContent = say("no_position");
    return;
  }
  said.textContent = say("position_asked");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => putPlace(form, { lon: coords.longitude, lat: coords.latitude }, say("position_taken", { m: Math.max(5, Math.round(coords.accuracy)) })),
    () => { said.textContent = say("no_position"); },
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
  );
}
