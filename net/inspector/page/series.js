"use strict";

/**
 * What some counters were over the last two minutes, and so how fast they went
 * up. Nothing is known of the time in which nobody looked.
 */
class Series {
  static span = 120_000; // ms
  static #pause = 10_000; // a longer time between two samples is a hole

  #samples = []; // {at, counters}, oldest first
  #source = null;

  /**
   * Adds a sample. `source` names where the counters come from: of another
   * source, or when one has gone down, those before mean nothing.
   */
  add(counters, source = "", at = Date.now()) {
    const last = this.#samples[this.#samples.length - 1];
    const fell = last && Object.entries(counters).some(
      ([name, value]) => value < last.counters[name]);
    if (source !== this.#source || fell) this.#samples = [];
    this.#source = source;
    this.#samples.push({ at, counters });
    while (at - this.#samples[0].at > Series.span + Series.#pause)
      this.#samples.shift();
  }

  /** Per second, between the samples: [{at, value}]; null where a hole is. */
  rates(name) {
    const points = [];
    for (let i = 1; i < this.#samples.length; ++i) {
      const [from, to] = [this.#samples[i - 1], this.#samples[i]];
      const ms = to.at - from.at;
      if (ms <= 0) continue;
      const rise = to.counters[name] - from.counters[name];
      const value = ms > Series.#pause || Number.isNaN(rise) ? null : rise * 1000 / ms;
      points.push({ at: to.at, value });
    }
    return points;
  }

  /** Over the latest interval; null while nothing is known. */
  rate(name) {
    const points = this.rates(name);
    return points.length > 0 ? points[points.length - 1].value : null;
  }
}

/** The same for something that goes up and down: the values themselves. */
class Levels {
  #points = [];
  #source = null;

  add(value, source = "", at = Date.now()) {
    if (source !== this.#source) this.#points = [];
    this.#source = source;
    const last = this.#points[this.#points.length - 1];
    if (last && at - last.at > 10_000) this.#points.push({ at, value: null });
    this.#points.push({ at, value });
    while (at - this.#points[0].at > Series.span + 10_000) this.#points.shift();
  }

  points() {
    return this.#points;
  }
}
