"use strict";

// The first view: how the cluster is, and how this node is.

const overview = { series: new Series(), connections: new Levels() };

views[""] = {
  every: 2000,

  async load(ask) {
    const others = ask(["cluster"]).catch((error) => ({ nodes: [], error: error.message }));
    const node = knowSelf(await ask([]));
    const source = node.node;
    overview.series.add(node.totals ?? {}, source);
    overview.connections.add(node.connections ?? 0, source);
    return { node, cluster: await others };
  },

  paint({ node, cluster }) {
    const silent = (cluster.nodes ?? []).filter((one) => one.silent);
    return {
      title: quoted(node.node),
      about: [`version ${node.version}`, ` · up ${duration(node.uptime_s)}`, " · ",
        phaseBadge(node.phase),
        silentBadge(silent)],
      body: [figures(node), charts(), clusterSection(cluster),
        laneSection(node.lanes ?? []), linkSection("Bus", node.bus ?? {}),
        node.events ? linkSection("Back end", node.events) : "",
        node.owners ? linkSection("Rooms with one home", node.owners) : ""],
    };
  },
};

/** How many nodes are silent, if any. */
function silentBadge(nodes) {
  return nodes.length > 0
    ? [" ", badge(plural(nodes.length, "silent node"), "bad")] : null;
}

function phaseBadge(phase) {
  return badge(phase, phase === "running" ? "good" : "wait");
}

function figures({ connections, rooms, users, owners, load }) {
  const figure = (value, word) => make("li", {}, make("strong", {}, value), " ", word);
  const some = (n, one) => figure(count(n), link(`#/${one}s`, n === 1 ? one : `${one}s`));
  return make("ul", { class: "figures", "data-key": "figures", "aria-label": "This node" },
    some(connections, "connection"), some(rooms, "room"), some(users, "user"),
    owners ? some(owners.here, "owner") : null,
    figure(percent(load), "load"));
}

function charts() {
  const { series, connections } = overview;
  return make("div", { class: "charts", "data-key": "charts" },
    chart("Connections", "", connections.points(), count),
    chart("Messages in", "/s", series.rates("messages_in")),
    chart("Deliveries", "/s", series.rates("deliveries")),
    chart("Bytes out", "/s", series.rates("bytes_out"), bytes));
}

function clusterSection({ nodes = [], error }) {
  const columns = [
    { head: "Node", cell: (row) => nodeName(row) },
    { head: "Heard of", cell: (row) => (row.silent
      ? badge(`silent for ${duration(row.seen_s)}`, "bad")
      : row.self ? "–" : `${duration(row.seen_s)} ago`) },
    { head: "Version", cell: (row) => row.version ?? "–" },
    { head: "Up", number: true, cell: (row) => duration(row.uptime_s) },
    { head: "Connections", number: true, cell: (row) => count(row.connections) },
    { head: "Rooms", number: true, cell: (row) => count(row.rooms) },
    { head: "Users", number: true, cell: (row) => count(row.users) },
    { head: "Load", number: true, cell: (row) => percent(row.load) },
    { head: "Internal", wide: true, cell: (row) => (row.internal ? quoted(row.internal) : "–") },
  ];
  const live = nodes.filter((row) => !row.silent);
  const total = live.reduce((sum, row) => sum + (row.connections ?? 0), 0);
  const beside = nodes.length > 0
    ? `${plural(nodes.length, "node")}, ${plural(total, "connection")}` : "";
  return section("Cluster", beside,
    error ? remark(`The other nodes are not known: ${error}`, "bad") : null,
    nodes.length === 0 ? null : table(columns, nodes,
      { label: "Nodes of the cluster", key: runOf, mark: markOf }));
}

function nodeName({ node, self, draining, internal }) {
  const to = self ? null : inspectorOf(internal);
  const shown = to
    ? make("a", { href: to, title: "The inspector of this node" }, quoted(node))
    : quoted(node);
  return [shown, self ? [" ", badge("this node")] : null,
    draining ? [" ", badge("draining", "wait")] : null];
}

// The address comes from the other node and may be of no use to a browser.
function inspectorOf(internal) {
  const [, secure, where] = /^(https:\/\/)?(.*)$/.exec(internal ?? "") ?? [];
  if (!where || /^(0\.0\.0\.0|\[::\]|off)/.test(where)) return null;
  try {
    const { host, origin } = new URL(`${secure ?? "http://"}${where}/`);
    return host === where ? `${origin}/inspector` : null;
  } catch {
    return null;
  }
}

function laneSection(lanes) {
  const columns = [
    { head: "Lane", cell: (lane) => marked(actorLink(lane), lane) },
    { head: "Connections", number: true, cell: (lane) => count(lane.connections) },
    { head: "Rooms", number: true, cell: (lane) => count(lane.rooms) },
    { head: "Mailbox", number: true, cell: (lane) => count(lane.mailbox) },
    { head: "Queue", number: true, cell: (lane) => count(lane.queue) },
    { head: "Fan-outs", number: true, cell: (lane) => count(lane.fan_outs) },
    { head: "Handled", number: true, cell: (lane) => count(lane.handled) },
    { head: "Errors", number: true, cell: (lane) => alarm(lane.errors) },
  ];
  return section("Lanes", count(lanes.length), table(columns, lanes,
    { label: "Lanes of this node", key: ({ id }) => id, mark: markOf }));
}

// What has no rows: its fields are the columns.
function linkSection(label, link) {
  const columns = Object.keys(link).map((key) => ({ head: capital(nameOf(key)),
    number: typeof link[key] === "number", cell: () => withUnit(key, link[key]) }));
  return section(label, link.connected === false ? badge("not connected", "bad") : "",
    table(columns, [link], { label }));
}
