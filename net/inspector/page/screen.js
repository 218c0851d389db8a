"use strict";

// What is on the screen: the visible view, this node's name, what went wrong.

let itself = null; // a promise of what this node says of itself
let lostSince = 0; // when it stopped answering
let arrived = false; // whether something of the current view is on the screen

/** What this node says of itself; asked once, and again after an outage. */
function whoAmI() {
  itself ??= ask([]).then(knowSelf, (error) => {
    itself = null;
    throw error;
  });
  return itself;
}

function knowSelf(node) {
  itself = Promise.resolve(node);
  $("state").replaceChildren(quoted(node.node ?? ""), ` ${node.version ?? ""}`);
  $("state").dataset.state = "online";
  return node;
}

/** Another view is to come; until then the old one stays, marked as busy. */
function expect({ kind }) {
  arrived = false;
  $("main").setAttribute("aria-busy", "true");
  const shown = kind === "actors" ? "tree" : kind;
  for (const entry of $("nav").children) {
    if (entry.getAttribute("href") !== `#/${shown}`) entry.removeAttribute("aria-current");
    else entry.setAttribute("aria-current", "page");
  }
}

function present({ title, about = [], actions = [], body }) {
  if (!arrived) arrive();
  const fill = (id, content) => show($(id), [...make("div", {}, content).childNodes]);
  fill("title", title);
  fill("about", about);
  fill("actions", actions);
  fill("view", body);
  document.title = `${$("title").textContent} · Atrium inspector`;
}

// The first of a new view: nothing of the old one is used again.
function arrive() {
  arrived = true;
  for (const id of ["title", "about", "actions", "view"]) $(id).replaceChildren();
  $("outcome").hidden = $("trouble").hidden = true;
  $("view").classList.remove("stale");
  $("main").removeAttribute("aria-busy");
  window.scrollTo(0, 0);
  // The link that led here has gone with the old view.
  if (document.activeElement === document.body) $("main").focus({ preventScroll: true });
}

/** Says what is wrong, or that nothing is any more. */
function report(error, route) {
  const lost = error?.status === 0;
  if (error && !arrived)
    present({ title: route.name ? quoted(route.name) : "Atrium", body: [] });
  if (lost) {
    lostSince ||= Date.now();
    itself = null;
    $("state").dataset.state = "lost";
  } else {
    lostSince = 0;
    whoAmI().catch(() => {}); // the next load will tell
  }
  // Old news is better than none, as long as it is seen to be old.
  $("view").classList.toggle("stale", error !== null);
  $("trouble").hidden = error === null;
  $("trouble").className = `note ${error?.status === 404 ? "wait" : "bad"}`;
  const words = error ? troubleOf(error, route) : "";
  if ($("trouble").textContent !== words) $("trouble").textContent = words;
}

function troubleOf({ status, message }, { key, kind }) {
  const one = { "rooms/": "room", "users/": "user", "connections/": "connection",
    "actors/": "actor" }[key];
  if (status === 0)
    return `This node does not answer, since ${clock(lostSince)}. Trying again…`;
  if (status === 404)
    return `There is no such ${one ?? kind} now. This page keeps looking.`;
  return `The node cannot show this now: ${message}`;
}
