// The inbox by keyboard, and kept fresh without a reload. Without this script it is a page of links and forms.

import { speaker } from "../pages/words.js";

const LOOK_AGAIN_MS = 8000;
const app = document.querySelector("#inbox");
const words = speaker(JSON.parse(app.dataset.words), document.documentElement.lang);
const keysOn = document.querySelector("#keys-on");
const news = document.querySelector("#news");
let etag = "";

// On a screen with room for them nothing is folded away.
const more = document.querySelector(".more-filters");
if (window.matchMedia("(min-width: 43rem)").matches) more.replaceWith(...more.querySelectorAll(".choice"));

const rows = () => [...document.querySelectorAll("#rows tbody tr")];
const here = () => document.activeElement?.closest?.("#rows tbody tr");

function focusRow(row) {
  row?.querySelector(".row-link").focus();
  row?.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(here());
  focusRow(all[Math.max(0, Math.min(all.length - 1, at === -1 ? 0 : at + by))]);
}

function ticked() {
  return document.querySelectorAll("#rows input[name=code]:checked").length;
}

function count() {
  const place = document.querySelector("#bulk-count");
  if (!place) return;
  place.textContent = ticked() ? `(${words.whole(ticked())})` : "";
  // Over the rows only while it has something to hand over.
  place.closest(".bulk").classList.toggle("chosen", ticked() > 0);
}

function toggle(row, on) {
  const box = row?.querySelector("input[name=code]");
  if (box) box.checked = on ?? !box.checked;
  count();
}

function assign() {
  const select = document.querySelector("#bulk-worker");
  if (!select) return;
  if (!ticked()) toggle(here(), true);
  select.focus();
}

const KEYS = { j: () => step(1), k: () => step(-1), x: () => toggle(here()), a: assign };

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input:not([type=checkbox]), textarea, select");
  if (typing || !keysOn.checked || event.ctrlKey || event.metaKey || event.altKey) return;
  const work = KEYS[event.key];
  if (!work) return;
  event.preventDefault();
  work();
});
document.addEventListener("change", count);
try {
  keysOn.checked = window.localStorage.getItem("linli-keys") !== "off";
  keysOn.addEventListener("change", () => window.localStorage.setItem("linli-keys", keysOn.checked ? "on" : "off"));
} catch {
  // A browser that keeps nothing: the keys are on.
}

/** Look whether anything has changed; put the new rows in the place of the old, ticks and focus where they were. */
async function look() {
  let answer;
  try {
    answer = await fetch(app.dataset.rows, { credentials: "same-origin", redirect: "manual", headers: etag ? { "If-None-Match": etag } : {} });
  } catch {
    news.textContent = words.say("unreachable");
    return;
  }
  if (!answer.ok) return;
  etag = answer.headers.get("ETag") ?? "";
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#rows");
  if (!fresh) return;
  const known = new Set(rows().map((row) => row.dataset.code));
  const ticks = new Set([...document.querySelectorAll("#rows input[name=code]:checked")].map((box) => box.value));
  const focused = here()?.dataset.code;
  const part = document.activeElement?.name === "code" ? "input[name=code]" : ".row-link";
  document.querySelector("#rows").replaceWith(document.adoptNode(fresh));
  let arrived = 0;
  for (const row of rows()) {
    const { code } = row.dataset;
    if (ticks.has(code)) toggle(row, true);
    if (code === focused) row.querySelector(part)?.focus();
    if (known.has(code)) continue;
    arrived += 1;
    const chip = document.createElement("span");
    chip.className = "chip new";
    chip.textContent = words.say("new");
    row.querySelector(".chips").prepend(chip);
  }
  count();
  if (arrived) news.textContent = words.count("arrived", arrived);
  app.dataset.looked = String(Number(app.dataset.looked ?? 0) + 1);
}

window.setInterval(() => { if (!document.hidden) look(); }, LOOK_AGAIN_MS);
count();
