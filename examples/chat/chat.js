"use strict";

// What the node says, and what the user does.

let client = null;
let me = "";
let token = null; // where users have to show one
let online = false;
let stateText = "";

// -- what the node says -----------------------------------------------------

function heard(frame) {
  const { scope, room, offset } = frame;
  const what = contents(frame);
  const name = scope === "room" ? room : scope === "user" ? what.from : "";
  const talk = conversation(scope, name);
  if (talk.position && offset) talk.position = { ...talk.position, offset };
  message(talk, what);
}

function gap({ room, from_ts: from, to_ts: to }) {
  note(room ? conversation("room", room) : conversation("all"),
    `Messages from ${clock(from)} to ${clock(to)} may be missing`, "gap");
}

function failed({ room, code, message: reason }) {
  note(room ? conversation("room", room) : current, `${reason ?? code}`, "error");
}

function contents({ sender, ts, data, offset }) {
  return { from: sender?.user ?? "", ms: ts, data, offset };
}

function joined({ position }, { name: room }) {
  const talk = conversation("room", room);
  if (position && !talk.position) hole(talk, null, position, false);
  if (!talk.known) note(talk, `You are in ${room}`);
  else if (!position) note(talk, `Back in ${room}; what was said meanwhile is lost`);
  talk.joined = talk.known = true;
  talk.present = null; // until the node has told
  talk.position = position;
  paint(talk);
  heading();
  remember();
}

function missed({ after, upTo, isLost }, room) {
  const talk = conversation("room", room.name);
  talk.position = upTo;
  hole(talk, after, upTo, isLost);
}

function present({ present: number, users }, room) {
  const talk = conversation("room", room.name);
  talk.present = { number, users };
  if (talk === current) heading();
}

function refused(error, room) {
  outside(room, `Cannot join: ${error.message}`, "error");
}

function left(error, room) {
  outside(room, "You are no longer in this room", "info");
}

function outside(room, text, kind) {
  const talk = conversation("room", room.name);
  talk.joined = false;
  note(talk, text, kind);
  paint(talk);
  heading();
  remember();
}

function state({ state: name, node, reason, delayMs, error }) {
  if (online && name !== "online")
    for (const talk of conversations.values())
      if (talk.kind === "room") talk.joined = false;
  online = name === "online";
  const seconds = Math.max(1, Math.round(delayMs / 1000));
  stateText = {
    connecting: "Connecting…",
    online: `Connected to ${node}`,
    waiting: `Trying again in ${seconds} s: ${reason}`,
    stopped: error?.code === "closed" ? "Disconnected" : `Disconnected: ${reason}`,
  }[name];
  if (online) me = client.welcome.user;
  $("me").textContent = me;
  $("state").textContent = stateText;
  $("state").dataset.state = name;
  $("reconnect").hidden = name === "online" || name === "connecting";
  for (const talk of conversations.values()) paint(talk);
  heading();
}

// -- what the user does -----------------------------------------------------

async function send(talk, text) {
  const data = { text };
  const what = { from: me, ms: Date.now(), data };
  const waiting = article({}, what);
  waiting.classList.add("waiting");
  const slow = setTimeout(() => add(talk, waiting), 1000);
  try {
    if (talk.kind === "room") {
      const { answer } = await client.room(talk.name).publish(data);
      if (answer !== undefined) note(talk, `${text}: ${wordsOf(answer)} (only you see this)`);
    } else if (talk.kind === "all") {
      await client.broadcast(data);
    } else {
      await client.send(talk.name, data);
      if (talk.name !== me) message(talk, what);
    }
  } catch (error) {
    note(talk, `Not sent, ${error.message ?? error.code}: ${text}`, "error");
  }
  clearTimeout(slow);
  remove(talk, waiting);
}

function leave(talk) {
  client.room(talk.kind === "room" ? talk.name : "")?.leave().catch(() => {});
  close(talk);
  remember();
}

function roomNames() {
  return client.rooms.map(({ name }) => name);
}

function remember() {
  sessionStorage.setItem("atrium.rooms", JSON.stringify(roomNames()));
}

/** Connects as this user, with the rooms of this tab. */
function enter(name, rooms) {
  client?.close();
  me = name;
  sessionStorage.setItem("atrium.user", name);
  client = new AtriumClient("ws", {
    maxWaiting: 100, ...(token ? { token } : { user: name }) });
  const handlers = { state, joined, missed, refused, left, gap,
    message: heard, error: failed, presence: present };
  for (const [event, handler] of Object.entries(handlers)) client.on(event, handler);
  for (const room of rooms)
    client.join(room, { since: conversation("room", room).position });
  client.connect();
}

function askName() {
  $("name").value = me;
  $("welcome").showModal();
  $("name").select();
}

function grow() {
  const text = $("text");
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

/** Opens the conversation above (-1) or below (1). */
function step(by) {
  const keys = ["everyone", "rooms", "people"].flatMap((list) =>
    [...$(list).querySelectorAll("button")].map((button) => button.dataset.key));
  const next = keys.indexOf(current.key) + by;
  open(conversations.get(keys[(next + keys.length) % keys.length]));
}

function onSubmit(form, field, action) {
  $(form).addEventListener("submit", (event) => {
    const value = $(field).value.trim();
    if ($(form).method !== "dialog") event.preventDefault();
    if (value) {
      $(field).value = "";
      action(value);
    }
  });
}

onSubmit("join-form", "join-room", (room) => {
  const talk = conversation("room", room);
  client.join(room, { since: talk.position });
  open(talk);
});
onSubmit("write-form", "write-user", (user) => open(conversation("user", user)));
onSubmit("name-form", "name", (name) => {
  if (name !== me || !client) enter(name, client ? roomNames() : firstRooms());
});
$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text || $("send").disabled) return;
  $("text").value = "";
  grow();
  toEnd();
  send(current, text);
});
$("text").addEventListener("input", grow);
$("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
});
document.addEventListener("keydown", (event) => {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!by || !event.altKey) return;
  event.preventDefault();
  step(by);
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !current) return;
  current.unread = 0;
  paint(current);
});
$("log").addEventListener("scroll", () => atEnd() && ($("newer").hidden = true));
$("newer").onclick = toEnd;
$("show-people").onclick = togglePeople;
$("reconnect").onclick = () => client.connect();
$("me").onclick = askName;
$("leave").onclick = () => leave(current);
$("back").onclick = () => ($("app").dataset.pane = "list");
$("welcome").addEventListener("cancel", (event) => client || event.preventDefault());

// -- start --------------------------------------------------------------------

const address = new URLSearchParams(location.search);
token = address.get("token"); // says who it is: nobody has to be asked

function firstRooms() {
  const asked = address.getAll("room");
  const kept = JSON.parse(sessionStorage.getItem("atrium.rooms") ?? "null");
  return kept ?? (asked.length > 0 ? asked : ["lobby"]);
}

conversation("all");
open(conversation("room", firstRooms()[0] ?? "lobby"));
me = address.get("user") ?? sessionStorage.getItem("atrium.user") ?? "";
if (me || token) enter(me, firstRooms());
else askName();
