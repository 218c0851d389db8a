// Requests: how they wait, are repeated, and end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AtriumError } from "../../examples/client/index.js";
import { Stage, fate, settled, until } from "./stage.js";

const here = { epoch: "e1", offset: 3 };

/** A client that is a member of `chat`. */
async function member(joined = here, options = {}) {
  const stage = new Stage(options);
  await stage.start();
  const room = stage.client.join("chat");
  await stage.joined("chat", joined);
  return { stage, room };
}

test("what is asked before the client is online waits for that", async () => {
  const stage = new Stage();
  const room = stage.client.join("chat");
  const published = fate(room.publish("one"));
  const sent = fate(stage.client.send("bob", "hello"));
  await stage.start();
  const [send] = stage.sent("send");
  assert.deepEqual([send.user, send.data, "durable" in send], ["bob", "hello", false]);
  await stage.come("sent", { id: send.id, user: "bob", event_id: send.event_id });
  assert.equal(sent.value.event_id, send.event_id);
  assert.deepEqual(stage.sent("publish"), []); // not a member yet
  await stage.joined("chat");
  const [publish] = stage.sent("publish");
  await stage.come("published", { id: publish.id, room: "chat", event_id: "x" });
  assert.equal(published.value.event_id, "x");
  stage.client.close();
});

test("errors of the node are AtriumErrors", async () => {
  const { stage, room } = await member();
  const answer = fate(room.history());
  const [{ id }] = stage.sent("history");
  await stage.come("error", { id, code: "rate_limited", message: "slowly", retry_after_ms: 70 });
  const { error } = answer;
  assert.ok(error instanceof AtriumError && error instanceof Error);
  assert.deepEqual([error.code, error.message, error.retryAfterMs, error.isTemporary],
    ["rate_limited", "slowly", 70, true]);
  stage.client.close();
});

test("a request without an answer ends", async () => {
  const { stage } = await member(here, { timeout: 300 });
  const answer = fate(stage.client.request("ping"));
  await until(() => answer.code, "the request ends");
  assert.equal(answer.code, "timeout");
  await stage.lose();
  const late = fate(stage.client.request("ping"));
  await until(() => late.code, "the request ends");
  assert.equal(late.code, "offline");
  stage.client.close();
});

test("what cannot be sent fails, and nothing else does", async () => {
  const { stage, room } = await member();
  const circle = {};
  circle.self = circle;
  await assert.rejects(room.publish(circle), TypeError);
  await assert.rejects(room.publish("x".repeat(70_000)), { code: "message_too_large" });
  const good = fate(room.publish("fine"));
  const [{ id }] = stage.sent("publish");
  await stage.come("published", { id });
  assert.equal(good.value.id, id);
  stage.client.close();
});

test("a publish is repeated over reconnects, under its id and in order", async () => {
  const { stage, room } = await member();
  const fates = ["one", "two"].map((data) => fate(room.publish(data)));
  const first = stage.sent("publish");
  await stage.lose();
  fates.push(fate(room.publish("three")));
  await stage.comeBack();
  assert.equal((await stage.joined("chat", { ...here, recovered: true })).since.offset, 3);
  const again = stage.sent("publish");
  assert.deepEqual(again.map(({ data }) => data), ["one", "two", "three"]);
  assert.deepEqual(again.slice(0, 2).map((x) => x.event_id), first.map((x) => x.event_id));
  for (const { id } of again) await stage.come("published", { id, offset: id });
  assert.deepEqual(fates.map(({ value }) => value.offset), again.map(({ id }) => id));
  stage.client.close();
});

test("what the logic of a room answers is the result, and is settled", async () => {
  const { stage, room } = await member();
  const fates = [1, 2, 3].map((data) => fate(room.publish(data, { echo: data !== 2 })));
  const [first, second, third] = stage.sent("publish");
  // In its own time: others may come before it.
  await stage.come("answered", { id: third.id, room: "chat", data: null });
  await stage.come("answered", { id: second.id, room: "chat", data: [2] });
  assert.deepEqual(fates.map(({ value }) => value),
    [undefined, { room: "chat", answer: [2] }, { room: "chat", answer: null }]);
  await stage.reconnect();
  await stage.joined("chat", { ...here, recovered: true });
  const again = stage.sent("publish"); // only what has no answer
  assert.deepEqual(again.map(({ event_id }) => event_id), [first.event_id]);
  await stage.come("answered", { id: again[0].id, room: "chat", data: { right: true } });
  assert.deepEqual(fates[0].value.answer, { right: true });
  await stage.message("chat", 5); // the hole before it is none of the client's own
  assert.equal(stage.heard("missed").length, 1);
  stage.client.close();
});

test("after a refusal for now those behind wait, too", async () => {
  const { stage, room } = await member();
  const one = fate(room.publish("one"));
  const [{ id }] = stage.sent("publish");
  await stage.come("error", { id, code: "rate_limited", retry_after_ms: 20 });
  fate(room.publish("two"));
  assert.deepEqual(stage.sent("publish"), []);
  const repeated = await stage.awaited("publish");
  assert.equal(repeated.data, "one");
  await stage.come("published", { id: repeated.id });
  assert.equal(one.value.id, repeated.id);
  stage.client.close();
});

test("after a refusal it asks for less at once, and then for more again", async () => {
  const { stage, room } = await member();
  const fates = Array.from({ length: 8 }, (_, i) => fate(room.publish(i)));
  for (const { id } of stage.sent("publish"))
    await stage.come("error", { id, code: "rate_limited", retry_after_ms: 1 });
  const sizes = [];
  const order = [];
  while (fates.some(({ value }) => !value)) {
    const batch = await until(() => {
      const sent = stage.sent("publish");
      return sent.length > 0 && sent;
    }, "it publishes again");
    sizes.push(batch.length);
    order.push(...batch.map(({ data }) => data));
    for (const { id } of batch.reverse()) await stage.come("published", { id });
  }
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.equal(sizes[0], 1);
  assert.ok(Math.max(...sizes) > 1);
  stage.client.close();
});

test("where nobody would notice a second time there is none", async () => {
  const { stage, room } = await member({});
  const fates = [room.publish(1), stage.client.send("bob", 1), stage.client.broadcast(1)].map(fate);
  await stage.reconnect();
  await stage.joined("chat");
  assert.deepEqual(fates.map(({ code }) => code), ["offline", "offline", "offline"]);
  assert.deepEqual(stage.socket.sent, []);
  stage.client.close();
});

test("a durable message is sent until an inbox has it", async () => {
  const { stage } = await member();
  const sent = fate(stage.client.send("bob", "pay", { durable: true }));
  const [first] = stage.sent("send");
  assert.equal(first.durable, true);
  await stage.reconnect();
  const [second] = stage.sent("send");
  assert.equal(second.event_id, first.event_id);
  await stage.come("error", { id: second.id, code: "bus_unavailable", retry_after_ms: 1 });
  const third = await stage.awaited("send");
  await stage.come("sent", { id: third.id, user: "bob", inbox_id: "5-1" });
  assert.equal(sent.value.inbox_id, "5-1");
  stage.client.close();
});

test("only so many requests wait, and the next one says so", async () => {
  const stage = new Stage({ maxWaiting: 3 });
  const room = stage.client.join("chat");
  const fates = [1, 2, 3, 4].map(
    (i) => fate(i % 2 ? room.publish(i) : stage.client.send("bob", i)));
  await settled();
  assert.deepEqual(fates.map(({ code }) => code), [undefined, undefined, undefined, "too_many"]);
  await stage.start();
  const [{ id }] = stage.sent("send");
  await stage.come("sent", { id });
  assert.equal(fate(room.publish(5)).code, undefined); // there is room again
  stage.client.close();
});

test("what an application has chosen goes out with a message", async () => {
  const { stage, room } = await member();
  fate(room.publish({ a: 1 }, { eventId: "order-7", echo: false, traceId: "t" }));
  const [{ id, ...request }] = stage.sent("publish");
  assert.ok(id > 0);
  assert.deepEqual(request, { type: "publish", room: "chat", data: { a: 1 },
    event_id: "order-7", echo: false, trace_id: "t" });
  stage.client.close();
});
