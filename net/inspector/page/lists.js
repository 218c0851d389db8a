"use strict";

// All rooms, users, owners and connections of this node.

const list = { pages: new Pages() };

function nameList(kind, title, about) {
  return {
    every: 2000,

    enter() {
      list.pages = new Pages();
    },

    async load(ask, { query }) {
      const prefix = query.get("prefix") ?? "";
      const { first, rows } = await list.pages.load(ask, [kind],
        (answer) => answer[kind] ?? [], { prefix });
      return { rows, total: first.total };
    },

    paint({ rows, total }, { query }) {
      const prefix = query.get("prefix") ?? "";
      const entries = rows.map(({ name, id }) =>
        ({ key: id, link: link(hashOf(kind, name), quoted(name)), beside: id }));
      return {
        title,
        about: about(total),
        body: [
          prefixForm(kind, prefix),
          rows.length > 0 ? names(entries, title)
            : nothing(prefix ? "No name begins with this." : "There is nobody here now."),
          list.pages.buttons(() => poller.hurry()),
        ],
      };
    },
  };
}

function prefixForm(kind, prefix) {
  const apply = (event) => {
    event.preventDefault();
    const { value } = event.currentTarget.querySelector("input");
    location.hash = hashOf(kind, undefined, { prefix: value });
  };
  return make("form", { class: "filter", "data-key": "filter", onsubmit: apply },
    make("label", { for: "prefix" }, "Begins with"),
    make("input", { id: "prefix", type: "search", value: prefix, autocomplete: "off",
      autocapitalize: "none", spellcheck: "false" }),
    make("button", { type: "submit" }, "Show"));
}

views.rooms = nameList("rooms", "Rooms",
  (total) => `${plural(total ?? 0, "room")} with members on this node`);

views.users = nameList("users", "Users",
  (total) => `${plural(total ?? 0, "user")} with connections on this node`);

views.owners = nameList("owners", "Owners",
  (total) => `${plural(total ?? 0, "room")} with one home on this node`);

views.connections = {
  every: 2000,

  enter() {
    list.pages = new Pages();
  },

  async load(ask) {
    const { first, rows } = await list.pages.load(ask, ["connections"],
      (answer) => answer.connections ?? []);
    return { rows, total: first.total };
  },

  paint({ rows, total }) {
    const columns = [
      { head: "Connection", cell: (row) => marked(
        row.id ? connectionLink(row.id) : actorLink({ id: row.number }), row) },
      { head: "User", wide: true, cell: ({ user }) => (user ? userLink(user) : "–") },
      { head: "Lane", number: true, cell: ({ lane }) => count(lane) },
      { head: "Rooms", number: true, cell: (row) => count(row.rooms) },
      { head: "Outbox", number: true, cell: (row) => bytes(row.outbox_bytes) },
      { head: "Address", cell: ({ address }) => (address ? quoted(address) : "–") },
    ];
    return {
      title: "Connections",
      about: `${plural(total ?? 0, "connection")} to this node`,
      body: [
        rows.length > 0 ? table(columns, rows, { label: "Connections",
          key: ({ number }) => number, mark: markOf })
          : nothing("Nobody is connected now."),
        list.pages.buttons(() => poller.hurry()),
      ],
    };
  },
};
