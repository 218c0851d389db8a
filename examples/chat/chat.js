"use strict";

// The page: conversations, what is in them, and what the user does. Whatever
// comes from others is put in by textContent, never as HTML.

const $ = (id) => document.getElementById(id);

const kinds = {
  all: { sign: "✱", list: "everyone", about: "Everyone on every node" },
  room: { sign: "#", list: "rooms", about: "Everyone in this room" },
  user: { sign: "@", list: "people", about: "Only the two of you" },
};
const longest = 500; // entries kept of a conversation

const conversations = new Map(); // key -> conversation, in the order of the list
let current = null;
let client = null;
let me = "";
let token = null; // where users have to show one
let online = false;
let stateText = "";

// -- elements ---------------------------------------------------------------

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, value);
  element.append(...children); // strings become text
  return element;
}

function avatar(name) {
  let hue = 0;
  for (const letter of name) hue = (hue * 31 + letter.codePointAt(0)) % 360;
  const initial = ([...name][0] ?? "?").toUpperCase();
  const element = make("span", { class: "avatar", "aria-hidden": "true" }, initial);
  element.style.setProperty("--hue", hue);
  return element;
}

function author(name) {
  const button = make("button", { type: "button", dir: "auto" }, name || "the node");
  button.disabled = !name || name === me;
  if (!button.disabled) {
    button.title = `Write to ${name}`;
    button.onclick = () => open(conversation("user", name));
  }
  return button;
}

function clock(ms) {
  const format = { hour: "2-digit", minute: "2-digit" };
  return new Date(ms).toLocaleTimeString([], format);
}

// -- conversations ----------------------------------------------------------

/** Returns the conversation, a new one if there was none. */
function conversation(kind, name = "") {
  const key = `${kind}:${name}`;
  const found = conversations.get(key);
  if (found) return found;
  const talk = { key, kind, name, entries: [], unread: 0, draft: "", last: {} };
  talk.joined = kind !== "room";
  talk.button = make("button", { type: "button", "data-key": key });
  talk.button.onclick = () => open(talk);
  talk.item = make("li", {}, talk.button);
  conversations.set(key, talk);
  $(kinds[kind].list).append(talk.item);
  paint(talk);
  return talk;
}

function label(talk) {
  return talk.kind === "all" ? "Everyone" : talk.name;
}

/** Brings the list's entry of a conversation up to date. */
function paint(talk) {
  const name = make("span", { class: "name", dir: "auto" }, label(talk));
  const sign = make("span", { class: "sign", "aria-hidden": "true" },
    kinds[talk.kind].sign);
  talk.button.replaceChildren(sign, name);
  talk.button.classList.toggle("away", !talk.joined);
  if (talk === current) talk.button.setAttribute("aria-current", "true");
  else talk.button.removeAttribute("aria-current");
  if (talk.unread > 0) {
    const count = talk.unread > 99 ? "99+" : String(talk.unread);
    const text = make("span", { class: "hidden" }, " unread");
    talk.button.append(make("span", { class: "unread" }, count, text));
  }
  let unread = 0;
  for (const other of conversations.values()) unread += other.unread;
  document.title = unread > 0 ? `(${unread}) Atrium` : "Atrium";
}

/** Shows the conversation in the main pane. */
function open(talk) {
  const before = current;
  current = talk;
  talk.unread = 0;
  if (before) {
    before.draft = $("text").value;
    paint(before);
  }
  paint(talk);
  const log = $("log");
  log.setAttribute("aria-live", "off"); // no reading of the past
  log.replaceChildren(...talk.entries);
  setTimeout(() => log.removeAttribute("aria-live"), 100);
  $("text").value = talk.draft;
  $("app").dataset.pane = "talk";
  heading();
  grow();
  toEnd();
  $("text").focus();
}

/** Takes the conversation off the list. */
function close(talk) {
  conversations.delete(talk.key);
  talk.item.remove();
  if (talk === current) {
    current = null;
    open(conversations.get("room:lobby") ?? conversation("all"));
    $("app").dataset.pane = "list";
  }
}

function heading() {
  const { kind, joined } = current;
  const about = joined ? kinds[kind].about : "You are not in this room";
  $("title").textContent = label(current);
  $("subtitle").textContent = online ? about : stateText;
  $("leave").hidden = kind === "all";
  $("leave").textContent = kind === "room" ? "Leave" : "Close";
  $("text").placeholder = `Message to ${label(current)}`;
  $("send").disabled = !online || !joined;
}

function toEnd() {
  $("log").scrollTop = $("log").scrollHeight;
  $("newer").hidden = true;
}

function atEnd() {
  const log = $("log");
  return log.scrollHeight - log.scrollTop - log.clientHeight < 48;
}

function add(talk, entry) {
  talk.entries.push(entry);
  const old = talk.entries.length > longest ? talk.entries.shift() : null;
  if (talk === current) {
    const follow = atEnd();
    old?.remove();
    $("log").append(entry);
    if (follow) toEnd();
    else $("newer").hidden = false;
  }
}

function note(talk, text, kind = "info") {
  talk.last = {};
  add(talk, make("p", { class: `note ${kind}` }, text));
}

/** Adds a message; messages of one author within two minutes share a heading. */
function message(talk, from, ms, data) {
  const more = talk.last.from === from && ms - talk.last.ms < 120_000;
  talk.last = { from, ms };
  const plain = typeof data?.text === "string";
  const text = plain ? data.text : JSON.stringify(data, null, 2);
  const time = make("time", { datetime: new Date(ms).toISOString() }, clock(ms));
  add(talk, make("article", { class: more ? "message more" : "message" },
    avatar(from), make("div", { class: "from" }, author(from), time),
    make("div", { class: plain ? "body" : "body data", dir: "auto" }, text)));
  if (from !== me && (talk !== current || document.hidden)) {
    talk.unread += 1;
    paint(talk);
  }
}

// -- what the node says -----------------------------------------------------

const pushes = {
  message({ scope, room, sender, ts, data }) {
    const from = sender?.user ?? "";
    const name = scope === "room" ? room : scope === "user" ? from : "";
    message(conversation(scope, name), from, ts, data);
  },
  gap({ room, from_ts: from, to_ts: to }) {
    note(room ? conversation("room", room) : conversation("all"),
      `Messages from ${clock(from)} to ${clock(to)} may be missing`, "gap");
  },
  presence_event({ room, event, user }) {
    note(conversation("room", room), `${user} ${event === "join" ? "joined" : "left"}`);
  },
  error({ room, code, message: reason }) {
    note(room ? conversation("room", room) : current, `${reason ?? code}`, "error");
  },
};

function joined(room) {
  const talk = conversation("room", room);
  if (talk.known) note(talk, `Back in ${room}; what was said meanwhile is lost`);
  else if (!talk.joined) note(talk, `You are in ${room}`);
  talk.joined = talk.known = true;
  paint(talk);
  heading();
  remember();
}

function refused(room, error) {
  const talk = conversation("room", room);
  talk.joined = false;
  note(talk, `Cannot join: ${error.message ?? error.code}`, "error");
  paint(talk);
  heading();
  remember();
}

function state(name, text) {
  if (online && name !== "online")
    for (const talk of conversations.values())
      if (talk.kind === "room") talk.joined = false;
  online = name === "online";
  stateText = text;
  if (online) me = client.welcome.user;
  $("me").textContent = me;
  $("state").textContent = text;
  $("state").dataset.state = name;
  $("reconnect").hidden = name === "online" || name === "connecting";
  for (const talk of conversations.values()) paint(talk);
  heading();
}

// -- what the user does -----------------------------------------------------

async function send(talk, text) {
  const data = { text };
  try {
    if (talk.kind === "room") {
      await client.request("publish", { room: talk.name, data });
    } else if (talk.kind === "all") {
      await client.request("broadcast", { data });
    } else {
      await client.request("send", { user: talk.name, data });
      if (talk.name !== me) message(talk, me, Date.now(), data);
    }
  } catch (error) {
    note(talk, `Not sent, ${error.message ?? error.code}: ${text}`, "error");
  }
}

function leave(talk) {
  if (talk.kind === "room") client.leave(talk.name).catch(() => {});
  close(talk);
  remember();
}

function remember() {
  sessionStorage.setItem("atrium.rooms", JSON.stringify(client.rooms));
}

/** Connects as this user, with the rooms of this tab. */
function enter(name, rooms) {
  client?.stop();
  me = name;
  sessionStorage.setItem("atrium.user", name);
  const url = new URL("ws", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const who = token ? { token } : { user: name };
  url.search = new URLSearchParams({ ...who, reject: "close" });
  client = new AtriumClient(url, {
    state, joined, refused, push: (push) => pushes[push.type]?.(push),
  });
  for (const room of rooms) {
    client.join(room);
    conversation("room", room);
  }
  client.start();
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
  client.join(room);
  open(conversation("room", room));
});
onSubmit("write-form", "write-user", (user) => open(conversation("user", user)));
onSubmit("name-form", "name", (name) => {
  if (name !== me || !client) enter(name, client?.rooms ?? firstRooms());
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
window.addEventListener("online", () => client?.hurry());
$("log").addEventListener("scroll", () => atEnd() && ($("newer").hidden = true));
$("newer").onclick = toEnd;
$("reconnect").onclick = () => client.start();
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
