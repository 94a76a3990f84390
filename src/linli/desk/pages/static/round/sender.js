// Sends what waits, in the order in which it was done, one at a time. Only the server's own word takes a deed away.
// Used by the page and by the service worker: nothing here needs a window.

import { accepted, answered, filesOf, kept } from "./outbox.js";

const PATIENCE_MS = 180_000;
const ASKING_MS = 15_000;
const HOUSE = "linli-round";

/** Every window of this phone hears what has become of a deed. */
export const news = "BroadcastChannel" in globalThis ? new BroadcastChannel(HOUSE) : null;

async function ask(url, options, patience_ms) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience_ms);
  try {
    return await fetch(url, { credentials: "same-origin", redirect: "manual", cache: "no-store", signal: stop.signal, ...options });
  } finally {
    clearTimeout(timer);
  }
}

/** Who is logged in, with the token that a POST needs. "login" and "later" stand for nobody, and for no network. */
export async function whoIsIt(url) {
  let answer;
  try {
    answer = await ask(url, {}, ASKING_MS);
  } catch {
    return "later";
  }
  if (answer.type === "opaqueredirect" || answer.status === 404) return "login";
  if (!answer.ok) return "later";
  return (await answer.json().catch(() => null)) ?? "later";
}

function bodyOf(deed, files) {
  const body = new FormData();
  for (const name of ["request_key", "actor", "code", "version", "verb", "made_at"]) body.append(name, String(deed[name]));
  for (const [name, value] of deed.fields) body.append(name, value);
  for (const file of files) body.append(file.name, new Blob([file.bytes], { type: file.type }), file.file_name);
  return body;
}

/** @returns {Promise<[("sent"|"conflict"|"refused"|"login"|"later"|"fault"), Object|null]>} */
async function post(deed, token) {
  const request = { method: "POST", body: bodyOf(deed, await filesOf(deed)), headers: { "X-CSRFToken": token, Accept: "application/json" } };
  let answer;
  try {
    answer = await ask(deed.action, request, PATIENCE_MS);
  } catch {
    return ["later", null];
  }
  if (answer.type === "opaqueredirect" || answer.status === 403) return ["login", null];
  const body = await answer.json().catch(() => null);
  // What does not name the request is no answer of ours (a hotel's login page, a proxy): it has taken nothing.
  if (body?.request_key !== deed.request_key) return [answer.status === 413 ? "refused" : "fault", null];
  if (answer.ok) return ["sent", body];
  if (answer.status === 409) return ["conflict", body];
  return ["refused", body];
}

/**
 * Send all that waits of whoever is logged in now.
 * @param {{community: string, who: string, tell?: (what: string, deed: Object) => void}} options
 * @returns {Promise<"done"|"login"|"later"|"fault">}
 */
export function sendAll({ community, who, tell = () => {} }) {
  const work = () => drain({ community, who, tell });
  // Two windows must not send the same thing at once: the server would forgive it, the order might not.
  return globalThis.navigator?.locks ? navigator.locks.request(HOUSE, work) : work();
}

async function drain({ community, who, tell }) {
  const it = await whoIsIt(who);
  if (typeof it === "string") return it;
  const { actor, token } = it;
  // Of one matter nothing goes before what was done to it first.
  const held = new Set();
  let faults = 0;
  for (const { seq } of await kept({ actor, community })) {
    // Read again: one sent before it may have moved its version on.
    const deed = (await kept({ actor, community })).find((one) => one.seq === seq);
    if (!deed || deed.state === "sent") continue;
    const matter = deed.code || deed.request_key;
    if (deed.state !== "waiting" || held.has(matter)) {
      held.add(matter);
      continue;
    }
    told("sending", deed, tell);
    const [outcome, body] = await post(deed, token);
    if (outcome === "sent") await accepted(deed, body);
    else held.add(matter);
    if (outcome === "conflict" || outcome === "refused") await answered(deed, outcome, body);
    told(outcome, deed, tell);
    if (outcome === "login" || outcome === "later") return outcome;
    if (outcome === "fault") faults += 1;
  }
  return faults ? "fault" : "done";
}

function told(what, deed, tell) {
  const { seq, title } = deed;
  tell(what, { seq, title });
  news?.postMessage({ what, deed: { seq, title } });
}
