"use strict";

// Who has spawned whom: the node, its lanes, its directory with rooms and users.

const forest = { pages: new Pages() };

function directoryOf(answer) {
  const find = ({ kind }) => kind === "directory";
  return answer.tree?.children?.find(find);
}

views.tree = {
  every: 2000,

  enter() {
    forest.pages = new Pages();
  },

  async load(ask) {
    const { first, rows } = await forest.pages.load(ask, ["tree"],
      (answer) => directoryOf(answer)?.children ?? []);
    return { tree: first.tree ?? {}, rows };
  },

  paint({ tree, rows }) {
    return {
      title: "Tree",
      about: "The actors of this node, and who has spawned them",
      body: [
        make("ul", { class: "tree", "aria-label": "Actors" }, make("li", {},
          make("span", { class: "actor" }, link("#/", quoted(tree.name ?? "")),
            make("small", {}, "node")),
          make("ul", {}, (tree.children ?? []).map((child) => branch(child, rows))))),
        forest.pages.buttons(() => poller.hurry()),
      ],
    };
  },
};

function branch(actor, rows) {
  const children = actor.kind === "directory" ? rows : [];
  return make("li", { "data-key": actor.id ?? actor.name, class: markOf(actor) },
    make("span", { class: "actor" },
      marked(actorLink(actor), actor),
      make("small", {}, summary(actor, children))),
    children.length > 0 ? make("ul", { class: "leaves" }, children.map(leaf)) : null);
}

function leaf(actor) {
  return make("li", { "data-key": actor.id, class: markOf(actor) },
    make("span", { class: "actor" }, marked(actorLink(actor), actor),
      make("small", {}, `${actor.kind} ${actor.id}`)));
}

// What is worth a glance; the rest is on the actor's own page.
function summary(actor, children) {
  const words = [`${actor.kind ?? "actor"} ${actor.id}`];
  if (actor.mailbox !== undefined) words.push(`mailbox ${count(actor.mailbox)}`);
  if (actor.handled !== undefined) words.push(`${count(actor.handled)} handled`);
  if (actor.kind === "lane")
    words.push(plural(actor.children_total ?? 0, "connection"));
  if (actor.kind === "owners") words.push(plural(actor.children_total ?? 0, "owner"));
  if (actor.kind === "directory") {
    const rooms = children.filter(({ kind }) => kind === "room").length;
    const users = children.length - rooms;
    words.push(`${plural(rooms, "room")} and ${plural(users, "user")} shown`);
  }
  return words.join(" · ");
}
