"use strict";

// One user, with the connections on every node.

views["users/"] = {
  every: 2000,

  async load(ask, { name }) {
    const user = await ask(["users", name]);
    const here = runOf(await whoAmI());
    return { user, here };
  },

  paint({ user, here }, { name }) {
    const rows = user.nodes ?? [];
    const silent = (user.silent ?? []).map((node) => ({ node, silent: true }));
    return {
      title: quoted(name),
      about: ["user · ", plural(user.connections ?? 0, "connection"), " on ",
        plural(rows.length, "node"), silentBadge(silent)],
      actions: [dangerButton("Disconnect", () => disconnectUser(name))],
      body: [askErrors(user), section("Nodes", "", userNodes([...rows, ...silent])),
        rows.map((row) => userSection(row, rows.length <= 2, here))],
    };
  },
};

// What else a node says of the user.
function userSection(row, open, here) {
  const { node, state } = row;
  if (!state) return null;
  const shown = { name: null, kind: null, connections: null, mailbox: null, age_s: null };
  return folding(runOf(row), `On ${node}`, open, fields(state,
    { ...shown, id: actorNumber(state, runOf(row) === here) }, `State on ${node}`));
}

function connectionLinks(state) {
  const ids = Array.isArray(state?.connections) ? state.connections : [];
  if (ids.length === 0) return "–";
  return make("ul", { class: "inline" }, ids.map((id) =>
    make("li", { "data-key": id }, connectionLink(id))));
}

function userNodes(rows) {
  const columns = [
    { head: "Node", cell: (row) => marked(quoted(row.node), troubleOn(row)) },
    { head: "Connections", wide: true, cell: ({ state }) => connectionLinks(state) },
    { head: "Subscription", cell: ({ state }) => subscriptionBadge(state) },
    { head: "Mailbox", number: true, cell: ({ state }) => count(state?.mailbox) },
    { head: "Age", number: true, cell: ({ state }) => duration(state?.age_s) },
  ];
  return table(columns, rows, { label: "The user on each node", key: runOf,
    mark: (row) => markOf(troubleOn(row)) });
}
