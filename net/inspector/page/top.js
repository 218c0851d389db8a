"use strict";

// Where the work is: the busiest rooms, who cannot keep up, what waits.

views.top = {
  every: 5000,

  load(ask) {
    return ask(["top"], { limit: 10 });
  },

  paint({ rooms = [], slow_consumers: slow = [], mailboxes = [], partial }) {
    return {
      title: "Top",
      about: "The busiest of this node, looked at every five seconds",
      body: [
        partial ? remark("Some actors have not answered in time and are missing here.",
          "wait") : null,
        make("div", { class: "trio" },
          busiestRooms(rooms), slowest(slow), deepestOf(mailboxes)),
      ],
    };
  },
};

function most(rows, key) {
  return Math.max(0, ...rows.map((row) => row[key] ?? 0));
}

function busiestRooms(rows) {
  const top = most(rows, "messages_per_s");
  const columns = [
    { head: "Room", cell: ({ name }) => roomLink(name) },
    { head: "Members", number: true, cell: ({ members }) => count(members) },
    { head: "Messages/s", number: true, cell: ({ messages_per_s: rate }) =>
      bar(rate, top, perSecond(rate)) },
  ];
  return section("Busiest rooms", "", rows.length > 0 ? table(columns, rows,
    { label: "Busiest rooms", key: ({ name }) => name }) : nothing("There are no rooms."));
}

function slowest(rows) {
  const top = most(rows, "outbox_bytes");
  const columns = [
    { head: "Connection", cell: ({ connection }) =>
      (connection ? connectionLink(connection) : "–") },
    { head: "User", wide: true, cell: ({ user }) => (user ? userLink(user) : "–") },
    { head: "Lane", number: true, cell: ({ lane }) => count(lane) },
    { head: "Outbox", number: true, cell: ({ outbox_bytes: size }) =>
      bar(size, top, bytes(size)) },
  ];
  return section("Slowest consumers", "", rows.length > 0 ? table(columns, rows,
    { label: "Slowest consumers", key: ({ connection }) => connection })
    : nothing("Nothing waits in any outbox."));
}

function deepestOf(rows) {
  const top = most(rows, "mailbox");
  const columns = [
    { head: "Actor", cell: (actor) => marked(actorLink(actor), actor) },
    { head: "Kind", cell: ({ kind, id }) =>
      link(hashOf("actors", id), `${kind ?? "actor"} ${id}`) },
    { head: "Mailbox", number: true, cell: ({ mailbox }) =>
      bar(mailbox, top, count(mailbox)) },
  ];
  return section("Deepest mailboxes", "", rows.length > 0 ? table(columns, rows,
    { label: "Deepest mailboxes", key: ({ id }) => id, mark: markOf })
    : nothing("No messages wait for any actor."));
}
