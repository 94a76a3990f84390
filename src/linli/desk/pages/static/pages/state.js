// What the reader has chosen lives in the address, so that it can be sent to somebody else.
// ?kind=&profile=&standard=&home= and, for a plan, move=FACILITY,lon,lat  add=KIND,lon,lat  remove=FACILITY

const CHOICES = ["kind", "profile", "standard"];

function place(text) {
  const at = text.split(",");
  const [lon, lat] = [Number(at.at(-2)), Number(at.at(-1))];
  return Number.isFinite(lon) && Number.isFinite(lat) && Math.abs(lat) <= 90 ? { key: at.slice(0, -2).join(","), lon, lat } : null;
}

const digits = (degrees) => Number(degrees.toFixed(6));

export function readState(search) {
  const query = new URLSearchParams(search);
  const home = query.get("home");
  const state = { home: /^\d+$/.test(home ?? "") ? Number(home) : null, moved: new Map(), added: [], removed: new Set() };
  for (const name of CHOICES) state[name] = query.get(name);
  for (const at of query.getAll("move").map(place)) if (at) state.moved.set(at.key, { lon: at.lon, lat: at.lat });
  for (const at of query.getAll("add").map(place)) if (at) state.added.push({ kind: at.key, lon: at.lon, lat: at.lat });
  for (const facility of query.getAll("remove")) state.removed.add(facility);
  return state;
}

export function choicesQuery(state) {
  const query = new URLSearchParams();
  for (const name of CHOICES) if (state[name]) query.set(name, state[name]);
  if (state.home !== null) query.set("home", String(state.home));
  return query;
}

export function stateQuery(state) {
  const query = choicesQuery(state);
  for (const [facility, at] of state.moved) query.append("move", `${facility},${digits(at.lon)},${digits(at.lat)}`);
  for (const at of state.added) query.append("add", `${at.kind},${digits(at.lon)},${digits(at.lat)}`);
  for (const facility of state.removed) query.append("remove", facility);
  return query;
}

/** Keep the address in step without a new history entry for every move of a pin. */
export function writeState(state) {
  const query = stateQuery(state).toString();
  window.history.replaceState(null, "", `${window.location.pathname}${query ? `?${query}` : ""}${window.location.hash}`);
}
