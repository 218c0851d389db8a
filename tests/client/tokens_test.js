// How the client comes by tokens, and renews them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage, settled, until } from "./stage.js";

/** A stage whose application hands out t1, t2, ... and remembers what it was asked. */
function keeper(options = {}) {
  const reasons = [];
  const getToken = async (reason) => `t${reasons.push(reason)}`;
  return { stage: new Stage({ getToken, ...options }), reasons };
}

const shown = (stage) => stage.socket.protocols?.[1];

test("a token goes where proxies do not log it, if it fits there", async () => {
  const stage = new Stage({ token: "aa.bb-c_" });
  await stage.start();
  assert.deepEqual(stage.socket.protocols, ["atrium.v1", "bearer.aa.bb-c_"]);
  assert.equal(stage.socket.url.href, "ws://node/ws?reject=close");
  stage.client.close();
  const other = new Stage({ token: "two words" });
  await other.start();
  assert.equal(other.socket.protocols, undefined);
  assert.equal(other.socket.url.searchParams.get("token"), "two words");
  other.client.close();
});

test("a name and a device are told", async () => {
  const stage = new Stage({ user: "ann & bob", device: "phone", onDurable() {} });
  await stage.start();
  const { searchParams } = stage.socket.url;
  assert.deepEqual([searchParams.get("user"), searchParams.get("device")], ["ann & bob", "phone"]);
  stage.client.close();
});

test("a reconnect needs no other token while the one before is valid", async () => {
  const { stage, reasons } = keeper();
  await stage.start({ expires_at: Date.now() + 3_600_000 });
  await stage.reconnect();
  assert.deepEqual([reasons, shown(stage)], [["connect"], "bearer.t1"]);
  stage.client.close();
});

test("it gets a newer token before the node would end the connection", async () => {
  const { stage, reasons } = keeper();
  await stage.start({ server_time: 1000, expires_at: 1200 });
  const { id, token } = await stage.awaited("refresh");
  assert.equal(token, "t2");
  await stage.come("refreshed", { id, expires_at: 1350 });
  const next = await stage.awaited("refresh");
  assert.equal(next.token, "t3");
  await stage.come("refreshed", { id: next.id });
  assert.deepEqual(reasons, ["connect", "expiring", "expiring"]);
  await stage.reconnect();
  assert.equal(shown(stage), "bearer.t3");
  stage.client.close();
});

test("the back end moves the end of a connection", async () => {
  const { stage, reasons } = keeper();
  await stage.start();
  await stage.come("refreshed", { expires_at: Date.now() + 100 });
  const { id } = await stage.awaited("refresh");
  await stage.come("refreshed", { id, expires_at: Date.now() + 100 });
  await stage.come("refreshed", {}); // no end any more
  await stage.reconnect();
  assert.deepEqual(reasons, ["connect", "expiring"]);
  stage.client.close();
});

test("a renewal that fails is told, and tried again", async () => {
  const { stage } = keeper();
  await stage.start({ server_time: 1000, expires_at: 1200 });
  const { id } = await stage.awaited("refresh");
  await stage.come("error", { id, code: "auth_unavailable", message: "later" });
  assert.deepEqual(stage.heard("error").map(([, { code }]) => code), ["auth_unavailable"]);
  assert.equal((await stage.awaited("refresh")).token, "t3");
  stage.client.close();
});

test("after 4001 it comes back with another token", async () => {
  const { stage, reasons } = keeper();
  await stage.start();
  await stage.lose(4001, "the token has expired");
  await stage.comeBack();
  assert.deepEqual([reasons, shown(stage)], [["connect", "expired"], "bearer.t2"]);
  stage.client.close();
});

test("after 4001 nothing helps a client that has only one token", async () => {
  const stage = new Stage({ token: "t" });
  await stage.start();
  await stage.lose(4001, "the token has expired");
  const [, { state, error }] = stage.heard("state").at(-1);
  assert.deepEqual([state, error.code, error.closeCode], ["stopped", "token_expired", 4001]);
});

test("a time of the node is a time of its clock", async () => {
  const { stage, reasons } = keeper();
  await stage.start({ server_time: 5_000, expires_at: 3_605_000 }); // 1970
  await stage.reconnect();
  assert.deepEqual(reasons, ["connect"]);
  stage.client.close();
});

test("without a token from the application it stops", async () => {
  const stage = new Stage({ getToken: () => null });
  stage.client.connect();
  await settled();
  const [, { state, error }] = stage.heard("state").at(-1);
  assert.deepEqual([state, error.code, stage.sockets.length], ["stopped", "no_token", 0]);
});

test("an application that fails is asked again", async () => {
  let calls = 0;
  const getToken = () => {
    if (++calls === 1) throw new Error("the back end is away");
    return "t";
  };
  const stage = new Stage({ getToken });
  stage.client.connect();
  await settled();
  const [, { state, reason }] = stage.heard("state").at(-1);
  assert.deepEqual([state, reason], ["waiting", "no token: the back end is away"]);
  await until(() => stage.sockets.length === 1, "it connects");
  assert.equal(calls, 2);
  stage.client.close();
});

test("who closes while the application looks for a token is not connected", async () => {
  let found;
  const getToken = () => new Promise((resolve) => { found = resolve; });
  const stage = new Stage({ getToken });
  stage.client.connect();
  stage.client.close();
  found("t");
  await settled();
  assert.deepEqual([stage.sockets.length, stage.client.state], [0, "stopped"]);
});
