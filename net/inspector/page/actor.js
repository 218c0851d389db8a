"use strict";

// A connection, and any other actor by its number.

views["connections/"] = {
  every: 2000,

  async load(ask, { name }) {
    return (await ask(["connections", name])).connection ?? {};
  },

  paint(state, { name }) {
    const { user } = state;
    return {
      title: quoted(name),
      about: marked(["connection", user ? [" of ", userLink(user)] : null,
        state.address ? ` · from ${state.address}` : null], state),
      actions: [dangerButton("Disconnect", () => disconnectConnection(name, user ?? ""))],
      body: [fields(state, {
        name: null,
        kind: null,
        user: user ? userLink(user) : null,
        rooms: roomLinks(state.rooms ?? {}),
      }, "Connection")],
    };
  },
};

// The rooms of a connection, each with what it is to the room.
function roomLinks(rooms) {
  const all = Object.entries(rooms);
  if (all.length === 0) return faint("none");
  return make("ul", { class: "inline" }, all.map(([room, status]) =>
    make("li", { "data-key": room }, roomLink(room),
      status === "member" ? null : [" ", badge(status, "wait")])));
}

// Each node has numbers of its own, so only this one's lead anywhere.
function actorNumber({ id }, isHere) {
  if (id === undefined) return null;
  return isHere ? link(hashOf("actors", id), String(id)) : String(id);
}

views["actors/"] = {
  every: 2000,

  async load(ask, { name }) {
    return (await ask(["actors", name])).actor ?? {};
  },

  paint(state, { name }) {
    const page = ["room", "user", "owner", "connection"].includes(state.kind) && state.name;
    const own = { logic: null };
    if (state.kind === "connection") own.rooms = roomLinks(state.rooms ?? {});
    if (state.kind === "user") own.connections = connectionLinks(state);
    const logic = state.logic ?? null;
    return {
      title: quoted(state.name || `Actor ${name}`),
      about: [marked(`${state.kind ?? "actor"} ${name}`, state),
        page ? [" · ", make("a", { href: actorLink(state).getAttribute("href") },
          `all about this ${state.kind}`)] : null],
      body: [
        state.stuck ? remark("It has not answered in time: it is busy with one message,"
          + " or blocked.", "bad") : null,
        fields(state, own, "State"),
        logic === null ? null : section("Room logic", "", described(logic, "Room logic")),
      ],
    };
  },
};
