// Every word of the page, in both languages.
const TEXT = {
  brand: ["邻里 · 十五分钟生活圈", "Linli · 15-minute life circle"],
  switch: ["English", "中文"],
  skip: ["跳到地图", "Skip to the map"],
  title: ["{place}：步行能到什么", "{place}: what is within a walk"],
  lead: [
    "这里的每一处住房，走到日常需要的各类设施要几分钟，谁走得太远，本页都一一算出。{shrink}",
    "For every home here, this page says how many minutes' walk it is to each thing daily life needs, and for whom that is too far. {shrink}",
  ],
  lead_shrink: [
    "在 {total} 类设施中，{first} 15 分钟内平均能走到 {a} 类，{second}只有 {b} 类。",
    "Of {total} kinds of facility, {a} are on average within 15 minutes at the pace of “{first}”, but only {b} at the pace of “{second}”.",
  ],
  nav_glance: ["要点", "At a glance"], nav_map: ["地图", "Map"], nav_spread: ["分布", "Distribution"],
  nav_rules: ["标准", "Standards"], nav_left: ["够不着的人家", "Who is left out"], nav_about: ["说明", "How this was made"],
  glance_title: ["要点", "At a glance"],
  residents: ["居民", "Residents"], people: ["{n} 人", "{n} people"], person: ["{n} 人", "{n} person"],
  homes: ["住房（栋）", "Residential buildings"], dwellings_note: ["约 {n} 户", "about {n} dwellings"],
  homes_measured: ["其中 {n} 栋已算出步行时间", "{n} of them measured"],
  reached: ["{profile}：15 分钟内平均能到", "{profile}: reached within 15 minutes"],
  reached_value: ["{n} 类", "{n} kinds"], reached_of: ["共 {total} 类有调查的设施", "of {total} surveyed kinds, on average"],
  lost: ["一年多走的时间", "Extra walking time in a year"], hours: ["{n} 小时", "{n} hours"],
  unknown_homes: ["无法判断", "Not known"],
  unknown_homes_note: [
    "{island} 栋所在的小路网与主路网不连通，{street} 栋附近没有可走的路",
    "buildings on streets cut off from the main network: {island}; with no walkable street nearby: {street}",
  ],
  shrink_title: ["15 分钟能走到的圈（同一比例尺）", "The 15-minute circle, drawn to one scale"],
  shrink_note: [
    "平路、不等红灯时 15 分钟能走的直线距离。走得慢一点，圈里的面积就少很多。",
    "How far 15 minutes carry on level ground without waiting. A little slower is a much smaller area.",
  ],
  circle_label: ["{profile} {m} 米，面积 {p}%", "{profile} {m} m, {p}% of the area"],
  groups_title: ["15 分钟内能到的居民比例", "Share of residents within 15 minutes"],
  groups_note: ["每组取组内各类设施的平均，以全部居民为分母。没有调查过的设施不算在内。", "Of all residents, averaged over the kinds in each group. Kinds never surveyed are left out."],
  share_axis: ["居民比例（%）", "Share of residents (%)"],
  map_title: ["地图", "Map"], controls_label: ["地图显示什么", "What the map shows"],
  subject: ["看什么", "Show"], subject_kind: ["步行时间", "Walking time"], subject_rule: ["是否达标", "Whether a rule is met"],
  kind: ["设施", "Facility"], rule: ["标准条目", "Rule"], profile: ["谁在走", "Who walks"],
  view: ["比较", "Compare"], view_one: ["只看一种", "One only"], view_side: ["两张地图并排", "Two maps side by side"], view_difference: ["相差多少分钟", "Difference in minutes"],
  other: ["与谁比较", "Compared with"],
  kind_count: ["{name}（{n} 处）", "{name} ({n})"], kind_unsurveyed: ["{name}（没有调查）", "{name} (not surveyed)"],
  map_name: ["{what}。方向键移动，加减号缩放，回车选中间的住房", "{what}. Arrow keys move, plus and minus zoom, Enter selects the home in the middle"],
  map_hint: [
    "拖动、滚轮或双指缩放；点一栋住房看它到每类设施的时间。用键盘：方向键移动，+ − 缩放，回车选中间的住房。",
    "Drag, scroll or pinch; tap a home to see its walk to everything. By keyboard: arrows move, + − zoom, Enter selects the home in the middle.",
  ],
  zoom_in: ["放大", "Zoom in"], zoom_out: ["缩小", "Zoom out"], zoom_all: ["看全部", "Show all"],
  legend_minutes: ["步行几分钟到{kind}", "Minutes' walk to: {kind}"],
  legend_rule: ["是否达标", "Whether the rule is met"],
  legend_difference: ["{b}比{a}多走几分钟", "Minutes more for “{b}” than for “{a}”"],
  band: ["{a}–{b} 分钟", "{a}–{b} min"], band_first: ["{b} 分钟以内", "up to {b} min"], 
  more: ["多 {a}–{b} 分钟", "{a}–{b} min more"], more_first: ["相差不到 {b} 分钟", "less than {b} min apart"], more_over: ["多 {a} 分钟以上", "more than {a} min more"], less: ["反而少走", "fewer minutes"],
  only_first: ["只有{b}超过 {n} 分钟", "more than {n} min for “{b}” only"],
  neither: ["两者都走不到", "too far for both"],
  too_far: ["超过 {a} 分钟，或无路可走", "more than {a} min, or no way"],
  no_tags: ["缺无障碍标注，无法判断", "not known: wheelchair tags missing"], no_facts: ["地图资料不足，无法判断", "not known: the map does not say enough"],
  not_surveyed: ["这类设施没有调查", "this kind was never surveyed"],
  no_place: ["路网不连通，无法判断", "not known: cut off from the network"],
  rule_covered: ["达标", "met"], rule_left: ["不达标（够不着）", "not met (left out)"], rule_unknown: ["无法判断", "not known"],
  facility_pin: ["设施所在", "facility"], boundary_line: ["范围边界", "boundary"], 
  green_area: ["绿地", "green"], water_area: ["水面", "water"], other_building: ["其他建筑", "other building"],
  legend_share: ["{p}%", "{p}%"],
  home_title: ["选中的住房", "Selected home"], home_none: ["还没有选。点地图上的一栋住房。", "None yet. Tap a home on the map."],
  home_unnamed: ["住房 {id}", "Home {id}"], home_residents: ["约 {n} 人", "about {n} residents"],
  home_facts_metres: ["{residents}，沿路走：", "{residents}. Along the streets:"],
  home_facts: ["{residents}，{profile}步行：", "{residents}. On foot, {profile}:"],
  minutes: ["{n} 分钟", "{n} min"], metres: ["{n} 米", "{n} m"],
  facility_unnamed: ["（无名称）", "(no name)"],
  summary_kind: [
    "{kind}：{profile} 15 分钟内能到的居民占 {p}%，约 {n} 人超过 15 分钟。",
    "{kind}: {p}% of residents are within 15 minutes ({profile}); about {n} people are farther.",
  ],
  summary_unknown: ["另有约 {n} 人无法判断。", "About {n} people are not known."],
  summary_unsurveyed: ["{kind}没有调查过，所以不下判断。把登记表补上即可算出。", "{kind} was never surveyed, so nothing is judged. Add it to the register to have it measured."],
  summary_all_unknown: ["{kind}：按现有资料无法判断。", "{kind}: not known from the data at hand."],
  summary_side: ["{kind}，15 分钟内能到的居民：{a} {pa}%，{b} {pb}%。", "{kind}, residents within 15 minutes: {a} {pa}%, {b} {pb}%."],
  summary_difference: ["同样去{kind}，{b}比{a}平均多走 {n} 分钟（两者都走得到的住房）。", "To the same kind ({kind}), the walk takes {n} minutes more for “{b}” than for “{a}” on average (homes within reach of both)."],
  spread_title: ["多少居民走多久", "How many residents walk how long"],
  spread_note: ["随地图上选的设施和人群变化。现在：{kind}，{profile}。比例以全部居民为分母，无法判断的另列一栏。", "Follows the facility and the walker chosen for the map. Now: {kind}, {profile}. Shares are of all residents; those not known stand in a column of their own."],
  bars_title: ["居民按步行时间的分布", "Residents by walking time"], bars_x: ["步行时间（分钟）", "Walking time (minutes)"], bars_y: ["居民（人）", "Residents"],
  bars_title_m: ["居民按步行距离的分布", "Residents by walking distance"], bars_x_m: ["步行距离（米）", "Walking distance (metres)"],
  curve_title: ["多少居民在几分钟之内", "Residents within so many minutes"], curve_title_m: ["多少居民在多少米之内", "Residents within so many metres"],
  curve_y: ["累计居民比例（%）", "Residents within (%)"],
  over_short: [">{a}", ">{a}"], unknown_short: ["不明", "?"],
  threshold: ["标准 {v}", "rule {v}"], fifteen: ["15 分钟", "15 min"],
  shares_caption: ["{kind}：几分钟内能到的居民比例", "{kind}: share of residents within so many minutes"],
  shares_caption_m: ["{kind}：多少米内能到的居民比例", "{kind}: share of residents within so many metres"],
  within: ["{n} 分钟内", "within {n} min"], unknown_share: ["无法判断", "not known"],
  rules_title: ["按标准检查", "Checked against the standards"],
  rules_note: [
    "以米计的条目按路网距离判断，与谁在走无关；以分钟计的条目按所选人群的步行时间判断。没有调查过的设施不算“没有”，写作“无法判断”。",
    "A rule in metres is judged by distance along the streets, the same for everyone; a rule in minutes by the walking time of the people chosen. What was never surveyed is not called missing: it is not known.",
  ],
  standard: ["标准", "Standard"], all: ["全部", "All"], rules_profile: ["分钟条目按谁判断", "Rules in minutes judged for"],
  col_rule: ["条目", "Rule"], col_limit: ["限值", "Limit"], col_judged: ["按什么判断", "Judged by"], col_share: ["达标居民", "Residents covered"],
  col_left: ["够不着（人）", "Left out (people)"], col_unknown: ["无法判断（人）", "Not known (people)"],
  col_g65: ["65 岁以上", "65 and over"], col_g06: ["0–6 岁", "Aged 0–6"], col_disabled: ["残疾人", "Disabled"],
  col_evidence: ["依据", "Evidence"], col_show: ["名单", "List"],
  judged_metres: ["路网距离", "street distance"], judged_profile: ["{profile}步行时间", "walking time, {profile}"],
  at_most_m: ["≤ {n} 米", "≤ {n} m"], at_most_min: ["≤ {n} 分钟", "≤ {n} min"],
  show_list: ["看名单", "Show list"], show_list_of: ["看够不着的名单：{rule}", "Show who is left out: {rule}"],
  rules_caption: ["{standard}：各条目达标情况", "{standard}: how each rule is met"], 
  edition: ["版本 {e}", "edition {e}"], standard_edition: ["{name}（版本 {e}）", "{name} (edition {e})"], no_rules: ["没有可判断的条目。", "There are no rules to judge."],
  not_judged: ["无法判断", "not known"],
  col_lost: ["一年多走（小时）", "Extra hours a year"], no_verdict_short: ["不判断", "no verdict"],
  score: ["{score}（{profile}）：平均每位居民满足 {total} 项中的 {n} 项", "{score} ({profile}): on average a resident has {n} of {total}"], score_metres: ["按路网距离", "by street distance"], score_range: ["{a}–{b}", "{a}–{b}"],
  tier_minutes: ["{n} 分钟生活圈", "{n}-minute circle"], tier_block: ["居住街坊", "residential block"],
  area_at_least: ["面积 ≥ {n} 公顷", "at least {n} ha"],
  wheelchair_note: ["路网长度的 {p}% 没有标明轮椅能否通行；轮椅的结果因此有“无法判断”一类。", "{p}% of the street length does not say whether a wheelchair can pass; hence the class “not known” for wheelchairs."],
  left_title: ["谁够不着", "Who is left out"],
  left_summary: [
    "{rule}（{limit}，{judged}）：{homes} 栋住房、约 {n} 人够不着，占可判断居民的 {p}%。",
    "{rule} ({limit}, {judged}): {homes} buildings with about {n} residents are left out, {p}% of those who can be judged.",
  ],
  left_none: ["{rule}（{limit}，{judged}）：能判断的住房都达标。", "{rule} ({limit}, {judged}): every home that can be judged is covered."],
  left_all_unknown: ["{rule}：所需设施没有调查过，无法判断。", "{rule}: what it asks for was never surveyed, so it is not known."],
  left_caption: ["够不着的住房，{rule}", "Homes left out, {rule}"],
  col_home: ["住房", "Home"], col_residents: ["居民", "Residents"], col_walk: ["步行", "Walk"], col_over: ["超出", "Over by"],
  col_nearest: ["最近的设施", "Nearest facility"], col_map: ["地图", "Map"], on_map: ["在图上看", "Show"], on_map_of: ["在地图上看 {home}", "Show {home} on the map"],
  at_least: ["至少 {v}", "at least {v}"], beyond: ["超过 {v}", "over {v}"], left_more: ["再显示 {n} 栋（还有 {rest} 栋）", "Show {n} more ({rest} remain)"],
  about_title: ["说明与来源", "How this was made"], assumptions: ["所作的假设", "Assumptions"], sources: ["数据来源与署名", "Sources and attribution"],
  made: ["如何生成", "How it was made"], made_on: ["生成时间", "Made on"], made_by: ["程序", "Program"], made_command: ["命令", "Command"], map_file: ["地图文件", "Map file"], map_date: ["地图数据日期", "Map data of"],
  people_title: ["居民人数从哪来", "Where the number of residents comes from"],
  basis_register: ["居委会登记：{homes} 栋，{people}", "the committee's own register: {homes} buildings, {people}"],
  basis_grid: ["人口格网：{homes} 栋，{people}", "a population grid: {homes} buildings, {people}"],
  basis_floor_area: ["按建筑面积推算：{homes} 栋，{people}", "estimated from floor area: {homes} buildings, {people}"],
  unplaced: ["人口格网中另有 {people}所在之处没有住房，未计入。", "{people} of the population grid live where the map has no home; they are not counted."],
  register_used: ["居委会设施登记表：{file}", "the committee's register of facilities: {file}"],
  profiles_caption: ["算步行时间所用的平地速度", "The speeds that walking times are worked out with"], profiles_title: ["谁在走", "Who walks"], speed: ["{n} 米/秒", "{n} m/s"], speed_head: ["平地速度", "Speed on the level"], circle_head: ["15 分钟走", "In 15 minutes"], area_head: ["圈的面积", "Area of the circle"], steps_head: ["台阶", "Steps"], steps_walk: ["能走", "can"], steps_never: ["不能走", "cannot"],
  precision: [
    "本页的时间向上取到 {s} 秒、距离向上取到 {m} 米；是否达标按未取整的数判断。",
    "Times on this page are rounded up to {s} seconds and distances to {m} metres; rules are judged on the unrounded figures.",
  ],
  islands_title: ["与主路网不连通的路", "Streets cut off from the main network"],
  islands_note: ["主路网之外有 {n} 片不连通的路网，其上的住房记为“无法判断”。这多半是地图缺了连接，请补图后重算。", "{n} pieces of street network hang together with nothing else; homes on them are “not known”. Usually the map lacks a link: mend it and measure again."],
  licence_osm: ["地图数据 © OpenStreetMap 贡献者，依 ODbL 1.0 使用", "Map data © OpenStreetMap contributors, ODbL 1.0"],
  library: ["地图控件：Leaflet 1.9.4（BSD-2-Clause），© Volodymyr Agafonkin 等", "Map control: Leaflet 1.9.4 (BSD-2-Clause), © Volodymyr Agafonkin and others"],
  standards_used: ["所用标准", "Standards used"],
  too_old: [
    "这个浏览器太旧，打不开压缩的数据。请用 2023 年以后的 Chrome、Edge、Firefox、Safari 或 360 浏览器（极速模式）打开。",
    "This browser is too old to unpack the data. Please open the page in Chrome, Edge, Firefox or Safari of 2023 or later.",
  ],
  broken: ["这个文件不完整或被改动过，打不开数据。请重新运行 linli measure 生成。", "This file is damaged or was changed, and its data cannot be read. Please make it again with linli measure."],
  
  
};

let language = "zh";
/** The text of a key, with {names} filled in. */
function t(key, values = {}) {
  const pair = TEXT[key];
  return pair[language === "zh" ? 0 : 1].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
/** The name of a thing that carries both languages. */
function nameOf(thing) {
  return language === "zh" ? thing.zh || thing.en : thing.en || thing.zh;
}
function number(value, digits = 0) {
  return new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}
/** Percent, but never 100 for what is not all, nor 0 for what is not nothing. */
function percent(share) {
  if (!Number.isFinite(share)) return "–";
  if (share >= 0.995 && share < 1) return number(Math.floor(share * 1000) / 10, 1);
  if (share > 0 && share < 0.005) return number(Math.max(1, Math.round(share * 1000)) / 10, 1);
  return number(share * 100);
}
