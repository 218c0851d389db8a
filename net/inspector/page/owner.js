"use strict";

// The owner of a room with one home: where the room's logic runs, for the members of
// all nodes.

views["owners/"] = {
  every: 2000,

  async load(ask, { name }) {
    const owner = await ask(["owners", name]);
    return { owner, here: runOf(await whoAmI()) };
  },

  paint({ owner, here }, { name }) {
    const rows = owner.nodes ?? [];
    const silent = (owner.silent ?? []).map((node) => ({ node, silent: true }));
    return {
      title: quoted(name),
      about: ["owner of the room ", roomLink(name), " · ",
        plural(owner.members ?? 0, "member"), silentBadge(silent)],
      body: [askErrors(owner), section("Owner", "", ownerNodes([...rows, ...silent])),
        rows.map((row) => ownerState(row, here))],
    };
  },
};

/** The owner of a room that may have none, in which case it has no nodes. */
async function ownerOf(ask, name) {
  try {
    return await ask(["owners", name]);
  } catch (error) {
    if (error.status !== 404) throw error;
    return {};
  }
}

/** Where the owner is, on the page of the room; null: the room has a home on each node. */
function ownerSection(owner, name) {
  if (!owner) return null;
  const rows = owner.nodes ?? [];
  if (rows.length === 0) return section("Owner", "", nothing("No node owns this room now."));
  return section("Owner", link(hashOf("owners", name), "its state"), ownerNodes(rows));
}

/** The node that owns the room, by name if that is known, in a room's own state. */
function ownerNode({ owner, owner_node: node }, name) {
  return owner ? link(hashOf("owners", name), quoted(node ?? owner)) : "–";
}

// Two while a room moves from one node to another.
function ownerNodes(rows) {
  const of = (key) => ({ state }) => count(state?.[key]);
  const columns = [
    { head: "Node", cell: (row) => marked(quoted(row.node), troubleOn(row)) },
    { head: "Token", number: true, cell: ({ state }) => String(state?.token ?? "–") },
    { head: "Members", number: true, cell: of("members") },
    { head: "Snapshot", cell: ({ state }) => snapshotAge(state) },
    { head: "Timers", number: true, cell: of("timers") },
    { head: "Tasks", number: true, cell: ({ state }) => count(state?.tasks?.number) },
    { head: "Waiting", number: true, cell: of("waiting") },
    { head: "Errors", number: true, cell: ({ state }) => alarm(state?.errors) },
    { head: "Age", number: true, cell: ({ state }) => duration(state?.age_s) },
  ];
  return table(columns, rows, { label: "The owner", key: runOf,
    mark: (row) => markOf(troubleOn(row)) });
}

function snapshotAge(state) {
  if (!state?.saved) return "–";
  return [duration(state.saved_age_s), state.ahead ? [" ", badge("ahead", "wait")] : null];
}

function ownerState(row, here) {
  const { node, state } = row;
  if (!state) return null;
  return folding(runOf(row), `On ${node}`, true,
    make("h4", {}, "Room logic"), described(state.logic ?? null, `Room logic on ${node}`),
    make("h4", {}, "State"),
    fields(state, { name: null, kind: null, logic: null,
      id: actorNumber(state, runOf(row) === here) }, `State on ${node}`));
}
