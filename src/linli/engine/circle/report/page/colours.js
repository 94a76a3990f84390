// What the map and the charts are coloured by: near is blue, far is orange to brown (told apart by every kind of colour
// vision, and by lightness and outline in grey print); what is not known is never a colour but a grey pattern.
const NEAR_EDGE = "#0b3c66", FAR_EDGE = "#4a1c00";
const BANDS = [
  { to: 5, fill: "#0b4f8a" },
  { to: 10, fill: "#4292c6" },
  { to: 15, fill: "#a6cee3" },
  { to: 20, fill: "#fdb863", far: true },
  { to: 30, fill: "#e06a10", far: true },
];
const FARTHER = { fill: "#7f2704", far: true };
const DIFFERENCES = [
  { to: 1, fill: "#dfe6ee" },
  { to: 3, fill: "#fdd9a0" },
  { to: 5, fill: "#fdb863", far: true },
  { to: 10, fill: "#e06a10", far: true },
  { to: Infinity, fill: "#7f2704", far: true },
];
const UNKNOWN = {
  [NO_TAGS]: { pattern: "dots", label: "no_tags" },
  [NOT_SURVEYED]: { pattern: "plain", label: "not_surveyed" },
  [NO_PLACE]: { pattern: "hatch", label: "no_place" },
};

/** A fill for a canvas: a colour, or grey with a pattern that does not need colour to be seen. */
function paintOf(context, look) {
  if (look.fill) return look.fill;
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.fillStyle = "#eceff1";
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = pen.fillStyle = "#5f6b75";
  if (look.pattern === "hatch") {
    pen.lineWidth = 1.4;
    pen.beginPath();
    for (const shift of [-8, 0, 8]) {
      pen.moveTo(shift, 8);
      pen.lineTo(shift + 8, 0);
    }
    pen.stroke();
  } else if (look.pattern === "dots") {
    pen.fillRect(1, 1, 2, 2);
    pen.fillRect(5, 5, 2, 2);
  } else {
    pen.fillStyle = "#c3cad0";
    pen.fillRect(0, 0, 8, 8);
  }
  return context.createPattern(tile, "repeat");
}

/** Classes of homes for one map: `of` [home] → class number, `looks` [class] → how it is painted and called. */
function byMinutes(place, column, kind, profile) {
  const limits = BANDS.filter((band) => band.to <= place.cutoff_min).map((band) => band.to / place.minute_step);
  const looks = BANDS.slice(0, limits.length).map((band, i) => ({
    ...band,
    label: i ? t("band", { a: BANDS[i - 1].to, b: band.to }) : t("band_first", { b: band.to }),
  }));
  const last = limits.length ? BANDS[limits.length - 1].to : 0;
  const finer = last < place.cutoff_min; // a cut-off between two bands: what lies between is still a walk
  if (finer) looks.push({ ...(BANDS[limits.length] ?? FARTHER), label: t("band", { a: last, b: place.cutoff_min }) });
  looks.push({ ...FARTHER, label: t("too_far", { a: number(place.cutoff_min) }) });
  const tooFar = looks.length - 1;
  const special = addUnknown(looks, profile.wheelchair);
  const of = column.map((step) => {
    if (step > TOO_FAR) return special(step);
    if (step === TOO_FAR) return tooFar;
    const band = limits.findIndex((limit) => step <= limit);
    return band < 0 ? limits.length : band;
  });
  return { of, looks, title: t("legend_minutes", { kind }) };
}
function byDifference(place, column, other, names, wheelchair) {
  const looks = [{ fill: "#7b6fae", label: t("less") }];
  DIFFERENCES.forEach((band, i) => {
    const from = i ? DIFFERENCES[i - 1].to : 0;
    const label = !i ? t("more_first", { b: band.to }) : band.to === Infinity ? t("more_over", { a: from }) : t("more", { a: from, b: band.to });
    looks.push({ ...band, label });
  });
  const only = looks.push({ fill: "#1b1b1b", far: true, label: t("only_first", { ...names, n: number(place.cutoff_min) }) }) - 1;
  const neither = looks.push({ pattern: "plain", label: t("neither") }) - 1;
  const special = addUnknown(looks, wheelchair);
  const of = column.map((a, home) => {
    const b = other[home];
    if (a > TOO_FAR || b > TOO_FAR) return special(Math.max(a > TOO_FAR ? a : 0, b > TOO_FAR ? b : 0));
    if (a === TOO_FAR) return b === TOO_FAR ? neither : 0;
    if (b === TOO_FAR) return only;
    const more = place.minutes(b - a);
    if (more <= -1) return 0;
    return 1 + DIFFERENCES.findIndex((band) => more < band.to);
  });
  return { of, looks, title: t("legend_difference", names) };
}
function byVerdict(verdicts) {
  const looks = [
    { fill: "#4292c6", label: t("rule_covered") },
    { fill: "#e06a10", far: true, label: t("rule_left") },
    { pattern: "hatch", label: t("rule_unknown") },
  ];
  return { of: verdicts, looks, title: t("legend_rule") };
}
/** Classes of what is not known, added to `looks`; code → class. Without a wheelchair it is the facility that is unsure. */
function addUnknown(looks, wheelchair) {
  const numbers = {};
  for (const [code, look] of Object.entries(UNKNOWN)) {
    const label = look.label === "no_tags" && !wheelchair ? "no_facts" : look.label;
    numbers[code] = looks.push({ pattern: look.pattern, label: t(label) }) - 1;
  }
  return (code) => numbers[code];
}
