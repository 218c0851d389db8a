import { Ranges } from "./ranges.js";

const mostRanges = 1000; // of the client's own offsets
const mostHoles = 1000; // holes

/**
 * Holes in the offsets of a room. What the client has published without an echo
 * makes holes where nothing is missing, and the answer to that publish, which
 * says where it is, may come after the message behind it. So a hole waits for
 * the publishes that were under way when it was seen, and for no later ones.
 * `missed(after, upTo)` hears of the holes that are not the client's own.
 */
export class Holes {
  #missed;
  #own = new Ranges(mostRanges); // those that no message has passed yet
  #waiting = []; // `{ after, upTo, sent }`: how many publishes were sent before
  #underWay = new Map(); // event_id to number of the publish, ascending
  #sent = 0;

  constructor(missed) {
    this.#missed = missed;
  }

  /** A publish without an echo goes out, perhaps not for the first time. */
  sent(eventId) {
    if (!this.#underWay.has(eventId)) this.#underWay.set(eventId, ++this.#sent);
  }

  /** It is under way no more; `offset` is where the message is, if it is known. */
  over(eventId, offset) {
    this.#underWay.delete(eventId);
    if (offset) this.#own.add(offset);
    this.#settle();
  }

  /** A message has come behind `upTo`; the one that came before it is at `after`. */
  came(after, upTo) {
    if (upTo.offset > after.offset) {
      this.#waiting.push({ after, upTo, sent: this.#sent });
      if (this.#waiting.length > mostHoles) this.#tell(this.#waiting.shift());
      this.#settle();
    }
    const [oldest] = this.#waiting;
    this.#own.keep((oldest?.after ?? upTo).offset + 1, Infinity);
  }

  /**
   * Another history goes on at an offset. Answers do not say of which history
   * they are, and those of the new one may have come already. Offsets go on
   * where they were, but for a history that was lost with its numbers: there
   * those count that have come since and are behind the old position.
   */
  begin(before, now) {
    this.#tellAll();
    if (now.offset < before.offset) this.#own.keep(0, before.offset);
  }

  /** The connection has ended: answers may take long. */
  lost() {
    this.#own.keep(0, -1);
    this.#tellAll();
  }

  #settle() {
    const [oldest = Infinity] = this.#underWay.values();
    for (const hole of this.#waiting.splice(0)) {
      if (this.#own.has(hole.after.offset + 1, hole.upTo.offset)) continue;
      if (oldest <= hole.sent) this.#waiting.push(hole);
      else this.#tell(hole);
    }
  }

  #tellAll() {
    for (const hole of this.#waiting.splice(0)) this.#tell(hole);
  }

  #tell({ after, upTo }) {
    this.#missed(after, upTo);
  }
}
