"use strict";

// The address behind the hash says which view is shown, so every view can be
// linked: #/rooms/NAME, #/rooms?prefix=game. The views put themselves in here:
//
//   enter(route)         called once, before anything else
//   open(), close()      called when it comes into sight and goes out of it, as
//                        it does together with the tab
//   load(ask, route)     fetches what it shows, every `every` milliseconds
//   paint(data, route)   returns {title, about, actions, body}
//
// The key is "rooms" for a list and "rooms/" for one of it.
const views = {};

/** Where in the page something is shown: `hashOf("rooms", name)`. */
function hashOf(kind, name, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value);
  const search = new URLSearchParams(given).toString();
  return `#/${kind}` + (name === undefined ? "" : `/${encodeURIComponent(name)}`)
    + (search ? `?${search}` : "");
}

/** Reads the address; what makes no sense leads to the overview. */
function routeOf(hash) {
  const [path, search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const at = path.indexOf("/");
  const kind = at < 0 ? path : path.slice(0, at);
  let name = at < 0 ? "" : path.slice(at + 1);
  try {
    name = decodeURIComponent(name);
  } catch {
    // Typed by hand and not an escape: take it as it is.
  }
  const key = name ? `${kind}/` : kind;
  const query = new URLSearchParams(search);
  return views[key] ? { key, kind, name, query } : { key: "", kind: "", name: "", query };
}

function link(hash, ...children) {
  return make("a", { href: hash }, children);
}

function roomLink(name) {
  return link(hashOf("rooms", name), quoted(name));
}

function userLink(name) {
  return link(hashOf("users", name), quoted(name));
}

function ownerLink(name) {
  return link(hashOf("owners", name), quoted(name));
}

function connectionLink(id) {
  return link(hashOf("connections", id), quoted(id));
}

/**
 * Leads to the page that shows an actor best. One that does not answer cannot say
 * what it is; then its number is all there is.
 */
function actorLink({ kind, name, id }) {
  if (kind === "room" && name) return roomLink(name);
  if (kind === "user" && name) return userLink(name);
  if (kind === "owner" && name) return ownerLink(name);
  if (kind === "connection" && name) return connectionLink(name);
  const text = quoted(name || `${kind ?? "actor"} ${id}`);
  return id === undefined ? text : link(hashOf("actors", id), text);
}
