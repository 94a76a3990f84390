// A plan is what the reader has moved, added or closed. It is kept in the state (and so in the address);
// this module turns it into pins and into questions for the server, the last position always winning.

/** Pins of one kind as they stand with the plan, each {id, name, lon, lat, pin, source}. */
export function plannedPins(state, facilities, kind, say) {
  const standing = facilities.map((facility) => {
    const moved = state.moved.get(facility.id);
    if (state.removed.has(facility.id)) return { ...facility, pin: "pin-removed" };
    return moved ? { ...facility, ...moved, pin: "pin-changed" } : { ...facility, pin: "pin" };
  });
  const added = state.added.flatMap((at, number) =>
    at.kind === kind ? [{ id: `new-${number}`, name: say("new_facility"), lon: at.lon, lat: at.lat, pin: "pin-added" }] : []);
  // What was changed comes first: it is what one wants to change again.
  return [...added, ...standing.filter(({ pin }) => pin !== "pin"), ...standing.filter(({ pin }) => pin === "pin")];
}

/** What differs from today for this kind, as the server wants it; null when nothing does. */
export function plannedChange(state, facilities, kind, profile) {
  const here = new Set(facilities.map((facility) => facility.id));
  const moved = [...state.moved].filter(([id]) => here.has(id) && !state.removed.has(id)).map(([id, at]) => ({ facility: id, ...at }));
  const removed = [...state.removed].filter((id) => here.has(id));
  const added = state.added.filter((at) => at.kind === kind).map(({ lon, lat }) => ({ lon, lat }));
  if (moved.length + removed.length + added.length === 0) return null;
  return { profile, kind, moved, added, removed };
}

/** Move a pin, standing or added, to a place. */
export function movePin(state, id, { lon, lat }) {
  if (id.startsWith("new-")) Object.assign(state.added[Number(id.slice(4))], { lon, lat });
  else state.moved.set(id, { lon, lat });
}

/** Put a pin back, close a standing one, or take an added one away. */
export function restorePin(state, id) {
  state.moved.delete(id);
  state.removed.delete(id);
}

export function removePin(state, id) {
  if (id.startsWith("new-")) state.added.splice(Number(id.slice(4)), 1);
  else state.removed.add(id);
}

export function clearPlan(state) {
  state.moved.clear();
  state.removed.clear();
  state.added.length = 0;
}

/**
 * One question under way at a time; while it is, only the newest waits. So dragging asks as often as the server
 * can answer and never falls behind the finger.
 */
export class LatestWins {
  constructor({ ask, answered, failed }) {
    Object.assign(this, { send: ask, answered, failed });
    this.busy = false;
    this.waiting = null;
    this.round = 0;
  }

  ask(question) {
    this.waiting = question;
    if (!this.busy) this.work(this.round);
  }

  /** What is under way or waiting no longer matters. */
  forget() {
    this.round += 1;
    this.waiting = null;
    this.busy = false;
  }

  async work(round) {
    this.busy = true;
    while (this.waiting !== null && round === this.round) {
      const question = this.waiting;
      this.waiting = null;
      try {
        const answer = await this.send(question);
        if (round === this.round) this.answered(answer, question);
      } catch (error) {
        if (round === this.round) this.failed(error);
      }
    }
    if (round === this.round) this.busy = false;
  }
}
