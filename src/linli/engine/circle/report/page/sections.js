// The parts of the page that are words and tables.

/** Three figures of an estimate that has no more. */
function rough(value) {
  return Number(value.toPrecision(3));
}
function limitOf(result) {
  if (result.limit === null) return "–";
  return t(result.unit === "m" ? "at_most_m" : "at_most_min", { n: number(result.limit) });
}
function judgedBy(place, result) {
  return result.profile === null ? t("judged_metres") : t("judged_profile", { profile: nameOf(place.profiles[result.profile]) });
}
function people(count) {
  return t(Math.round(count) === 1 ? "person" : "people", { n: number(count) });
}
/** Minutes or metres of a step, or why there are none. */
function walkText(place, step, metres) {
  if (step > TOO_FAR) return t("not_judged");
  if (step === TOO_FAR) {
    return t("beyond", { v: metres ? t("metres", { n: number(place.cutoff_m) }) : t("minutes", { n: number(place.cutoff_min) }) });
  }
  return metres ? t("metres", { n: number(place.metres(step)) }) : t("minutes", { n: number(place.minutes(step), 1) });
}
function kindSentence(place, kind, profile, column) {
  const shares = cumulative(place, column);
  const near = shares.at(15 / place.minute_step);
  if (!shares.known) return t("summary_all_unknown", { kind: nameOf(kind) });
  const said = t("summary_kind", { kind: nameOf(kind), profile: nameOf(profile), p: percent(near), n: number(shares.known - near * place.total) });
  return said + (shares.unknown >= 0.5 ? ` ${t("summary_unknown", { n: number(shares.unknown) })}` : "");
}
function leftSentence(place, result) {
  const values = { rule: nameOf(result), limit: limitOf(result), judged: judgedBy(place, result) };
  if (!(result.covered + result.left > 0)) return t("left_all_unknown", values);
  if (!result.left_homes) return t("left_none", values);
  return t("left_summary", { ...values, homes: number(result.left_homes), n: number(result.left), p: percent(result.left / (result.covered + result.left)) })
    + (result.unknown >= 0.5 ? ` ${t("summary_unknown", { n: number(result.unknown) })}` : "");
}
function meanDifference(place, a, b) {
  let sum = 0, weight = 0;
  for (let home = 0; home < place.count; home++) {
    if (a[home] >= TOO_FAR || b[home] >= TOO_FAR) continue;
    sum += place.minutes(b[home] - a[home]) * place.residents[home];
    weight += place.residents[home];
  }
  return weight ? sum / weight : NaN;
}
/** Within a limit or beyond it, for a chart in metres. */
function byLimit(column, limit) {
  const looks = [{ fill: "#4292c6" }, { fill: "#e06a10", far: true }, { pattern: "hatch" }];
  return { looks, of: column.map((step) => (step > TOO_FAR ? 2 : step <= limit ? 0 : 1)) };
}

function renderGlance(place) {
  const { headline, profiles } = place;
  const [first] = headline.walkers, last = headline.walkers[headline.walkers.length - 1];
  const shrink = headline.walkers.length > 1 && headline.surveyed
    ? t("lead_shrink", {
      first: nameOf(profiles[first]), second: nameOf(profiles[last]), total: number(headline.surveyed),
      a: number(headline.reached[0], 1), b: number(headline.reached[headline.reached.length - 1], 1),
    })
    : "";
  $("lead").textContent = t("lead", { shrink });
  const cards = [
    [t("residents"), number(headline.residents), headline.dwellings ? t("dwellings_note", { n: number(headline.dwellings) }) : ""],
    [t("homes"), number(headline.homes), t("homes_measured", { n: number(headline.measured) })],
    ...headline.walkers.map((w, i) => [
      t("reached", { profile: nameOf(profiles[w]) }), t("reached_value", { n: number(headline.reached[i], 1) }), t("reached_of", { total: number(headline.surveyed) }),
    ]),
  ];
  if (headline.lost_h !== null) cards.push([t("lost"), t("hours", { n: number(rough(headline.lost_h)) }), nameOf(headline.lost_note)]);
  if (headline.island + headline.no_street) {
    cards.push([t("unknown_homes"), people(headline.unknown_residents), t("unknown_homes_note", { island: number(headline.island), street: number(headline.no_street) })]);
  }
  $("cards").replaceChildren(...cards.map(([name, value, note]) => make("div", { class: "card" }, make("dt", {}, name), make("dd", {}, make("span", { class: "figure" }, value), note ? make("span", { class: "note" }, note) : null))));
  $("shrink-note").textContent = t("shrink_note");
}

function swatch(look) {
  const canvas = make("canvas", { width: 56, height: 32, "aria-hidden": "true", class: "swatch" });
  const pen = canvas.getContext("2d");
  pen.scale(2, 2);
  pen.fillStyle = paintOf(pen, look);
  pen.fillRect(1, 1, 26, 14);
  pen.strokeStyle = look.far ? FAR_EDGE : look.fill ? NEAR_EDGE : "#5f6b75";
  pen.lineWidth = look.far ? 2 : 1;
  pen.strokeRect(1, 1, 26, 14);
  return canvas;
}
function renderLegend(place, classes, areaKinds) {
  const sums = classes.looks.map(() => 0);
  for (let home = 0; home < place.count; home++) sums[classes.of[home]] += place.residents[home];
  $("legend-title").textContent = classes.title;
  const rows = classes.looks.map((look, i) => [look, sums[i]]).filter(([look, sum]) => look.fill || sum > 0)
    .map(([look, sum]) => make("li", {}, swatch(look), make("span", { class: "what" }, look.label), make("span", { class: "share" }, people(sum), make("small", {}, t("legend_share", { p: percent(place.total ? sum / place.total : NaN) })))));
  const sample = (draw) => {
    const canvas = make("canvas", { width: 56, height: 32, "aria-hidden": "true", class: "swatch" });
    const pen = canvas.getContext("2d");
    pen.scale(2, 2);
    draw(pen);
    return canvas;
  };
  const ground = [["facility_pin", (pen) => drawPins(pen, { scale: 1, left: -14, top: -8, width: 28, height: 16, zoom: 16 }, { facilities: { x: [0], y: [0] } }, [0], -1)]];
  for (const [kind, key] of [["green", "green_area"], ["water", "water_area"], ["building", "other_building"]]) {
    if (areaKinds.includes(kind)) {
      ground.push([key, (pen) => {
        pen.fillStyle = AREA_FILL[kind];
        pen.fillRect(1, 1, 26, 14);
      }]);
    }
  }
  if (areaKinds.includes("boundary")) {
    ground.push(["boundary_line", (pen) => {
      pen.setLineDash([6, 3, 2, 3]);
      pen.strokeStyle = "#5b4a70";
      pen.lineWidth = 1.6;
      pen.beginPath();
      pen.moveTo(0, 8);
      pen.lineTo(28, 8);
      pen.stroke();
    }]);
  }
  $("legend").replaceChildren(...rows, ...ground.map(([key, draw]) => make("li", { class: "ground" }, sample(draw), make("span", { class: "what" }, t(key)))));
}

/** The cumulative chart in figures. */
function renderShares(place, series, unit, metres, kind) {
  const marks = (metres ? [300, 500, 800, 1000] : [5, 10, 15, 20, 30]).filter((mark) => mark <= (metres ? place.cutoff_m : place.cutoff_min));
  const columns = [
    { key: "who", head: metres ? t("col_judged") : t("profile"), lead: true, cell: (row) => (metres ? t("judged_metres") : row.name) },
    ...marks.map((mark) => ({ key: `m${mark}`, head: metres ? t("at_most_m", { n: number(mark) }) : t("within", { n: mark }), number: true, cell: (row) => `${percent(row.shares.at(mark / unit))}%`.replace("–%", "–") })),
    { key: "unknown", head: t("unknown_share"), number: true, cell: (row) => people(row.shares.unknown) },
  ];
  const rows = series.map((line) => ({ ...line, shares: cumulative(place, line.column) }));
  $("shares").replaceChildren(table({ caption: t(metres ? "shares_caption_m" : "shares_caption", { kind }), columns, rows, state: {} }));
}

function renderRuleTables(place, state, { onSort, onShow }) {
  const chosen = place.results.map((result, index) => ({ ...result, index }))
    .filter((result) => (state.standard === "" || result.standard === Number(state.standard)) && (result.profile === null || result.profile === state.rulesProfile));
  const boxes = place.standards.map((standard, s) => {
    const rows = chosen.filter((result) => result.standard === s);
    if (!rows.length) return null;
    const columns = [
      { key: "rule", head: t("col_rule"), lead: true, value: nameOf, cell: (row) => make("span", {}, nameOf(row), ...rowNotes(place, row)) },
      { key: "limit", head: t("col_limit"), number: true, value: (row) => row.limit, cell: (row) => make("span", { class: "nowrap" }, limitOf(row)) },
      { key: "judged", head: t("col_judged"), cell: (row) => (row.limit === null ? "–" : judgedBy(place, row)) },
      { key: "share", head: t("col_share"), number: true, value: (row) => row.share, cell: (row) => shareBar(place, row) },
      { key: "left", head: t("col_left"), number: true, value: (row) => row.left, cell: (row) => (row.no_verdict ? "–" : number(row.left)) },
      { key: "unknown", head: t("col_unknown"), number: true, value: (row) => row.unknown, cell: (row) => (row.no_verdict ? "–" : number(row.unknown)) },
      ...["g65", "g06", "disabled"].filter((group) => place.results.some((result) => result.groups[group])).map((group) => ({
        key: group, head: t(`col_${group}`), number: true,
        value: (row) => (row.groups[group] ? row.groups[group][0] / row.groups[group][1] : null),
        cell: (row) => (row.groups[group] ? `${percent(row.groups[group][0] / row.groups[group][1])}%` : "–"),
      })),
      ...(rows.some((row) => row.lost_h !== null) ? [{ key: "lost", head: t("col_lost"), number: true, value: (row) => row.lost_h, cell: (row) => (row.lost_h === null ? "–" : number(rough(row.lost_h))) }] : []),
      { key: "evidence", head: t("col_evidence"), value: (row) => row.evidence, cell: (row) => make("span", {}, make("span", { class: `evidence ${row.evidence}` }, nameOf(place.evidence[row.evidence])), make("small", {}, row.source)) },
      {
        key: "show", head: t("col_show"), act: true, cell: (row) => {
          if (!row.left_homes) return "–";
          const button = make("button", { type: "button", class: "plain", "aria-label": t("show_list_of", { rule: `${nameOf(row)} ${limitOf(row)}` }) }, t("show_list"));
          button.addEventListener("click", () => onShow(row.index));
          return button;
        },
      },
    ];
    const note = [t("edition", { e: standard.edition }), nameOf(standard.note)].filter(Boolean).join(language === "zh" ? "。" : ". ");
    return make("div", { class: "standard" }, make("h3", {}, nameOf(standard)), make("p", { class: "hint" }, note), scoresOf(place, standard, state.rulesProfile),
      table({ caption: t("rules_caption", { standard: nameOf(standard) }), columns, rows, state: state.rulesSort, onSort }));
  }).filter(Boolean);
  $("rules-tables").replaceChildren(...(boxes.length ? boxes : [make("p", {}, t("no_rules"))]));
}
/** Tier and obligation of a rule, the size it asks for, and why it has no verdict. */
function rowNotes(place, row) {
  const asked = [tierOf(row), row.obligation && nameOf(place.obligations[row.obligation]), row.area_ha && t("area_at_least", { n: number(row.area_ha, 1) })].filter(Boolean);
  const notes = asked.length ? [make("small", {}, asked.join(" · "))] : [];
  if (row.no_verdict) notes.push(make("small", {}, nameOf(place.no_verdict[row.no_verdict])));
  return notes;
}
/** Tiers of the shipped standards are "5 min", "5–10 min", "block"; a site's own may be any words. */
function tierOf(row) {
  const minutes = /^([\d–-]+) min$/.exec(row.tier);
  if (minutes) return t("tier_minutes", { n: minutes[1] });
  return row.tier === "block" ? t("tier_block") : row.tier;
}
function scoresOf(place, standard, profile) {
  const lines = standard.scores.filter((score) => score.low !== null && (score.profile === null || score.profile === profile)).map((score) => {
    const [a, b] = [number(score.low, 1), number(score.high, 1)];
    return make("li", {}, t("score", { score: nameOf(score), profile: score.profile === null ? t("score_metres") : nameOf(place.profiles[score.profile]), n: a === b ? a : t("score_range", { a, b }), total: number(score.most) }));
  });
  return lines.length ? make("ul", {}, ...lines) : null;
}
function shareBar(place, row) {
  const { share } = row;
  if (share === null) return t(row.no_verdict === "not_surveyed" || !row.no_verdict ? "not_judged" : "no_verdict_short");
  const bar = svg("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true", class: "bar" });
  bar.append(svg("rect", { x: 0, y: 0, width: 100, height: 8, fill: "#f3c9a0" }), svg("rect", { x: 0, y: 0, width: 100 * share, height: 8, fill: "#0b4f8a" }));
  return make("span", { class: "share-bar" }, `${percent(share)}%`, bar);
}

/** The homes a rule leaves out, worst first, with what they lack and by how much. */
async function renderLeftTable(place, result, state, { onSort, onMap }) {
  const box = $("left-table");
  $("left-more").hidden = true;
  if (!result || result.no_verdict) {
    $("left-summary").textContent = t("no_rules");
    return box.replaceChildren();
  }
  $("left-summary").textContent = leftSentence(place, result);
  const metres = result.profile === null;
  const verdicts = await place.verdicts(result);
  const { steps, facility } = await place.walkOf(result);
  const least = await place.least(result);
  const rows = [];
  for (let home = 0; home < place.count; home++) {
    if (verdicts[home] !== LEFT_OUT) continue;
    const step = least.get(home) ?? steps[home];
    const value = step === TOO_FAR ? Infinity : metres ? place.metres(step) : place.minutes(step);
    rows.push({ home, step, value, open: least.has(home), over: value - result.limit, residents: place.residents[home], facility: facility[home] });
  }
  rows.sort((a, b) => b.residents - a.residents);
  const amount = (value) => (metres ? t("metres", { n: number(value) }) : t("minutes", { n: number(value, 1) }));
  const bounded = (row, text) => (row.open ? t("at_least", { v: text }) : text);
  const most = metres ? place.cutoff_m : place.cutoff_min;
  const columns = [
    { key: "home", head: t("col_home"), lead: true, value: (row) => place.homeName(row.home), cell: (row) => place.homeName(row.home) },
    { key: "residents", head: t("col_residents"), number: true, value: (row) => row.residents, cell: (row) => number(row.residents, row.residents < 10 ? 1 : 0) },
    { key: "walk", head: t("col_walk"), number: true, value: (row) => row.value, cell: (row) => bounded(row, walkText(place, row.step, metres)) },
    { key: "over", head: t("col_over"), number: true, value: (row) => row.over, cell: (row) => (row.over === Infinity ? t("beyond", { v: amount(Math.max(0, most - result.limit)) }) : bounded(row, amount(row.over))) },
    { key: "nearest", head: t("col_nearest"), value: (row) => (row.facility ? place.facilityName(row.facility - 1) : ""), cell: (row) => (row.facility ? place.facilityName(row.facility - 1) : "–") },
    {
      key: "map", head: t("col_map"), act: true, cell: (row) => {
        const button = make("button", { type: "button", class: "plain", "aria-label": t("on_map_of", { home: place.homeName(row.home) }) }, t("on_map"));
        button.addEventListener("click", () => onMap(row.home));
        return button;
      },
    },
  ];
  const rest = rows.length - state.leftShown;
  $("left-more").hidden = rest <= 0;
  $("left-more").textContent = t("left_more", { n: number(Math.min(100, rest)), rest: number(rest) });
  if (!rows.length) return box.replaceChildren();
  return box.replaceChildren(table({ caption: t("left_caption", { rule: `${nameOf(result)} ${limitOf(result)}` }), columns, rows, state: state.leftSort, onSort, shown: state.leftShown }));
}

function renderAbout(place) {
  const section = (title, ...nodes) => [make("h3", {}, title), ...nodes];
  const list = (items) => make("ul", {}, ...items.map((item) => make("li", {}, item)));
  const facts = make("dl", { class: "facts" });
  for (const [key, value] of [["made_on", place.made_on], ["made_by", place.program], ["made_command", place.command], ["map_file", place.map_file], ["map_date", place.map_date]]) {
    if (value) facts.append(make("dt", {}, t(key)), make("dd", {}, key === "made_command" ? make("code", {}, value) : value));
  }
  const walkers = table({
    caption: t("profiles_caption"), state: {}, rows: place.profiles,
    columns: [
      { key: "who", head: t("profile"), lead: true, cell: nameOf },
      { key: "speed", head: t("speed_head"), number: true, cell: (row) => t("speed", { n: number(row.speed_m_s, 2) }) },
      { key: "radius", head: t("circle_head"), number: true, cell: (row) => t("metres", { n: number(row.radius_m) }) },
      { key: "area", head: t("area_head"), number: true, cell: (row) => `${number(row.area * 100)}%` },
      { key: "steps", head: t("steps_head"), cell: (row) => t(row.stairs === "never" ? "steps_never" : "steps_walk") },
    ],
  });
  $("about-body").replaceChildren(
    ...section(t("assumptions"), list([...place.assumptions.map(nameOf), ...(place.wheelchair_unknown === null ? [] : [t("wheelchair_note", { p: percent(place.wheelchair_unknown) })]), t("precision", { s: number(place.minute_step * 60, 1), m: number(place.metre_step) })])),
    ...section(t("people_title"), list([
      ...Object.entries(place.by_basis).map(([basis, row]) => t(`basis_${basis}`, { homes: number(row.homes), people: people(row.residents) })),
      ...(place.unplaced_people >= 1 ? [t("unplaced", { people: people(place.unplaced_people) })] : []),
    ])),
    ...section(t("profiles_title"), walkers),
    ...(place.islands ? section(t("islands_title"), make("p", {}, t("islands_note", { n: number(place.islands) }))) : []),
    ...section(t("standards_used"), list(place.standards.map((standard) => t("standard_edition", { name: nameOf(standard), e: standard.edition })))),
    ...section(t("sources"), list([t("licence_osm"), ...place.attributions, ...(place.register ? [t("register_used", { file: place.register })] : []), t("library")])),
    ...section(t("made"), facts),
  );
}
