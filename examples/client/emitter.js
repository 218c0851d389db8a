/** Something that tells its listeners what happens. */
export class Emitter {
  #listeners = new Map(); // sets of functions by the name of the event

  /** Calls `listener` at each such event; returns a function that ends this. */
  on(event, listener) {
    const all = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, all.add(listener));
    return () => this.off(event, listener);
  }

  off(event, listener) {
    this.#listeners.get(event)?.delete(listener);
  }

  /** An error of a listener is reported like any that nobody catches, and ends
   * neither the other listeners nor what the client is doing. */
  emit(event, ...details) {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        listener(...details);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
