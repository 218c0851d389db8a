// Offsets that do not come: which are the client's own, and which are missing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Ranges } from "../../examples/client/ranges.js";
import { Stage, fate } from "./stage.js";

const here = { epoch: "e1", offset: 3 };

/** A member of `chat` that publishes without an echo. */
async function member(position = here) {
  const stage = new Stage();
  await stage.start();
  const room = stage.client.join("chat");
  await stage.joined("chat", position);
  const say = () => {
    fate(room.publish("hush", { echo: false }));
    return stage.sent("publish")[0].id;
  };
  const answer = (id, offset) => stage.come("published", { id, offset });
  const missed = () => stage.heard("missed").map(([, { after, upTo }]) =>
    [after.offset, upTo.offset]);
  return { stage, room, say, answer, missed };
}

test("what it has said itself without an echo is not missing", async () => {
  const { stage, say, answer, missed } = await member();
  await answer(say(), 4);
  await stage.message("chat", 5);
  assert.deepEqual(missed(), []);
  const two = [say(), say()]; // the answers come later than the next message
  await stage.message("chat", 8);
  for (const [i, id] of two.entries()) await answer(id, 6 + i);
  assert.deepEqual(missed(), []);
  const three = [say(), say()];
  await stage.message("chat", 12); // somebody else's is among them
  await answer(three[0], 9);
  assert.deepEqual(missed(), []);
  await stage.come("error", { id: three[1], code: "forbidden" });
  assert.deepEqual(missed(), [[8, 11]]);
  say();
  await stage.message("chat", 14);
  await stage.lose(); // the answer may take long
  assert.deepEqual(missed(), [[12, 13]]);
  stage.client.close();
});

test("however much it says itself, nothing is missing", async () => {
  const { stage, say, answer, missed } = await member();
  for (let offset = 4; offset < 1504; offset += 1) await answer(say(), offset);
  await stage.message("chat", 1504);
  assert.deepEqual(missed(), []);
  await stage.message("chat", 1510);
  assert.deepEqual(missed(), [[1504, 1509]]);
  stage.client.close();
});

test("what is said after a hole does not hide it", async () => {
  const { stage, say, answer, missed } = await member();
  const before = say();
  await stage.message("chat", 6);
  const behind = say();
  await stage.message("chat", 9);
  assert.deepEqual(missed(), []);
  await answer(before, 7);
  assert.deepEqual(missed(), [[3, 5]]);
  await answer(behind, 8);
  assert.deepEqual(missed(), []);
  stage.client.close();
});

test("what was refused for now may be in a hole, or cannot be", async () => {
  const { stage, say, answer, missed } = await member();
  const refuse = (id, code, wait) => stage.come("error", { id, code, retry_after_ms: wait });
  const kept = say();
  await stage.message("chat", 5);
  await refuse(kept, "bus_unavailable", 1);
  assert.deepEqual(missed(), []);
  await answer((await stage.awaited("publish")).id, 4); // was there the first time
  assert.deepEqual(missed(), []);
  await refuse(say(), "rate_limited", 1);
  await stage.message("chat", 7);
  assert.deepEqual(missed(), [[5, 6]]);
  const repeated = await stage.awaited("publish");
  await stage.message("chat", 9);
  assert.deepEqual(missed(), []);
  await answer(repeated.id, 8);
  assert.deepEqual(missed(), []);
  stage.client.close();
});

test("an answer may come before the gap of another history", async () => {
  const { stage, say, answer, missed } = await member();
  await answer(say(), 901);
  await stage.come("gap", { scope: "room", room: "chat", epoch: "e2", offset: 900 });
  assert.deepEqual(missed(), [[3, 900]]);
  await stage.message("chat", 902);
  assert.deepEqual(missed(), []);
  stage.client.close();
});

test("where numbers begin anew, those of before count no more", async () => {
  const { stage, say, answer, missed } = await member({ epoch: "e1", offset: 500 });
  for (const offset of [501, 502]) await answer(say(), offset);
  await answer(say(), 1); // of the next history
  await stage.come("gap", { scope: "room", room: "chat", epoch: "e2", offset: 0 });
  assert.deepEqual(missed(), [[500, 0]]);
  await stage.message("chat", 2);
  await stage.message("chat", 500, { previous: 2 });
  assert.deepEqual(missed(), []);
  await stage.message("chat", 503);
  assert.deepEqual(missed(), [[500, 502]]);
  stage.client.close();
});

test("ranges of numbers are bounded, and the lowest are forgotten", () => {
  const ranges = new Ranges(2);
  for (const number of [5, 3, 4, 4, 8, 1]) ranges.add(number);
  assert.ok(ranges.has(3, 5) && ranges.has(8, 8) && !ranges.has(1, 1));
  assert.ok(!ranges.has(3, 6) && !ranges.has(2, 3) && !ranges.has(5, 8));
  for (const number of [6, 7]) ranges.add(number);
  assert.ok(ranges.has(3, 8));
  ranges.keep(4, 6);
  assert.ok(ranges.has(4, 6) && !ranges.has(3, 4) && !ranges.has(6, 7));
});
