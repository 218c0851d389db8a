// Durable messages: each once and in order for the application, at least once from the node.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Inbox } from "../../examples/client/inbox.js";
import { Stage, settled, until } from "./stage.js";

/** A device, online, whose application does with each message what `handle` does. */
async function device(handle) {
  const handled = [];
  const stage = new Stage({ device: "phone", onDurable: (message, ack) => {
    handled.push(message.data);
    return handle?.(message, ack);
  } });
  await stage.start();
  const durable = (number, fields) => stage.come("message", { scope: "user", user: "ann",
    inbox_id: `${number}-0`, event_id: `e${number}`, data: number, ...fields });
  const acked = async () => {
    const { id, inbox_id: inboxId } = await stage.awaited("ack");
    await stage.come("acked", { id });
    return inboxId;
  };
  return { stage, handled, durable, acked };
}

test("a message is acknowledged when the application is done with it", async () => {
  let done;
  const { stage, durable, acked } = await device(
    () => new Promise((resolve) => { done = resolve; }));
  await durable(1);
  assert.deepEqual(stage.sent("ack"), []);
  done();
  assert.equal(await acked(), "1-0");
  assert.deepEqual(stage.heard("message"), []);
  stage.client.close();
});

test("the application can acknowledge before it is done", async () => {
  const { stage, durable, acked } = await device((_, ack) => {
    ack();
    return new Promise(() => {});
  });
  await durable(1);
  assert.equal(await acked(), "1-0");
  stage.client.close();
});

test("one after the other and in order", async () => {
  const steps = [];
  const { stage, durable, acked } = await device(async ({ data }) => {
    steps.push(`begin ${data}`);
    await settled();
    steps.push(`end ${data}`);
  });
  for (const number of [1, 2, 3]) durable(number);
  await until(() => steps.length === 6, "all are handled");
  assert.deepEqual(steps, [1, 2, 3].flatMap((each) => [`begin ${each}`, `end ${each}`]));
  assert.equal(await acked(), "1-0");
  assert.equal(await acked(), "3-0"); // says that 2 is, too
  stage.client.close();
});

test("what comes again is not handled again, but acknowledged", async () => {
  const { stage, handled, durable, acked } = await device();
  await durable(1);
  await stage.awaited("ack"); // the answer is lost
  await stage.reconnect();
  await durable(1);
  await durable(2, { event_id: "e1" }); // the same, sent again by its sender
  await durable(3);
  assert.deepEqual(handled, [1, 3]);
  assert.equal(await acked(), "1-0");
  assert.equal(await acked(), "3-0");
  stage.client.close();
});

test("an id that is used again later is that of another message", async (context) => {
  const { stage, handled, durable } = await device();
  await durable(1);
  await durable(2, { event_id: "e1" });
  const later = Date.now() + 301_000;
  context.mock.method(Date, "now", () => later);
  await durable(1); // sent again by the node, however late
  await durable(3, { event_id: "e1" });
  assert.deepEqual(handled, [1, 3]);
  stage.client.close();
});

test("what waits when the connection ends is handled once", async () => {
  let done;
  const { stage, handled, durable, acked } = await device(
    ({ data }) => data === 1 && new Promise((resolve) => { done = resolve; }));
  for (const number of [1, 2]) await durable(number);
  await stage.reconnect();
  for (const number of [1, 2, 3]) await durable(number);
  done();
  await until(() => handled.length === 3, "all are handled");
  assert.deepEqual(handled, [1, 2, 3]);
  await settled();
  while (await acked() !== "3-0");
  stage.client.close();
});

test("a failure of the application is told, and the message comes to it again", async () => {
  let failures = 1;
  const { stage, handled, durable, acked } = await device(async () => {
    if (failures-- > 0) throw new Error("the disk is full");
  });
  await durable(1);
  await durable(2);
  assert.deepEqual(stage.heard("error").map(([, { message }]) => message), ["the disk is full"]);
  await until(() => handled.length === 3, "it is handled");
  assert.deepEqual(handled, [1, 1, 2]);
  while (await acked() !== "2-0");
  stage.client.close();
});

test("an acknowledgement that is refused for now is repeated", async () => {
  const { stage, durable, acked } = await device();
  await durable(1);
  const { id } = await stage.awaited("ack");
  await stage.come("error", { id, code: "rate_limited", retry_after_ms: 1 });
  assert.equal(await acked(), "1-0");
  stage.client.close();
});

test("of more than may wait the rest comes again when there is room", async () => {
  let go;
  const gate = new Promise((resolve) => { go = resolve; });
  const handled = [];
  let again = 0;
  const inbox = new Inbox({
    handle: async ({ inbox_id: id }) => { await gate; handled.push(id); },
    acknowledge: async () => {}, failed: assert.fail, again: () => { again += 1; } });
  const come = (last) => {
    for (let i = 1; i <= last; i += 1) inbox.take({ inbox_id: i, event_id: `e${i}` });
  };
  come(1500);
  assert.equal(again, 0);
  go();
  await until(() => again === 1, "it asks for the rest");
  inbox.lost();
  come(1500);
  await until(() => handled.length === 1500, "all are handled");
  assert.deepEqual(handled, Array.from({ length: 1500 }, (_, i) => i + 1));
});

test("a closed client handles nothing any more, and the next one gets the rest", async () => {
  let done;
  const { stage, handled, durable } = await device(
    () => new Promise((resolve) => { done = resolve; }));
  await durable(1);
  await durable(2);
  stage.client.close();
  done();
  await settled();
  assert.deepEqual([handled, stage.sent("ack")], [[1], []]);
});

test("without a device a durable message is one like any other", async () => {
  const stage = new Stage();
  await stage.start();
  await stage.come("message", { scope: "user", inbox_id: "1-0", event_id: "e", data: 1 });
  assert.equal(stage.heard("message").length, 1);
  stage.client.close();
  assert.throws(() => new Stage({ device: "phone" }), TypeError);
});
