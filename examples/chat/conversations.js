"use strict";

// The conversations, what is in them, and how they are shown.

const kinds = {
  all: { sign: "✱", list: "everyone", about: "Everyone on every node" },
  room: { sign: "#", list: "rooms", about: "Everyone in this room" },
  user: { sign: "@", list: "people", about: "Only the two of you" },
};
const longest = 500; // entries kept of a conversation

const conversations = new Map(); // key -> conversation, in the order of the list
let current = null;

function author(name) {
  const button = make("button", { type: "button", dir: "auto" }, name || "the node");
  button.disabled = !name || name === me;
  if (!button.disabled) {
    button.title = `Write to ${name}`;
    button.onclick = () => open(conversation("user", name));
  }
  return button;
}

/** Returns the conversation, a new one if there was none. */
function conversation(kind, name = "") {
  const key = `${kind}:${name}`;
  const found = conversations.get(key);
  if (found) return found;
  const talk = { key, kind, name, entries: [], unread: 0, draft: "", last: {} };
  talk.joined = kind !== "room";
  talk.position = null; // in the history, in a room that has one
  talk.present = null; // who is in the room, where it tells that
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
  quietly(() => $("log").replaceChildren(...talk.entries));
  $("text").value = talk.draft;
  $("app").dataset.pane = "talk";
  heading();
  grow();
  toEnd();
  $("text").focus();
}

/** Changes the log without its being read aloud: it is the past. */
function quietly(change) {
  $("log").setAttribute("aria-live", "off");
  change();
  setTimeout(() => $("log").removeAttribute("aria-live"), 100);
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
  const { kind, name, joined, position } = current;
  const about = joined ? kinds[kind].about : "You are not in this room";
  $("title").textContent = label(current);
  $("subtitle").textContent = online ? company(current) ?? about : stateText;
  $("leave").hidden = kind === "all";
  $("leave").textContent = kind === "room" ? "Leave" : "Close";
  $("text").placeholder = `Message to ${label(current)}`;
  // Where there is a history, messages wait for the connection.
  const waits = position && client?.room(name);
  $("send").disabled = !(online && joined) && !waits;
  people(current);
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
  const old = talk.entries.length > longest ? forgetOldest(talk) : null;
  if (talk === current) {
    const follow = atEnd();
    old?.remove();
    $("log").append(entry);
    if (follow) toEnd();
    else $("newer").hidden = false;
  }
}

/** Adds what is older than the entry `after`; what is on the screen stays. */
function insert(talk, after, older) {
  talk.entries.splice(talk.entries.indexOf(after) + 1, 0, ...older);
  if (talk !== current) return;
  const log = $("log");
  const toBottom = log.scrollHeight - log.scrollTop;
  quietly(() => after.after(...older));
  log.scrollTop = log.scrollHeight - toBottom;
}

/** Takes an entry out again. */
function remove(talk, entry) {
  const index = talk.entries.indexOf(entry);
  if (index < 0) return;
  talk.entries.splice(index, 1);
  entry.remove();
}

function note(talk, text, kind = "info") {
  talk.last = {};
  add(talk, make("p", { class: `note ${kind}` }, text));
}

function wordsOf(data) {
  return typeof data?.text === "string" ? data.text : JSON.stringify(data, null, 2);
}

/** A message as an entry; those of one author within two minutes of the `last`
 * one share a heading. */
function article(last, { from, ms, data, offset }) {
  const more = last.from === from && ms - last.ms < 120_000;
  const plain = typeof data?.text === "string";
  const time = make("time", { datetime: new Date(ms).toISOString() }, clock(ms));
  const entry = make("article", { class: more ? "message more" : "message" },
    avatar(from), make("div", { class: "from" }, author(from), time),
    make("div", { class: plain ? "body" : "body data", dir: "auto" }, wordsOf(data)));
  entry.offset = offset; // in the history, if the room has one
  if (isProgress(data)) entry.append(progressBar(data));
  entry.job = jobOf(from, data);
  return entry;
}

/** Adds a message that has come; how far a job is takes the place of what was
 * said of it before. */
function message(talk, what) {
  if (moveBar(talk, what)) return;
  add(talk, article(talk.last, what));
  talk.last = what;
  if (what.from !== me) unseen(talk, 1);
}

/** Counts new messages, unless the user is looking at them. */
function unseen(talk, count) {
  if (talk === current && !document.hidden) return;
  talk.unread += count;
  paint(talk);
}
