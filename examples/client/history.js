/**
 * Reads what a room keeps between two positions, page by page from the newest
 * to the oldest: what was said before, or what `missed` tells of.
 */
export class HistoryReader {
  #room;
  #limit;
  #epoch;
  #above; // offsets of what is wanted are above this
  #below; // and below this
  #since; // where the next page begins

  constructor(room, { after, upTo, limit = 100 }) {
    this.#room = room;
    this.#limit = limit;
    this.#epoch = upTo?.epoch; // else that of the first page
    this.#above = after && after.epoch === upTo?.epoch ? after.offset : 0;
    this.#below = upTo ? upTo.offset + 1 : Infinity;
  }

  /** Nothing can be between the two positions. */
  get isEmpty() {
    return this.#below <= this.#above + 1;
  }

  /**
   * Resolves to `{ messages, isOver, isWhole }`: the next messages, oldest
   * first; whether there are no more; and whether nothing is missing then.
   */
  async older() {
    for (;;) {
      const page = this.#take(await this.#room.history(
        { reverse: true, limit: this.#limit, since: this.#since }));
      if (page.isOver || page.messages.length > 0) return page;
    }
  }

  /** What is before this position is wanted again. */
  forget(position) {
    this.#epoch = position.epoch;
    this.#below = position.offset;
    this.#since = position;
  }

  #take({ epoch, messages, more }) {
    this.#epoch ??= epoch;
    const isSame = epoch === this.#epoch; // else what is wanted is lost
    const oldest = isSame ? messages.at(-1)?.offset : undefined;
    const below = this.#below;
    const isWhole = oldest <= this.#above + 1;
    if (oldest !== undefined) {
      this.#below = Math.min(below, oldest);
      this.#since = { epoch, offset: oldest };
    }
    const wanted = isSame ? messages.filter(
      ({ offset }) => offset > this.#above && offset < below) : [];
    return { messages: wanted.reverse(), isWhole,
      isOver: isWhole || oldest === undefined || !more };
  }
}
