"use strict";

/**
 * Who is in a room that tells it (net/PROTOCOL.md, 9): asks the node once, and
 * then applies each `presence_event`. After each change it calls
 *
 *   tell(room, number, users)  so many users are there; `users` are their names in
 *                              no order, null where the room only tells the number
 */
class AtriumPresence {
  // After these errors there is something to hope for.
  static #passing = new Set(["offline", "bus_unavailable", "timeout",
    "rate_limited", "internal"]);
  static #pause = 1000; // ms

  #client;
  #name;
  #tell;
  #number = 0;
  #users = null; // a set; null: not known
  #isWhole = false; // of very many users the node names only some
  #isSecret = true; // of no use to ask
  #events = null; // those that come while the node is asked
  #isStale = false; // the answer may come too late: ask once more
  #timer = 0; // until the node is asked again

  constructor(client, name, tell) {
    this.#client = client;
    this.#name = name;
    this.#tell = tell;
  }

  /**
   * The client is a member. Where `isTold`, the node has said that the room
   * tells it; else it may only not know yet, and an event will show.
   */
  start(isTold) {
    this.stop();
    this.#isSecret = false;
    if (isTold) this.#refresh();
  }

  /** The client is no member any more. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#users = this.#events = null;
    this.#isStale = false;
    this.#isSecret = true;
  }

  /** Takes what the node says about the room. */
  take(message) {
    if (this.#isSecret) return;
    if (message.type === "presence_event") this.#change(message);
    // What was not delivered may have been events.
    if (message.type === "gap") this.#refresh();
  }

  async #refresh() {
    this.#isStale = this.#events !== null;
    if (this.#isStale) return; // one question at a time
    clearTimeout(this.#timer);
    this.#timer = 0;
    const events = this.#events = [];
    try {
      const { users = null, present } = await this.#client.request(
        "presence", { room: this.#name });
      if (this.#events !== events) return; // asked again meanwhile, or stopped
      this.#events = null;
      this.#number = present;
      this.#users = users && new Set(users.map(({ user }) => user));
      this.#isWhole = users?.length === present;
      this.#tellAll();
      // They are in the answer or not: to add or remove a name twice is no harm.
      for (const event of events) this.#change(event);
      if (this.#isStale) this.#refresh();
    } catch (error) {
      if (this.#events !== events) return;
      this.#events = this.#users = null; // the next event asks again
      this.#isSecret = !AtriumPresence.#passing.has(error.code);
      if (!this.#isSecret) this.#later(() => true); // or else nobody comes, and it stays so
    }
  }

  /** Asks after a pause, if there is still a reason. */
  #later(isNeeded) {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      if (!this.#events && isNeeded()) this.#refresh();
    }, AtriumPresence.#pause);
  }

  #change(event) {
    if (this.#events) {
      this.#events.push(event);
    } else if (!this.#users) {
      this.#refresh();
    } else {
      if (event.event === "join") this.#users.add(event.user);
      else this.#users.delete(event.user);
      this.#number = event.present;
      this.#tellAll();
      this.#check();
    }
  }

  #tellAll() {
    this.#tell(this.#name, this.#number, this.#users && [...this.#users]);
  }

  /** Asks again where events were lost; but an answer may also have been younger
   * than an event, and then the next events will fit. */
  #check() {
    const differs = () =>
      this.#isWhole && this.#users && this.#users.size !== this.#number;
    if (differs()) this.#later(differs);
  }
}
