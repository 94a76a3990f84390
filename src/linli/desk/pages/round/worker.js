// The round without a network: the page as it was last seen, and everything it loads. The server puts two lines before these:
// `sendAll`, in browsers that wake a service worker up to send (else null), and LINLI, the addresses of this community.
// No POST is ever answered here: what is done waits in the outbox until the server itself has said that it has it.

/* global LINLI, sendAll */
const PAGES = `linli-round-${LINLI.community}-page`;
const PHOTOS = `linli-round-${LINLI.community}-photos`;
const TILES = `linli-round-${LINLI.community}-tiles`;
const THINGS = `linli-round-things-${LINLI.version}`;
const PATIENCE_MS = 5000;
const HASHED = /\.[0-9a-f]{12}\./;
const things = new Set([...LINLI.things, ...LINLI.map_things].map((path) => new URL(path, self.location.href).pathname));

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepThings());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("linli-round-things-") && name !== THINGS) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

/** Whole or not at all: a page without one of its scripts is no page. The map may be missing. */
async function keepThings() {
  const cache = await caches.open(THINGS);
  const anew = (path) => new Request(path, { cache: "no-cache" });
  await cache.addAll(LINLI.things.map(anew));
  await cache.addAll(LINLI.map_things.map(anew)).catch(() => {});
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname === LINLI.page && request.mode === "navigate") event.respondWith(pageAnswer(request));
  else if (url.pathname === LINLI.tiles) event.respondWith(tilesAnswer(request));
  else if (url.pathname.startsWith(LINLI.photos)) event.respondWith(photoAnswer(request));
  else if (things.has(url.pathname)) event.respondWith(thingAnswer(request, url));
});

// The phone has the network again and the page is closed: what waits is sent all the same.
self.addEventListener("sync", (event) => {
  if (sendAll && event.tag === "linli-round") event.waitUntil(sendWaiting());
});

async function sendWaiting() {
  const outcome = await sendAll({ community: LINLI.community, who: LINLI.who });
  // The browser wakes us up again only after what has failed.
  if (outcome === "later" || outcome === "fault") throw new Error(outcome);
}

/** From the network if it answers in time, as kept otherwise. The order of the walk is part of the query; the page is one. */
async function pageAnswer(request) {
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS, null); });
  const fresh = fetch(request).then(minded).catch(() => null);
  const answer = await Promise.race([fresh, late]);
  if (answer && answer.status < 500) return answer;
  const held = await caches.match(LINLI.page, { cacheName: PAGES });
  return held ?? (await fresh) ?? Response.error();
}

/** Keep the page; once it has become a way to the login, or is not theirs any more, what it showed of residents goes. */
async function minded(answer) {
  if (answer.ok && answer.type === "basic") await (await caches.open(PAGES)).put(LINLI.page, answer.clone());
  else if (answer.type === "opaqueredirect" || answer.status === 404) {
    await caches.delete(PAGES);
    await caches.delete(PHOTOS);
  }
  return answer;
}

async function thingAnswer(request, url) {
  const held = await caches.match(url.pathname, { cacheName: THINGS, ignoreVary: true });
  if (held && HASHED.test(url.pathname)) return held;
  const fresh = await fetch(request).catch(() => null);
  return fresh?.ok ? fresh : held ?? fresh ?? Response.error();
}

/** The page decides which photos are kept: those of today's matters. */
async function photoAnswer(request) {
  const held = await caches.match(request.url, { cacheName: PHOTOS, ignoreVary: true });
  return held ?? fetch(request);
}

/** A stretch of the kept map: a cache keeps whole answers only. */
async function tilesAnswer(request) {
  const held = await caches.match(LINLI.tiles, { cacheName: TILES });
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("Range") ?? "");
  if (!held || !range) return fetch(request);
  const blob = await held.blob();
  const [first, last] = [Number(range[1]), Math.min(Number(range[2]), blob.size - 1)];
  const headers = { "Content-Range": `bytes ${first}-${last}/${blob.size}`, "Content-Type": "application/octet-stream", ETag: held.headers.get("ETag") ?? "" };
  return new Response(blob.slice(first, last + 1), { status: 206, headers });
}
