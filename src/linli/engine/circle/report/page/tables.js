// Tables that sort, and that become one card a row on a narrow screen without ceasing to be tables.

/** An element; attributes by name, children as text or nodes. Data never becomes markup. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * A sortable table.
 *
 * columns: {key, head, cell(row) → text or node, value(row) → what to sort by, number: right-aligned, lead: row header,
 *   act: of buttons, of no use on paper}
 * state: {key, down} kept by the caller so that the order outlives a redraw; onSort is called after a change.
 */
function table({ caption, columns, rows, state, onSort, shown = Infinity }) {
  const sorted = [...rows];
  const by = columns.find((column) => column.key === state.key);
  if (by) {
    const sign = state.down ? -1 : 1;
    sorted.sort((a, b) => compare(by.value(a), by.value(b), sign));
  }
  const head = make("tr", { role: "row" });
  for (const column of columns) {
    const cell = make("th", { role: "columnheader", scope: "col", class: classOf(column) });
    if (column.value) {
      const here = by === column;
      cell.setAttribute("aria-sort", here ? (state.down ? "descending" : "ascending") : "none");
      // A button does not print again at the head of a further sheet; the words beside it do.
      cell.append(make("span", { class: "on-paper" }, column.head));
      const button = make("button", { type: "button", "data-sort": column.key }, column.head, make("span", { class: "arrow", "aria-hidden": "true" }, here ? (state.down ? "▼" : "▲") : "↕"));
      button.addEventListener("click", () => {
        state.down = here ? !state.down : Boolean(column.number);
        state.key = column.key;
        onSort(column.key);
      });
      cell.append(button);
    } else cell.append(column.head);
    head.append(cell);
  }
  const body = make("tbody", { role: "rowgroup" });
  for (const row of sorted.slice(0, shown)) {
    const line = make("tr", { role: "row" });
    for (const column of columns) {
      line.append(make(
        column.lead ? "th" : "td",
        { role: column.lead ? "rowheader" : "cell", scope: column.lead ? "row" : null, class: classOf(column), "data-head": column.lead ? null : column.head },
        column.cell(row),
      ));
    }
    body.append(line);
  }
  return make("table", { role: "table" }, make("caption", {}, caption), make("thead", { role: "rowgroup" }, head), body);
}
function classOf(column) {
  return [column.number && "number", column.act && "act"].filter(Boolean).join(" ") || null;
}
/** What has no value comes last, whichever way the rest is sorted. */
function compare(a, b, sign) {
  const aMissing = a === null || Number.isNaN(a), bMissing = b === null || Number.isNaN(b);
  if (aMissing || bMissing) return Number(aMissing) - Number(bMissing);
  if (a === b) return 0;
  return sign * (typeof a === "string" ? a.localeCompare(b, language === "zh" ? "zh-CN" : "en") : a - b);
}
/** Fill a select; groups: [{label, options: [{value, text, disabled}]}], an empty label for none. */
function fillSelect(select, groups, value) {
  const nodes = groups.map(({ label, options }) => {
    const made = options.map((option) => make("option", { value: option.value, disabled: option.disabled }, option.text));
    if (!label) return made;
    const group = make("optgroup", { label });
    group.append(...made);
    return [group];
  });
  select.replaceChildren(...nodes.flat());
  select.value = value;
}
