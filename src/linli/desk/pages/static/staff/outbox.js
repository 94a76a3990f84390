// What the worker has done and the server does not know yet, kept on the phone until the server has said that it has it.

const DATABASE = "linli-work";
const STORE = "outbox";

/**
 * @typedef {Object} Item
 * @property {string} request_key a UUID: the same item sent twice is the same request
 * @property {string} actor who did it; nobody else may send it
 * @property {string} action the address it is sent to
 * @property {number} made_at milliseconds since 1970, by this phone
 * @property {string} code of the matter
 * @property {number} version of the matter the worker saw
 * @property {string} verb
 * @property {string} title what to call it on the page
 * @property {[string, string][]} fields
 * @property {{name: string, file_name: string, type: string, bytes: ArrayBuffer}[]} files
 * @property {"waiting"|"conflict"|"refused"} state
 * @property {Object|null} answer what the server said to a conflict or a refusal
 */

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "request_key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/** Run one transaction; done only when it is on disk. */
async function within(mode, work) {
  const transaction = (await database()).transaction(STORE, mode, { durability: "strict" });
  const whole = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
  const result = await work(transaction.objectStore(STORE));
  await whole;
  return result;
}

export async function keep(item) {
  // The browser may otherwise clear it when the phone runs out of room.
  await navigator.storage?.persist?.().catch(() => false);
  await within("readwrite", (store) => settled(store.put(item)));
}

export async function forget(requestKey) {
  await within("readwrite", (store) => settled(store.delete(requestKey)));
}

/** Everything of one person that is not sent, oldest first. */
export async function kept(actor) {
  const items = await within("readonly", (store) => settled(store.getAll()));
  return items.filter((item) => item.actor === actor).sort((a, b) => a.made_at - b.made_at);
}

/**
 * The server has an item: it goes, and what the same person did to the same matter after it, without having seen an answer,
 * follows on the version that came of it. In one transaction, so that a phone that dies between the two loses neither.
 */
export async function accepted(item, newVersion) {
  await within("readwrite", async (store) => {
    const later = (await settled(store.getAll())).filter((other) => other.request_key !== item.request_key
      && other.actor === item.actor && other.code === item.code && other.version === item.version);
    for (const other of later) store.put({ ...other, version: newVersion });
    await settled(store.delete(item.request_key));
  });
}

/** A form as an item. Files become plain bytes: some phones lose files that are kept in a database as such. */
export async function itemOf(form, { actor, title }) {
  const data = new FormData(form);
  const fields = [];
  const files = [];
  for (const [name, value] of data) {
    if (typeof value === "string") fields.push([name, value]);
    else if (value.size) files.push({ name, file_name: value.name || "file", type: value.type, bytes: await value.arrayBuffer() });
  }
  const kept_fields = fields.filter(([name]) => !["csrfmiddlewaretoken", "request_key", "version"].includes(name));
  return {
    request_key: crypto.randomUUID(), actor, action: form.action, made_at: Date.now(), title,
    code: String(data.get("code") ?? ""), version: Number(data.get("version") ?? 0), verb: String(data.get("verb") ?? ""),
    fields: kept_fields, files, state: "waiting", answer: null,
  };
}
