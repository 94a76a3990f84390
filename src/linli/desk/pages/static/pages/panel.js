// What stands beside the map. Functions that fill one region each; they are given data and callbacks and ask nobody.

import { bar, fill, make } from "./dom.js";
import { CLASS_COUNT, NO_TAGS, TOO_FAR, UNKNOWN, classOf, wholeMinutes } from "./scale.js";

const WITHIN_15_MIN = 3;

/** Residents per class → the big sentence. */
export function fillAnswer(region, { residents, kind, profile, words }) {
  const { say, percent, whole, name } = words;
  const known = residents.slice(0, UNKNOWN).reduce((sum, n) => sum + n, 0);
  const unknown = residents[UNKNOWN] + residents[NO_TAGS];
  const near = residents.slice(0, WITHIN_15_MIN).reduce((sum, n) => sum + n, 0);
  const values = { kind: name(kind), who: name(profile), near: whole(near), known: whole(known), unknown: whole(unknown), all: whole(known + unknown) };
  const told = kind.surveyed && known > 0 && known >= unknown; // a share of the few of whom something is known would mislead
  const untold = kind.surveyed ? (known > 0 ? "answer_mostly_unknown" : "answer_unknown") : "answer_unsurveyed";
  if (!kind.surveyed && near > 0) {
    // Only the walks to a plan's own places are known: more people may have one nearby than we can tell.
    fill(
      region,
      make("p", { class: "answer-number" }, values.near),
      make("p", { class: "answer-words" }, say("answer_at_least", values)),
    );
    return;
  }
  fill(
    region,
    ...(told
      ? [
          make("p", { class: "answer-number" }, percent(near / known)),
          make("p", { class: "answer-words" }, say("answer", values)),
        ]
      : [make("p", { class: "answer-words" }, say(untold, values))]),
    ...(told && unknown >= 1 ? [make("p", { class: "small" }, say("answer_unknown_rest", values))] : []),
  );
}

/** The legend with how many residents live in each class. */
export function fillLegend(region, residents, words) {
  const all = residents.reduce((sum, n) => sum + n, 0) || 1;
  for (let number = 0; number < CLASS_COUNT; number += 1) {
    const row = region.querySelector(`[data-class="${number}"]`);
    row.querySelector(".legend-count").textContent = words.percent(residents[number] / all);
    row.querySelector(".legend-bar").replaceChildren(bar(residents[number] / all, number));
    row.hidden = number === NO_TAGS && residents[number] === 0;
  }
}

/** "7 min", "too far", "unknown": a walking time as words. */
export function walkWords(seconds, words) {
  const number = classOf(seconds);
  if (number === NO_TAGS) return words.say("no_tags");
  if (number === UNKNOWN) return words.say("unknown");
  if (number === TOO_FAR) return words.say("too_far");
  return words.count("minutes", wholeMinutes(seconds));
}

function homeName(home, { say }) {
  return home.address || home.name || say("home_number", { n: home.index + 1 });
}

/** One home: the walk to the chosen kind in one sentence, then all kinds. */
export function fillHome(region, { home, kinds, kind, listUrl, onKind, onClose, words }) {
  const { say, whole, name } = words;
  const rows = kinds.map((each) => ({ kind: each, walk: home.kinds[each.key] })).filter(({ walk }) => walk);
  const told = rows.filter(({ walk }) => classOf(walk.seconds) < UNKNOWN);
  const untold = rows.filter(({ walk }) => classOf(walk.seconds) >= UNKNOWN);
  const main = rows.find((row) => row.kind.key === kind.key);
  region.hidden = false;
  fill(
    region,
    make("div", { class: "region-head" },
      make("h2", { id: "home-title", tabindex: "-1" }, homeName(home, words)),
      make("button", { type: "button", class: "icon-button", "aria-label": say("close"), on: { click: onClose } }, "×")),
    make("p", { class: "small" }, words.count("residents", Math.round(home.residents))),
    ...(main ? [make("p", { class: `sentence edge-${classOf(main.walk.seconds)}`, id: "home-sentence" }, walkSentence(main, words))] : []),
    make("ul", { class: "walks" }, ...told.map((row) => walkRow(row, { chosen: row === main, onKind, words }))),
    ...(untold.length
      ? [make("h3", { class: "untold" }, say("untold")), make("p", { class: "small" }, untold.map((row) => name(row.kind)).join(say("list_comma")))]
      : []),
    make("p", {}, make("a", { href: listUrl, class: "link" }, say("home_as_list"))),
  );

  function walkRow({ kind: each, walk }, { chosen, onKind: choose }) {
    const detail = [walk.name || (walk.facility ? say("unnamed") : null), walk.metres < 65533 ? say("metres", { n: whole(walk.metres) }) : null].filter(Boolean).join(" · ");
    return make("li", {}, make("button", {
      type: "button", class: "walk", "aria-pressed": chosen ? "true" : "false", on: { click: () => choose(each.key) },
    },
    make("span", { class: `swatch fill-${classOf(walk.seconds)}`, "aria-hidden": "true" }),
    make("span", { class: "walk-kind" }, name(each), detail ? make("span", { class: "walk-detail" }, detail) : null),
    make("span", { class: "walk-time" }, walkWords(walk.seconds, words))));
  }
}

function walkSentence({ kind, walk }, words) {
  const values = { kind: words.name(kind), time: walkWords(walk.seconds, words), facility: walk.name ?? "" };
  if (classOf(walk.seconds) < TOO_FAR) return words.say(walk.name ? "sentence_to" : "sentence", values);
  return words.say(["sentence_too_far", "sentence_unknown", "sentence_no_tags"][classOf(walk.seconds) - TOO_FAR], values);
}

/** The pins as a list, so that everything the mouse can do can be done without one. */
export function fillFacilities(region, { pins, limit, onShow, onMove, onRemove, onRestore, onMore, words }) {
  const { say } = words;
  fill(
    region,
    ...pins.slice(0, limit).map((pin) =>
      make("li", { class: "facility" },
        make("button", { type: "button", class: "facility-name", on: { click: () => onShow(pin) } },
          pin.name || say("unnamed"),
          pin.pin === "pin" ? null : make("span", { class: "badge changed" }, say(pin.pin.replace("-", "_"))),
          pin.hours ? make("span", { class: "walk-detail" }, say("open_hours", { hours: pin.hours })) : null),
        pin.pin === "pin-removed" ? null : make("button", { type: "button", class: "plain", "aria-label": say("move_name", { name: pin.name || say("unnamed") }), on: { click: () => onMove(pin) } }, say("move")),
        pin.pin === "pin-changed" || pin.pin === "pin-removed"
          ? make("button", { type: "button", class: "plain", "aria-label": say("restore_name", { name: pin.name || say("unnamed") }), on: { click: () => onRestore(pin) } }, say("restore"))
          : make("button", { type: "button", class: "plain", "aria-label": say("remove_name", { name: pin.name || say("unnamed") }), on: { click: () => onRemove(pin) } }, say("remove")))),
    ...(pins.length > limit ? [make("li", {}, make("button", { type: "button", class: "plain wide", on: { click: onMore } }, say("show_more", { n: words.whole(pins.length - limit) })))] : []),
  );
}

/** Who gains and who loses by the plan. */
export function fillSummary(region, { summary, words }) {
  const { say, whole, tenth, signed } = words;
  const gained = Math.round(summary.residents_15_after) - Math.round(summary.residents_15_before);
  fill(
    region,
    make("p", { class: "answer-number" }, signed(gained)),
    make("p", {}, say("plan_residents", { before: whole(summary.residents_15_before), after: whole(summary.residents_15_after) })),
    summary.mean_min_before + summary.mean_min_after > 0 && make("p", {}, say("plan_minutes", { before: tenth(summary.mean_min_before), after: tenth(summary.mean_min_after) })),
    make("p", {}, say("plan_homes", { gained: whole(summary.homes_gained), lost: whole(summary.homes_lost) })),
    summary.pins_off_street > 0 && make("p", { class: "badge unverified" }, words.count("off_street", summary.pins_off_street)),
  );
}

/** The rules of a standard, those about the chosen kind first. */
export function fillRules(region, { rules, kind, leftOutUrl, words }) {
  const { say, percent, whole, name } = words;
  const about = rules.filter((rule) => rule.kinds.includes(kind.key));
  const others = rules.filter((rule) => !rule.kinds.includes(kind.key));
  const ruleCard = (rule) => make("li", { class: "rule" },
    make("p", { class: "rule-name" }, name(rule)),
    make("p", { class: "small" }, limitWords(rule, words)),
    ...(rule.share === null || rule.share === undefined
      ? [make("p", {}, rule.why_not ? name(rule.why_not) : say("rule_unknown"))]
      : [
          make("p", { class: "rule-share" }, make("strong", {}, percent(rule.share)), " ", say("rule_covered", { covered: whole(rule.covered), total: whole(rule.total) })),
          bar(rule.share),
        ]),
    rule.share !== null && rule.unknown >= 1 ? make("p", { class: "small" }, say("answer_unknown_rest", { unknown: whole(rule.unknown) })) : null,
    rule.homes_left_out > 0 ? make("p", {}, make("a", { class: "link", href: leftOutUrl(rule) }, say("rule_left_out", { n: whole(rule.left_out) }))) : null,
    evidence(rule, words));
  fill(
    region,
    about.length ? make("ul", { class: "rules" }, ...about.map(ruleCard)) : make("p", { class: "small" }, say("no_rule_for_kind", { kind: name(kind) })),
    ...(others.length
      ? [make("details", {}, make("summary", {}, say("other_rules", { n: whole(others.length) })), make("ul", { class: "rules" }, ...others.map(ruleCard)))]
      : []),
  );
}

function limitWords(rule, { say, whole }) {
  if (rule.max_m) return say("limit_metres", { n: whole(rule.max_m) });
  return rule.max_min ? say("limit_minutes", { n: whole(rule.max_min) }) : say("limit_none");
}

function evidence(rule, { say }) {
  return make("p", { class: `badge ${rule.evidence === "official" ? "verified" : "unverified"}` }, say(`evidence_${rule.evidence}`));
}
