// Sends what waits, in the order it was done, one at a time; only the server's own word takes an item away.

import { accepted, forget, keep, kept } from "./outbox.js";

const PATIENCE_MS = 60_000;

/** The request of an item. A key that the server knows already gets the same answer as the first time. */
function bodyOf(item) {
  const body = new FormData();
  for (const [name, value] of item.fields) body.append(name, value);
  for (const file of item.files) body.append(file.name, new Blob([file.bytes], { type: file.type }), file.file_name);
  body.append("request_key", item.request_key);
  body.append("version", String(item.version));
  body.append("made_at", new Date(item.made_at).toISOString());
  return body;
}

/**
 * @returns {Promise<"sent"|"conflict"|"refused"|"login"|"later">} and the answer's body
 */
async function post(item, csrfToken) {
  let answer;
  try {
    answer = await fetch(item.action, {
      method: "POST", body: bodyOf(item), credentials: "same-origin", redirect: "manual",
      headers: { "X-CSRFToken": csrfToken, Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    return ["later", null];
  }
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return ["login", null];
  const body = await answer.json().catch(() => null);
  // A page that is no answer of ours (a hotel's login page, a proxy) has not taken anything.
  if (answer.ok) return body?.request_key === item.request_key ? ["sent", body] : ["later", null];
  if (answer.status === 409) return ["conflict", body];
  if (answer.status === 429 || answer.status >= 500) return ["later", null];
  return ["refused", body];
}

export class Sender {
  /** @param {{actor: string, freshToken: () => Promise<string|null>, changed: (outcome: string, item: Object) => void}} options */
  constructor({ actor, freshToken, changed }) {
    this.actor = actor;
    this.freshToken = freshToken;
    this.changed = changed;
    this.running = null;
    this.again = false;
  }

  /** Send all that waits. Asked again while it runs, it looks once more when it is through. */
  run() {
    this.again = this.running !== null;
    this.running ??= this.exclusively().finally(() => {
      this.running = null;
      if (this.again) this.run();
    });
    return this.running;
  }

  /** Two windows of one phone must not send the same thing at once; the server would forgive it, the order might not. */
  exclusively() {
    if (!navigator.locks) return this.drain();
    return navigator.locks.request("linli-outbox", () => this.drain());
  }

  async drain() {
    const waiting = (await kept(this.actor)).filter((item) => item.state === "waiting");
    if (!waiting.length) return;
    const token = await this.freshToken();
    if (token === null) return;
    const held = new Set((await kept(this.actor)).filter((item) => item.state === "conflict").map((item) => item.code));
    for (const { request_key: key } of waiting) {
      // Read again: an item sent before this one may have moved its version on.
      const item = (await kept(this.actor)).find((each) => each.request_key === key);
      if (!item || (item.code && held.has(item.code))) continue;
      const [outcome, body] = await post(item, token);
      if (outcome === "sent") await accepted(item, body.version);
      if (outcome === "conflict" || outcome === "refused") {
        await keep({ ...item, state: outcome, answer: body });
        if (item.code) held.add(item.code);
      }
      this.changed(outcome, item);
      if (outcome === "login" || outcome === "later") return;
    }
  }
}

/** The worker has seen both sides and wants theirs: on top of what there is now, and with it what they did after it. */
export async function sendOnTop(item) {
  const { version } = item.answer;
  const later = (await kept(item.actor)).filter((other) => other.code === item.code && other.version === item.version && other.state === "waiting");
  await keep({ ...item, state: "waiting", version, answer: null });
  for (const other of later) await keep({ ...other, version });
}

export async function throwAway(item) {
  await forget(item.request_key);
}
