/** A client of Atrium (net/PROTOCOL.md) that keeps itself connected. */

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A place in the history of a room. */
export interface Position {
  epoch: string;
  offset: number;
}

/** A message as it comes. `sender` is absent when the room or the back end speaks. */
export interface Message<Data = any> {
  type: "message";
  event_id: string;
  scope: "room" | "user" | "all";
  room?: string;
  user?: string;
  sender?: { user: string; connection: string };
  /** When the node accepted it, in ms since 1970. */
  ts: number;
  trace_id?: string;
  traceparent?: string;
  /** The place in the room's history, if the room has one. */
  offset?: number;
  /** The offset of the message before it, where that is not one less. */
  previous?: number;
  data: Data;
}

/** A message that comes again until it is acknowledged. */
export interface DurableMessage<Data = any> extends Message<Data> {
  inbox_id: string;
}

/** Messages of this scope may be missing, from and to a time in ms since 1970. */
export interface Gap {
  type: "gap";
  scope: "room" | "user" | "all";
  room?: string;
  from_ts: number;
  to_ts: number;
}

export interface PresenceEvent {
  type: "presence_event";
  room: string;
  event: "join" | "leave";
  user: string;
  /** How many users are in the room since then. */
  present: number;
  ts: number;
}

/** The node's first frame. Times are in ms since 1970, `ping_interval` in s. */
export interface Welcome {
  type: "welcome";
  protocol: number;
  connection: string;
  user: string;
  node: string;
  ping_interval: number;
  max_message_bytes: number;
  server_time: number;
  expires_at?: number;
}

export interface HistoryPage<Data = any> {
  epoch: string;
  /** Of the newest message of the room. */
  offset: number;
  /** false: what comes after (before) `since` is gone. */
  recovered: boolean;
  /** There are further messages in this direction. */
  more: boolean;
  messages: Message<Data>[];
}

export interface PresenceList {
  present: number;
  /** Absent where the room only counts. */
  users?: { user: string; connections: number; since: number; info?: Json }[];
}

/** Codes of errors that do not come from the node. */
export type LocalErrorCode =
  /** Not connected; a request that was sent may have been carried out. */
  | "offline"
  /** No answer in time; the request may have been carried out. */
  | "timeout"
  /** No answer to any of the repetitions in time; it may have been carried out. */
  | "too_late"
  /** `maxWaiting` requests wait already. */
  | "too_many"
  /** `getToken` has returned null. */
  | "no_token"
  /** The node does not want this client; `closeCode` says why. */
  | "refused"
  /** `close` was called. */
  | "closed";

/**
 * Why something did not work. `code` is one of PROTOCOL.md, section 5, such as
 * "forbidden", or a `LocalErrorCode`. Further ones may be added.
 */
export declare class AtriumError extends Error {
  readonly code: LocalErrorCode | (string & {});
  readonly room?: string;
  /** The node asks to wait so long before a repetition. */
  readonly retryAfterMs?: number;
  /** With "refused" and "token_expired": PROTOCOL.md, section 6. */
  readonly closeCode?: number;
  /** The same request may succeed later. */
  readonly isTemporary: boolean;
  constructor(code: string, message?: string,
    more?: { room?: string; retryAfterMs?: number; closeCode?: number });
}

/** "connect": the first one; "expired": the one before has; "expiring": it will soon. */
export type TokenReason = "connect" | "expired" | "expiring";

export interface ClientOptions {
  /** The user's name, for nodes without authentication. */
  user?: string;

  /** A token; without `getToken` the only one. */
  token?: string;

  /**
   * Returns a token: before the first connection, before the node would end a
   * connection because its token expires, and after it has expired. null: the
   * user is logged out, so the client stops. If it throws, it is asked again
   * after a while.
   */
  getToken?(reason: TokenReason): string | null | undefined | Promise<string | null | undefined>;

  /** 1 to 64 characters of `0-9A-Za-z._-`, the same at each start of this device. */
  device?: string;

  /**
   * Gets the durable messages of this device, one after the other and in order:
   * the next one when the promise has resolved. Then the message is
   * acknowledged, or earlier by `ack`. If it throws, it gets the same message
   * again after a while. What the node sends again, or its sender within five
   * minutes, is dropped by its `event_id`; after a restart of the client what
   * was not acknowledged comes again.
   */
  onDurable?(message: DurableMessage, ack: () => void): void | Promise<void>;

  /** The class of a browser, for environments without a global one. */
  WebSocket?: new (url: string, protocols?: string[]) => any;

  /** ms for the answer to a request, 15 000 by default. */
  timeout?: number;

  /** Requests that may wait for an answer, 1000 by default; others fail with "too_many". */
  maxWaiting?: number;
}

export interface SayOptions {
  /**
   * Receivers see it. In rooms with a history, and for durable messages, a
   * message of this id is delivered once, however often it is published within
   * five minutes. Made by the client otherwise.
   */
  eventId?: string;
  traceId?: string;
  traceparent?: string;
  /** ms until the promise fails. */
  timeout?: number;
}

export interface PublishOptions extends SayOptions {
  /** false: this client does not get the message itself. */
  echo?: boolean;
}

/**
 * - "connecting": an attempt is under way
 * - "online": after the node's `welcome`
 * - "waiting": the next attempt follows in `delayMs`
 * - "stopped": not yet connected, or for good because of `error`, until `connect`
 */
export type State = "connecting" | "online" | "waiting" | "stopped";

export interface StateEvent {
  state: State;
  /** The name of the node, while online. */
  node?: string;
  /** Why the connection ended, in words. */
  reason?: string;
  delayMs?: number;
  error?: AtriumError;
}

export interface RoomEvents {
  /** In a room with a history each once and in order. */
  message: Message;
  /**
   * A member now, also after a reconnect. `position` is null in a room without
   * a history: what was said while the client was away is lost there.
   * `recovered`: what was missed follows; undefined where nothing was asked for.
   */
  joined: { position: Position | null; recovered?: boolean };
  /**
   * Messages between these positions are missing here. `room.older({after, upTo})`
   * reads them; not all of them if `isLost`: then your server has to know the state.
   */
  missed: { after: Position; upTo: Position; isLost: boolean };
  /** In a room without a history: messages may be missing. */
  gap: Gap;
  /** Who is in the room has changed. `users` is null where the room only counts. */
  presence: { present: number; users: string[] | null };
  /** One user has come or gone; `presence` follows. */
  presenceEvent: PresenceEvent;
  /** Could not become a member. If `isTemporary`, or "internal", it is tried again. */
  refused: AtriumError;
  /** The server has ended the membership, and the client does not join again. */
  left: AtriumError;
  /** The room has restarted or ended; the client has joined it again then. */
  error: AtriumError;
}

/** Each event of a room is also one of the client, with the room as second argument. */
export interface ClientEvents extends Omit<RoomEvents, "message" | "gap" | "error"> {
  state: StateEvent;
  /** Of rooms, and to this user or to everyone: then without a room. */
  message: Message;
  gap: Gap;
  /** What the node or your callbacks have complained about. */
  error: AtriumError | Error;
  /**
   * The server has put the client into this room. After a reconnect the client
   * joins it like any other, where the user has the right; else it has `left`.
   */
  serverJoined: AtriumRoom;
}

declare class Emitter<Events, More extends unknown[]> {
  /** Calls `listener` at each such event; returns a function that ends this. */
  on<Name extends keyof Events>(event: Name,
    listener: (detail: Events[Name], ...more: More) => void): () => void;
  off<Name extends keyof Events>(event: Name,
    listener: (detail: Events[Name], ...more: More) => void): void;
}

/** Reads a history from the newest message to the oldest, page by page. */
export interface HistoryReader {
  /** There is nothing between the two positions. */
  readonly isEmpty: boolean;
  /**
   * The next page, oldest message first. `isOver`: there are no more; `isWhole`:
   * and nothing is missing. Without `isOver` there is at least one message.
   */
  older(): Promise<{ messages: Message[]; isOver: boolean; isWhole: boolean }>;
  /** Go on from this position: what is before it is wanted again. */
  forget(position: Position): void;
}

/** What has become of a message in a room. */
export type PublishResult =
  /** It went to the members; `offset`: its place in the room's history. */
  | { room: string; event_id: string; offset?: number; answer?: undefined }
  /** The room's own logic has answered it, and nobody else hears of it. */
  | { room: string; event_id?: undefined; offset?: undefined; answer: any };

/** A room that the client wants to be a member of. */
export declare class AtriumRoom extends Emitter<RoomEvents, []> {
  private constructor();
  readonly name: string;
  readonly isJoined: boolean;
  /** The server has put the client here. */
  readonly isByServer: boolean;
  /** Keep it to go on from there after a restart (`since`). null without a history. */
  readonly position: Position | null;
  /** How many users are here, in a room that tells it; 0 while not known. */
  readonly present: number;
  /** Who is here; null while not known and where the room only counts. */
  readonly users: string[] | null;

  /** Resolves when the client is a member. */
  whenJoined(): Promise<Position | null>;

  /**
   * Publishes; waits until the client is a member. In a room with a history it
   * is repeated, also over reconnects, for 4 minutes: the history has it once.
   * Elsewhere it fails with "offline", "timeout" or "bus_unavailable" when it
   * is not known whether it was delivered. Where the room's own logic answers,
   * a repetition asks it again.
   */
  publish(data: Json, options?: PublishOptions): Promise<PublishResult>;

  /** Reads a page of the history; `since` is not in it. At most `limit` (100) messages. */
  history(query?: { since?: Position; limit?: number; reverse?: boolean }): Promise<HistoryPage>;

  /** Reads what is after one position, up to another: by default all, from now on back. */
  older(range?: { after?: Position | null; upTo?: Position; limit?: number }): HistoryReader;

  /** Asks who is here; `present` and `users` tell it without asking. */
  presence(query?: { limit?: number }): Promise<PresenceList>;

  /** Stops being a member; what waits to be published fails. */
  leave(): Promise<void>;
}

export declare class AtriumClient extends Emitter<ClientEvents, [room?: AtriumRoom]> {
  /** `url`: that of the WebSocket, `wss://…/ws`; in a page also relative, `/ws`. */
  constructor(url: string | URL, options?: ClientOptions);

  readonly state: State;
  /** The node's first frame, while online. */
  readonly welcome: Welcome | null;
  readonly rooms: AtriumRoom[];

  /** Connects, and stays connected. Ends the waiting for the next attempt. */
  connect(): void;

  /** Connects now if the next attempt is only a matter of waiting. */
  hurry(): void;

  /** Ends everything: rooms are forgotten, what waits fails with "closed". */
  close(): void;

  /**
   * Becomes a member and stays one over reconnects, until `leave`; first gets
   * what came after the position `since` that the caller has kept. Returns the
   * room that is there, if there is one.
   */
  join(name: string, options?: { since?: Position | null }): AtriumRoom;

  /** The room, if the client is or wants to be a member. */
  room(name: string): AtriumRoom | undefined;

  /**
   * To every connection of a user. Durable: to every device of the user, also
   * later; repeated over reconnects until the node has it.
   */
  send(user: string, data: Json, options?: SayOptions & { durable?: boolean }):
    Promise<{ user: string; event_id: string; inbox_id?: string }>;

  /** To every connection on every node. */
  broadcast(data: Json, options?: SayOptions): Promise<{ event_id: string }>;

  /**
   * Any request of the protocol, which waits until the client is online and is
   * never repeated. Resolves to the answer of the node.
   */
  request(type: string, fields?: object, options?: { timeout?: number }): Promise<any>;
}
