import { AtriumError } from "./errors.js";

const usualPause = 2000; // ms

/** How many requests wait for an answer in all outboxes of a client. */
export class Budget {
  used = 0;

  constructor(most) {
    this.most = most;
  }
}

/**
 * Requests that wait until they can be sent, in order, and for their answers.
 * What may be repeated is sent again, under the same `event_id`, until the node
 * has answered or the time is over; the rest fails when its connection does.
 */
export class Outbox {
  #budget;
  #isOpen;
  #request;
  #entries = []; // in the order in which they were added
  #pause = 0; // a timer
  #window = Infinity; // how many may be on their way
  #flying = 0;

  /** `isOpen()`: whether requests can be sent now, by `request(type, fields)`. */
  constructor(budget, isOpen, request) {
    this.#budget = budget;
    this.#isOpen = isOpen;
    this.#request = request;
  }

  /** Resolves to the answer; `patience` is in ms. */
  add(type, fields, patience, isRepeatable = () => false) {
    const { used, most } = this.#budget;
    if (used >= most)
      return Promise.reject(
        new AtriumError("too_many", `${most} requests wait for an answer already`));
    this.#budget.used += 1;
    return new Promise((resolve, reject) => {
      const entry = { type, fields, isRepeatable, resolve, reject, patience,
        end: Date.now() + patience, wasSent: false, isFlying: false };
      entry.timer = setTimeout(() => this.#finish(entry, this.#late(entry)), patience);
      this.#entries.push(entry);
      this.flush();
    });
  }

  /** Sends what waits, where it can be sent now. */
  flush() {
    for (const entry of [...this.#entries]) {
      if (this.#pause || this.#flying >= this.#window || !this.#isOpen()) return;
      if (!entry.isFlying) this.#fly(entry);
    }
  }

  /** What waits fails with this error; what is on its way may still succeed. */
  fail(error) {
    clearTimeout(this.#pause);
    this.#pause = 0;
    for (const entry of [...this.#entries]) {
      entry.failure = error;
      if (!entry.isFlying) this.#finish(entry, error);
    }
  }

  async #fly(entry) {
    if (Date.now() > entry.end) return this.#finish(entry, this.#late(entry));
    entry.isFlying = entry.wasSent = true;
    this.#flying += 1;
    try {
      const answer = await this.#request(entry.type, entry.fields);
      this.#land(entry);
      this.#window *= 2;
      this.#finish(entry, null, answer);
    } catch (error) {
      this.#land(entry);
      this.#failed(entry, error);
    }
    this.flush();
  }

  #land(entry) {
    entry.isFlying = false;
    this.#flying -= 1;
  }

  #failed(entry, error) {
    if (!error.isTemporary || !entry.isRepeatable())
      return this.#finish(entry, error);
    if (entry.failure) return this.#finish(entry, entry.failure);
    if (Date.now() > entry.end) return this.#finish(entry, this.#late(entry));
    // What the end of a connection has stopped goes out after the next welcome;
    // else those behind this one wait as well, for the order.
    if (error.code === "offline") return;
    this.#window = 1; // a refusal for each would be too many
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = 0;
      this.flush();
    }, error.retryAfterMs ?? usualPause);
  }

  #late({ wasSent, patience, isRepeatable }) {
    if (!wasSent) return new AtriumError("offline", `not connected for ${patience / 1000} s`);
    return new AtriumError(isRepeatable() ? "too_late" : "timeout", "no answer in time");
  }

  #finish(entry, error, answer) {
    const at = this.#entries.indexOf(entry);
    if (at < 0) return;
    this.#entries.splice(at, 1);
    this.#budget.used -= 1;
    clearTimeout(entry.timer);
    if (error) entry.reject(error);
    else entry.resolve(answer);
  }
}
