"use strict";

// Elements. Names are chosen by clients, so whatever comes from the node is put
// in as text, never as HTML.

const $ = (id) => document.getElementById(id);

/**
 * Makes an HTML element. Attributes that are null or false are left out,
 * functions become handlers, children that are null or false are left out.
 */
function make(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
function draw(tag, attributes = {}, ...children) {
  const space = "http://www.w3.org/2000/svg";
  return furnish(document.createElementNS(space, tag), attributes, children);
}

function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element[name] = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value);
  }
  const shown = (child) => child !== null && child !== undefined && child !== false;
  element.append(...children.flat(Infinity).filter(shown)); // strings become text
  return element;
}

// Characters that cannot be seen but make a name look like another one.
const unseen = new RegExp("[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u200b\\u200e\\u200f"
  + "\\u2028-\\u202e\\u2060-\\u2069\\ufeff]", "g");

/** A name that somebody has chosen, kept from meddling with the text around it. */
function quoted(name) {
  const escape = (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return make("bdi", { class: "name" }, String(name).replace(unseen, escape));
}

/** A word in a coloured pill: "good", "wait", "bad" or, without a kind, neutral. */
function badge(text, kind = "") {
  return make("span", { class: `badge ${kind}`.trim() }, text);
}

/** What is shown of an actor or a node, and beside it what is wrong with it. */
function marked(shown, { stuck, silent, gone }) {
  const mark = (is, word, kind) => (is ? [" ", badge(word, kind)] : null);
  return [shown, mark(silent, "silent", "bad"), mark(stuck, "stuck", "bad"),
    mark(gone, "gone", "wait")];
}

/** Tells the runs of nodes apart: two may have the same name. */
function runOf({ run, node }) {
  return run ?? node;
}

/** The class of a row with something wrong. */
function markOf({ stuck, silent }) {
  return silent ? "silent" : stuck ? "stuck" : null;
}

/** A line in a box of a badge's colour. */
function remark(text, kind) {
  return make("p", { class: `note ${kind}` }, text);
}

/** A part of a view, with a heading and perhaps a few words beside it. */
function section(title, beside, ...children) {
  return make("section", { "data-key": title },
    make("h3", {}, title, beside ? make("small", {}, beside) : null), children);
}

/** The same, to be folded up where there is much of it; `key` names it. */
function folding(key, title, open, ...children) {
  return make("details", { "data-key": key, open },
    make("summary", {}, make("h3", {}, title)), children);
}

/** A short line where there is nothing to show. */
function nothing(text) {
  return make("p", { class: "nothing" }, text);
}
