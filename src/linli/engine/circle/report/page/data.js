// The data of the page: unpacked from the blocks that report/pack.py wrote.
const METRES = "metres"; // the walker of rules in metres
const TOO_FAR = 252, NO_TAGS = 253, NOT_SURVEYED = 254, NO_PLACE = 255;
const COVERED = 0, LEFT_OUT = 1, NOT_JUDGED = 2;

/** The bytes of a block. */
async function inflated(name) {
  const text = atob(document.getElementById(`block-${name}`).textContent);
  const packed = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
async function textBlock(name) {
  return JSON.parse(new TextDecoder().decode(await inflated(name)));
}
/** Columns of `rows` bytes, from differences. */
async function bytesBlock(name, rows) {
  const all = await inflated(name);
  const columns = [];
  for (let start = 0; start < all.length; start += rows) {
    const column = all.subarray(start, start + rows);
    for (let i = 1; i < rows; i++) column[i] += column[i - 1];
    columns.push(column);
  }
  return columns;
}
/** Columns of `rows` whole numbers 0 … 65535, from zigzag differences. */
async function wordsBlock(name, rows) {
  const all = await inflated(name);
  const count = all.length / 2;
  const columns = [];
  for (let start = 0; start < count; start += rows) {
    const column = new Uint16Array(rows);
    let value = 0;
    for (let i = 0; i < rows; i++) {
      const zigzag = all[start + i] | (all[count + start + i] << 8);
      value += (zigzag >>> 1) ^ -(zigzag & 1);
      column[i] = value;
    }
    columns.push(column);
  }
  return columns;
}

/** Shapes made of rings, with the box of every run of 32 shapes so that only what is in view is drawn. */
async function shapesBlock(name) {
  const counts = await textBlock(`${name}-counts`); // {rings: shapes → rings, points: rings → points}
  const points = counts.points.reduce((sum, n) => sum + n, 0);
  const [x, y] = points ? await wordsBlock(`${name}-points`, points) : [new Uint16Array(0), new Uint16Array(0)];
  const ringStart = runningSum(counts.points);
  const shapeStart = counts.rings ? runningSum(counts.rings) : Uint32Array.from(ringStart, (_, i) => i);
  const count = shapeStart.length - 1;
  const box = new Uint16Array(count * 4);
  for (let s = 0; s < count; s++) {
    let w = 65535, n = 65535, e = 0, b = 0;
    for (let p = ringStart[shapeStart[s]]; p < ringStart[shapeStart[s + 1]]; p++) {
      if (x[p] < w) w = x[p];
      if (x[p] > e) e = x[p];
      if (y[p] < n) n = y[p];
      if (y[p] > b) b = y[p];
    }
    box.set([w, n, e, b], s * 4);
  }
  return { x, y, ringStart, shapeStart, count, box, runs: runBoxes(box, count), kind: counts.kind };
}
function runningSum(counts) {
  const sums = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) sums[i + 1] = sums[i] + counts[i];
  return sums;
}
const RUN = 32;
function runBoxes(box, count) {
  const runs = [];
  for (let first = 0; first < count; first += RUN) {
    const run = [65535, 65535, 0, 0];
    for (let s = first; s < Math.min(first + RUN, count); s++) {
      run[0] = Math.min(run[0], box[s * 4]);
      run[1] = Math.min(run[1], box[s * 4 + 1]);
      run[2] = Math.max(run[2], box[s * 4 + 2]);
      run[3] = Math.max(run[3], box[s * 4 + 3]);
    }
    runs.push(run);
  }
  return runs;
}
/** Numbers of the shapes whose box meets [west, north, east, south] and is at least `least` cells wide or high. */
function* shapesWithin(shapes, [w, n, e, s], least = 0) {
  for (let run = 0; run < shapes.runs.length; run++) {
    const [rw, rn, re, rs] = shapes.runs[run];
    if (re < w || rw > e || rs < n || rn > s) continue;
    for (let i = run * RUN; i < Math.min((run + 1) * RUN, shapes.count); i++) {
      const at = i * 4;
      if (shapes.box[at + 2] - shapes.box[at] < least && shapes.box[at + 3] - shapes.box[at + 1] < least) continue;
      if (shapes.box[at + 2] >= w && shapes.box[at] <= e && shapes.box[at + 3] >= n && shapes.box[at + 1] <= s) yield i;
    }
  }
}

/** Everything the page shows. Columns that may not be wanted are unpacked when first asked for. */
class Place {
  static async load() {
    const place = new Place();
    Object.assign(place, JSON.parse(document.getElementById("block-facts").textContent));
    place.outlines = await shapesBlock("homes");
    place.areas = await shapesBlock("areas");
    place.streets = await shapesBlock("streets");
    place.names = await textBlock("names");
    place.facilities = await textBlock("facilities"); // {names, x, y, of: kind → facility numbers}
    place.residents = Float64Array.from(await textBlock("residents"), (hundredths) => hundredths / 100);
    place.total = place.residents.reduce((sum, n) => sum + n, 0);
    place.columns = new Map();
    place.results.forEach((result, i) => { result.column = i; });
    return place;
  }
  get count() {
    return this.outlines.count;
  }
  /** Steps walked [kind][home] of a profile's minutes, or of metres. */
  async walks(profile) {
    return this.kept(`walk-${profile}`, () => bytesBlock(`walk-${profile}`, this.count));
  }
  /** The nearest facility's number + 1 [kind][home], 0 for none. */
  async nearest(profile) {
    return this.kept(`nearest-${profile}`, () => wordsBlock(`nearest-${profile}`, this.count));
  }
  /** Steps that the walk of a home left out takes at least, where no more is known: home → steps. */
  async least(result) {
    const steps = (await this.kept("least", () => textBlock("least")))[result.column];
    const found = new Map();
    if (!steps.length) return found;
    const verdicts = await this.verdicts(result);
    const walks = (await this.walkOf(result)).steps;
    for (let home = 0; home < this.count; home++) {
      if (verdicts[home] === LEFT_OUT && walks[home] > TOO_FAR) found.set(home, steps[found.size]);
    }
    return found;
  }
  /** COVERED, LEFT_OUT or NOT_JUDGED [home] of a result. */
  async verdicts(result) {
    const all = await this.kept("verdicts", () => bytesBlock("verdicts", this.count));
    return all[result.column];
  }
  /** Steps walked [home] to the nearest of what a result asks for, and the facility's number + 1 there. */
  async walkOf(result) {
    const walks = await this.walks(result.profile ?? METRES);
    const nearest = await this.nearest(result.profile ?? METRES);
    const steps = new Uint8Array(this.count).fill(NOT_SURVEYED), facility = new Uint16Array(this.count);
    for (let home = 0; home < this.count; home++) {
      let best = -1;
      for (const column of result.columns) {
        const step = walks[column][home];
        // A known walk before an unknown one, an unknown one before none.
        const rank = step < TOO_FAR ? step : step === TOO_FAR ? 1000 : 500 + step;
        if (best < 0 || rank < best) {
          best = rank;
          steps[home] = step;
          facility[home] = nearest[column][home];
        }
      }
    }
    return { steps, facility };
  }
  kept(name, make) {
    if (!this.columns.has(name)) this.columns.set(name, make());
    return this.columns.get(name);
  }
  minutes(step) {
    return step * this.minute_step;
  }
  metres(step) {
    return step * this.metre_step;
  }
  homeName(home) {
    const name = this.names[home];
    return name.startsWith("#") ? t("home_unnamed", { id: name.slice(1) }) : name;
  }
  facilityName(number) {
    return this.facilities.names[number] || t("facility_unnamed");
  }
  /** The home at a cell, or the nearest one not farther than `reach` cells; -1 for none. */
  homeAt(x, y, reach) {
    let best = -1, closest = reach * reach;
    for (const home of shapesWithin(this.outlines, [x - reach, y - reach, x + reach, y + reach])) {
      if (inside(this.outlines, home, x, y)) return home;
      const [w, n, e, s] = this.outlines.box.subarray(home * 4, home * 4 + 4);
      const dx = Math.max(w - x, 0, x - e), dy = Math.max(n - y, 0, y - s);
      if (dx * dx + dy * dy < closest) {
        closest = dx * dx + dy * dy;
        best = home;
      }
    }
    return best;
  }
}
/** Whether a point lies in a shape (even-odd). */
function inside(shapes, shape, px, py) {
  let within = false;
  const { x, y } = shapes;
  for (let ring = shapes.shapeStart[shape]; ring < shapes.shapeStart[shape + 1]; ring++) {
    const first = shapes.ringStart[ring], last = shapes.ringStart[ring + 1];
    for (let i = first, j = last - 1; i < last; j = i++) {
      if (y[i] > py !== y[j] > py && px < ((x[j] - x[i]) * (py - y[i])) / (y[j] - y[i]) + x[i]) within = !within;
    }
  }
  return within;
}
