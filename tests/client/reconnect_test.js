// When the client connects again, and when it does not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff, failuresAfter, waitAfter } from "../../examples/client/reconnect.js";
import { Stage, until } from "./stage.js";

const most = () => 1;
const lost = { code: 1006, closing: null };

test("each failure doubles the longest wait, up to half a minute", () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 50].map((failures) => backoff(failures, most));
  assert.deepEqual(longest, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test("the wait is anything from nothing to the longest", () => {
  assert.equal(backoff(3, () => 0), 0);
  assert.equal(backoff(3, () => 0.5), 1000);
  const waits = new Set(Array.from({ length: 100 }, () => backoff(7)));
  assert.ok(waits.size > 90 && Math.max(...waits) > Math.min(...waits) + 10_000);
});

test("a connection that lasted is no failure", () => {
  assert.equal(failuresAfter(5, 9_000), 6);
  assert.equal(failuresAfter(5, 10_001), 0);
});

test("it comes back after the codes that say so, and after no others", () => {
  for (const code of [1000, 1002, 1003, 1007, 1008, 1009, 4000, 4004, 4005, 4006, 4007, 4999])
    assert.equal(waitAfter({ ...lost, code, failures: 1 }, most), null, String(code));
  for (const code of [0, 1001, 1006, 1011, 1013, 4001, 4002, 4003])
    assert.equal(waitAfter({ ...lost, code, failures: 1 }, most), 500, String(code));
});

test("what the node announces counts more than the code", () => {
  const closing = { code: 4004, reconnect: true, after_ms: 7000 };
  assert.equal(waitAfter({ code: 4004, closing, failures: 1 }, most), 7500);
  const end = { code: 1001, reconnect: false };
  assert.equal(waitAfter({ code: 1001, closing: end, failures: 1 }, most), null);
});

test("a lost connection is followed by another one, in its own time", async () => {
  const stage = new Stage();
  await stage.start();
  await stage.lose();
  const [, waiting] = stage.heard("state").map(([, each]) => each).slice(-2);
  assert.equal(waiting.state, "waiting");
  assert.ok(waiting.delayMs >= 0 && waiting.delayMs <= 500);
  await until(() => stage.sockets.length === 2, "there is another connection");
  await stage.welcome();
  assert.equal(stage.client.state, "online");
  stage.client.close();
});

test("after a final code it stops, and the application can connect again", async () => {
  const stage = new Stage();
  await stage.start();
  stage.client.join("chat");
  await stage.joined("chat");
  await stage.lose(4005, "out");
  const [, { state, error }] = stage.heard("state").at(-1);
  assert.deepEqual([state, error.code, error.closeCode, error.message],
    ["stopped", "refused", 4005, "out"]);
  stage.client.hurry();
  assert.equal(stage.sockets.length, 1);
  await assert.rejects(stage.client.send("bob", 1), { code: "refused" });
  await assert.rejects(stage.client.room("chat").publish(1), { code: "refused" });
  stage.client.connect();
  await until(() => stage.sockets.length === 2, "there is another connection");
  await stage.welcome();
  await stage.joined("chat");
  stage.client.close();
});

test("close ends everything, at once and for good", async () => {
  const stage = new Stage();
  await stage.start();
  const room = stage.client.join("chat");
  await stage.joined("chat");
  const flying = assert.rejects(stage.client.send("bob", 1), { code: "closed" });
  const joining = assert.rejects(stage.client.join("more").whenJoined(), { code: "closed" });
  stage.client.close();
  await Promise.all([flying, joining]);
  assert.equal(stage.socket.closed, 1000);
  assert.equal(stage.client.state, "stopped");
  assert.deepEqual(stage.client.rooms, []);
  assert.deepEqual(stage.heard("left"), []);
  await assert.rejects(room.publish(1), { code: "not_a_member" });
});

test("a listener that throws disturbs nobody else", async (context) => {
  const stage = new Stage();
  const caught = [];
  // Where a browser or Node would report it.
  context.mock.method(globalThis, "queueMicrotask", (task) => {
    assert.throws(task, (error) => caught.push(error.message) > 0);
  });
  stage.client.on("message", () => {
    throw new Error("mine");
  });
  const heard = [];
  const off = stage.client.on("message", ({ data }) => heard.push(data));
  await stage.start();
  await stage.come("message", { scope: "all", data: 1 });
  off();
  assert.deepEqual([heard, caught], [[1], ["mine"]]);
  stage.client.close();
});
