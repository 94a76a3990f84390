// Corners of grids while somebody moves them. A corner that grids share is one corner: moving it moves the border of all of them.
// So it looks while it is moved; what counts is worked out by the server from the one outline that is sent.

import { rings } from "./shapes.js";

const FEWEST = 4; // positions of a ring: three corners, the first again at the end
const rounded = (degrees) => Math.round(degrees * 1e7) / 1e7;
const same = ([lon, lat], [otherLon, otherLat]) => lon === otherLon && lat === otherLat;

export class Drawing {
  /** @param {Object} collection GeoJSON of all grids @param {number} number of the one whose corners are moved */
  constructor(collection, number) {
    this.collection = structuredClone(collection);
    this.number = number;
    this.steps = [];
    this.current = 0;
  }

  get own() {
    return this.collection.features.find(({ properties }) => properties.number === this.number);
  }

  /** Its corners, each once: the last position of a ring is its first. */
  get corners() {
    return rings(this.own.geometry).flatMap((ring) => ring.slice(0, -1));
  }

  /** Middles between its corners; a place may be dragged there to become one. */
  get middles() {
    return rings(this.own.geometry).flatMap((ring) => ring.slice(1).map((to, at) => [(ring[at][0] + to[0]) / 2, (ring[at][1] + to[1]) / 2]));
  }

  get changed() {
    return this.steps.length > 0;
  }

  everyRing() {
    return this.collection.features.flatMap(({ geometry }) => rings(geometry));
  }

  remember() {
    this.steps.push(JSON.stringify(this.collection));
  }

  back() {
    const last = this.steps.pop();
    if (!last) return false;
    this.collection = JSON.parse(last);
    this.current = Math.min(this.current, this.corners.length - 1);
    return true;
  }

  /** Move a corner, wherever it is one. `remember` first, once for a whole drag. */
  move(index, [lon, lat]) {
    const from = [...this.corners[index]];
    const to = [rounded(lon), rounded(lat)];
    for (const ring of this.everyRing()) {
      ring.forEach((position, at) => { if (same(position, from)) ring[at] = [...to]; });
    }
  }

  /** Make the middle after a corner one itself, on the far side of the border too; returns its index. */
  split(index) {
    let passed = 0;
    for (const ring of rings(this.own.geometry)) {
      const count = ring.length - 1;
      if (index < passed + count) {
        const [from, to] = [ring[index - passed], ring[index - passed + 1]];
        const middle = [rounded((from[0] + to[0]) / 2), rounded((from[1] + to[1]) / 2)];
        this.insert(from, to, middle);
        return index + 1;
      }
      passed += count;
    }
    return index;
  }

  insert(from, to, middle) {
    for (const ring of this.everyRing()) {
      for (let at = 1; at < ring.length; at += 1) {
        const [one, other] = [ring[at - 1], ring[at]];
        if ((same(one, from) && same(other, to)) || (same(one, to) && same(other, from))) {
          ring.splice(at, 0, [...middle]);
          at += 1;
        }
      }
    }
  }

  /** Take a corner away, unless a ring would be left with fewer than three. */
  drop(index) {
    const gone = [...this.corners[index]];
    const holding = this.everyRing().filter((ring) => ring.some((position) => same(position, gone)));
    if (holding.some((ring) => ring.length <= FEWEST)) return false;
    for (const ring of holding) {
      const left = ring.slice(0, -1).filter((position) => !same(position, gone));
      ring.splice(0, ring.length, ...left, [...left[0]]);
    }
    this.current = Math.min(this.current, this.corners.length - 1);
    return true;
  }
}
