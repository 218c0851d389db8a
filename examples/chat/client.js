"use strict";

/**
 * A client of Atrium's protocol (net/PROTOCOL.md) that keeps itself connected:
 * it waits longer after each failure, does what the node says in `closing`, and
 * joins its rooms again. In a room with a history it has a position, asks for
 * what came after it, and repeats what nobody has confirmed. In a room that
 * tells who is in it, it keeps a list. `handlers` are functions that it calls:
 *
 *   state(name, text)      "connecting", "online", "waiting" or "stopped"
 *   push(message)          whatever is not the answer to a request; in a room
 *                          with a history each message once and in order
 *   joined(room, position) now a member, also after a reconnect. `position` is
 *                          `{epoch, offset}`; null in a room without a history,
 *                          where messages from before are lost
 *   missed(room, after, upTo, gone)
 *                          messages between two positions are missing here.
 *                          The request `history` may find them, but not all of
 *                          them if they are `gone`
 *   present(room, number, users)
 *                          who is in the room, as presence.js has it
 *   refused(room, error)   could not become a member (again)
 */
class AtriumClient {
  // After these close codes another attempt would end in the same way, after
  // these errors it may succeed.
  static #final = new Set([1000, 1002, 1003, 1007, 1008, 1009, 4004, 4005, 4006]);
  static #passing = new Set(["offline", "bus_unavailable", "timeout",
    "room_died", "rate_limited"]);
  static #patience = 15_000; // ms for any answer
  static #repeatable = 240_000; // ms; a history knows an event_id for 300 s
  static #most = 100; // messages of a room that wait for an answer
  static #left = { code: "not_a_member", message: "not in the room" };
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
  #rooms = new Map(); // by name
  // Makes the ids of events unique; pages without TLS have no randomUUID.
  #origin = crypto.getRandomValues(new Uint32Array(3)).join("-");

  welcome = null; // the node's first frame, while online

  constructor(url, handlers) {
    this.#url = url;
    this.#handlers = handlers;
  }

  get rooms() {
    return [...this.#rooms.keys()];
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
    for (const name of this.rooms) this.#drop(name);
    this.#handlers.state("stopped", "Disconnected");
  }

  /**
   * Becomes a member and stays one over reconnects, until `leave`; first gets
   * what came after a `position` that the caller has kept.
   */
  join(name, position = null) {
    // `waiting`: what to call once it is joined
    const fresh = { joined: false, position, unanswered: 0, waiting: [],
      presence: new AtriumPresence(this, name, this.#handlers.present) };
    const room = this.#rooms.get(name) ?? fresh;
    this.#rooms.set(name, room);
    if (!this.welcome || room.joined) return;
    const since = room.position ?? undefined; // JSON leaves that out
    this.request("join", { room: name, since }).catch(
      (error) => this.#joinFailed(name, room, error));
  }

  leave(name) {
    this.#drop(name);
    return this.request("leave", { room: name });
  }

  /**
   * Publishes to a room; resolves to the reply. In a room with a history the
   * message waits for the connection, and is sent again until the node has
   * answered: the history has it once. In another room the node would deliver
   * it twice, so a failure is for the caller to judge: with the code `offline`,
   * `timeout` or `bus_unavailable` it may have been delivered.
   */
  async publish(name, data) {
    const room = this.#rooms.get(name);
    const event_id = `${this.#origin}.${++this.#lastId}`;
    const fields = { room: name, data, event_id };
    if (!room?.position) return this.request("publish", fields);
    if (room.unanswered >= AtriumClient.#most)
      throw { code: "too_many", message: "too many messages wait already" };
    room.unanswered += 1;
    try {
      return await this.#publishAgain(room, fields);
    } finally {
      room.unanswered -= 1;
    }
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
    if (message.type === "joined") this.#joined(message);
    if (message.type === "welcome") {
      this.#welcomed(message);
    } else if (request && message.type !== "message") {
      this.#pending.delete(message.id);
      clearTimeout(request.timer);
      if (message.type === "error") request.reject(message);
      else request.resolve(message);
    } else {
      this.#push(message);
    }
  }

  #push(message) {
    const name = message.room;
    const room = this.#rooms.get(name);
    if (message.type === "closing") this.#closing = message;
    if (message.type === "message" && message.scope === "room") {
      if (!room?.joined) return; // of a membership that has ended
      this.#move(name, room, message.offset);
    }
    if (room?.joined) room.presence.take(message);
    if (message.type === "gap" && room?.position) {
      if (message.epoch) this.#lose(name, room, message);
      return; // without an epoch: `#move` has seen what is missing, and where
    }
    if (message.code === "room_died" && room) {
      room.joined = false;
      this.join(name);
    }
    this.#handlers.push(message);
  }

  #joined({ room: name, epoch, offset, recovered, present }) {
    const room = this.#rooms.get(name);
    if (!room) return; // left meanwhile
    const before = room.position;
    room.joined = true;
    room.position = epoch ? { epoch, offset } : null;
    this.#handlers.joined(name, room.position);
    if (before && epoch && !recovered)
      this.#handlers.missed(name, before, room.position, true);
    for (const { resolve } of room.waiting.splice(0)) resolve();
    room.presence.start(present !== undefined);
  }

  /** Moves the position to a message that comes. */
  #move(name, room, offset) {
    if (!room.position || offset === undefined) return;
    const { epoch, offset: last } = room.position;
    room.position = { epoch, offset };
    // A client that reads slowly may be skipped in some rooms; and a history
    // that was interrupted leaves numbers out. Only the history knows which.
    if (offset > last + 1)
      this.#handlers.missed(name, { epoch, offset: last },
        { epoch, offset: offset - 1 }, false);
  }

  /** The history itself has lost messages and is somewhere else now. */
  #lose(name, room, { epoch, offset }) {
    const after = room.position;
    room.position = { epoch, offset };
    this.#handlers.missed(name, after, room.position, true);
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
    for (const name of this.rooms) this.join(name);
  }

  #joinFailed(name, room, error) {
    const current = this.#rooms.get(name) === room && !room.joined;
    // After a reconnect the room is joined again anyway.
    if (!current || error.code === "offline") return;
    this.#handlers.refused(name, error);
    if (!AtriumClient.#passing.has(error.code) && error.code !== "internal")
      return this.#drop(name, error);
    const again = () => this.#rooms.get(name) === room && this.join(name);
    setTimeout(again, (error.retry_after_ms ?? 2000) * (1 + Math.random()));
  }

  async #publishAgain(room, fields) {
    const end = Date.now() + AtriumClient.#repeatable;
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    for (;;) {
      try {
        if (this.#rooms.get(fields.room) !== room) throw AtriumClient.#left;
        if (!room.joined)
          await new Promise((resolve, reject) =>
            room.waiting.push({ resolve, reject }));
        if (Date.now() > end) throw { code: "too_late", message: "too late" };
        return await this.request("publish", fields);
      } catch (error) {
        if (!AtriumClient.#passing.has(error.code)) throw error;
        // What the end of a connection has stopped keeps its order.
        if (error.code !== "offline") await pause(error.retry_after_ms ?? 2000);
      }
    }
  }

  /** Wants to be a member no more. */
  #drop(name, error = AtriumClient.#left) {
    const room = this.#rooms.get(name);
    this.#rooms.delete(name);
    room?.presence.stop();
    for (const { reject } of room?.waiting.splice(0) ?? []) reject(error);
  }

  #lost(code, reason) {
    const lasted = this.welcome ? Date.now() - this.#since : 0;
    const hint = this.#closing;
    this.#forget();
    this.#failures = lasted > 10_000 ? 0 : this.#failures + 1;
    const why = hint?.reason || reason || "the connection was lost";
    if (hint ? !hint.reconnect : AtriumClient.#final.has(code))
      return this.#handlers.state("stopped", `Disconnected: ${why}`);
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
    for (const room of this.#rooms.values()) room.joined = false;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject({ code: "offline", message: "the connection was lost" });
    }
    this.#pending.clear();
  }
}
