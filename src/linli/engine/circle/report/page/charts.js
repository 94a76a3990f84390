// Charts, drawn as SVG at the width they have, with letters the size of the page's.
const LINES = ["#0b4f8a", "#c4500a", "#6a3d9a", "#1b7837", "#7a5c00", "#a6145a", "#444444"];
const DASHES = ["", "7 3", "2 3", "9 3 2 3", "4 2", "12 4", "1 4"];

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
function picture(box, height, label) {
  const width = Math.max(260, box.clientWidth || 640);
  const em = parseFloat(getComputedStyle(box).fontSize) * 0.9;
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, "font-size": em });
  box.replaceChildren(drawing);
  return { drawing, width, em };
}
/** Marks from 0 to at least `most`, at 1, 2 or 5 × 10ⁿ. */
function ticks(most, wanted) {
  const rough = Math.max(most, 1e-9) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * power >= rough) * power;
  const marks = [];
  for (let i = 0; i * step < most + step * 0.999; i++) marks.push(i * step);
  return marks;
}
function frame({ drawing, width, em }, height, { left, bottom, top, right, yMarks, yOf, yText, yLabel, xLabel }) {
  for (const mark of yMarks) {
    const y = yOf(mark);
    drawing.append(
      svg("line", { x1: left, x2: width - right, y1: y, y2: y, class: mark ? "grid" : "axis" }),
      svg("text", { x: left - em * 0.4, y: y + em * 0.35, "text-anchor": "end" }, yText(mark)),
    );
  }
  drawing.append(
    svg("text", { x: 0, y: em, class: "axis-name" }, yLabel),
    svg("text", { x: width - right, y: height - em * 0.35, "text-anchor": "end", class: "axis-name" }, xLabel),
  );
  return { top, bottom };
}

/** Residents by walking time (or distance): a bar per unit, coloured as on the map; too far and unknown apart. */
function drawBars(box, { place, column, classes, unit, most, bin, limit, yLabel, xLabel, label }) {
  const height = 20 * parseFloat(getComputedStyle(box).fontSize);
  const paper = picture(box, height, label);
  const { drawing, width, em } = paper;
  const bins = Math.ceil(most / bin);
  const sums = new Float64Array(bins + 2);
  const look = new Array(bins + 2).fill(null);
  for (let home = 0; home < place.count; home++) {
    const step = column[home];
    const at = step > TOO_FAR ? bins + 1 : step === TOO_FAR ? bins : Math.min(bins - 1, Math.max(0, Math.ceil((step * unit) / bin - 1e-9) - 1));
    sums[at] += place.residents[home];
    if (at <= bins) look[at] = classes.looks[classes.of[home]];
  }
  look[bins + 1] = { pattern: "unknown" };
  const left = em * 3.9, right = em * 0.6, top = em * 2, bottom = height - em * 3;
  const yMarks = ticks(Math.max(...sums), 4);
  const yMost = yMarks[yMarks.length - 1] || 1;
  const yOf = (v) => bottom - (v / yMost) * (bottom - top);
  frame(paper, height, { left, right, top, bottom, yMarks, yOf, yText: (v) => number(v), yLabel, xLabel });
  const apart = em * 3.2; // too far and unknown stand apart, each with room for its name
  const slot = (width - left - right - 2 * apart - em) / bins;
  const xOf = (v) => left + (v / bin) * slot;
  for (let i = 0; i < bins + 2; i++) {
    const x = i < bins ? left + i * slot : width - right - (bins + 2 - i) * apart + em * 0.5;
    const wide = i < bins ? slot : apart - em;
    if (sums[i] > 0) {
      const fill = look[i]?.fill ?? "#aab3ba";
      drawing.append(svg("rect", { x: x + 0.5, width: Math.max(1, wide - 1), y: yOf(sums[i]), height: bottom - yOf(sums[i]), fill, stroke: "#39444d", "stroke-width": 0.5 }));
    }
    if (i >= bins) {
      const text = i === bins ? t("over_short", { a: number(most) }) : t("unknown_short");
      drawing.append(svg("text", { x: x + wide / 2, y: bottom + em * 1.2, "text-anchor": "middle" }, text));
    }
  }
  const every = (bins * slot) / (em * 3.4);
  for (const mark of ticks(most, Math.min(6, every))) {
    if (mark > most) continue;
    drawing.append(
      svg("line", { x1: xOf(mark), x2: xOf(mark), y1: bottom, y2: bottom + 4, class: "axis" }),
      svg("text", { x: xOf(mark), y: bottom + em * 1.2, "text-anchor": "middle" }, number(mark)),
    );
  }
  if (limit) drawLimit(drawing, { x: xOf(limit.at), top, bottom, em, text: limit.text, width });
}
function drawLimit(drawing, { x, top, bottom, em, text, width }) {
  const end = x > width * 0.6;
  drawing.append(
    svg("line", { x1: x, x2: x, y1: top - em * 0.6, y2: bottom, class: "limit" }),
    svg("text", { x: x + (end ? -em * 0.35 : em * 0.35), y: top + em * 0.1, "text-anchor": end ? "end" : "start", class: "limit-name" }, text),
  );
}

/** Share of residents within x, one line a walker. */
function drawCurves(box, { place, series, unit, most, limit, xLabel, label }) {
  const height = 20 * parseFloat(getComputedStyle(box).fontSize);
  const paper = picture(box, height, label);
  const { drawing, width, em } = paper;
  const left = em * 3, right = em * 0.9, top = em * 2, bottom = height - em * 3;
  const yOf = (share) => bottom - share * (bottom - top);
  const xOf = (v) => left + (v / most) * (width - left - right);
  frame(paper, height, { left, right, top, bottom, yMarks: [0, 0.25, 0.5, 0.75, 1], yOf, yText: (v) => number(v * 100), yLabel: t("curve_y"), xLabel });
  for (const mark of ticks(most, Math.min(6, (width - left) / (em * 4)))) {
    if (mark <= most) drawing.append(svg("text", { x: xOf(mark), y: bottom + em * 1.2, "text-anchor": "middle" }, number(mark)));
  }
  if (limit) drawLimit(drawing, { x: xOf(limit.at), top, bottom, em, text: limit.text, width });
  series.forEach(({ column, chosen, index }) => {
    const shares = cumulative(place, column);
    if (!shares.known) return;
    const points = [];
    for (let step = 0; step * unit <= most + 1e-9; step++) points.push(`${xOf(step * unit).toFixed(1)},${yOf(shares.at(step)).toFixed(1)}`);
    drawing.append(svg("polyline", { points: points.join(" "), fill: "none", stroke: LINES[index % LINES.length], "stroke-dasharray": DASHES[index % DASHES.length], "stroke-width": chosen ? 3.4 : 1.9 }));
  });
  const key = make("ul", { class: "line-key" });
  series.forEach(({ name, chosen, index }) => {
    const sample = svg("svg", { viewBox: "0 0 34 10", "aria-hidden": "true" });
    sample.append(svg("line", { x1: 1, x2: 33, y1: 5, y2: 5, stroke: LINES[index % LINES.length], "stroke-width": chosen ? 3.4 : 2, "stroke-dasharray": DASHES[index % DASHES.length] }));
    key.append(make("li", {}, sample, chosen ? make("strong", {}, name) : name));
  });
  if (series.length > 1) box.append(key);
}
/** Share of all residents known to be within `step` steps: a lower bound while some are unknown, NaN when all are. */
function cumulative(place, column) {
  const sums = new Float64Array(TOO_FAR + 1);
  let known = 0, unknown = 0;
  for (let home = 0; home < place.count; home++) {
    const step = column[home], people = place.residents[home];
    if (step > TOO_FAR) unknown += people;
    else {
      known += people;
      sums[step] += people;
    }
  }
  for (let i = 1; i < TOO_FAR; i++) sums[i] += sums[i - 1];
  return { known, unknown, at: (step) => (known ? sums[Math.min(TOO_FAR - 1, Math.max(0, Math.floor(step + 1e-9)))] / (known + unknown) : NaN) };
}

/** Circles of what 15 minutes carry, around one door and to one scale. */
function drawCircles(box, walkers) {
  const told = walkers.map((w) => t("circle_label", { profile: nameOf(w), m: number(w.radius_m), p: number(w.area * 100) }));
  const drawing = svg("svg", { viewBox: "0 0 300 300", role: "img", class: "circles", "aria-label": told.join("; ") });
  walkers.forEach((walker, i) => {
    const r = (walker.radius_m / walkers[0].radius_m) * 146;
    drawing.append(svg("circle", { cx: 150, cy: 150, r, fill: ["#d6e6f4", "#fde3bd", "#f7b983"][i], stroke: LINES[i], "stroke-width": 2.4, "stroke-dasharray": DASHES[i] }));
  });
  drawing.append(svg("path", { d: "M150 140l10 9v10h-20v-10z", fill: "#1d1d1d" }));
  const key = make("ul", { class: "line-key upright" });
  told.forEach((text, i) => {
    const sample = svg("svg", { viewBox: "0 0 34 10", "aria-hidden": "true" });
    sample.append(svg("line", { x1: 1, x2: 33, y1: 5, y2: 5, stroke: LINES[i], "stroke-width": 3, "stroke-dasharray": DASHES[i] }));
    key.append(make("li", {}, sample, text));
  });
  box.replaceChildren(drawing, key);
}

/** Share within 15 minutes, a row a group of kinds, a mark a walker, joined so that the loss is seen. */
function drawGroups(box, groups, walkers) {
  const base = parseFloat(getComputedStyle(box).fontSize);
  const row = base * 2.5, head = base * 0.6, foot = base * 3;
  const height = head + row * groups.length + foot;
  const paper = picture(box, height, groups.map((g) => `${nameOf(g)}: ${walkers.map((w, i) => `${nameOf(w)} ${percent(g.shares[i])}%`).join(", ")}`).join("; "));
  const { drawing, width, em } = paper;
  const left = Math.min(width * 0.36, em * 11), right = em * 1.4;
  const xOf = (share) => left + share * (width - left - right);
  for (const mark of [0, 0.25, 0.5, 0.75, 1]) {
    drawing.append(
      svg("line", { x1: xOf(mark), x2: xOf(mark), y1: head, y2: height - foot + 4, class: "grid" }),
      svg("text", { x: xOf(mark), y: height - foot + em * 1.3, "text-anchor": "middle" }, number(mark * 100)),
    );
  }
  drawing.append(svg("text", { x: width - right, y: height - em * 0.3, "text-anchor": "end", class: "axis-name" }, t("share_axis")));
  groups.forEach((group, i) => {
    const y = head + row * (i + 0.5);
    const known = group.shares.filter((share) => share !== null);
    const lines = wrapped(nameOf(group), Math.floor((left - em * 0.6) / (em * (language === "zh" ? 1 : 0.62))));
    lines.forEach((text, l) => drawing.append(svg("text", { x: left - em * 0.6, y: y + em * (0.35 + (l - (lines.length - 1) / 2) * 1.05), "text-anchor": "end" }, text)));
    if (!known.length) return;
    drawing.append(svg("line", { x1: xOf(Math.min(...known)), x2: xOf(Math.max(...known)), y1: y, y2: y, stroke: "#8996a1", "stroke-width": 3 }));
    [...group.shares.entries()].reverse().forEach(([w, share]) => {
      if (share !== null) drawing.append(mark(w, xOf(share), y, em * 0.52));
    });
  });
  const key = make("ul", { class: "line-key" });
  walkers.forEach((walker, i) => {
    const sample = svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true", class: "small" });
    sample.append(mark(i, 8, 8, 6));
    key.append(make("li", {}, sample, nameOf(walker)));
  });
  box.append(key);
}
function mark(walker, x, y, r) {
  const look = { fill: LINES[walker], stroke: "#fff", "stroke-width": 1.5 };
  if (walker === 0) return svg("circle", { cx: x, cy: y, r, ...look });
  if (walker === 1) return svg("rect", { x: x - r * 0.9, y: y - r * 0.9, width: r * 1.8, height: r * 1.8, ...look });
  return svg("path", { d: `M${x} ${y - r * 1.2}L${x + r * 1.2} ${y + r}L${x - r * 1.2} ${y + r}Z`, ...look });
}
function wrapped(text, letters) {
  if (text.length <= letters) return [text];
  const words = text.split(" ");
  const lines = [""];
  for (const word of words) {
    if ((lines[lines.length - 1] + word).length > letters && lines[lines.length - 1]) lines.push("");
    lines[lines.length - 1] += (lines[lines.length - 1] ? " " : "") + word;
  }
  return lines;
}
