// The page itself: what is chosen, and what every choice redraws.
const $ = (id) => document.getElementById(id);

/** Whether the page is one column, as page.css has it. */
function narrow() {
  const main = document.querySelector("main");
  return main.clientWidth <= 52 * parseFloat(getComputedStyle(main).fontSize);
}
class Page {
  constructor(place) {
    this.place = place;
    const failing = place.results.map((result, i) => (result.left_homes ? i : -1)).filter((i) => i >= 0);
    const judged = failing.find((i) => place.results[i].kinds.includes(place.start_kind)) ?? failing[0] ?? 0;
    this.state = {
      subject: "kind", kind: place.start_kind, profile: place.start_profile, view: "one",
      other: place.profiles.findIndex((_, i) => i !== place.start_profile), rule: judged, home: -1,
      standard: narrow() ? "0" : "", rulesProfile: place.start_profile, rulesSort: { key: "", down: false }, leftSort: { key: "over", down: true }, leftShown: 20,
    };
    this.maps = [];
    this.drawn = 0;
  }
  async start() {
    this.readAddress();
    const hear = { onHome: (home) => this.choose(home), tip: (what) => this.tip(what) };
    this.maps.push(new HomeMap($("map-0"), this.place, hear));
    this.hear = hear;
    $("language").addEventListener("click", () => {
      language = language === "zh" ? "en" : "zh";
      this.render();
    });
    $("controls").addEventListener("submit", (event) => event.preventDefault());
    for (const radio of document.querySelectorAll("input[name=subject]")) {
      radio.addEventListener("change", () => this.set({ subject: radio.value }));
    }
    const numeric = { kind: "kind", rule: "rule", profile: "profile", other: "other", "left-rule": "rule" };
    for (const [id, field] of Object.entries(numeric)) {
      $(id).addEventListener("change", () => this.set({ [field]: Number($(id).value), ...(field === "rule" ? { leftShown: 20, subject: "rule" } : {}) }));
    }
    $("view").addEventListener("change", () => this.set({ view: $("view").value }));
    $("rules-standard").addEventListener("change", () => {
      this.state.standard = $("rules-standard").value;
      this.renderRules();
    });
    $("rules-profile").addEventListener("change", () => {
      this.state.rulesProfile = Number($("rules-profile").value);
      this.renderRules();
    });
    $("left-more").addEventListener("click", () => {
      this.state.leftShown += 100;
      this.renderLeft();
    });
    let resting, width = $("maps").clientWidth;
    new ResizeObserver(() => {
      if (width === $("maps").clientWidth) return; // only its height changed
      width = $("maps").clientWidth;
      clearTimeout(resting);
      resting = setTimeout(() => {
        this.maps.forEach((map) => map.fit());
        this.renderCharts();
        this.renderGlanceCharts();
      }, 120);
    }).observe(document.querySelector("main"));
    this.maps[0].map.on("moveend", () => this.prepareToPrint());
    await this.render();
    document.documentElement.dataset.ready = "true";
  }
  /** A page address may carry a choice: report.html#lang=en&kind=pharmacy&profile=senior. */
  readAddress() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const find = (list, key) => list.findIndex((item) => item.key === wanted.get(key));
    if (["zh", "en"].includes(wanted.get("lang"))) language = wanted.get("lang");
    if (find(this.place.kinds, "kind") >= 0) this.state.kind = find(this.place.kinds, "kind");
    if (find(this.place.profiles, "profile") >= 0) this.state.profile = find(this.place.profiles, "profile");
  }
  async set(change) {
    Object.assign(this.state, change);
    this.renderControls();
    await Promise.all([this.renderMap(), this.renderCharts(), "rule" in change ? this.renderLeft() : null]);
  }
  async choose(home) {
    this.state.home = home;
    this.maps.forEach((map) => map.shown && map.show({ ...map.shown, home }));
    await this.renderHome();
  }
  async render() {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
    for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
    $("language").textContent = t("switch");
    $("language").lang = language === "zh" ? "en" : "zh-CN";
    document.title = t("title", { place: this.place.name });
    $("title").textContent = document.title;
    $("attribution").textContent = t("licence_osm");
    this.renderControls();
    renderGlance(this.place);
    this.renderGlanceCharts();
    renderAbout(this.place);
    this.renderRules();
    await Promise.all([this.renderMap(), this.renderCharts(), this.renderLeft()]);
  }
  renderGlanceCharts() {
    const { headline, profiles } = this.place;
    const walkers = headline.walkers.map((i) => profiles[i]);
    drawCircles($("shrink"), walkers);
    drawGroups($("groups"), headline.groups, walkers);
  }
  renderControls() {
    const { place, state } = this;
    const kinds = place.groups.map((group) => ({
      label: nameOf(group),
      options: place.kinds.map((kind, value) => ({ kind, value })).filter(({ kind }) => kind.group === group.key)
        .map(({ kind, value }) => ({ value, text: t(kind.surveyed ? "kind_count" : "kind_unsurveyed", { name: nameOf(kind), n: number(kind.facilities) }) })),
    })).filter(({ options }) => options.length);
    fillSelect($("kind"), kinds, state.kind);
    const rules = place.standards.map((standard, s) => ({
      label: nameOf(standard),
      options: place.results.map((result, value) => ({ result, value })).filter(({ result }) => result.standard === s && !result.no_verdict)
        .map(({ result, value }) => ({ value, text: `${nameOf(result)} ${limitOf(result)}${result.profile === null ? "" : ` (${nameOf(place.profiles[result.profile])})`}` })),
    })).filter(({ options }) => options.length);
    fillSelect($("rule"), rules, state.rule);
    fillSelect($("left-rule"), rules, state.rule);
    const people = place.profiles.map((profile, value) => ({ value, text: nameOf(profile) }));
    fillSelect($("profile"), [{ options: people }], state.profile);
    fillSelect($("rules-profile"), [{ options: people }], state.rulesProfile);
    const alone = place.profiles.length < 2;
    fillSelect($("view"), [{ options: ["one", "side", "difference"].map((value) => ({ value, text: t(`view_${value}`), disabled: alone && value !== "one" })) }], state.view);
    fillSelect($("other"), [{ options: people }], state.other);
    fillSelect($("rules-standard"), [{ options: [{ value: "", text: t("all") }, ...place.standards.map((standard, value) => ({ value, text: nameOf(standard) }))] }], state.standard);
    for (const radio of document.querySelectorAll("input[name=subject]")) radio.checked = radio.value === state.subject;
    for (const field of document.querySelectorAll("[data-for]")) field.hidden = field.dataset.for !== state.subject;
    $("profile-field").hidden = state.subject === "rule";
    $("view-field").hidden = state.subject === "rule" || alone;
    $("other-field").hidden = state.subject === "rule" || state.view === "one";
  }
  get result() {
    return this.place.results[this.state.rule];
  }
  /** What the maps show now: [{label, classes, pins, walker}], and the legend and sentence that go with it. */
  async picture() {
    const { place, state } = this;
    if (state.subject === "rule") {
      const result = this.result;
      const pins = [...new Set(result.kinds.flatMap((kind) => place.facilities.of[kind]))];
      return { panels: [{ label: nameOf(result), classes: byVerdict(await place.verdicts(result)), pins, walker: result.profile ?? METRES, steps: (await place.walkOf(result)).steps }], sentence: leftSentence(place, result) };
    }
    const kind = place.kinds[state.kind], [a, b] = [place.profiles[state.profile], place.profiles[state.other]];
    const column = (await place.walks(state.profile))[state.kind];
    const pins = place.facilities.of[state.kind];
    const one = (profile, steps, walker) => ({ label: nameOf(profile), classes: byMinutes(place, steps, nameOf(kind), profile), pins, walker, steps });
    if (!kind.surveyed) return { panels: [one(a, column, state.profile)], sentence: t("summary_unsurveyed", { kind: nameOf(kind) }) };
    if (state.view === "one") return { panels: [one(a, column, state.profile)], sentence: kindSentence(place, kind, a, column) };
    const other = (await place.walks(state.other))[state.kind];
    if (state.view === "difference") {
      const names = { a: nameOf(a), b: nameOf(b) };
      const sentence = t("summary_difference", { ...names, kind: nameOf(kind), n: number(meanDifference(place, column, other), 1) });
      return { panels: [{ label: `${names.b} − ${names.a}`, classes: byDifference(place, column, other, names, a.wheelchair || b.wheelchair), pins, walker: state.profile, steps: column }], sentence };
    }
    const [pa, pb] = [column, other].map((steps) => percent(cumulative(place, steps).at(15 / place.minute_step)));
    const sentence = t("summary_side", { kind: nameOf(kind), a: nameOf(a), b: nameOf(b), pa, pb });
    return { panels: [one(a, column, state.profile), one(b, other, state.other)], sentence };
  }
  async renderMap() {
    const turn = ++this.drawn;
    const { panels, sentence } = await this.picture();
    if (turn !== this.drawn) return; // a later choice is already being drawn
    const two = panels.length > 1;
    $("second-map").hidden = !two;
    document.querySelector(".map-and-side").classList.toggle("two", two);
    if (two && this.maps.length === 1) {
      this.maps.push(new HomeMap($("map-1"), this.place, this.hear));
      tie(this.maps[0], this.maps[1]);
    }
    panels.forEach((panel, i) => {
      const map = this.maps[i];
      map.fit();
      map.walker = panel.walker;
      map.steps = panel.steps;
      map.show({ classes: panel.classes, pins: panel.pins, home: this.state.home, near: -1 });
      map.translate(`${panel.label}: ${panel.classes.title}`);
      $(`map-label-${i}`).textContent = panel.label;
    });
    if (two) this.maps[1].map.setView(this.maps[0].map.getCenter(), this.maps[0].map.getZoom(), { animate: false });
    $("map-summary").textContent = sentence;
    renderLegend(this.place, panels[0].classes, this.place.areas.kind);
    this.prepareToPrint();
    $("print-map").setAttribute("aria-label", panels[0].classes.title);
    await this.renderHome();
  }
  async renderHome() {
    const { place, state } = this;
    const box = $("home");
    if (state.home < 0) return box.replaceChildren(make("p", { class: "hint" }, t("home_none")));
    const walker = this.maps[0].walker, metres = walker === METRES;
    const walks = await place.walks(walker);
    const nearest = await place.nearest(walker);
    const result = state.subject === "rule" ? this.result : null;
    const focus = result ? result.kinds : [state.kind];
    const asked = result ? await place.walkOf(result) : { steps: walks[state.kind], facility: nearest[state.kind] };
    const near = asked.facility[state.home];
    const kinds = place.kinds.map((kind, k) => ({ kind, k })).filter(({ kind }) => kind.surveyed);
    const who = metres ? t("judged_metres") : nameOf(place.profiles[walker]);
    const list = make("ul", { class: "walks", tabindex: 0, "aria-label": who });
    list.append(make("li", { class: "focus" },
      make("span", { class: "what" }, nameOf(result ?? place.kinds[state.kind]), near ? make("small", {}, place.facilityName(near - 1)) : null),
      make("span", { class: "walk" }, walkText(place, asked.steps[state.home], metres))));
    for (const { kind, k } of kinds) {
      if (!result && focus.includes(k)) continue;
      list.append(make("li", {}, make("span", { class: "what" }, nameOf(kind)), make("span", { class: "walk" }, walkText(place, walks[k][state.home], metres))));
    }
    this.maps.forEach((map) => {
      if (map.shown) map.show({ ...map.shown, home: state.home, near: near - 1 });
    });
    return box.replaceChildren(
      make("p", { class: "home-name" }, place.homeName(state.home)),
      make("p", {}, t(metres ? "home_facts_metres" : "home_facts", { residents: t("home_residents", { n: number(place.residents[state.home], place.residents[state.home] < 10 ? 1 : 0) }), profile: who })),
      list,
    );
  }
  /** What is said beside the pointer. Unpacked columns are at hand by then: the map was drawn from them. */
  tip({ home, facility, map }) {
    const { place } = this;
    if (facility !== undefined) return make("div", {}, place.facilityName(facility));
    const look = map.shown.classes.looks[map.shown.classes.of[home]];
    const box = make("div", {}, make("strong", {}, place.homeName(home)), make("br"), look.label);
    const step = map.steps[home];
    if (step < TOO_FAR) box.append(make("br"), walkText(place, step, map.walker === METRES));
    return box;
  }
  async renderCharts() {
    const { place, state } = this;
    const result = state.subject === "rule" ? this.result : null;
    const metres = result !== null && result.profile === null;
    const walkerNumber = result?.profile ?? state.profile;
    const kind = result ?? place.kinds[state.kind], profile = place.profiles[walkerNumber];
    const columnOf = async (walker) => (result ? (await place.walkOf({ ...result, profile: walker === METRES ? null : walker })).steps : (await place.walks(walker))[state.kind]);
    const column = await columnOf(metres ? METRES : walkerNumber);
    const unit = metres ? place.metre_step : place.minute_step;
    const most = metres ? place.cutoff_m : place.cutoff_min;
    const limit = result
      ? { at: Math.min(result.limit, most), text: t("threshold", { v: limitOf(result) }) }
      : { at: 15, text: t("fifteen") };
    const classes = metres ? byLimit(column, result.limit / unit) : byMinutes(place, column, nameOf(kind), profile);
    const about = { kind: nameOf(kind), profile: metres ? t("judged_metres") : nameOf(profile) };
    $("spread-note").textContent = t("spread_note", about);
    $("bars-title").textContent = t(metres ? "bars_title_m" : "bars_title");
    $("curve-title").textContent = t(metres ? "curve_title_m" : "curve_title");
    const xLabel = t(metres ? "bars_x_m" : "bars_x");
    drawBars($("bars"), { place, column, classes, unit, most, bin: metres ? 100 : 1, limit, yLabel: t("bars_y"), xLabel, label: `${$("bars-title").textContent}: ${about.kind}, ${about.profile}` });
    const all = metres ? [[METRES, column]] : await Promise.all(place.profiles.map(async (_, i) => [i, await columnOf(i)]));
    const series = all.map(([i, steps]) => ({ column: steps, chosen: metres || i === walkerNumber, index: metres ? 0 : i, name: metres ? "" : nameOf(place.profiles[i]) }));
    drawCurves($("curve"), { place, series, unit, most, limit, xLabel, label: `${$("curve-title").textContent}: ${about.kind}` });
    renderShares(place, series, unit, metres, about.kind);
  }
  renderRules() {
    renderRuleTables(this.place, this.state, {
      onSort: (key) => this.resorted("rules-tables", key, () => this.renderRules()),
      onShow: (index) => {
        this.set({ rule: index, subject: "rule", leftShown: 20 });
        $("left-out").scrollIntoView();
        $("left-rule").focus({ preventScroll: true });
      },
    });
  }
  async renderLeft() {
    await renderLeftTable(this.place, this.result, this.state, {
      onSort: (key) => this.resorted("left-table", key, () => this.renderLeft()),
      onMap: (home) => {
        this.state.subject = "rule";
        this.renderControls();
        this.renderMap().then(() => this.choose(home));
        $("map-section").scrollIntoView();
        $("map-0").focus({ preventScroll: true });
        this.maps[0].fly(home);
      },
    });
  }
  /** Redraw a table after its order changed, keeping the focus on the heading that was pressed. */
  async resorted(box, key, redraw) {
    const within = document.activeElement?.closest("table");
    const nth = [...$(box).querySelectorAll("table")].indexOf(within);
    await redraw();
    [...$(box).querySelectorAll("table")][Math.max(0, nth)]?.querySelector(`[data-sort="${key}"]`)?.focus();
  }
  /**
   * On paper the map is a picture of the present view. It is drawn when the page comes to rest and not when printing
   * begins: what is drawn then Chromium takes for vectors and scales wrongly.
   */
  prepareToPrint() {
    clearTimeout(this.printing);
    this.printing = setTimeout(() => this.maps[0].copyTo($("print-map"), 700, 520), 500);
  }
}

(async () => {
  const asked = document.documentElement.dataset.language;
  language = asked || (/^zh\b/i.test(navigator.language) ? "zh" : "en");
  const say = (key) => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    $("trouble").textContent = t(key);
    $("trouble").hidden = false;
  };
  if (typeof DecompressionStream === "undefined") return say("too_old");
  try {
    await new Page(await Place.load()).start();
  } catch (error) {
    say("broken");
    throw error;
  }
  return undefined;
})();
