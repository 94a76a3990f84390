// The work page without a network: the page as it was last seen, and everything it needs. The server puts a line before this
// one: const LINLI = {version, page, login, tiles}. It never answers a POST: what is done waits in the page's own outbox.

/* global LINLI */
const PAGES = "linli-work-page";
const THINGS = `linli-work-things-${LINLI.version}`;
const TILES = "linli-work-tiles";
const MOST_TILE_BYTES = 60 * 1024 * 1024;
const PATIENCE_MS = 5000;
const HASHED = /\.[0-9a-f]{12}\./;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepPage());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("linli-work-things-") && name !== THINGS) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("message", (event) => {
  const { type, urls } = event.data ?? {};
  if (type === "keep") event.waitUntil(keepThings(urls).then(() => event.source.postMessage({ type: "kept" })));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname === LINLI.page) event.respondWith(pageAnswer(request));
  else if (url.pathname === LINLI.tiles) event.respondWith(tilesAnswer(request));
  else if (url.pathname.startsWith(LINLI.static) || url.pathname.startsWith(LINLI.files)) event.respondWith(thingAnswer(request, url));
});

// What a phone that has the network again can do even while the page is closed; the page itself does it everywhere else.
self.addEventListener("sync", (event) => {
  event.waitUntil((async () => {
    for (const client of await self.clients.matchAll()) client.postMessage({ type: "send" });
  })());
});

async function keepPage() {
  const answer = await fetch(LINLI.page, { credentials: "same-origin", redirect: "manual" }).catch(() => null);
  if (answer) await minded(answer);
}

/** Keep the page; if it has become a way to the login, what it showed of residents goes from this phone. */
async function minded(answer) {
  if (answer.ok && answer.type === "basic") await (await caches.open(PAGES)).put(LINLI.page, answer.clone());
  else if (answer.type === "opaqueredirect" || answer.status === 404) {
    await caches.delete(PAGES);
    await caches.delete(THINGS);
  }
  return answer;
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

async function thingAnswer(request, url) {
  const cache = await caches.open(THINGS);
  const held = await cache.match(request.url, { ignoreVary: true });
  if (held && HASHED.test(url.pathname)) return held;
  const fresh = await fetch(request).catch(() => null);
  if (fresh?.ok && fresh.status === 200) await cache.put(request.url, fresh.clone());
  return fresh ?? held ?? Response.error();
}

/** The page tells what it has loaded before this worker stood between it and the network. */
async function keepThings(urls) {
  const cache = await caches.open(THINGS);
  for (const url of urls) {
    if (new URL(url).pathname === LINLI.tiles || (await cache.match(url, { ignoreVary: true }))) continue;
    const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
    if (answer?.ok && answer.status === 200) await cache.put(url, answer);
  }
  await keepPage();
  await keepTiles();
}

/** The whole map of the place, if it is not too large for a phone. */
async function keepTiles() {
  const cache = await caches.open(TILES);
  const held = await cache.match(LINLI.tiles);
  const head = await fetch(LINLI.tiles, { headers: { Range: "bytes=0-0" } }).catch(() => null);
  if (!head?.ok || (held && held.headers.get("ETag") === head.headers.get("ETag"))) return;
  const size = Number(head.headers.get("Content-Range")?.split("/")[1] ?? 0);
  if (!size || size > MOST_TILE_BYTES) return;
  const whole = await fetch(LINLI.tiles).catch(() => null);
  if (whole?.status === 200) await cache.put(LINLI.tiles, whole);
}

/** A stretch of the kept map: caches keep whole answers only. */
async function tilesAnswer(request) {
  const held = await caches.match(LINLI.tiles, { cacheName: TILES });
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("Range") ?? "");
  if (!held || !range) return fetch(request);
  const blob = await held.blob();
  const [first, last] = [Number(range[1]), Math.min(Number(range[2]), blob.size - 1)];
  const headers = { "Content-Range": `bytes ${first}-${last}/${blob.size}`, "Content-Type": "application/vnd.pmtiles", ETag: held.headers.get("ETag") ?? "" };
  return new Response(blob.slice(first, last + 1), { status: 206, headers });
}
