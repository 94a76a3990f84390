// The worker's page. Whatever is pressed goes into the outbox first and to the server second, network or not: one way only.

import { fill, make } from "../pages/dom.js";
import { speaker } from "../pages/words.js";
import { itemOf, keep, kept } from "./outbox.js";
import { shrinkIn } from "./photo.js";
import { recorder } from "./recorder.js";
import { Sender, sendOnTop, throwAway } from "./sender.js";

const LOOK_AGAIN_MS = 60_000;
const TRY_AGAIN_MS = 20_000;

const app = document.querySelector("#work");
const words = speaker(JSON.parse(app.dataset.words), document.documentElement.lang);
const { say } = words;
const { actor } = app.dataset;
const region = (id) => document.querySelector(`#${id}`);
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", month: "numeric", day: "numeric" });
let map = null;
let showsMap = false;
let shrinking = Promise.resolve();

const sender = new Sender({ actor, freshToken, changed });

/* The page itself, read anew */

/** Ask for the page as it is now; null without a network, or where it has become a way to the login. */
async function freshPage() {
  let answer;
  try {
    answer = await fetch(window.location.href, { credentials: "same-origin", redirect: "manual", cache: "no-store", headers: { "Linli-Fresh": "1" } });
  } catch {
    showNetwork(false);
    return null;
  }
  if (answer.type === "opaqueredirect" || answer.status === 404) {
    showNetwork(true, say("log_in_to_send"));
    return null;
  }
  if (!answer.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.querySelector("#work")?.dataset.actor !== actor) {
    showNetwork(true, say("someone_else"));
    return null;
  }
  showNetwork(true);
  return page;
}

async function freshToken() {
  const page = await freshPage();
  if (page === null) return null;
  return page.querySelector("[name=csrfmiddlewaretoken]").value;
}

/** Show the day as it is now, unless somebody is just writing into it. */
async function refresh({ force = false } = {}) {
  const busy = document.querySelector("#day details[open], #day :focus-within");
  if (busy && !force) return;
  const page = await freshPage();
  if (page === null) return;
  const focused = document.activeElement?.closest?.("[data-code]")?.dataset.code;
  region("day").replaceWith(document.adoptNode(page.querySelector("#day")));
  prepareDay();
  if (focused) document.querySelector(`[data-code="${focused}"] a`)?.focus();
  await showOutbox();
}

function showNetwork(there, trouble = "") {
  const place = region("network");
  const text = trouble || (there ? "" : say("offline", { when: clock.format(new Date(region("day").dataset.made)) }));
  place.hidden = text === "";
  if (place.textContent !== text) place.textContent = text;
}

function prepareDay() {
  const day = region("day");
  for (const button of day.querySelectorAll("[data-from-here]")) button.hidden = !navigator.geolocation;
  for (const button of day.querySelectorAll("[data-show-map]")) {
    button.hidden = !JSON.parse(day.dataset.points).length || !day.dataset.tiles;
  }
  for (const holder of document.querySelectorAll("[data-recorder]:not([data-ready])")) {
    holder.dataset.ready = "";
    recorder(holder, say);
  }
  if (showsMap) drawMap();
}

/* What is pressed */

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("#work form[data-title]")) return;
  event.preventDefault();
  await shrinking;
  const card = form.closest("[data-code]");
  const title = [card?.dataset.code, form.dataset.title].filter(Boolean).join(" · ");
  try {
    const item = await itemOf(form, { actor, title });
    item.version = await versionAfterMine(item);
    await keep(item);
  } catch (error) {
    region("said").replaceChildren(make("p", { class: "said error", role: "alert" }, say("not_kept")));
    window.console.error(error);
    return;
  }
  const opened = form.closest("details");
  if (opened) opened.open = false;
  form.reset();
  for (const picture of form.querySelectorAll(".shot img")) picture.hidden = true;
  for (const audio of form.querySelectorAll("audio")) audio.hidden = true;
  await showOutbox();
  card?.querySelector(".job-title")?.scrollIntoView({ block: "nearest" });
  registerSync();
  await sender.run();
  await refresh();
});

/** What I did before and have not had an answer to is no conflict of mine. */
async function versionAfterMine(item) {
  const before = (await kept(actor)).filter((other) => other.code === item.code && item.code !== "");
  return before.length ? before.at(-1).version : item.version;
}

document.addEventListener("change", (event) => {
  const shot = event.target.closest(".shot");
  if (shot) shrinking = shrinkIn(event.target, shot.querySelector("img"));
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-from-here]")) startFromHere();
  if (event.target.closest("[data-show-map]")) toggleMap();
  if (event.target.closest("[data-here]")) standHere(event.target.closest("form"));
  if (event.target.closest("#send-now")) sender.run().then(() => refresh());
});

function startFromHere() {
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    const query = new URLSearchParams(window.location.search);
    query.set("at", `${coords.longitude.toFixed(5)},${coords.latitude.toFixed(5)}`);
    window.history.replaceState(null, "", `?${query}`);
    refresh({ force: true });
  }, () => showNetwork(true, say("no_position")), { timeout: 15_000, maximumAge: 60_000 });
}

function standHere(form) {
  const said = form.querySelector("[data-here-said]");
  navigator.geolocation?.getCurrentPosition(({ coords }) => {
    form.elements.lon.value = coords.longitude.toFixed(6);
    form.elements.lat.value = coords.latitude.toFixed(6);
    said.textContent = say("position_taken", { m: words.whole(coords.accuracy) });
  }, () => { said.textContent = say("no_position"); }, { enableHighAccuracy: true, timeout: 15_000 });
}

async function toggleMap() {
  showsMap = !showsMap;
  if (showsMap) await drawMap();
  else region("work-map").hidden = true;
  document.querySelector("[data-show-map]").setAttribute("aria-expanded", String(showsMap));
}

async function drawMap() {
  const { canDrawMaps, littleMap } = await import("./little-map.js");
  if (!canDrawMaps()) {
    showNetwork(true, say("no_map"));
    return;
  }
  map?.map.remove();
  const { points, tiles, bounds } = region("day").dataset;
  const frame = region("work-map");
  Object.assign(frame.dataset, { tiles, bounds });
  map = littleMap(frame, JSON.parse(points), { words: JSON.parse(app.dataset.words) });
}

/* What waits, and what came between */

function changed(outcome, item) {
  if (outcome === "sent") region("said").replaceChildren(make("p", { class: "said" }, say("sent", { what: item.title })));
  if (outcome === "login") showNetwork(true, say("log_in_to_send"));
  showOutbox();
}

async function showOutbox() {
  const items = await kept(actor);
  const waiting = items.filter((item) => item.state === "waiting");
  region("outbox").hidden = waiting.length === 0;
  region("outbox-words").textContent = waiting.length ? words.count("waiting", waiting.length) : "";
  fill(region("outbox-list"), ...waiting.map((item) => make("li", {}, make("strong", {}, item.title), make("span", { class: "small" }, clock.format(item.made_at), item.files.length ? ` · ${words.count("files", item.files.length)}` : ""))));
  for (const card of document.querySelectorAll("[data-code]")) {
    const mine = waiting.filter((item) => item.code === card.dataset.code);
    card.classList.toggle("waits", mine.length > 0);
    fill(card.querySelector("[data-waiting]"), ...mine.map((item) => make("p", { class: "waiting-chip" }, say("kept_here", { what: item.title.split(" · ").at(-1) }))));
  }
  showConflicts(items.filter((item) => item.state !== "waiting"));
}

function showConflicts(items) {
  const place = region("conflicts");
  const shown = new Map([...place.children].map((each) => [each.dataset.key, each]));
  fill(place, ...items.map((item) => {
    const signature = `${item.request_key}:${item.version}:${item.answer?.version ?? ""}`;
    return shown.get(signature) ?? conflictCard(item, signature);
  }));
}

function conflictCard(item, signature) {
  const { answer } = item;
  const clash = item.state === "conflict";
  const button = (name, strong, work) => make("button", { class: `big${strong ? " strong" : ""}`, type: "button", on: { click: async () => { await work(); await showOutbox(); await sender.run(); await refresh({ force: true }); } } }, name);
  return make("section", { class: "card conflict job", role: "alert", "data-key": signature },
    make("h2", {}, clash ? say("conflict_title", { what: item.title }) : say("refused_title", { what: item.title })),
    make("p", {}, clash ? say("conflict_words") : answer?.problem || say("refused_words")),
    make("div", { class: "sides" },
      make("div", { "data-side": "mine" }, make("h3", {}, say("side_mine")), make("p", { class: "small" }, clock.format(item.made_at)), ...mineOf(item)),
      clash && make("div", { "data-side": "theirs" }, make("h3", {}, say("side_theirs")), make("p", {}, make("strong", {}, answer.state)),
        make("ul", {}, ...answer.since.map((step) => make("li", {}, make("span", { class: "small" }, `${step.when} · ${step.who} `), `${step.what}${step.text ? `: ${step.text}` : ""}`))))),
    make("div", { class: "doings" },
      clash && answer.lawful && button(say("send_mine"), true, () => sendOnTop(item)),
      clash && !answer.lawful && make("p", { class: "small" }, say("no_longer_lawful")),
      !answer?.lawful && item.code && button(say("keep_as_note"), true, () => noteInstead(item)),
      button(say("drop_mine"), false, () => throwAway(item))));
}

function mineOf(item) {
  const said = item.fields.filter(([name]) => !["code", "verb", "lon", "lat"].includes(name)).map(([, value]) => value).filter(Boolean);
  const pictures = item.files.filter(({ type }) => type.startsWith("image/")).map((file) => {
    const url = URL.createObjectURL(new Blob([file.bytes], { type: file.type }));
    return make("img", { src: url, alt: say(`photo_${file.name}`) });
  });
  return [make("p", {}, make("strong", {}, item.title)), ...said.map((text) => make("p", {}, text)), ...pictures];
}

/** What cannot be done any more is at least said: text, photos and voice go into the matter as a note. */
async function noteInstead(item) {
  const files = item.files.map((file) => (file.name === "before" || file.name === "after" ? { ...file, name: "photo" } : file));
  const text = [item.title, ...item.fields.filter(([name]) => name === "text").map(([, value]) => value)].join("\n");
  const fields = [["code", item.code], ["verb", "note"], ["text", text]];
  await keep({ ...item, request_key: crypto.randomUUID(), verb: "note", fields, files, state: "waiting", version: item.answer?.version ?? item.version, answer: null });
  await throwAway(item);
}

/* Without a network */

async function registerSync() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.sync?.register("outbox").catch(() => null);
}

async function keepForLater() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(app.dataset.script);
  const registration = await navigator.serviceWorker.ready;
  const urls = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.startsWith(window.location.origin));
  // The map's program is fetched only when it is asked for; out there it could not be.
  const { canDrawMaps } = await import("./little-map.js");
  const later = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.startsWith(window.location.origin));
  registration.active.postMessage({ type: "keep", urls: [...new Set([...urls, ...(canDrawMaps() ? later : [])])] });
}

navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  if (data.type === "send") sender.run();
  if (data.type === "kept") app.dataset.kept = "";
});
window.addEventListener("online", () => sender.run().then(() => refresh()));
window.addEventListener("offline", () => showNetwork(false));
document.addEventListener("visibilitychange", () => { if (!document.hidden) sender.run().then(() => refresh()); });
window.setInterval(() => { if (!document.hidden) refresh(); }, LOOK_AGAIN_MS);
window.setInterval(() => { if (navigator.onLine) sender.run(); }, TRY_AGAIN_MS);

prepareDay();
showOutbox().then(() => {
  app.dataset.ready = "";
  if (!navigator.onLine) showNetwork(false);
  return sender.run();
}).then(() => keepForLater().catch((error) => window.console.info(String(error))));
