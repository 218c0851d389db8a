// A client whose node is played by a test: frames go out and come in one by one.

import assert from "node:assert/strict";
import { AtriumClient } from "../../examples/client/index.js";

const deadline = 20_000; // ms; only a failing test waits this long

const events = ["state", "message", "gap", "error", "joined", "missed", "presence",
  "refused", "left", "serverJoined"];

/** Lets everything happen that needs no time. */
export const settled = () => new Promise(setImmediate);

/** Polls until there is something, and returns it. */
export async function until(find, wish) {
  for (const end = Date.now() + deadline; Date.now() < end;) {
    const found = find();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.fail(`not in time: ${wish}`);
}

export class Stage {
  sockets = [];
  told = []; // [event, detail, name of the room]

  constructor(options = {}) {
    const { sockets } = this;
    class WebSocket {
      sent = [];
      closed = null;

      constructor(url, protocols) {
        this.url = new URL(url);
        this.protocols = protocols;
        sockets.push(this);
      }

      send(text) {
        this.sent.push(JSON.parse(text));
      }

      close(code) {
        this.closed ??= code ?? 1005;
      }
    }
    this.client = new AtriumClient("ws://node/ws", { WebSocket, ...options });
    for (const event of events)
      this.client.on(event, (detail, room) => this.told.push([event, detail, room?.name]));
  }

  get socket() {
    return this.sockets.at(-1);
  }

  /** Connects for the first time. */
  async start(welcome) {
    this.client.connect();
    await settled();
    await this.welcome(welcome);
  }

  welcome(fields) {
    return this.come("welcome", { node: "n1", user: "ann", ping_interval: 25,
      max_message_bytes: 65536, server_time: Date.now(), ...fields });
  }

  /** A frame from the node. */
  async come(type, fields) {
    this.socket.onmessage({ data: JSON.stringify({ type, ...fields }) });
    await settled();
  }

  message(room, offset, fields) {
    return this.come("message", { scope: "room", room, offset, data: offset, ...fields });
  }

  /** The frames of this type that went to the node since the last time. */
  sent(type) {
    const { sent } = this.socket;
    this.socket.sent = sent.filter((frame) => frame.type !== type);
    return sent.filter((frame) => frame.type === type);
  }

  /** Waits for one frame to the node. */
  async awaited(type) {
    const [frame] = await until(() => {
      const found = this.sent(type);
      return found.length > 0 && found;
    }, `the client sends ${type}`);
    return frame;
  }

  /** Answers the request to join `name`, and returns it. */
  async joined(name, fields) {
    const request = await until(
      () => this.socket.sent.find(({ type, room }) => type === "join" && room === name),
      `the client joins ${name}`);
    this.socket.sent.splice(this.socket.sent.indexOf(request), 1);
    await this.come("joined", { id: request.id, room: name, ...fields });
    return request;
  }

  /** The connection ends. */
  async lose(code = 1006, reason = "") {
    this.socket.onclose({ code, reason });
    await settled();
  }

  /** The next connection is there at once. */
  async comeBack(welcome) {
    this.client.hurry();
    await settled();
    await this.welcome(welcome);
  }

  async reconnect() {
    await this.lose();
    await this.comeBack();
  }

  /** What the application was told of these events, since the last time. */
  heard(...wanted) {
    return this.told.splice(0).filter(([event]) => wanted.includes(event));
  }
}

/** What becomes of a promise: `{ value }` or `{ code }`, once it is there. */
export function fate(promise) {
  const result = {};
  promise.then(
    (value) => Object.assign(result, { value }),
    (error) => Object.assign(result, { code: error.code, error }));
  return result;
}
