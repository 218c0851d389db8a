import { backoff } from "./reconnect.js";
import { Recent } from "./recent.js";

const mostWaiting = 1000; // messages that wait for the application
const mostKnown = 2000; // messages that came, by which a repetition is known
const repetitionTime = 300_000; // ms; later an event_id is that of a new message

/**
 * The durable messages of this device, which the node sends again until they
 * are acknowledged. `handle(message, ack)` gets each once, one after the other
 * and in order; when its promise resolves, or when it calls `ack`, the message
 * is acknowledged. Where it fails it gets the same message again, after a
 * while, and `failed(error)` hears of that.
 *
 * `acknowledge(inboxId)` tells the node. `again()` makes the node send
 * everything anew: more came than may wait here.
 */
export class Inbox {
  #handle;
  #acknowledge;
  #failed;
  #again;
  #waiting = []; // the first one is being handled
  #known = new Recent(mostKnown); // `{ inboxId, at, isHandled }` by event_id
  #isBusy = false;
  #isFull = false;
  #acked = null; // what the node should know next
  #isAcking = false;
  #generation = 0; // of the work: `stop` ends one
  #handleTimer = 0;
  #ackTimer = 0;

  constructor({ handle, acknowledge, failed, again }) {
    this.#handle = handle;
    this.#acknowledge = acknowledge;
    this.#failed = failed;
    this.#again = again;
  }

  /** A message has come, perhaps not for the first time. */
  take(message) {
    const { event_id: eventId, inbox_id: inboxId } = message;
    if (this.#isFull) return; // comes again, in order
    const known = this.#known.get(eventId);
    // The node has sent it again; or its sender has, and the inbox did not know.
    if (known?.inboxId === inboxId || Date.now() - known?.at < repetitionTime) {
      // Its acknowledgement may have been lost.
      if (known.isHandled && this.#waiting.length === 0) this.#ack(inboxId);
      return;
    }
    if (this.#waiting.length >= mostWaiting) {
      this.#isFull = true;
      return;
    }
    this.#known.set(eventId, { inboxId, at: Date.now(), isHandled: false });
    this.#waiting.push(message);
    this.#work();
  }

  /** The connection has ended; what waits here is handled all the same. */
  lost() {
    this.#acked = null; // what was not told comes again
    this.#isFull = false;
  }

  /** Handles nothing any more: what waits comes again to the next client. */
  stop() {
    this.lost();
    this.#generation += 1;
    this.#isBusy = this.#isAcking = false;
    clearTimeout(this.#handleTimer); // whoever waits for them is done, too
    clearTimeout(this.#ackTimer);
    for (const { event_id: eventId } of this.#waiting.splice(0)) this.#known.delete(eventId);
  }

  async #work() {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const generation = this.#generation;
    while (this.#waiting.length > 0) {
      await this.#tryUntilDone(this.#waiting[0], generation);
      if (generation !== this.#generation) return;
      this.#waiting.shift();
    }
    this.#isBusy = false;
    if (this.#isFull) this.#again();
  }

  async #tryUntilDone(message, generation) {
    const ack = () => generation === this.#generation && this.#done(message);
    for (let failures = 1; generation === this.#generation; failures += 1) {
      try {
        await this.#handle(message, ack);
        return ack();
      } catch (error) {
        if (generation !== this.#generation) return;
        this.#failed(error);
        await new Promise((resolve) => {
          this.#handleTimer = setTimeout(resolve, 250 + backoff(failures));
        });
      }
    }
  }

  #done({ event_id: eventId, inbox_id: inboxId }) {
    const known = this.#known.get(eventId);
    if (known?.isHandled) return;
    if (known) known.isHandled = true;
    this.#ack(inboxId);
  }

  /** One acknowledgement at a time: each one says that all before it are, too. */
  async #ack(inboxId) {
    this.#acked = inboxId;
    if (this.#isAcking) return;
    this.#isAcking = true;
    while (this.#acked) {
      const id = this.#acked;
      this.#acked = null;
      try {
        await this.#acknowledge(id);
      } catch (error) {
        if (error.isTemporary && error.code !== "offline") {
          this.#acked ??= id;
          await new Promise((resolve) => {
            this.#ackTimer = setTimeout(resolve, error.retryAfterMs ?? 2000);
          });
        } else if (error.code !== "offline") {
          this.#failed(error);
        }
      }
    }
    this.#isAcking = false;
  }
}
