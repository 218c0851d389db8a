"use strict";

// Elements of the page. Whatever comes from others is put in by textContent,
// never as HTML.

const $ = (id) => document.getElementById(id);

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, value);
  element.append(...children); // strings become text
  return element;
}

function avatar(name) {
  let hue = 0;
  for (const letter of name) hue = (hue * 31 + letter.codePointAt(0)) % 360;
  const initial = ([...name][0] ?? "?").toUpperCase();
  const element = make("span", { class: "avatar", "aria-hidden": "true" }, initial);
  element.style.setProperty("--hue", hue);
  return element;
}

function clock(ms) {
  const format = { hour: "2-digit", minute: "2-digit" };
  return new Date(ms).toLocaleTimeString([], format);
}
