import { Recent } from "./recent.js";

const mostOwn = 1000; // offsets

/**
 * Holes in the offsets of a room. What the client has published without an echo
 * makes holes where nothing is missing, and the answer to that publish, which
 * says where it is, may come after the message behind it. `missed(after, upTo)`
 * hears of the other holes.
 */
export class Holes {
  #missed;
  #own = new Recent(mostOwn); // offset to true
  #waiting = []; // `[after, upTo]`, until those under way are answered
  #underWay = 0;

  constructor(missed) {
    this.#missed = missed;
  }

  /** Takes a publish without an echo, and returns it. */
  follow(publish) {
    this.#underWay += 1;
    const over = ({ offset }) => {
      this.#underWay -= 1;
      if (offset) this.#own.set(offset, true);
      this.#settle();
    };
    publish.then(over, over);
    return publish;
  }

  add(after, upTo) {
    this.#waiting.push([after, upTo]);
    this.#settle();
  }

  /** The connection has ended: answers may take long, or belong to another history. */
  lost() {
    this.#own.clear();
    for (const hole of this.#waiting.splice(0)) this.#missed(...hole);
  }

  #settle() {
    for (const hole of this.#waiting.splice(0)) {
      if (this.#isOwn(...hole)) continue;
      if (this.#underWay > 0) this.#waiting.push(hole);
      else this.#missed(...hole);
    }
  }

  #isOwn(after, upTo) {
    let offset = after.offset + 1;
    while (offset <= upTo.offset && this.#own.get(offset)) offset += 1;
    return offset > upTo.offset;
  }
}
