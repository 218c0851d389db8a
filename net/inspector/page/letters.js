"use strict";

// Durable messages that no device of their user has acknowledged in time: of all
// users, or of one.

const lettersList = { pages: new Pages() };

function lettersView(title, pathOf, actionsOf) {
  return {
    every: 5000,

    enter() {
      lettersList.pages = new Pages();
    },

    async load(ask, route) {
      return lettersList.pages.load(ask, pathOf(route),
        (answer) => answer.dead_letters ?? []);
    },

    paint({ rows }, route) {
      const { name } = route;
      return {
        title: title(name),
        about: "Durable messages that no device has acknowledged in time",
        actions: rows.length > 0 ? actionsOf(name) : [],
        body: [
          rows.length > 0 ? letterTable(rows, name)
            : nothing("Everything was acknowledged, or still may be."),
          lettersList.pages.buttons(() => poller.hurry()),
        ],
      };
    },
  };
}

function letterTable(rows, name) {
  const ofUser = { head: "User", wide: true,
    cell: ({ user }) => link(hashOf("dead-letters", user), quoted(user)) };
  const columns = [
    ...(name ? [] : [ofUser]),
    { head: "Given up", cell: ({ time }) => clock(time) },
    { head: "Why", cell: ({ why }) => badge(
      why === "expired" ? "not in time" : "too many", "wait") },
    { head: "Event", wide: true, cell: (row) => make("code", {}, row.event_id ?? "–") },
    { head: "From", cell: ({ from }) => (from ? userLink(from) : "–") },
    { head: "Size", number: true, cell: (row) => bytes(row.bytes) },
    { head: "", cell: (row) => [
      make("button", { type: "button",
        onclick: () => replayLetters(row.user, row.id) }, "Replay"), " ",
      dangerButton("Purge", () => purgeLetters(row.user, row.id))] },
  ];
  return table(columns, rows, { label: "Dead letters",
    key: ({ user, id }) => `${id} ${user}` });
}

views["dead-letters"] = lettersView(() => "Dead letters", () => ["dead-letters"],
  () => []);

views["dead-letters/"] = lettersView((name) => ["Dead letters of ", quoted(name)],
  ({ name }) => ["dead-letters", name],
  (name) => [
    make("button", { type: "button", onclick: () => replayLetters(name) }, "Replay all"),
    " ", dangerButton("Purge all", () => purgeLetters(name))]);
