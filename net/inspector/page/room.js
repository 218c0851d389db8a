"use strict";

// One room: what it is on every node, and who is in it on this one.

const roomView = { pages: new Pages(), series: new Map() };

views["rooms/"] = {
  every: 2000,

  enter() {
    roomView.pages = new Pages();
    roomView.series = new Map();
  },

  async load(ask, { name }) {
    const room = await ask(["rooms", name]);
    const rows = room.nodes ?? [];
    const sum = (key) => rows.reduce((all, { state }) => all + (state?.[key] ?? 0), 0);
    const nodes = rows.map((row) => {
      const source = `${runOf(row)} ${row.state?.id}`;
      seriesOf(runOf(row)).add(countersOf(row.state), source);
      return source;
    });
    // A node that comes in with its counters would look like a burst.
    seriesOf("").add({ published: sum("published"), delivered: sum("delivered") },
      nodes.join("\n"));
    const here = runOf(await whoAmI());
    const members = rows.some((row) => runOf(row) === here)
      ? await membersOf(ask, name) : null;
    const owner = rows.some(({ state }) => state?.home === "one")
      ? await ownerOf(ask, name) : null;
    return { room, members, owner, here };
  },

  paint({ room, members, owner, here }, { name }) {
    const rows = room.nodes ?? [];
    const silent = (room.silent ?? []).map((node) => ({ node, silent: true }));
    return {
      title: quoted(name),
      about: ["room · ", plural(room.members ?? 0, "member"), " on ",
        plural(rows.length, "node"), silentBadge(silent)],
      actions: [make("button", { type: "button", onclick: () => sendTestMessage(name) },
        "Send a test message")],
      body: [
        askErrors(room),
        make("div", { class: "charts", "data-key": "charts" },
          chart("Published", "/s", seriesOf("").rates("published")),
          chart("Delivered", "/s", seriesOf("").rates("delivered"))),
        section("Nodes", "", roomNodes([...rows, ...silent])),
        ownerSection(owner, name),
        make("div", { class: "pair", "data-key": "pair" },
          make("div", {}, rows.map((row) => logicSection(row, rows.length <= 2, here))),
          membersSection(members)),
      ],
    };
  },
};

function seriesOf(run) {
  if (!roomView.series.has(run)) roomView.series.set(run, new Series());
  return roomView.series.get(run);
}

function countersOf(state) {
  return { published: state?.published ?? 0, delivered: state?.delivered ?? 0 };
}

// The room may end between two questions; then nobody is in it.
async function membersOf(ask, name) {
  try {
    const { first, rows } = await roomView.pages.load(ask, ["rooms", name, "members"],
      (answer) => answer.members ?? []);
    return { rows, total: first.total ?? rows.length };
  } catch (error) {
    if (error.status !== 404) throw error;
    return null;
  }
}

/** Says what kept the nodes from being asked, if anything. */
function askErrors({ error }) {
  return error ? remark(`Not all nodes were asked: ${error}`, "bad") : null;
}

function roomNodes(rows) {
  const of = (key) => ({ state }) => count(state?.[key]);
  const columns = [
    { head: "Node", cell: (row) => marked(quoted(row.node), troubleOn(row)) },
    { head: "Members", number: true, cell: of("members") },
    { head: "Per lane", number: true, cell: ({ state }) =>
      (state?.members_by_lane ?? []).map(count).join(" + ") || "–" },
    { head: "Present", number: true, cell: of("present") }, // users, on all nodes
    { head: "Subscription", cell: ({ state }) => subscriptionBadge(state) },
    { head: "Published/s", number: true, cell: (row) =>
      (row.silent ? "–" : perSecond(seriesOf(runOf(row)).rate("published"))) },
    { head: "Delivered/s", number: true, cell: (row) =>
      (row.silent ? "–" : perSecond(seriesOf(runOf(row)).rate("delivered"))) },
    { head: "Mailbox", number: true, cell: of("mailbox") },
    { head: "Errors", number: true, cell: ({ state }) => alarm(state?.errors) },
    { head: "Restarts", number: true, cell: ({ state }) => alarm(state?.restarts) },
    { head: "Age", number: true, cell: ({ state }) => duration(state?.age_s) },
  ];
  return table(columns, rows, { label: "The room on each node", key: runOf,
    mark: (row) => markOf(troubleOn(row)) });
}

/** What is wrong with a node that was asked about a room or user. */
function troubleOn({ state, silent }) {
  return { silent, stuck: state?.stuck, gone: state?.gone };
}

/** Whether the bus carries the room or user to this node. */
function subscriptionBadge(state) {
  const carried = state?.subscribed ?? state?.subscription;
  if (carried === undefined) return "–";
  return carried === true || carried === "open"
    ? badge("open", "good") : badge("waiting", "wait");
}

// Fields that have been shown before.
const inTheTable = Object.fromEntries(["name", "kind", "members", "members_by_lane",
  "present", "subscribed", "mailbox", "errors", "restarts", "age_s", "logic"]
  .map((key) => [key, null]));

// What else a node says of the room, and what the room's own logic shows.
function logicSection(row, open, here) {
  const { node, state } = row;
  if (!state) return null;
  const own = state.logic ?? null;
  const empty = own === null || (typeof own === "object" && Object.keys(own).length === 0);
  return folding(runOf(row), `On ${node}`, open,
    empty ? null : [make("h4", {}, "Room logic"), described(own, `Room logic on ${node}`),
      make("h4", {}, "State")],
    fields(state, { ...inTheTable, id: actorNumber(state, runOf(row) === here),
      owner: ownerNode(state, state.name), owner_node: null }, `State on ${node}`));
}

function membersSection(members) {
  if (!members || members.total === 0)
    return section("Members on this node", "", nothing("Nobody here is in this room."));
  const columns = [
    { head: "User", cell: ({ user }) => userLink(user) },
    { head: "Connection", cell: ({ connection }) => connectionLink(connection) },
    { head: "Lane", number: true, cell: ({ lane }) => count(lane) },
  ];
  return section("Members on this node", count(members.total),
    table(columns, members.rows, { label: "Members on this node",
      key: ({ connection }) => connection }),
    roomView.pages.buttons(() => poller.hurry()));
}
