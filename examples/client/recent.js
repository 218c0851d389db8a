/** The newest of many keys: enough to know a repetition by, in bounded memory. */
export class Recent {
  #keys = new Set(); // keeps the order in which they came
  #most;

  constructor(most) {
    this.#most = most;
  }

  has(key) {
    return this.#keys.has(key);
  }

  add(key) {
    this.#keys.delete(key);
    this.#keys.add(key);
    if (this.#keys.size > this.#most)
      this.#keys.delete(this.#keys.values().next().value);
  }

  delete(key) {
    this.#keys.delete(key);
  }
}
