"use strict";

/**
 * Keeps the visible view up to date: loads it, has it painted, waits. Nothing is
 * asked for a view that cannot be seen, and a node that does not answer is asked
 * less and less often, at least every ten seconds.
 *
 * `present(painted, route)` puts a view on the screen; `report(error, route)`
 * gets what went wrong, or null when all is well again.
 */
class Poller {
  static #rest = 200; // ms until what has changed is painted
  static #longest = 10_000; // ms between two attempts

  #present;
  #report;
  #view = null;
  #route = null;
  #data = null;
  #timer = 0;
  #painting = 0;
  #loading = null; // ends what is being loaded
  #failures = 0;

  constructor(present, report) {
    this.#present = present;
    this.#report = report;
    document.addEventListener("visibilitychange", () =>
      (document.hidden ? this.#sleep() : this.#wake()));
  }

  /** Turns to another view. */
  start(view, route) {
    this.#sleep();
    [this.#view, this.#route, this.#data] = [view, route, null];
    view.enter?.(route);
    if (!document.hidden) this.#wake();
  }

  /** Loads the view now instead of waiting. */
  hurry() {
    if (document.hidden || !this.#view?.load) return;
    clearTimeout(this.#timer);
    this.#loading?.abort();
    this.#load();
  }

  /** Paints soon what is there, without loading. */
  repaint() {
    this.#painting ||= setTimeout(() => this.#paint(), Poller.#rest);
  }

  #wake() {
    if (!this.#view) return;
    this.#view.open?.();
    if (this.#view.load) this.#load();
    else this.#paint();
  }

  #sleep() {
    this.#view?.close?.();
    clearTimeout(this.#timer);
    clearTimeout(this.#painting);
    this.#timer = this.#painting = 0;
    this.#loading?.abort();
    this.#loading = null;
  }

  async #load() {
    const loading = new AbortController();
    this.#loading = loading;
    let failed = null;
    try {
      const asked = (path, query) => ask(path, query, loading.signal);
      const data = await this.#view.load(asked, this.#route);
      if (loading.signal.aborted) return;
      this.#data = data;
      this.#paint();
    } catch (error) {
      if (loading.signal.aborted) return;
      if (!(error instanceof AskError)) console.error(error);
      failed = error;
    }
    this.#report(failed, this.#route);
    // What is not there now may come.
    this.#failures = failed && failed.status !== 404 ? this.#failures + 1 : 0;
    const delay = this.#failures === 0 ? this.#view.every
      : Math.min(Poller.#longest, 1000 * 2 ** this.#failures);
    this.#timer = setTimeout(() => this.#load(), delay);
  }

  #paint() {
    clearTimeout(this.#painting);
    this.#painting = 0;
    if (this.#view.load && this.#data === null) return;
    this.#present(this.#view.paint(this.#data, this.#route), this.#route);
  }
}
