"use strict";

/**
 * A client of Atrium's protocol (net/PROTOCOL.md) that keeps itself connected:
 * it waits longer after each failure, does what the node says in `closing`, and
 * joins its rooms again. `handlers` are functions that it calls:
 *
 *   state(name, text)      "connecting", "online", "waiting" or "stopped"
 *   push(message)          whatever is not the answer to a request
 *   joined(room)           now a member, also after a reconnect
 *   refused(room, error)   could not become a member (again)
 */
class AtriumClient {
  // After these close codes another attempt would end in the same way.
  static #final = new Set([1000, 1002, 1003, 1007, 1008, 1009, 4004, 4005,
    4006]);
  static #passing = new Set(["bus_unavailable", "timeout", "internal",
    "room_died", "rate_limited"]);
  static #patience = 15_000; // ms for any answer
  static #encoder = new TextEncoder();

  #url;
  #handlers;
  #socket = null;
  #closing = null; // the node's announcement
  #failures = 0;
  #since = 0; // when the connection was opened
  #timer = 0; // of the next attempt
  #keepAlive = 0;
  #lastId = 0;
  #pending = new Map();
  #rooms = new Set();

  welcome = null; // the node's first frame, while online

  constructor(url, handlers) {
    this.#url = url;
    this.#handlers = handlers;
  }

  get rooms() {
    return [...this.#rooms];
  }

  /** Connects now, whatever was planned. */
  start() {
    this.#forget();
    this.#closing = null;
    this.#since = Date.now();
    this.#handlers.state("connecting", "Connecting…");
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lost(0), AtriumClient.#patience);
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = ({ code, reason }) => this.#lost(code, reason);
  }

  /** Connects now if the next attempt is only a matter of waiting. */
  hurry() {
    if (this.#timer && !this.#socket) this.start();
  }

  stop() {
    this.#forget();
    this.#rooms.clear();
    this.#handlers.state("stopped", "Disconnected");
  }

  /** Becomes a member and stays one over reconnects, until `leave`. */
  join(room) {
    this.#rooms.add(room);
    if (!this.welcome) return;
    this.request("join", { room }).then(
      () => this.#handlers.joined(room),
      (error) => this.#joinFailed(room, error));
  }

  leave(room) {
    this.#rooms.delete(room);
    return this.request("leave", { room });
  }

  /** Sends a request; resolves to the reply or rejects with `{code, message}`. */
  request(type, fields = {}) {
    const id = ++this.#lastId;
    const text = JSON.stringify({ type, id, ...fields });
    if (!this.welcome)
      return Promise.reject({ code: "offline", message: "not connected" });
    const limit = this.welcome.max_message_bytes;
    if (AtriumClient.#encoder.encode(text).length > limit) {
      const message = `longer than ${limit} bytes`;
      return Promise.reject({ code: "message_too_large", message });
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject({ code: "timeout", message: "no answer" });
      }, AtriumClient.#patience);
      this.#pending.set(id, { resolve, reject, timer });
      this.#socket.send(text);
    });
  }

  #receive(message) {
    const request = this.#pending.get(message.id);
    if (message.type === "welcome") {
      this.#welcomed(message);
    } else if (request && message.type !== "message") {
      this.#pending.delete(message.id);
      clearTimeout(request.timer);
      if (message.type === "error") request.reject(message);
      else request.resolve(message);
    } else {
      if (message.type === "closing") this.#closing = message;
      if (message.code === "room_died" && this.#rooms.has(message.room))
        this.join(message.room);
      this.#handlers.push(message);
    }
  }

  #welcomed(message) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.welcome = message;
    // Browsers hide pings, so ask: a lost network is not noticed otherwise.
    const ask = () => this.request("ping").catch((error) => {
      if (error.code === "timeout") this.#lost(0);
    });
    this.#keepAlive = setInterval(ask, message.ping_interval * 1000);
    this.#handlers.state("online", `Connected to ${message.node}`);
    for (const room of this.#rooms) this.join(room);
  }

  #joinFailed(room, error) {
    if (error.code === "offline") return; // joins after the reconnect
    if (error.code === "already_joined") return this.#handlers.joined(room);
    this.#handlers.refused(room, error);
    if (!AtriumClient.#passing.has(error.code)) {
      this.#rooms.delete(room);
      return;
    }
    const again = () => this.#rooms.has(room) && this.join(room);
    setTimeout(again, (error.retry_after_ms ?? 2000) * (1 + Math.random()));
  }

  #lost(code, reason) {
    const lasted = this.welcome ? Date.now() - this.#since : 0;
    const hint = this.#closing;
    this.#forget();
    this.#failures = lasted > 10_000 ? 0 : this.#failures + 1;
    const why = hint?.reason || reason || "the connection was lost";
    if (hint ? !hint.reconnect : AtriumClient.#final.has(code)) {
      this.#handlers.state("stopped", `Disconnected: ${why}`);
      return;
    }
    const longest = Math.min(30_000, 250 * 2 ** this.#failures);
    const delay = (hint?.after_ms ?? 0) + longest * (0.5 + Math.random() / 2);
    const seconds = Math.max(1, Math.round(delay / 1000));
    this.#handlers.state("waiting", `Trying again in ${seconds} s: ${why}`);
    this.#timer = setTimeout(() => this.start(), delay);
  }

  /** Gives up the connection and everything that was waiting for it. */
  #forget() {
    clearTimeout(this.#timer);
    clearInterval(this.#keepAlive);
    this.#timer = 0;
    this.welcome = null;
    if (this.#socket) {
      this.#socket.onmessage = this.#socket.onclose = null;
      this.#socket.close();
      this.#socket = null;
    }
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject({ code: "offline", message: "the connection was lost" });
    }
    this.#pending.clear();
  }
}
