// Compiles only if index.d.ts says what the README and the page do with the client.

import {
  AtriumClient, AtriumError, type AtriumRoom, type DurableMessage, type Position, type State,
} from "../../examples/client/index.js";

const client = new AtriumClient("wss://chat.example.com/ws", {
  getToken: async (reason: "connect" | "expired" | "expiring") => (reason ? "token" : null),
  device: "phone",
  onDurable: async (message: DurableMessage, ack: () => void) => {
    const id: string = message.inbox_id;
    if (id) ack();
  },
  WebSocket: class { constructor(readonly url: string) {} },
  timeout: 1000,
  maxWaiting: 10,
});
const off: () => void = client.on("state", ({ state, delayMs, error }) => {
  const now: State = state;
  const code: string | undefined = error?.code;
  console.log(now, delayMs, code);
});
off();
client.on("message", (message, room) => console.log(message.ts, message.data.text, room?.name));
client.on("serverJoined", (room: AtriumRoom) => room.on("left", (error) => console.log(error.code)));
client.on("error", (error) => {
  if (error instanceof AtriumError && error.isTemporary) console.log(error.retryAfterMs);
});

const kept: Position | null = client.room("chat")?.position ?? null;
const room = client.join("chat", { since: kept });
room.on("missed", async ({ after, upTo, isLost }) => {
  const reader = room.older({ after, upTo });
  while (!isLost && !reader.isEmpty) {
    const { messages, isOver, isWhole } = await reader.older();
    console.log(messages.length, isWhole);
    if (isOver) break;
  }
  reader.forget(upTo);
});
room.on("presence", ({ present, users }) => console.log(present, users?.join()));
room.on("presenceEvent", ({ event, user }) => console.log(event === "join", user));
room.on("joined", ({ position, recovered }) => console.log(position?.offset, recovered === false));
room.on("gap", ({ from_ts, to_ts }) => console.log(to_ts - from_ts));

async function use(): Promise<void> {
  const { offset } = await room.publish({ text: "hello" }, { echo: false, eventId: "x" });
  const { event_id: said, answer } = await room.publish({ guess: "Bern" });
  console.log(said ?? answer?.right);
  const { inbox_id } = await client.send("bob", ["pay"], { durable: true });
  const { event_id } = await client.broadcast(null);
  const page = await room.history({ since: kept ?? undefined, reverse: true, limit: 5 });
  const { users } = await room.presence({ limit: 5 });
  console.log(offset, inbox_id, event_id, page.messages.at(-1)?.offset, users?.[0]?.info);
  await room.whenJoined();
  await room.leave();
  await client.request("ping");
  client.hurry();
  client.connect();
  client.close();
}
use();

// @ts-expect-error there is no such event
client.on("mesage", () => {});
// @ts-expect-error a function is no JSON
room.publish(() => {});
// @ts-expect-error rooms come from `join`
new AtriumRoom();
