// The worker's round. Whatever is pressed goes into the outbox first and to the server second, network or not: one way only.

import { fill, make } from "../pages/dom.js";
import { speaker } from "../pages/words.js";
import { dropOthers, keepPage, keepPhotos, keepTiles, nowHere, register } from "./keeping.js";
import { add, counts, kept } from "./outbox.js";
import { news, sendAll } from "./sender.js";
import { sheets } from "./sheet.js";
import { waitingList } from "./waiting.js";

const LOOK_AGAIN_MS = 60_000;
const TRY_AGAIN_MS = 20_000;
/** Where the server fails again and again, photos are not sent to it again and again: that costs the worker. */
const MOST_PAUSE_MS = 10 * 60_000;

const app = document.querySelector("#round");
const { actor, community } = app.dataset;
const edges = JSON.parse(app.dataset.edges);
const words = speaker(JSON.parse(app.dataset.words), document.documentElement.lang);
const { say } = words;
const { timezone: timeZone } = app.dataset;
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", month: "numeric", day: "numeric", hourCycle: "h23", timeZone });
const wide = window.matchMedia("(min-width: 60rem)");
const region = (id) => document.querySelector(`#${id}`);
const sending = new Set();
const list = waitingList({ words, timeZone, matters: app.dataset.matters, decided: async () => { await showOutbox(); await send(); await refresh(); } });
const sheet = sheets({ say, actor, community, keep });
let showsMap = null;
let map = null;
/** Whether this phone can keep anything; where it cannot, the buttons stay links to the matter's own page. */
let keeps = false;
let shown = region("day").innerHTML;

/* The page itself, read anew */

/** Show the day as it is now, and keep it for when there is no network; unless somebody is just writing. */
async function refresh({ force = false, whole = false } = {}) {
  if (sheet.isOpen() && !force) return;
  // What is shown already is not sent again; which day that is the server wrote on it.
  const headers = whole ? {} : { "If-None-Match": region("day").dataset.mark };
  let answer;
  let text;
  try {
    // Not by the service worker, which would give what it has kept.
    answer = await fetch(window.location.href, { credentials: "same-origin", redirect: "manual", cache: "no-store", headers });
    text = answer.ok ? await answer.text() : "";
  } catch {
    showNetwork("offline");
    return;
  }
  if (answer.type === "opaqueredirect" || answer.status === 404) showNetwork("login");
  if (answer.status === 304) {
    region("day").dataset.made = new Date().toISOString();
    showNetwork(navigator.onLine ? "" : "offline");
  }
  if (!text) return;
  const page = new DOMParser().parseFromString(text, "text/html");
  if (page.querySelector("#round")?.dataset.actor !== actor) {
    // Somebody else has logged in: this is not their page, and it shows what is not theirs.
    window.location.reload();
    return;
  }
  // It may have gone while the answer was on its way.
  showNetwork(navigator.onLine ? "" : "offline");
  await showDay(page.querySelector("#day"));
  const photos = [...region("day").querySelectorAll("[data-photo]")].map((each) => each.src);
  await keepPage({ community, page: new URL(app.dataset.page, window.location.href).href, text, photos }).catch(() => {});
}

/** Put the day that was just read in the place of this one, but not under somebody's thumb if nothing is new. */
async function showDay(day) {
  const { innerHTML } = day;
  if (innerHTML === shown) {
    Object.assign(region("day").dataset, { made: day.dataset.made, mark: day.dataset.mark });
    return;
  }
  shown = innerHTML;
  const focused = document.activeElement?.closest?.("[data-code]")?.dataset.code;
  const openedMore = [...document.querySelectorAll("[data-code] details[open]")].map((each) => each.closest("[data-code]").dataset.code);
  region("day").replaceWith(document.adoptNode(day));
  for (const code of openedMore) for (const more of document.querySelectorAll(`[data-code="${code}"] details`)) more.open = true;
  await prepareDay();
  if (focused) document.querySelector(`[data-code="${focused}"] h2`)?.focus();
}

/** @param {""|"offline"|"login"} trouble */
function showNetwork(trouble) {
  const place = region("network");
  const text = trouble === "offline" ? say("offline", { when: clock.format(new Date(region("day").dataset.made)) }) : trouble === "login" ? say("log_in_to_send") : "";
  place.hidden = text === "";
  place.dataset.trouble = trouble;
  if (place.dataset.text === text) return;
  place.dataset.text = text;
  fill(place, make("span", {}, text), trouble === "login" && make("a", { class: "big strong", href: app.dataset.login }, say("log_in")));
}

async function prepareDay() {
  const day = region("day");
  for (const button of day.querySelectorAll("[data-from-here]")) button.hidden = !navigator.geolocation;
  for (const button of day.querySelectorAll("[data-show-map]")) button.hidden = !day.dataset.tiles || JSON.parse(day.dataset.points).length === 0;
  if (showsMap ?? wide.matches) await drawMap();
  await showOutbox();
}

/* What is pressed */

document.addEventListener("click", (event) => {
  const { target } = event;
  const deed = target.closest("[data-verb]");
  if (deed && keeps) {
    event.preventDefault();
    doDeed(deed);
  } else if (target.closest("[data-from-here]")) startFromHere();
  else if (target.closest("[data-show-map]")) toggleMap();
  else if (target.closest("[data-send-now]")) send().then(() => refresh());
  else if (target.closest("[data-drop-others]")) throwAwayOthers();
  else needsNetwork(event);
});

function doDeed(button) {
  const card = button.closest("[data-code]");
  const verb = button.dataset.verb;
  const { code = "", about: where = "", category = "", language = "" } = card?.dataset ?? {};
  const asked = { verb, code, title: button.textContent.trim(), where, category, language };
  const template = document.querySelector(`#form-${verb}`);
  if (template) sheet.open(asked, button);
  else keepDeed({ ...asked, fields: [], files: [] }).catch((error) => notKept(error));
}

/** What a sheet gives when it is sent off. */
async function keep(form, { fields, files }) {
  const [verb, code] = form.dataset.name.split(":");
  const card = code ? document.querySelector(`[data-code="${code}"]`) : null;
  await keepDeed({ verb, code, title: form.dataset.title, where: card?.dataset.about ?? fields.find(([name]) => name === "text")?.[1] ?? "", fields, files });
}

async function keepDeed({ verb, code, title, where, fields, files }) {
  const card = document.querySelector(`[data-code="${code}"]`);
  const version = Number(card?.dataset.version ?? 0);
  await add({ actor, community, action: new URL(app.dataset.send, window.location.href).href, code: code ?? "", verb, version, title, about: where, fields, files });
  await showOutbox();
  if (card) card.scrollIntoView({ block: "nearest" });
  // Not waited for: what was pressed is kept, and the hands are free.
  wakeLater();
  send().then((outcome) => outcome === "done" && refresh());
}

function notKept(error) {
  fill(region("said"), make("p", { class: "said error", role: "alert" }, say("not_kept")));
  window.console.warn(String(error));
}

function needsNetwork(event) {
  const link = event.target.closest("a[href]");
  const here = link?.pathname === app.dataset.page && (link.hash || !link.search);
  if (link && !here && !navigator.onLine) sayNeedsNetwork(event);
}

function sayNeedsNetwork(event) {
  event.preventDefault();
  fill(region("said"), make("p", { class: "said error" }, say("needs_network")));
  region("said").scrollIntoView({ block: "nearest" });
}

// The forms in the page's head; a sheet's own never leave the page.
document.addEventListener("submit", (event) => {
  if (!event.target.closest("#sheet") && !navigator.onLine) sayNeedsNetwork(event);
});

/* The map, and where the round begins */

function startFromHere() {
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    const query = new URLSearchParams({ order: "walk", at: `${coords.longitude.toFixed(5)},${coords.latitude.toFixed(5)}` });
    window.history.replaceState(null, "", `?${query}`);
    refresh({ force: true });
  }, () => fill(region("said"), make("p", { class: "said error" }, say("no_position"))), { timeout: 15_000, maximumAge: 60_000 });
}

async function toggleMap() {
  showsMap = region("round-map").hidden;
  if (showsMap) await drawMap();
  else region("round-map").hidden = true;
  for (const button of document.querySelectorAll("[data-show-map]")) button.setAttribute("aria-expanded", String(showsMap));
}

async function drawMap() {
  const { points, tiles, bounds } = region("day").dataset;
  const pins = JSON.parse(points);
  if (!tiles || !pins.length) return;
  const { canDrawMaps, littleMap } = await import("../staff/little-map.js");
  if (!canDrawMaps()) {
    if (showsMap) fill(region("said"), make("p", { class: "said error" }, say("no_map")));
    return;
  }
  for (const button of document.querySelectorAll("[data-show-map]")) button.setAttribute("aria-expanded", "true");
  const frame = region("round-map");
  if (map && !frame.hidden) {
    map.show(pins);
    return;
  }
  Object.assign(frame.dataset, { tiles, bounds });
  map?.map.remove();
  map = littleMap(frame, pins, { words: JSON.parse(app.dataset.words) });
}

/* What waits */

let running = null;
let again = false;
let pause_ms = TRY_AGAIN_MS;
let quietUntil = 0;

/** Send what waits. Asked again while it runs, it looks once more, and tells all who asked how that ended. */
function send() {
  again = running !== null;
  running ??= sendUntilThrough().finally(() => { running = null; });
  return running;
}

async function sendUntilThrough() {
  let outcome;
  do {
    again = false;
    outcome = await sendOnce();
  } while (again);
  return outcome;
}

async function sendOnce() {
  const { waiting } = await counts(actor);
  if (!waiting) return "done";
  const outcome = await sendAll({ community, who: app.dataset.who, tell });
  sending.clear();
  quietUntil = outcome === "done" ? 0 : Date.now() + pause_ms;
  pause_ms = outcome === "done" ? TRY_AGAIN_MS : Math.min(pause_ms * 2, MOST_PAUSE_MS);
  if (outcome === "login") showNetwork("login");
  if (outcome === "later") showNetwork("offline");
  await showOutbox();
  return outcome;
}

function tell(what, { seq, title }) {
  if (what === "sending") sending.add(seq);
  else sending.delete(seq);
  if (what === "sent") fill(region("said"), make("p", { class: "said" }, say("sent", { what: title })));
  showOutbox();
}

async function showOutbox() {
  const deeds = await kept({ actor, community });
  list.show(deeds, sending);
  for (const card of document.querySelectorAll("[data-code]")) showLawful(card, deeds.filter((deed) => deed.code === card.dataset.code && deed.state === "waiting"));
}

/** What can be done after what was done here already, sent or not. */
function showLawful(card, waiting) {
  const who = card.dataset.who.split(" ");
  const state = waiting.reduce((now, { verb }) => edges[now]?.[verb]?.to ?? now, card.dataset.state);
  for (const button of card.querySelectorAll("[data-verb]")) {
    button.hidden = !(edges[state]?.[button.dataset.verb]?.who ?? []).some((one) => who.includes(one));
  }
}

async function throwAwayOthers() {
  if (!window.confirm(say("drop_sure"))) return;
  await dropOthers(actor);
  await showOthers();
}

async function showOthers() {
  const others = await nowHere(actor).catch(() => 0);
  const place = region("others");
  place.hidden = others === 0;
  if (others) place.querySelector("p").textContent = words.count("others", others);
}

/* Without a network */

async function wakeLater() {
  const registration = await navigator.serviceWorker?.getRegistration(app.dataset.page);
  await registration?.sync?.register("linli-round").catch(() => null);
}

async function keepForLater() {
  if (!(await register(app.dataset.worker))) {
    fill(region("said"), make("p", { class: "small" }, say("stay_here")));
    return;
  }
  const photos = [...region("day").querySelectorAll("[data-photo]")].map((each) => each.src);
  // The page came before the service worker did: it has to be read once more to be kept.
  if (!navigator.serviceWorker.controller || !(await caches.match(app.dataset.page))) await refresh({ whole: true });
  else await keepPhotos({ community, photos });
  app.dataset.kept = "";
  await keepTiles({ community, tiles: region("day").dataset.tiles });
}

function lookAgain() {
  if (!document.hidden) send().then((outcome) => { if (outcome === "done" || outcome === "fault") refresh(); });
}

/** By the clock, not by the worker's wish or a network that has just come back. */
function lookAgainUnlessQuiet() {
  if (Date.now() >= quietUntil) lookAgain();
}

// Another window, or the service worker, has sent something.
news?.addEventListener("message", ({ data: { what, deed } }) => {
  tell(what, deed);
  if (what === "sent") refresh();
});
window.addEventListener("online", lookAgain);
window.addEventListener("offline", () => showNetwork("offline"));
document.addEventListener("visibilitychange", lookAgain);
window.setInterval(lookAgainUnlessQuiet, LOOK_AGAIN_MS);
window.setInterval(() => { if (navigator.onLine && region("outbox").querySelector("[data-state=waiting]")) lookAgainUnlessQuiet(); }, TRY_AGAIN_MS);

async function begin() {
  await showOthers();
  await prepareDay();
  keeps = true;
  app.dataset.ready = "";
  if (!navigator.onLine) showNetwork("offline");
  await send();
  await keepForLater();
}

begin().catch((error) => window.console.warn(String(error)));
