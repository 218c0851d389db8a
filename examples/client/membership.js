import { AtriumError } from "./errors.js";
import { Holes } from "./holes.js";
import { Outbox } from "./outbox.js";
import { Presence } from "./presence.js";
import { AtriumRoom } from "./room.js";

// A history knows an event_id for 300 s; a repetition has to come before that.
export const repeatableTime = 240_000; // ms

// Errors after which a publish is sent anew later, and no answer comes before:
// it waits for another connection, or was refused before it was stored.
const isUnderWayNoMore = new Set(["offline", "rate_limited"]);

// The room's own logic may answer in place of a message.
const resultOf = (frame) =>
  frame.type === "answered" ? { room: frame.room, answer: frame.data } : frame;

/**
 * What the client does to become and to stay a member of a room: it joins with
 * its position, moves the position with each message, and sees what is missing.
 * `link` is its way to the client:
 *
 *   isOnline(), ask(type, fields, answered)  requests of this connection
 *   request(type, fields)                    requests that may wait for one
 *   failure()                                why the client has stopped for good
 *   emit(room, event, detail), forget(membership), eventId(), budget, timeout
 */
export class Membership {
  #link;
  #isWanted = true;
  #isAsking = false;
  #timer = 0; // until it asks again
  #waiters = [];
  #outbox;
  #holes = new Holes((after, upTo) => this.#missed(after, upTo, false));

  name;
  isJoined = false;
  isByServer; // the node has put the client here
  position; // `{ epoch, offset }`; null without a history
  presence;
  room;

  constructor(link, name, since, isByServer = false) {
    this.#link = link;
    this.name = name;
    this.position = since ?? null;
    this.isByServer = isByServer;
    this.#outbox = new Outbox(link.budget, () => this.isJoined,
      (type, fields) => this.#say(type, fields));
    this.presence = new Presence(
      () => link.ask("presence", { room: name }),
      (present, users) => this.#emit("presence", { present, users }));
    this.room = new AtriumRoom(this);
  }

  /** Joins, if that is not so or under way. */
  async join() {
    if (!this.#link.isOnline() || this.isJoined || this.#isAsking) return;
    clearTimeout(this.#timer);
    this.#isAsking = true;
    const since = this.position ?? undefined; // JSON leaves that out
    const joined = (frame) => this.#isWanted && this.#joined(frame);
    try {
      await this.#link.ask("join", { room: this.name, since }, joined);
    } catch (error) {
      this.#joinFailed(error);
    }
  }

  whenJoined() {
    if (this.isJoined) return Promise.resolve(this.position);
    if (!this.#isWanted) return Promise.reject(this.#noMember());
    if (this.#link.failure()) return Promise.reject(this.#link.failure());
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Takes a frame about the room that is no answer. */
  take(frame) {
    if (frame.type === "joined") this.#joined(frame);
    if (frame.type === "left") this.drop(this.#noMember("the server has ended it"), true);
    if (frame.type === "message") this.#message(frame);
    if (frame.type === "gap") this.#gap(frame);
    if (frame.type === "presence_event" && this.isJoined) {
      this.#emit("presenceEvent", frame);
      this.presence.change(frame);
    }
    if (frame.type === "error") this.#failed(AtriumError.of(frame));
  }

  /** The connection has ended, and the membership with it. */
  lost() {
    clearTimeout(this.#timer);
    this.#holes.lost();
    this.isJoined = this.#isAsking = false;
    this.presence.stop();
  }

  /** The client has stopped; after `connect` the room is joined again. */
  stopped(error) {
    this.#outbox.fail(error);
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }

  /** In a room with a history it waits for the connection, and is repeated. */
  publish(data, { eventId = this.#link.eventId(), echo, traceId, traceparent,
    timeout }) {
    if (!this.#isWanted) return Promise.reject(this.#noMember());
    if (this.#link.failure()) return Promise.reject(this.#link.failure());
    const fields = { room: this.name, data, event_id: eventId, echo,
      trace_id: traceId, traceparent };
    const patience = timeout ?? (this.position ? repeatableTime : this.#link.timeout);
    const said = this.#outbox.add("publish", fields, patience, () => this.position !== null);
    if (echo === false) said.catch(() => this.#holes.over(eventId));
    return said.then(resultOf);
  }

  request(type, fields) {
    return this.#link.request(type, { room: this.name, ...fields });
  }

  async leave() {
    if (!this.#isWanted) return;
    const isMember = this.isJoined || this.#isAsking;
    this.drop(this.#noMember());
    // A membership ends with its connection, too.
    const isOver = ({ code }) => ["offline", "closed", "not_a_member"].includes(code);
    if (isMember && this.#link.isOnline())
      await this.#link.ask("leave", { room: this.name }).catch((error) => {
        if (!isOver(error)) throw error;
      });
  }

  /** Wants to be a member no more; `isTold`: the application did not ask for it. */
  drop(error, isTold = false) {
    if (!this.#isWanted) return;
    this.#isWanted = false;
    this.lost();
    this.#link.forget(this);
    this.stopped(error);
    if (isTold) this.#emit("left", error);
  }

  /** Sends a publish now; without an echo, its answer says where it is. */
  async #say(type, fields) {
    if (fields.echo !== false) return this.#link.ask(type, fields);
    const { event_id: eventId } = fields;
    this.#holes.sent(eventId);
    try {
      return await this.#link.ask(type, fields,
        ({ offset }) => this.#holes.over(eventId, offset));
    } catch (error) {
      if (isUnderWayNoMore.has(error.code)) this.#holes.over(eventId);
      throw error;
    }
  }

  #joined({ epoch, offset, recovered, present }) {
    const before = this.position;
    this.isJoined = true;
    this.#isAsking = false;
    this.position = epoch ? { epoch, offset } : null;
    this.#emit("joined", { position: this.position, recovered });
    const isElsewhere = before?.epoch !== epoch || before?.offset !== offset;
    // Without `recovered` the node was not asked: the history may have them.
    if (before && epoch && !recovered && (recovered === false || isElsewhere))
      this.#missed(before, this.position, recovered === false);
    for (const { resolve } of this.#waiters.splice(0)) resolve(this.position);
    this.#outbox.flush();
    this.presence.start(present !== undefined);
  }

  #joinFailed(error) {
    this.#isAsking = false;
    if (!this.#isWanted || this.isJoined) return;
    // After a reconnect the room is joined again anyway; or the server is
    // putting the client there, and says so by a frame of its own.
    if (error.code === "offline" || error.code === "already_joined") return;
    this.#emit("refused", error);
    if (!error.isTemporary && error.code !== "internal")
      return this.drop(error, this.isByServer);
    this.#timer = setTimeout(() => this.join(),
      (error.retryAfterMs ?? 2000) * (1 + Math.random()));
  }

  #message(frame) {
    if (!this.isJoined) return; // of a membership that has ended
    const { offset, previous = offset - 1 } = frame;
    if (this.position && offset !== undefined) {
      const { epoch, offset: last } = this.position;
      if (offset <= last) return; // came before
      this.position = { epoch, offset };
      // A client that reads slowly may be skipped in some rooms.
      this.#holes.came({ epoch, offset: last }, { epoch, offset: previous });
    }
    this.#emit("message", frame);
  }

  #gap(frame) {
    if (this.isJoined) this.presence.refresh(); // events may be missing, too
    if (!this.position) return this.#emit("gap", frame);
    // Without an epoch `#message` has seen what is missing, and where.
    if (!frame.epoch) return;
    const after = this.position;
    this.position = { epoch: frame.epoch, offset: frame.offset };
    this.#holes.begin(after, this.position);
    this.#missed(after, this.position, true);
  }

  /** Something happened to the room. */
  #failed(error) {
    if (error.code === "room_died") {
      this.lost();
      this.join();
    }
    this.#emit("error", error);
  }

  #missed(after, upTo, isLost) {
    this.#emit("missed", { after, upTo, isLost });
  }

  #emit(event, detail) {
    this.#link.emit(this.room, event, detail);
  }

  #noMember(message = "not in the room") {
    return new AtriumError("not_a_member", message, { room: this.name });
  }
}
