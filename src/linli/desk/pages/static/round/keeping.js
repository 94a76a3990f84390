// What of the round stays on this phone, and that nothing of it stays once it must not.

import { counts, dropDrafts, dropOthers, forgetAll } from "./outbox.js";

const PREFIX = "linli-round-";
const WHO = "linli-round-who";
// A map of more than this is not fetched unasked: phones in the field pay by the megabyte.
const MOST_TILE_BYTES = 16 * 1024 * 1024;

const hasCaches = "caches" in window;
const nameOf = (community, what) => `${PREFIX}${community}-${what}`;

/** Take the pages, photos and maps that this phone keeps. Scripts and style sheets hold nothing of anybody. */
async function forgetPages() {
  if (!hasCaches) return;
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && !name.startsWith(`${PREFIX}things-`)) await caches.delete(name);
}

/** Everything: what was seen, what waits, and the service worker itself. */
export async function forgetEverything() {
  await forgetPages();
  if (hasCaches) for (const name of await caches.keys()) if (name.startsWith(PREFIX)) await caches.delete(name);
  await forgetAll();
  for (const one of (await navigator.serviceWorker?.getRegistrations()) ?? []) if (one.scope.endsWith("/round/")) await one.unregister();
  localStorage.removeItem(WHO);
}

/**
 * Somebody is logged in on this phone: what others saw here goes at once. What others did and did not send is said, and
 * goes when it is told to: it is their work, and nobody else may send it.
 * @returns {Promise<number>} how many deeds of others wait
 */
export async function nowHere(actor) {
  if (localStorage.getItem(WHO) !== actor) {
    await forgetPages();
    await dropDrafts(actor);
    localStorage.setItem(WHO, actor);
  }
  return (await counts(actor)).others;
}

export { dropOthers };

/** The page as it was just read, and the small photos on it; photos of matters that are no longer on it go. */
export async function keepPage({ community, page, text, photos }) {
  if (!hasCaches) return;
  const pages = await caches.open(nameOf(community, "page"));
  await pages.put(page, new Response(text, { headers: { "Content-Type": "text/html; charset=utf-8" } }));
  await keepPhotos({ community, photos });
}

export async function keepPhotos({ community, photos }) {
  if (!hasCaches) return;
  const cache = await caches.open(nameOf(community, "photos"));
  const wanted = new Set(photos);
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
  for (const url of wanted) {
    if (await cache.match(url)) continue;
    const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
    if (answer?.status === 200) await cache.put(url, answer);
  }
}

/** The whole map of the place, unless it is large or the phone is told to be sparing. */
export async function keepTiles({ community, tiles }) {
  if (!hasCaches || !tiles || navigator.connection?.saveData) return;
  const url = new URL(tiles, window.location.href).href;
  const cache = await caches.open(nameOf(community, "tiles"));
  const held = await cache.match(url);
  const first = await fetch(url, { headers: { Range: "bytes=0-0" }, cache: "no-store" }).catch(() => null);
  if (!first?.ok || (held && held.headers.get("ETag") === first.headers.get("ETag"))) return;
  const size = Number(first.headers.get("Content-Range")?.split("/")[1] ?? 0);
  if (!size || size > MOST_TILE_BYTES) return;
  const whole = await fetch(url, { cache: "no-store" }).catch(() => null);
  if (whole?.status === 200) await cache.put(url, whole);
}

/** @returns {Promise<ServiceWorkerRegistration|null>} null where the browser has none, or only over TLS */
export async function register(url) {
  if (!navigator.serviceWorker) return null;
  // A browser that wakes a service worker up to send also knows modules; the others get the plain one.
  const wakes = "SyncManager" in window;
  await navigator.serviceWorker.register(wakes ? `${url}?sends` : url, { type: wakes ? "module" : "classic", updateViaCache: "none" });
  return navigator.serviceWorker.ready;
}
