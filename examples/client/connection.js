import { AtriumError } from "./errors.js";

const utf8 = new TextEncoder();

/**
 * One WebSocket from its opening to its end, and the requests on it. It calls
 *
 *   owner.welcomed(frame)  the node is ready for requests
 *   owner.pushed(frame)    whatever is no answer to a request
 *   owner.ended({ code, reason, closing, lasted })
 *                          once; never after `close`. `lasted` is for how many
 *                          ms it was open, `closing` what the node announced
 */
export class Connection {
  #socket;
  #owner;
  #timeout;
  #pending = new Map(); // requests by id
  #lastId = 0;
  #closing = null;
  #since = 0;
  #timer;
  #isOver = false;

  welcome = null; // the node's first frame

  constructor(socket, owner, timeout) {
    this.#socket = socket;
    this.#owner = owner;
    this.#timeout = timeout;
    this.#timer = setTimeout(() => this.#end(0, "no answer"), timeout);
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => this.#end(code, reason);
    socket.onerror = () => {}; // `onclose` follows
  }

  /**
   * Sends a request; resolves to the answer. `answered` gets it, too, before
   * any frame that comes after it.
   */
  request(type, fields, answered = () => {}) {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      const text = JSON.stringify({ type, id, ...fields });
      const limit = this.welcome.max_message_bytes;
      if (utf8.encode(text).length > limit)
        throw new AtriumError("message_too_large", `longer than ${limit} bytes`);
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new AtriumError("timeout", "no answer"));
      }, this.#timeout);
      this.#pending.set(id, { resolve, reject, timer, answered });
      this.#socket.send(text);
    });
  }

  /** Ends the connection, for a reason of the client's own. */
  close(code = 1000, error = undefined) {
    if (!this.#isOver) this.#tearDown(code, error);
  }

  #receive(data) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return this.#end(0, "not the protocol of Atrium");
    }
    const request = this.#pending.get(frame.id);
    if (frame.type === "welcome") {
      this.#welcomed(frame);
    } else if (frame.type === "closing") {
      this.#closing = frame;
    } else if (request && frame.type !== "message") {
      this.#pending.delete(frame.id);
      clearTimeout(request.timer);
      if (frame.type === "error") return request.reject(AtriumError.of(frame));
      request.answered(frame);
      request.resolve(frame);
    } else {
      this.#owner.pushed(frame);
    }
  }

  #welcomed(frame) {
    clearTimeout(this.#timer);
    this.#since = Date.now();
    this.welcome = frame;
    // Browsers hide pings, so ask: a lost network is not noticed otherwise.
    const ask = () => this.request("ping").catch((error) => {
      if (error.code === "timeout") this.#end(0, "no answer");
    });
    this.#timer = setInterval(ask, frame.ping_interval * 1000);
    this.#owner.welcomed(frame);
  }

  #end(code, reason) {
    if (this.#isOver) return;
    const lasted = this.welcome ? Date.now() - this.#since : 0;
    this.#tearDown();
    const why = reason || (this.welcome ? "the connection was lost" : "cannot connect");
    this.#owner.ended({ code, reason: why, lasted, closing: this.#closing });
  }

  #tearDown(code, error = new AtriumError("offline", "the connection was lost")) {
    this.#isOver = true;
    clearTimeout(this.#timer); // of `setInterval`, too
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close(code);
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#pending.clear();
  }
}
