import { Connection } from "./connection.js";
import { Emitter } from "./emitter.js";
import { AtriumError } from "./errors.js";
import { Inbox } from "./inbox.js";
import { Membership, repeatableTime } from "./membership.js";
import { Budget, Outbox } from "./outbox.js";
import { failuresAfter, tokenExpiredCode, waitAfter } from "./reconnect.js";
import { Tokens } from "./tokens.js";

// What may be a subprotocol, in which the node finds a token.
const protocolText = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** A client that keeps itself connected; index.d.ts documents it. */
export class AtriumClient extends Emitter {
  #url;
  #options;
  #state = "stopped";
  #attempt = 0; // counts; a step of an older one has no effect
  #failures = 0;
  #end = null; // why it has stopped for good
  #timer = 0; // of the next attempt
  #connection = null;
  #memberships = new Map(); // by name of the room
  #link;
  #requests;
  #inbox = null;
  #tokens;
  #lastEvent = 0;
  // Makes the ids of events unique; pages without TLS have no randomUUID.
  #origin = crypto.getRandomValues(new Uint32Array(3)).join("-");
  #online = () => this.hurry(); // the browser has a network again

  constructor(url, { timeout = 15_000, maxWaiting = 1000, ...options } = {}) {
    super();
    this.#options = { WebSocket: globalThis.WebSocket, timeout, ...options };
    if (!this.#options.WebSocket)
      throw new TypeError("no WebSocket here: start Node.js 20 with "
        + "--experimental-websocket, or use the option WebSocket");
    this.#url = new URL(url, globalThis.location?.href);
    this.#url.protocol = this.#url.protocol.replace("http", "ws");
    const budget = new Budget(maxWaiting);
    this.#link = {
      timeout, budget,
      isOnline: () => this.#isOnline,
      ask: (...what) => this.#ask(...what),
      request: (type, fields) => this.request(type, fields),
      eventId: () => this.#eventId(),
      failure: () => this.#end,
      forget: ({ name }) => this.#memberships.delete(name),
      emit: (room, event, detail) => {
        room.emit(event, detail);
        this.emit(event, detail, room);
      },
    };
    this.#requests = new Outbox(budget, () => this.#isOnline, this.#link.ask);
    this.#tokens = new Tokens({
      token: options.token, get: options.getToken,
      refresh: (token) => this.#ask("refresh", { token }),
      failed: (error) => this.#failed(error),
    });
    if (options.device) this.#inbox = this.#openInbox(options.onDurable);
  }

  get state() {
    return this.#state;
  }

  /** The node's first frame; null while not online. */
  get welcome() {
    return this.#connection?.welcome ?? null;
  }

  /** The rooms of which the client is or wants to be a member. */
  get rooms() {
    return [...this.#memberships.values()].map(({ room }) => room);
  }

  room(name) {
    return this.#memberships.get(name)?.room;
  }

  connect() {
    if (this.#state === "waiting" || this.#state === "stopped") this.#open();
  }

  hurry() {
    if (this.#state === "waiting") this.#open();
  }

  close() {
    const error = new AtriumError("closed", "the client was closed");
    for (const each of [...this.#memberships.values()]) each.drop(error);
    this.#inbox?.stop();
    this.#connection?.close(1000, error);
    this.#stop(error);
  }

  join(name, { since } = {}) {
    let membership = this.#memberships.get(name);
    if (!membership) {
      membership = new Membership(this.#link, name, since);
      this.#memberships.set(name, membership);
    }
    membership.join();
    return membership.room;
  }

  send(user, data, { durable, ...options } = {}) {
    const fields = durable ? { user, data, durable } : { user, data };
    return this.#say("send", fields, options);
  }

  broadcast(data, options = {}) {
    return this.#say("broadcast", { data }, options);
  }

  request(type, fields = {}, { timeout = this.#options.timeout } = {}) {
    if (this.#end) return Promise.reject(this.#end);
    return this.#requests.add(type, fields, timeout);
  }

  get #isOnline() {
    return this.#state === "online";
  }

  #eventId() {
    this.#lastEvent += 1;
    return `${this.#origin}.${this.#lastEvent}`;
  }

  /** An inbox knows its messages by their ids, others are sent only once. */
  #say(type, fields, { eventId = this.#eventId(), traceId, traceparent, timeout }) {
    if (this.#end) return Promise.reject(this.#end);
    const isRepeatable = fields.durable === true;
    const patience = timeout ?? (isRepeatable ? repeatableTime : this.#options.timeout);
    return this.#requests.add(type,
      { ...fields, event_id: eventId, trace_id: traceId, traceparent }, patience,
      () => isRepeatable);
  }

  /** Sends a request now; there is no other connection for it. */
  #ask(type, fields, answered) {
    if (this.#isOnline) return this.#connection.request(type, fields, answered);
    return Promise.reject(new AtriumError("offline", "not connected"));
  }

  #openInbox(handle) {
    if (!handle) throw new TypeError("a device needs the option onDurable");
    return new Inbox({
      handle,
      acknowledge: (inboxId) => this.#ask("ack", { inbox_id: inboxId }),
      failed: (error) => this.#failed(error),
      again: () => {
        this.#connection?.close();
        this.#ended({ code: 0, reason: "messages have to come again", lasted: Infinity });
      },
    });
  }

  async #open() {
    clearTimeout(this.#timer);
    this.#end = null;
    globalThis.addEventListener?.("online", this.#online);
    const attempt = ++this.#attempt;
    this.#become("connecting");
    let token;
    try {
      token = await this.#tokens.current();
    } catch (error) {
      if (attempt === this.#attempt)
        this.#ended({ code: 0, reason: `no token: ${error?.message ?? error}`, lasted: 0 });
      return;
    }
    if (attempt !== this.#attempt) return;
    if (token === null) return this.#stop(new AtriumError("no_token", "there is no token"));
    try {
      this.#connection = new Connection(this.#socket(token), {
        welcomed: (frame) => this.#welcomed(frame),
        pushed: (frame) => this.#pushed(frame),
        ended: (end) => this.#ended(end),
      }, this.#options.timeout);
    } catch (error) { // such as a page of https: that may not use ws:
      this.#stop(new AtriumError("refused", error.message));
    }
  }

  #socket(token) {
    const { WebSocket, user, device } = this.#options;
    const url = new URL(this.#url);
    // Or else a browser hides why the node refuses.
    url.searchParams.set("reject", "close");
    if (user !== undefined) url.searchParams.set("user", user);
    if (device !== undefined) url.searchParams.set("device", device);
    if (token === undefined) return new WebSocket(url.href);
    if (protocolText.test(token))
      return new WebSocket(url.href, ["atrium.v1", `bearer.${token}`]);
    url.searchParams.set("token", token);
    return new WebSocket(url.href);
  }

  #welcomed(frame) {
    this.#tokens.welcomed(frame.expires_at, frame.server_time);
    this.#become("online", { node: frame.node });
    for (const each of this.#memberships.values()) each.join();
    this.#requests.flush();
  }

  #pushed(frame) {
    const { type, id, scope, room: name, inbox_id: inboxId } = frame;
    const isOfRoom = name !== undefined && (scope ?? "room") === "room";
    // An answer for which nobody waits any more. It may be a membership that is wanted.
    if (id !== undefined && !(type === "joined" && this.#memberships.has(name))) return;
    if (type === "joined" && !this.#memberships.has(name)) this.#putInto(name);
    const membership = isOfRoom ? this.#memberships.get(name) : undefined;
    if (membership) {
      membership.take(frame);
    } else if (isOfRoom) {
      return; // of a membership that has ended
    } else if (type === "message") {
      if (inboxId && this.#inbox) this.#inbox.take(frame);
      else this.emit("message", frame);
    } else if (type === "gap") {
      this.emit("gap", frame);
    } else if (type === "refreshed") {
      this.#tokens.refreshed(frame.expires_at); // by the back end
    } else if (type === "error") {
      this.#failed(AtriumError.of(frame));
    }
  }

  /** The server has made the client a member of a room. */
  #putInto(name) {
    const membership = new Membership(this.#link, name, null, true);
    this.#memberships.set(name, membership);
    this.emit("serverJoined", membership.room);
  }

  #ended({ code, reason, closing = null, lasted }) {
    this.#disconnected();
    this.#failures = failuresAfter(this.#failures, lasted);
    const text = closing?.reason || reason;
    if ((closing?.code ?? code) === tokenExpiredCode) {
      this.#tokens.expire();
      if (!this.#tokens.isRenewable)
        return this.#stop(new AtriumError("token_expired", text, { closeCode: code }));
    }
    const delay = waitAfter({ code, closing, failures: this.#failures });
    if (delay === null)
      return this.#stop(new AtriumError("refused", text, { closeCode: code }));
    this.#become("waiting", { reason: text, delayMs: delay });
    this.#timer = setTimeout(() => this.#open(), delay);
  }

  #disconnected() {
    this.#connection = null;
    this.#tokens.stop();
    this.#inbox?.lost();
    for (const each of this.#memberships.values()) each.lost();
  }

  /** Nothing happens any more until `connect`. */
  #stop(error) {
    this.#attempt += 1;
    this.#end = error;
    clearTimeout(this.#timer);
    globalThis.removeEventListener?.("online", this.#online);
    this.#disconnected();
    this.#become("stopped", { reason: error.message, error });
    this.#requests.fail(error);
    for (const each of this.#memberships.values()) each.stopped(error);
  }

  #become(state, more) {
    this.#state = state;
    this.emit("state", { state, ...more });
  }

  #failed(error) {
    this.emit("error", error);
  }
}
