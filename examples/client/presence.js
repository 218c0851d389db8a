// What the node says when it could not answer, and not that it will not.
const passingRefusals = new Set(["offline", "bus_unavailable", "timeout",
  "rate_limited", "internal"]);
const pauseBeforeAsking = 1000; // ms

/**
 * Who is in a room that tells it (net/PROTOCOL.md, 9): asks the node once, and
 * then applies each `presence_event`. `ask()` resolves to the node's answer;
 * after each change `tell(number, users)` is called: so many users are there,
 * and these are their names in no order, null where the room only tells how
 * many.
 */
export class Presence {
  #ask;
  #tell;
  #names = null; // a set; null: not known
  #isWhole = false; // of very many users the node names only some
  #isSecret = true; // of no use to ask
  #events = null; // those that come while the node is asked
  #isStale = false; // the answer may come too late: ask once more
  #timer = 0; // until the node is asked again

  number = 0;

  constructor(ask, tell) {
    this.#ask = ask;
    this.#tell = tell;
  }

  get users() {
    return this.#names && [...this.#names];
  }

  /**
   * The client is a member. Where `isTold`, the node has said that the room
   * tells it; else it may only not know yet, and an event will show.
   */
  start(isTold) {
    this.stop();
    this.#isSecret = false;
    if (isTold) this.refresh();
  }

  /** The client is no member any more. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#names = this.#events = null;
    this.number = 0;
    this.#isStale = false;
    this.#isSecret = true;
  }

  /** Somebody has come or gone. */
  change(event) {
    if (this.#isSecret) return;
    if (this.#events) {
      this.#events.push(event);
    } else if (!this.#names) {
      this.refresh();
    } else {
      if (event.event === "join") this.#names.add(event.user);
      else this.#names.delete(event.user);
      this.number = event.present;
      this.#tell(this.number, this.users);
      this.#check();
    }
  }

  /** Asks the node, where that is of use: events may have been lost. */
  async refresh() {
    if (this.#isSecret) return;
    this.#isStale = this.#events !== null;
    if (this.#isStale) return; // one question at a time
    clearTimeout(this.#timer);
    this.#timer = 0;
    const events = this.#events = [];
    try {
      const { users = null, present } = await this.#ask();
      if (this.#events !== events) return; // asked again meanwhile, or stopped
      this.#events = null;
      this.number = present;
      this.#names = users && new Set(users.map(({ user }) => user));
      this.#isWhole = users?.length === present;
      this.#tell(this.number, this.users);
      // They are in the answer or not: to add or remove a name twice is no harm.
      for (const event of events) this.change(event);
      if (this.#isStale) this.refresh();
    } catch (error) {
      if (this.#events !== events) return;
      this.#events = this.#names = null; // the next event asks again
      this.#isSecret = !passingRefusals.has(error.code);
      // Or else nobody comes, and it stays so.
      if (!this.#isSecret) this.#later(() => true);
    }
  }

  /** Asks after a pause, if there is still a reason. */
  #later(isNeeded) {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      if (!this.#events && isNeeded()) this.refresh();
    }, pauseBeforeAsking);
  }

  /** Asks again where events were lost; but an answer may also have been younger
   * than an event, and then the next events will fit. */
  #check() {
    const differs = () =>
      this.#isWhole && this.#names && this.#names.size !== this.number;
    if (differs()) this.#later(differs);
  }
}
