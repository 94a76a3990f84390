// What was done and the server does not have yet, kept on the phone until the server has said that it has it.
// Used by the page and by the service worker: nothing here needs a window.

const DATABASE = "linli-round";
const DEEDS = "deeds";
/** Photos and voice of deeds, apart from them: a list of what waits is read often, and must not carry megabytes. */
const FILES = "files";
/** What is being written: a phone that is short of memory closes the page while its camera is open. */
const DRAFTS = "drafts";
const DRAFTS_FOR_MS = 24 * 3600 * 1000;
/** How long it is still said that something was sent; it keeps no words and no photos by then. */
const TOLD_FOR_MS = 7 * 24 * 3600 * 1000;

/**
 * @typedef {Object} Deed
 * @property {number} seq in what order it was done on this phone, whatever its clock says
 * @property {string} request_key a UUID: the same deed sent twice is the same request
 * @property {string} actor who did it; nobody else may send it
 * @property {string} community
 * @property {string} action the address it is sent to
 * @property {number} made_at milliseconds since 1970, by this phone
 * @property {string} code of the matter; empty for a finding
 * @property {number} version of the matter that was seen
 * @property {string} verb
 * @property {string} title what to call it on the page
 * @property {string} about what the matter is about
 * @property {[string, string][]} fields
 * @property {number} file_count
 * @property {"waiting"|"conflict"|"refused"|"sent"} state
 * @property {Object|null} answer what the server said to a conflict or a refusal
 *
 * @typedef {{name: string, file_name: string, type: string, bytes: ArrayBuffer}} Kept a file as plain bytes
 */

/** Also where the page does not come over TLS, and there is no crypto.randomUUID. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(DEEDS, { keyPath: "seq", autoIncrement: true });
      request.result.createObjectStore(FILES, { keyPath: "seq" });
      request.result.createObjectStore(DRAFTS, { keyPath: "name" });
    };
    request.onsuccess = () => {
      // Logged out in another window: let go, or the database could not be deleted.
      request.result.onversionchange = () => close();
      request.result.onclose = () => { opened = null; };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function close() {
  const held = opened;
  opened = null;
  (await held)?.close();
}

/** Run one transaction over the stores named; done only when it is on disk. */
async function within(mode, names, work) {
  const transaction = (await database()).transaction(names, mode, { durability: "strict" });
  const whole = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
  // Where the work itself fails, that is what is told.
  whole.catch(() => {});
  const result = await work(...names.map((name) => transaction.objectStore(name)));
  await whole;
  return result;
}

const unsent = (deed) => deed.state !== "sent";
const sameMatter = (one, other) => other.code !== "" && one.code === other.code && one.actor === other.actor && one.community === other.community;
const every = () => within("readonly", [DEEDS], (deeds) => settled(deeds.getAll()));

/** Everything one person did here and that is still known, in the order in which it was done. */
export async function kept({ actor, community }) {
  return (await every()).filter((deed) => deed.actor === actor && deed.community === community);
}

/** @returns {Promise<Kept[]>} what was photographed and said in a deed */
export async function filesOf({ seq }) {
  return (await within("readonly", [FILES], (files) => settled(files.get(seq))))?.files ?? [];
}

/** How many deeds wait, anybody's; and how many of them are not this actor's. */
export async function counts(actor) {
  const waiting = (await every()).filter(unsent);
  return { waiting: waiting.length, others: waiting.filter((deed) => deed.actor !== actor).length };
}

/** Keep a deed. What I did before to the same matter is no conflict of mine: the deed is made on top of it. */
export async function add({ files: given, ...deed }) {
  // The browser may otherwise clear it when the phone runs out of room.
  await globalThis.navigator?.storage?.persist?.().catch(() => false);
  await within("readwrite", [DEEDS, FILES], async (deeds, files) => {
    const mine = (await settled(deeds.getAll())).filter((other) => sameMatter(other, deed));
    const before = mine.filter(unsent).at(-1);
    const reached = Math.max(deed.version, ...mine.filter((other) => !unsent(other)).map((other) => other.reached));
    const version = before ? before.version : reached;
    const seq = await settled(deeds.add({ ...deed, file_count: given.length, request_key: newKey(), version, made_at: Date.now(), state: "waiting", answer: null }));
    if (given.length) files.put({ seq, files: given });
  });
}

/**
 * The server has a deed: its words and photos go from the phone, and what the same person did to the same matter after it
 * follows on the version that came of it. In one transaction, so that a phone that dies between the two loses neither.
 */
export async function accepted(deed, { version, code }) {
  await within("readwrite", [DEEDS, FILES], async (deeds, files) => {
    files.delete(deed.seq);
    deeds.put({ ...deed, code: code ?? deed.code, state: "sent", reached: version, sent_at: Date.now(), fields: [], answer: null });
    for (const other of await settled(deeds.getAll())) {
      if (unsent(other) && sameMatter(other, deed) && other.version === deed.version) deeds.put({ ...other, version });
      else if (!unsent(other) && other.sent_at < Date.now() - TOLD_FOR_MS) deeds.delete(other.seq);
    }
  });
}

/** The server has not taken it, and said why. */
export async function answered(deed, state, answer) {
  await within("readwrite", [DEEDS], (deeds) => settled(deeds.put({ ...deed, state, answer })));
}

/**
 * Both sides have been looked at, and mine is wanted: on top of what there is now, and with it what I did after it. Under a
 * new key, since the photos of the old one may be forgotten on the server by now; the old one was certainly not done.
 */
export async function sendOnTop(deed) {
  await within("readwrite", [DEEDS], async (deeds) => {
    const version = deed.answer?.version ?? deed.version;
    deeds.put({ ...deed, request_key: newKey(), version, state: "waiting", answer: null });
    for (const other of await settled(deeds.getAll())) {
      if (other.seq > deed.seq && other.state === "waiting" && sameMatter(other, deed) && other.version === deed.version) deeds.put({ ...other, version });
    }
  });
}

/** What cannot be done any more is at least said: words, photos and voice go to the colleagues as a note. */
export async function noteInstead(deed) {
  const renamed = (await filesOf(deed)).map((file) => (file.name === "voice" ? file : { ...file, name: "photos" }));
  const text = [deed.title, ...deed.fields.filter(([name]) => name === "text" || name === "reason").map(([, value]) => value)].join("\n");
  await within("readwrite", [FILES], (files) => settled(files.put({ seq: deed.seq, files: renamed })));
  await sendOnTop({ ...deed, verb: "note", fields: [["text", text]] });
}

export async function drop({ seq }) {
  await within("readwrite", [DEEDS, FILES], (deeds, files) => Promise.all([settled(deeds.delete(seq)), settled(files.delete(seq))]));
}

/** Take what waits of everybody else from this phone. */
export async function dropOthers(actor) {
  await within("readwrite", [DEEDS, FILES], async (deeds, files) => {
    for (const { seq, actor: whose } of await settled(deeds.getAll())) {
      if (whose === actor) continue;
      deeds.delete(seq);
      files.delete(seq);
    }
  });
}

/** @param {{name: string, actor: string, fields: Deed["fields"], files: Kept[]}} draft under the name of its sheet */
export async function keepDraft(draft) {
  await within("readwrite", [DRAFTS], (drafts) => settled(drafts.put({ ...draft, at: Date.now() })));
}

/** What somebody had begun to write on a sheet, if it was today. */
export async function draftOf({ name, actor }) {
  const draft = await within("readonly", [DRAFTS], (drafts) => settled(drafts.get(name)));
  return draft?.actor === actor && draft.at > Date.now() - DRAFTS_FOR_MS ? draft : null;
}

export async function dropDraft(name) {
  await within("readwrite", [DRAFTS], (drafts) => settled(drafts.delete(name)));
}

/** Take what others had begun. */
export async function dropDrafts(actor) {
  await within("readwrite", [DRAFTS], async (drafts) => {
    for (const draft of await settled(drafts.getAll())) if (draft.actor !== actor) drafts.delete(draft.name);
  });
}

/** Nothing of anybody stays. */
export async function forgetAll() {
  await close();
  await new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(DATABASE);
    request.onsuccess = resolve;
    request.onerror = resolve;
    // A window that holds it lets go by itself, in its own time; the deletion is under way.
    request.onblocked = resolve;
  });
}
