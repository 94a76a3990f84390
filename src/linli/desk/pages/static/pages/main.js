// The life-circle page: reads what the reader chose, asks the server, paints the map and fills the panel.

import { Trouble, communityApi } from "./api.js";
import { afterPause } from "./dom.js";
import { LifeMap, canDrawMaps } from "./life-map.js";
import { Moving } from "./moving.js";
import { fillAnswer, fillFacilities, fillHome, fillLegend, fillRules, fillSummary, walkWords } from "./panel.js";
import { LatestWins, clearPlan, movePin, plannedChange, plannedPins, removePin, restorePin } from "./plan.js";
import { CLASS_COUNT, classColours, classify } from "./scale.js";
import { choicesQuery, readState, writeState } from "./state.js";
import { speaker } from "./words.js";

const HOVER_PAUSE_MS = 120;
const ANNOUNCE_PAUSE_MS = 700;
const FIRST_FACILITIES = 5;

const app = document.querySelector("#app");
const words = speaker(JSON.parse(app.dataset.words), document.documentElement.lang);
const { say } = words;
const api = communityApi(app.dataset.api);
const state = readState(window.location.search);
const region = (id) => document.querySelector(`#${id}`);
const selects = { kind: region("kind"), profile: region("profile"), standard: region("standard") };
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

let place;
let weights;
let map;
let moving;
let now = { seconds: new Uint16Array(0), facilities: [], walks: null, shown: FIRST_FACILITIES };
const loads = new Map();

/** Run a load; an older one of the same name that comes back later is dropped. */
async function load(name, work, use) {
  const round = (loads.get(name) ?? 0) + 1;
  loads.set(name, round);
  try {
    const found = await work();
    if (loads.get(name) === round) use(found);
  } catch (error) {
    if (loads.get(name) === round) complain(error);
  }
}

function complain(error) {
  const kind = error instanceof Trouble ? error.kind : "broken";
  region("trouble-text").textContent = say(`trouble_${kind}`);
  region("trouble").hidden = false;
  if (!(error instanceof Trouble)) window.console.error(error);
}

/** Tell a screen reader, once things have come to rest, what those who see have seen all along. */
const announce = afterPause(ANNOUNCE_PAUSE_MS, (...regions) => {
  region("announcement").textContent = regions.map((id) => region(id)?.innerText ?? "").join(" ");
});

function thing(list, key) {
  return place[list].find((each) => each.key === key);
}

/** The nearest place to this one that the server knows streets for. */
function withinReach({ lon, lat }) {
  const [west, south, east, north] = place.reach;
  return { lon: Math.min(east, Math.max(west, lon)), lat: Math.min(north, Math.max(south, lat)) };
}

const kind = () => thing("kinds", state.kind);
const profile = () => thing("profiles", state.profile);
const pins = () => plannedPins(state, now.facilities, state.kind, say);
const listUrl = (more = {}) => {
  const query = choicesQuery(state);
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  return `${app.dataset.listUrl}?${query}`;
};

function residentsPerClass(classes) {
  const residents = new Array(CLASS_COUNT).fill(0);
  for (let home = 0; home < classes.length; home += 1) residents[classes[home]] += weights[home];
  return residents;
}

/** Colour the homes and say what the colours add up to. */
function showSeconds(seconds) {
  const classes = classify(seconds);
  map.paint(classes);
  const residents = residentsPerClass(classes);
  fillLegend(region("legend"), residents, words);
  fillAnswer(region("answer"), { residents, kind: kind(), profile: profile(), words });
  now.shownSeconds = seconds;
  announce("answer");
  // Tests and the curious read here what was painted and how often.
  app.dataset.coloured = String(classes.length);
  app.dataset.recoloured = String(Number(app.dataset.recoloured ?? 0) + 1);
  app.dataset.shown = `${state.profile}/${state.kind}`;
}

const whatIf = new LatestWins({
  ask: (change) => api.whatIf(change),
  answered: ({ seconds, summary }) => {
    region("trouble").hidden = true;
    showSeconds(seconds);
    region("plan").hidden = false;
    fillSummary(region("plan-summary"), { summary, words });
    announce("plan-summary");
    app.dataset.planned = String(Number(app.dataset.planned ?? 0) + 1);
  },
  failed: complain,
});

function applyPlan() {
  const change = plannedChange(state, now.facilities, state.kind, state.profile);
  if (change) {
    whatIf.ask(change);
    return;
  }
  whatIf.forget();
  region("plan").hidden = true;
  if (now.seconds.length > 0) showSeconds(now.seconds);
}

function showFacilities() {
  const standing = pins();
  map.showPins(standing);
  region("facilities-count").textContent = words.whole(standing.length);
  fillFacilities(region("facilities-list"), {
    pins: standing,
    limit: now.shown,
    words,
    onShow: (pin) => map.goTo([pin.lon, pin.lat], { zoom: 16 }),
    onMove: (pin) => startMoving(pin),
    onRemove: (pin) => planned(() => removePin(state, pin.id)),
    onRestore: (pin) => planned(() => restorePin(state, pin.id)),
    onMore: () => { now.shown += 40; showFacilities(); },
  });
}

function planned(change) {
  change();
  writeState(state);
  showFacilities();
  applyPlan();
}

function startMoving(pin) {
  moving.start(pin, { returnTo: () => region("facilities-list").querySelector("button") ?? region("add-facility") });
}

function loadKind() {
  now = { ...now, seconds: new Uint16Array(0), facilities: [], shown: FIRST_FACILITIES };
  whatIf.forget();
  app.setAttribute("aria-busy", "true");
  load("kind", async () => {
    const [seconds, found] = await Promise.all([api.minutes(state.profile, state.kind), api.facilities(state.kind)]);
    return { seconds, facilities: found.features.map(toFacility) };
  }, ({ seconds, facilities }) => {
    Object.assign(now, { seconds, facilities });
    app.removeAttribute("aria-busy");
    showFacilities();
    showSeconds(seconds);
    applyPlan();
  });
}

function toFacility({ properties, geometry }) {
  const [lon, lat] = geometry.coordinates;
  return { id: String(properties.id), name: properties.name, source: properties.source, hours: properties.hours, lon, lat };
}

function loadRules() {
  load("rules", () => api.rules(state.standard, state.profile), (found) => { now.rules = found.rules; showRules(); });
}

function showRules() {
  if (!now.rules) return;
  fillRules(region("rules-list"), {
    rules: now.rules, kind: kind(), words,
    leftOutUrl: (rule) => `${listUrl({ show: "rules", rule: rule.key })}#left-out`,
  });
}

function loadHome({ bringIntoView = false } = {}) {
  const index = state.home;
  map.select(index);
  if (index === null) {
    region("home").hidden = true;
    region("map-sentence").hidden = true;
    loads.set("home", (loads.get("home") ?? 0) + 1);
    now.walks = null;
    map.showWalks(null, state.kind);
    return;
  }
  load("home", () => Promise.all([api.home(index, state.profile), api.walks(index, state.profile)]), ([home, walks]) => {
    now.walks = walks;
    now.home = home;
    showHome();
    if (bringIntoView) map.fit([[home.lon, home.lat], ...chosenWalk()]);
  });
}

function chosenWalk() {
  const walk = now.walks.features.find(({ properties }) => properties.kind === state.kind);
  return walk ? walk.geometry.coordinates : [];
}

function showHome() {
  if (state.home === null || !now.home) return;
  map.showWalks(now.walks, state.kind);
  app.dataset.walks = String(now.walks.features.length);
  fillHome(region("home"), {
    home: now.home, kinds: place.kinds, kind: kind(), words,
    listUrl: listUrl({ show: "home" }),
    onKind: (key) => choose("kind", key),
    onClose: () => { chooseHome(null); region("map").querySelector("canvas").focus(); },
  });
  // On a narrow screen the panel is far below; the map itself says the one thing asked.
  region("map-sentence").textContent = region("home-sentence").innerText;
  region("map-sentence").hidden = false;
  announce("home-title", "home-sentence");
}

function chooseHome(index) {
  state.home = index;
  writeState(state);
  showLinks();
  loadHome();
}

const glance = afterPause(HOVER_PAUSE_MS, (home) => {
  load("glance", () => api.walks(home, state.profile), (walks) => {
    if (map.hovered === home) map.showWalks(walks, state.kind);
  });
});

function hover({ home, pin, point }) {
  const tip = region("map-tip");
  if (home === null && !pin) {
    tip.hidden = true;
    glance.cancel();
    if (now.glanced) map.showWalks(now.walks, state.kind);
    now.glanced = false;
    return;
  }
  const name = pin && (pins().find((each) => each.id === pin)?.name || say("unnamed"));
  const seconds = now.shownSeconds?.[home];
  tip.textContent = pin ? say("pin_tip", { name }) : seconds === undefined ? "" : `${words.name(kind())}: ${walkWords(seconds, words)}`;
  tip.hidden = tip.textContent === "";
  placeTip(tip, point);
  if (home === null || home === now.lastGlance && now.glanced) return;
  Object.assign(now, { glanced: true, lastGlance: home });
  glance(home);
}

/** Beside the pointer, and never outside the map. */
function placeTip(tip, point) {
  const frame = tip.parentElement;
  const right = Math.min(point.x + 14, frame.clientWidth - tip.offsetWidth - 4);
  const down = point.y > tip.offsetHeight + 20 ? point.y - tip.offsetHeight - 12 : point.y + 24;
  tip.style.transform = `translate(${Math.round(Math.max(4, right))}px, ${Math.round(down)}px)`;
}

function choose(name, value) {
  state[name] = value;
  selects[name].value = value;
  writeState(state);
  showLinks();
  region("trouble").hidden = true;
  if (name !== "standard") loadKind();
  if (name === "kind") {
    showHome();
    showRules();
  } else {
    loadRules();
  }
  if (name === "profile") loadHome();
}

/** The list view and the other language open with the same choices. */
function showLinks() {
  for (const link of document.querySelectorAll("a[data-keeps-choices]")) link.search = choicesQuery(state).toString();
  for (const field of document.querySelectorAll("input[data-keeps-address]")) field.value = window.location.pathname + window.location.search + window.location.hash;
}

/** Everything chosen is in the address, so a reload loses nothing; but not into a browser's own error page. */
async function retry() {
  region("trouble").hidden = true;
  try {
    await api.place();
    window.location.reload();
  } catch (error) {
    complain(error);
  }
}

async function start() {
  try {
    [place, weights] = await Promise.all([api.place(), api.residents()]);
  } catch (error) {
    complain(error);
    return;
  }
  for (const [name, list] of Object.entries({ kind: "kinds", profile: "profiles", standard: "standards" })) {
    if (!thing(list, state[name])) state[name] = selects[name].value;
    selects[name].value = state[name];
    selects[name].addEventListener("change", () => choose(name, selects[name].value));
  }
  if (state.home !== null && state.home >= place.home_count) state.home = null;
  await draw();
}

async function draw() {
  const viewGiven = window.location.hash.startsWith("#map=");
  map = new LifeMap(region("map"), {
    tilesUrl: api.tilesUrl, bounds: place.lived_in, legend: region("legend"), colours: classColours(), say, still,
    on: {
      home: (index) => chooseHome(index),
      facility: (id) => {
        const pin = pins().find((each) => each.id === id);
        if (pin.pin !== "pin-removed") startMoving(pin);
      },
      dragged: (id, at) => { movePin(state, id, withinReach(at)); applyPlan(); },
      dropped: (id, at) => planned(() => movePin(state, id, withinReach(at))),
      ground: (at) => moving.ground(at),
      hover,
      trouble: (error) => complain(new Trouble("unreachable", String(error?.message))),
    },
  });
  moving = new Moving(region("moving"), {
    map, say,
    onMove: (id, at) => planned(() => movePin(state, id, withinReach(at))),
    onEnd: (pin, { keep, before }) => {
      if (keep) return;
      planned(() => {
        if (pin.isNew) removePin(state, pin.id);
        else if (pin.pin === "pin") restorePin(state, pin.id);
        else movePin(state, pin.id, before);
      });
    },
  });
  await map.ready;
  app.dataset.ready = "yes";
  showLinks();
  loadKind();
  loadRules();
  loadHome({ bringIntoView: !viewGiven });
}

region("map-sentence").addEventListener("click", () => {
  region("home-title").scrollIntoView({ behavior: still ? "auto" : "smooth" });
  region("home-title").focus({ preventScroll: true });
});
region("retry").addEventListener("click", retry);
region("plan-reset").addEventListener("click", () => planned(() => clearPlan(state)));
region("add-facility").addEventListener("click", () => {
  const at = withinReach(map.centre());
  planned(() => state.added.push({ kind: state.kind, ...at }));
  const id = `new-${state.added.length - 1}`;
  startMoving({ ...pins().find((pin) => pin.id === id), isNew: true });
});

if (canDrawMaps()) start();
else region("no-webgl").hidden = false;
