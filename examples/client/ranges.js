/** Whole numbers, in bounded memory: those that follow each other are one range. */
export class Ranges {
  #ranges = []; // `[first, last]`, in order, with other numbers in between
  #most;

  /** Of more than `most` ranges the lowest are forgotten. */
  constructor(most) {
    this.#most = most;
  }

  has(first, last) {
    return this.#ranges.some(([from, to]) => from <= first && last <= to);
  }

  add(number) {
    let at = this.#ranges.length; // of the next one above
    while (at > 0 && this.#ranges[at - 1][0] > number) at -= 1;
    const [below, above] = [this.#ranges[at - 1], this.#ranges[at]];
    if (below && number <= below[1]) return;
    const follows = below?.[1] === number - 1;
    const leads = above?.[0] === number + 1;
    this.#ranges.splice(follows ? at - 1 : at, Number(follows) + Number(leads),
      [follows ? below[0] : number, leads ? above[1] : number]);
    if (this.#ranges.length > this.#most) this.#ranges.shift();
  }

  /** Forgets what is not between these two. */
  keep(first, last) {
    this.#ranges = this.#ranges
      .map(([from, to]) => [Math.max(from, first), Math.min(to, last)])
      .filter(([from, to]) => from <= to);
  }
}
