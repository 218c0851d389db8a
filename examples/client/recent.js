/** The newest of many things by their keys, in bounded memory. */
export class Recent {
  #things = new Map(); // keeps the order in which they came
  #most;

  constructor(most) {
    this.#most = most;
  }

  get(key) {
    return this.#things.get(key);
  }

  set(key, thing) {
    this.#things.delete(key);
    this.#things.set(key, thing);
    if (this.#things.size > this.#most)
      this.#things.delete(this.#things.keys().next().value);
  }

  delete(key) {
    this.#things.delete(key);
  }

  clear() {
    this.#things.clear();
  }
}
