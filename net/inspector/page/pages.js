"use strict";

/**
 * A long list that the node gives out in pages. Shows the first hundred, more
 * on request, and moves on when that has become too much to ask for again and
 * again.
 */
class Pages {
  static #step = 100;
  static #most = 1000;
  static #page = 500; // the node gives no more at once

  #after = ""; // where the window begins
  #wanted = Pages.#step;
  #ended = null; // where it ends, if there is more

  /** Fetches what is shown; `rowsOf` finds the rows in an answer. */
  async load(ask, path, rowsOf, query = {}) {
    const rows = [];
    let first;
    let after = this.#after;
    // A page may be short, but not for ever.
    for (let left = 5; left > 0 && after !== null && rows.length < this.#wanted; --left) {
      const limit = Math.min(Pages.#page, this.#wanted - rows.length);
      const answer = await ask(path, { ...query, after, limit });
      first ??= answer;
      rows.push(...rowsOf(answer));
      after = answer.next ?? null;
    }
    this.#ended = after;
    return { first, rows };
  }

  /** The buttons under the list, if there is more than what is shown. */
  buttons(reload) {
    const button = (text, action) => make("button", { type: "button",
      onclick: () => { action(); reload(); } }, text);
    const row = [];
    if (this.#after) row.push(button("From the beginning", () => this.#from("")));
    if (this.#ended !== null && this.#wanted < Pages.#most)
      row.push(button("More", () => (this.#wanted += Pages.#step)));
    else if (this.#ended !== null)
      row.push(button("Next", () => this.#from(this.#ended)));
    return row.length > 0 ? make("p", { class: "more" }, row) : null;
  }

  #from(after) {
    this.#after = after;
    this.#wanted = Pages.#step;
  }
}
