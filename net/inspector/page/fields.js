"use strict";

// Any JSON as a table of names and values: states of actors, whose fields have
// units in their names, and what rooms of users' own have, of which nothing is
// known.

const deepest = 6; // levels of nesting that are shown as tables
const longest = 100; // entries of one level
// Where anything but zero deserves a look.
const alarming = new Set(["errors", "restarts", "failed", "rejected"]);

/** The fields of an actor. `own` has elements for those that are more than text. */
function fields(state, own = {}, label = "State") {
  const rows = Object.entries(state).map(([key, value]) => {
    const shown = Object.hasOwn(own, key) ? own[key] : withUnit(key, value);
    return shown === null ? null : fieldRow(nameOf(key), shown, key);
  });
  return fieldTable(rows, label);
}

/** Any value; an object or a list becomes a table. */
function described(value, label = "Fields", level = 0) {
  if (value === null) return faint("null");
  if (typeof value === "boolean" || typeof value === "number") return String(value);
  if (typeof value === "string") return value === "" ? faint("empty") : text(value);
  if (level >= deepest) return text(JSON.stringify(value));
  const all = Object.entries(value);
  if (all.length === 0) return faint(Array.isArray(value) ? "empty list" : "empty");
  const shown = all.slice(0, longest);
  if (Array.isArray(value) && shown.every(([, one]) => typeof one !== "object"))
    return text(shown.map(([, one]) => String(one)).join(", ") + rest(all));
  const rows = shown.map(([key, one]) =>
    fieldRow(key, described(one, key, level + 1), key));
  if (all.length > longest) rows.push(fieldRow("…", faint(rest(all))));
  return fieldTable(rows, label);
}

function fieldTable(rows, label) {
  return make("table", { class: "fields", "aria-label": label },
    make("tbody", {}, rows));
}

function fieldRow(name, value, key) {
  return make("tr", { "data-key": key },
    make("th", { scope: "row" }, make("bdi", {}, name)), make("td", {}, value));
}

function nameOf(key) {
  return key.replace(/(?<!_per)_s$/, "").replaceAll("_", " ");
}

function withUnit(key, value) {
  if (alarming.has(key)) return alarm(value);
  if (key === "connected" || key === "subscribed" || key === "signed_on")
    return value ? badge("yes", "good") : badge("no", "bad");
  if (key === "token") return String(value); // as the log has it
  if (key === "stuck") return value ? badge("yes", "bad") : "no";
  if (typeof value === "number") {
    if (/(?<!_per)_s$/.test(key)) return duration(value);
    if (/bytes/.test(key)) return bytes(value);
    return count(value);
  }
  return described(value, nameOf(key));
}

/** How often something went wrong; zero is nothing to look at. */
function alarm(value) {
  return value > 0 ? badge(count(value), "wait") : count(value);
}

function text(value) {
  return make("bdi", { class: "text" }, value);
}

function faint(value) {
  return make("span", { class: "faint" }, value);
}

function rest(all) {
  return all.length > longest ? ` and ${count(all.length - longest)} more` : "";
}
