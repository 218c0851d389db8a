// Memberships: after reconnects, and those that the server begins and ends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage, fate, until } from "./stage.js";

const here = { epoch: "e1", offset: 3 };

test("after a reconnect it is in the same rooms, from its positions", async () => {
  const stage = new Stage();
  stage.client.join("kept", { since: { epoch: "e1", offset: 1 } });
  stage.client.join("plain");
  await stage.start();
  await stage.joined("kept", { epoch: "e1", offset: 1, recovered: true });
  await stage.joined("plain");
  await stage.message("kept", 2);
  await stage.reconnect();
  const request = await stage.joined("kept", { epoch: "e1", offset: 2, recovered: true });
  assert.deepEqual(request.since, { epoch: "e1", offset: 2 });
  assert.ok(!("since" in await stage.joined("plain")));
  const heard = stage.heard("joined").map(([, { position }, room]) => [room, position]);
  assert.deepEqual(heard, [["kept", { epoch: "e1", offset: 1 }], ["plain", null],
    ["kept", { epoch: "e1", offset: 2 }], ["plain", null]]);
  stage.client.close();
});

test("what has come before does not come again", async () => {
  const stage = new Stage();
  await stage.start();
  const room = stage.client.join("chat");
  await stage.joined("chat", here);
  for (const offset of [4, 5, 4, 5, 6]) await stage.message("chat", offset);
  assert.deepEqual(stage.heard("message").map(([, { offset }]) => offset), [4, 5, 6]);
  assert.deepEqual(room.position, { epoch: "e1", offset: 6 });
  stage.client.close();
});

test("it says where messages are missing, and whether they are lost", async () => {
  const stage = new Stage();
  await stage.start();
  stage.client.join("chat");
  await stage.joined("chat", here);
  await stage.reconnect();
  await stage.joined("chat", { epoch: "e1", offset: 90, recovered: false });
  await stage.message("chat", 92);
  await stage.come("gap", { scope: "room", room: "chat", epoch: "e2", offset: 1 });
  const place = (epoch, offset) => ({ epoch, offset });
  assert.deepEqual(stage.heard("missed", "gap").map(([, what]) => what), [
    { after: here, upTo: place("e1", 90), isLost: true },
    { after: place("e1", 90), upTo: place("e1", 91), isLost: false },
    { after: place("e1", 92), upTo: place("e2", 1), isLost: true }]);
  stage.client.close();
});

test("numbers that nobody has got are no messages", async () => {
  const stage = new Stage();
  await stage.start();
  const room = stage.client.join("chat");
  await stage.joined("chat", here);
  await stage.message("chat", 900, { previous: 3 });
  await stage.message("chat", 901);
  assert.deepEqual(stage.heard("missed"), []);
  assert.deepEqual(room.position, { epoch: "e1", offset: 901 });
  await stage.message("chat", 2000, { previous: 902 });
  assert.deepEqual(stage.heard("missed").map(([, what]) => what), [
    { after: { epoch: "e1", offset: 901 }, upTo: { epoch: "e1", offset: 902 }, isLost: false }]);
  stage.client.close();
});

test("the server puts it into a room, which is like any other then", async () => {
  const stage = new Stage();
  await stage.start();
  await stage.come("joined", { room: "team", ...here });
  const room = stage.client.room("team");
  assert.ok(room.isJoined && room.isByServer);
  assert.deepEqual(stage.heard("serverJoined", "joined").map(([event]) => event),
    ["serverJoined", "joined"]);
  await stage.message("team", 4);
  assert.deepEqual(stage.heard("message").map(([, { offset }, name]) => [offset, name]),
    [[4, "team"]]);
  fate(room.publish("hello"));
  assert.equal(stage.sent("publish").length, 1);
  await stage.reconnect();
  const { since } = await stage.joined("team", { epoch: "e1", offset: 4, recovered: true });
  assert.equal(since.offset, 4);
  stage.client.close();
});

test("the server takes it out of a room, and it stays out", async () => {
  const stage = new Stage();
  await stage.start();
  const room = stage.client.join("chat");
  await stage.joined("chat", here);
  const waiting = fate(room.publish("one"));
  await stage.come("left", { room: "chat" });
  await stage.message("chat", 4);
  assert.deepEqual(stage.heard("left", "message").map(([event]) => event), ["left"]);
  await stage.reconnect();
  assert.equal(waiting.code, "not_a_member");
  assert.deepEqual(stage.sent("join"), []);
  await assert.rejects(room.publish("two"), { code: "not_a_member" });
  stage.client.close();
});

test("the server is faster than the request to join", async () => {
  const stage = new Stage();
  await stage.start();
  stage.client.join("chat");
  const [{ id }] = stage.sent("join");
  await stage.come("joined", { room: "chat", ...here });
  await stage.come("error", { id, code: "already_joined" });
  assert.deepEqual(stage.heard("joined", "refused", "left").map(([event]) => event), ["joined"]);
  assert.ok(stage.client.room("chat").isJoined);
  const both = stage.client.join("both");
  const [{ id: late }] = stage.sent("join");
  await stage.come("error", { id: late, code: "already_joined" });
  assert.ok(!both.isJoined);
  await stage.come("joined", { room: "both" });
  assert.ok(both.isJoined && !both.isByServer);
  stage.client.close();
});

test("where only the server may put it, it is no more after a reconnect", async () => {
  const stage = new Stage();
  await stage.start();
  await stage.come("joined", { room: "team" });
  await stage.reconnect();
  const [{ id }] = stage.sent("join");
  await stage.come("error", { id, code: "forbidden" });
  assert.deepEqual(stage.heard("left").map(([, { code }, room]) => [code, room]),
    [["forbidden", "team"]]);
  await stage.come("joined", { room: "team" }); // and the back end does it again
  assert.ok(stage.client.room("team").isJoined);
  stage.client.close();
});

test("a refusal for good ends what waits for the room", async () => {
  const stage = new Stage();
  await stage.start();
  const room = stage.client.join("secret");
  const fates = [room.whenJoined(), room.publish(1)].map(fate);
  const [{ id }] = stage.sent("join");
  await stage.come("error", { id, code: "forbidden", room: "secret" });
  assert.deepEqual(fates.map(({ code }) => code), ["forbidden", "forbidden"]);
  assert.deepEqual(stage.client.rooms, []);
  stage.client.close();
});

test("after a refusal for now it tries again", async () => {
  const stage = new Stage();
  await stage.start();
  const joined = fate(stage.client.join("chat").whenJoined());
  for (const code of ["rate_limited", "internal"]) {
    const { id } = await stage.awaited("join");
    await stage.come("error", { id, code, retry_after_ms: 1 });
  }
  await stage.joined("chat", here);
  assert.deepEqual(joined.value, here);
  assert.equal(stage.heard("refused").length, 2);
  stage.client.close();
});

test("an answer that comes too late makes no membership that nobody wants", async () => {
  const stage = new Stage({ timeout: 300 });
  await stage.start();
  stage.client.join("chat");
  const [join] = stage.sent("join");
  await until(() => stage.heard("refused").length > 0, "it gives up to wait");
  await stage.come("joined", { id: join.id, room: "chat", ...here });
  assert.ok(stage.client.room("chat").isJoined);
  const gone = fate(stage.client.room("chat").leave());
  const [leave] = stage.sent("leave");
  await until(() => gone.code, "it gives up to wait");
  await stage.come("joined", { id: join.id, room: "chat", ...here });
  stage.client.join("other");
  await stage.joined("other", here);
  await stage.come("left", { id: leave.id, room: "other" });
  assert.deepEqual(stage.client.rooms.map(({ name }) => name), ["other"]);
  stage.client.close();
});

test("what is left and joined again is two memberships", async () => {
  const stage = new Stage();
  await stage.start();
  stage.client.join("chat");
  const [old] = stage.sent("join");
  stage.client.room("chat").leave();
  stage.client.join("chat");
  await stage.come("joined", { id: old.id, room: "chat", ...here }); // the first one
  assert.deepEqual(stage.heard("joined"), []);
  await stage.joined("chat", here);
  assert.equal(stage.heard("joined").length, 1);
  stage.client.close();
});

test("who is in the room is told at each change", async () => {
  const stage = new Stage();
  await stage.start();
  const room = stage.client.join("chat");
  await stage.joined("chat", { present: 1 });
  const { id } = await stage.awaited("presence");
  await stage.come("presence", { id, room: "chat", present: 1, users: [{ user: "ann" }] });
  await stage.come("presence_event", { room: "chat", event: "join", user: "bob", present: 2 });
  assert.deepEqual(stage.heard("presence").map(([, what]) => what), [
    { present: 1, users: ["ann"] }, { present: 2, users: ["ann", "bob"] }]);
  assert.deepEqual([room.present, room.users], [2, ["ann", "bob"]]);
  stage.client.close();
});

/** Reads all pages of a history whose offsets go from 1 to `newest`. */
async function read(range, newest, epoch = "e1") {
  const stage = new Stage();
  await stage.start();
  const room = stage.client.join("chat");
  await stage.joined("chat", { epoch: "e1", offset: newest });
  const reader = room.older({ limit: 10, ...range });
  const pages = [];
  let page = reader.older();
  for (;;) {
    const { id, since, limit } = await stage.awaited("history");
    const next = (since?.offset ?? newest + 1) - 1;
    const offsets = Array.from({ length: Math.min(limit, next) }, (_, i) => next - i);
    await stage.come("history", { id, epoch, offset: newest, recovered: true,
      more: next > limit, messages: offsets.map((offset) => ({ offset })) });
    const told = await Promise.race([page, Promise.resolve(null)]);
    if (!told) continue; // nothing of what is wanted: it asks on
    pages.push([told.messages.map(({ offset }) => offset), told.isWhole]);
    if (told.isOver) break;
    page = reader.older();
  }
  stage.client.close();
  return pages;
}

const numbers = (first, last) =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

test("a history is read page by page, back from now", async () => {
  assert.deepEqual(await read({}, 25),
    [[numbers(16, 25), false], [numbers(6, 15), false], [numbers(1, 5), true]]);
});

test("of what was missed exactly that is read", async () => {
  const range = { after: { epoch: "e1", offset: 8 }, upTo: { epoch: "e1", offset: 13 } };
  assert.deepEqual(await read(range, 40), [[numbers(11, 13), false], [numbers(9, 10), true]]);
});

test("what another history has is not what was missed", async () => {
  assert.deepEqual(await read({}, 25, "e2"), [[[], false]]);
});
