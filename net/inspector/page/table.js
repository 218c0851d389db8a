"use strict";

/**
 * A table. Each column is {head, cell(row)}, with `number: true` where figures
 * belong under each other, and `wide: true` for a line of its own on a phone.
 * `key(row)` names a row, so that it is the same one after it has moved;
 * `mark(row)` is a class for it. On a phone each row is a card
 * (inspector.css), which would take the meaning from the elements: hence roles.
 */
function table(columns, rows, { label, key = () => undefined, mark = () => null }) {
  const classOf = ({ number, wide }) =>
    [number && "number", wide && "wide"].filter(Boolean).join(" ") || null;
  const head = columns.map((column) => make("th",
    { scope: "col", role: "columnheader", class: classOf(column) }, column.head));
  const body = rows.map((row) => make("tr",
    { role: "row", "data-key": key(row), class: mark(row) },
    columns.map((column) => make("td",
      { role: "cell", class: classOf(column), "data-head": column.head },
      column.cell(row)))));
  return make("div", { class: "table" },
    make("table", { role: "table", "aria-label": label },
      make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, head)),
      make("tbody", { role: "rowgroup" }, body)));
}

/** A figure with a bar behind it that says how large it is beside the others. */
function bar(value, most, text) {
  const part = most > 0 && value > 0 ? Math.max(1, value / most * 100) : 0;
  return make("span", { class: "bar" },
    draw("svg",
      { viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" },
      draw("rect", { width: part.toFixed(1), height: 1 })),
    make("span", {}, text));
}

/** Names in as many columns as there is room for. */
function names(entries, label) {
  return make("ul", { class: "names", "aria-label": label },
    entries.map(({ key, link: to, beside }) => make("li",
      { "data-key": key, title: to.textContent },
      to, beside === undefined ? null : make("small", {}, beside))));
}
