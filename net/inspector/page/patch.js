"use strict";

// Views are painted anew every two seconds. Putting the new elements in place of
// the old ones would take the focus, the selection and whatever is unfolded away
// from who is reading, so the old ones are changed where they differ.

const handlers = ["onclick", "oninput", "onsubmit", "onchange", "onpointermove",
  "onpointerleave"];

/** Makes the children of `parent` look like `wanted`, an array of nodes. */
function show(parent, wanted) {
  const focus = document.activeElement;
  patchChildren(parent, wanted);
  // To move an element takes its focus away.
  if (focus !== document.activeElement && parent.contains(focus))
    focus.focus({ preventScroll: true });
}

function keyOf(node) {
  return node.dataset?.key;
}

function isAlike(old, wanted) {
  return old.nodeName === wanted.nodeName && keyOf(old) === keyOf(wanted);
}

// Children with a `data-key` are found again wherever they are now; others are
// matched in order.
function patchChildren(parent, wanted) {
  const keys = new Set(wanted.map(keyOf));
  const keyed = new Map();
  for (const child of [...parent.children]) {
    const key = keyOf(child);
    if (key === undefined) continue;
    if (keys.has(key)) keyed.set(key, child);
    else child.remove();
  }
  let at = parent.firstChild;
  for (const next of wanted) {
    const key = keyOf(next);
    const old = key === undefined ? following(at, next) : keyed.get(key);
    if (!old || !isAlike(old, next)) {
      parent.insertBefore(next, at);
      continue;
    }
    if (key === undefined)
      for (; at !== old; at = removed(at));
    if (at === old) at = at.nextSibling;
    else parent.insertBefore(old, at);
    patch(old, next);
  }
  while (at) at = removed(at);
}

// The next sibling without a key that can be made into `wanted`; none if one
// with a key is in between.
function following(at, wanted) {
  let node = at;
  while (node && keyOf(node) === undefined && !isAlike(node, wanted))
    node = node.nextSibling;
  return node;
}

function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

// What the reader has unfolded or folded up stays so.
function isReaders(attribute) {
  return attribute === "open";
}

function patch(old, wanted) {
  if (old === wanted) return;
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== wanted.data) old.data = wanted.data;
    return;
  }
  for (const { name } of [...old.attributes])
    if (!isReaders(name) && !wanted.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of wanted.attributes)
    if (!isReaders(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const name of handlers)
    if (old[name] !== wanted[name]) old[name] = wanted[name];
  patchChildren(old, [...wanted.childNodes]);
}
