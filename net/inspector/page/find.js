"use strict";

// What the search box finds on this node, and where to look beyond it.

views["find/"] = {
  every: 5000,

  load(ask, { name }) {
    return ask(["find"], { q: name, limit: 50 });
  },

  paint({ rooms = [], users = [], owners = [], connections = [] }, { name }) {
    const total = rooms.length + users.length + owners.length + connections.length;
    const found = (title, all, to) => (all.length === 0 ? null
      : section(title, count(all.length),
        names(all.map((one) => ({ key: one, link: to(one) })), title)));
    return {
      title: ["Search: ", quoted(name)],
      about: `${total === 0 ? "Nothing" : count(total)} found on this node`,
      body: [found("Rooms", rooms, roomLink), found("Users", users, userLink),
        found("Owners", owners, ownerLink), found("Connections", connections, connectionLink),
        elsewhere(name)],
    };
  },
};

views.find = {
  paint() {
    return { title: "Search", about: "Type a part of a name", body: [] };
  },
};

// A search does not ask the other nodes; the pages of rooms and users do.
function elsewhere(name) {
  const entry = (word, kind) =>
    ({ key: kind, link: link(hashOf(kind, name), `${word} `, quoted(name)) });
  const entries = [entry("room", "rooms"), entry("user", "users"),
    entry("connection", "connections")];
  const here = /^\d+$/.test(name) ? names([entry("actor", "actors")], "Here") : null;
  return [section("On all nodes", "exactly this name", names(entries, "On all nodes")),
    here ? section("By number", "", here) : null];
}
