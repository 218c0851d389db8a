"use strict";

// What happens on this node, as it happens. The node tells for as long as
// somebody watches, and nothing of before.

const eventsView = {
  most: 500, // kept
  rows: [], // newest first
  held: null, // what came while paused; null: not paused
  next: 1, // names rows; the node's own numbers begin anew with it
  hidden: new Set(), // kinds that are not shown
  text: "",
  source: null,
  timer: 0,
  state: "",
};

const eventKinds = {
  spawned: "", stopped: "", restarted: "wait", joined: "good", left: "",
  slow: "bad", dropped: "bad",
};

views.events = {
  enter() {
    whoAmI().catch(() => {}); // the stream will tell
  },

  open() {
    watch();
  },

  close() {
    clearTimeout(eventsView.timer);
    eventsView.source?.close();
    eventsView.source = null;
    if (eventsView.rows.length > 0) note("nobody watched from here on");
  },

  paint() {
    const { rows, held, state, most } = eventsView;
    const shown = rows.filter(isWanted);
    const more = held?.length === most ? "+" : "";
    const news = held?.length > 0 ? ` (${held.length}${more} new)` : "";
    return {
      title: "Events",
      about: state,
      actions: [
        make("button", { type: "button", id: "pause", onclick: togglePause },
          held ? `Go on${news}` : "Pause"),
        make("button", { type: "button", onclick: clearEvents }, "Clear"),
      ],
      body: [
        eventFilter(),
        shown.length > 0
          ? make("ol", { class: "events", "aria-label": "Events" },
            shown.map(({ element }) => element))
          : nothing(rows.length > 0 ? "None of these."
            : "Nothing has happened since you came."),
        rows.length >= most ? nothing(`The last ${count(most)} are kept.`) : null,
      ],
    };
  },
};

function watch() {
  const source = new EventSource(addressOf(["events"]));
  eventsView.source = source;
  eventsView.state = "Connecting…";
  source.onopen = () => say("Live, newest first");
  source.onmessage = ({ data }) => note(JSON.parse(data));
  source.addEventListener("missed", ({ data }) =>
    note(`${plural(JSON.parse(data).missed, "event")} too fast to be shown`));
  source.onerror = () => {
    say("The node does not tell any more; trying again…");
    // A lost connection it restores by itself, after a refusal it does not try.
    if (source.readyState !== EventSource.CLOSED) return;
    eventsView.timer = setTimeout(watch, 5000);
  };
}

function say(text) {
  eventsView.state = text;
  poller.repaint();
}

/** Adds an event, or a remark on what is missing. */
function note(what) {
  const rows = eventsView.held ?? eventsView.rows;
  rows.unshift({ what, element: eventRow(what, eventsView.next++) });
  if (rows.length > eventsView.most) rows.length = eventsView.most;
  poller.repaint();
}

function eventRow(what, key) {
  if (typeof what === "string")
    return make("li", { class: "remark", "data-key": key },
      make("time", {}, clock(Date.now())), what);
  const { event, time, kind, name, user, connection } = what;
  const subject = name || (kind === "connection" ? connection : "");
  const part = (word, to) => make("span", {}, faint(word), " ", to);
  return make("li", { "data-key": key },
    make("time", {}, clock(time)), badge(event, eventKinds[event] ?? ""),
    make("span", { class: "what" },
      kind ? part(kind, subject ? actorLink({ kind, name: subject }) : "") : null,
      user && user !== subject ? part("user", userLink(user)) : null,
      connection && connection !== subject
        ? part("connection", connectionLink(connection)) : null));
}

function isWanted({ what }) {
  if (typeof what === "string") return true;
  if (eventsView.hidden.has(what.event)) return false;
  const words = [what.name, what.user, what.connection].join("\n").toLowerCase();
  return words.includes(eventsView.text.toLowerCase());
}

function eventFilter() {
  const toggle = (kind) => make("button", { type: "button", class: "chip",
    "aria-pressed": String(!eventsView.hidden.has(kind)), onclick: () => {
      if (!eventsView.hidden.delete(kind)) eventsView.hidden.add(kind);
      poller.repaint();
    } }, kind);
  const narrow = ({ currentTarget }) => {
    eventsView.text = currentTarget.value;
    poller.repaint();
  };
  return make("div", { class: "filter", "data-key": "filter", role: "group",
    "aria-label": "Which events" },
    make("label", { for: "only" }, "Only with"),
    make("input", { id: "only", type: "search", value: eventsView.text, oninput: narrow,
      autocomplete: "off", autocapitalize: "none", spellcheck: "false" }),
    make("span", { class: "chips" }, Object.keys(eventKinds).map(toggle)));
}

function togglePause() {
  const { held, rows, most } = eventsView;
  if (held) eventsView.rows = [...held, ...rows].slice(0, most);
  eventsView.held = held ? null : [];
  poller.repaint();
}

function clearEvents() {
  eventsView.rows = [];
  if (eventsView.held) eventsView.held = [];
  poller.repaint();
}
