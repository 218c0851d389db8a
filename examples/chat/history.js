"use strict";

// What a room's history knows of before the page was opened, and of places
// where messages are missing.

const pageSize = 100; // messages that are asked for at once

/**
 * Adds a place where messages are missing, namely those after one position and
 * up to another, and fills it as far as the history can.
 */
function hole(talk, after, upTo, gone) {
  const sign = make("span", {}, "Some messages are missing here");
  const button = make("button", { type: "button" }, "Earlier messages");
  const entry = make("div", { class: "note hole" }, sign, button);
  const known = after?.epoch === upTo.epoch ? after.offset : 0;
  entry.hole = { talk, sign, button, epoch: upTo.epoch, isStart: !after,
    above: known, below: upTo.offset + 1, since: undefined };
  sign.hidden = !gone;
  button.hidden = true;
  button.onclick = () => fill(entry);
  talk.last = {};
  add(talk, entry);
  if (upTo.offset > known) fill(entry);
}

/** Asks for the newest of what is missing, until there is something to show. */
async function fill(entry) {
  const { talk, sign, button } = entry.hole;
  button.disabled = true;
  try {
    while (!show(entry, await ask(entry.hole)));
  } catch (error) {
    // The button asks again, unless that is of no use.
    sign.hidden = entry.hole.isStart;
    button.hidden = ["forbidden", "history_off"].includes(error.code);
  }
  button.disabled = false;
  if (sign.hidden && button.hidden && !entry.hole.isStart) remove(talk, entry);
}

function ask({ talk, since }) {
  const fields = { room: talk.name, reverse: true, limit: pageSize, since };
  return client.request("history", fields);
}

/** Shows a page; returns whether there is enough to see, or nothing to come. */
function show(entry, page) {
  const { talk, sign, button, epoch, isStart, above, below } = entry.hole;
  const isSame = page.epoch === epoch; // else what is missing is lost
  const oldest = isSame ? page.messages.at(-1)?.offset : undefined;
  const isWhole = oldest <= above + 1;
  const isOver = isWhole || oldest === undefined || !page.more;
  if (oldest !== undefined) {
    entry.hole.below = Math.min(below, oldest);
    entry.hole.since = { epoch, offset: oldest };
  }
  const wanted = !isSame ? [] : page.messages.filter(
    ({ offset }) => offset > above && offset < below);
  let last = {};
  const older = wanted.reverse().map((each) => {
    const what = contents(each);
    const result = article(last, what);
    last = what;
    return result;
  });
  insert(talk, entry, older);
  const foreign = wanted.filter(({ sender }) => sender?.user !== me);
  if (!isStart) unseen(talk, foreign.length);
  button.hidden = isOver;
  if (isOver && !isWhole && !isStart) sign.hidden = false;
  return isOver || older.length > 0;
}

/** Makes room in a long conversation: what goes can be asked for again. */
function forgetOldest(talk) {
  const [first] = talk.entries;
  const [old] = talk.entries.splice(first.hole ? 1 : 0, 1);
  if (first.hole && old.offset) {
    const since = { ...talk.position, offset: old.offset + 1 };
    Object.assign(first.hole, { epoch: since.epoch, below: since.offset, since });
    first.hole.button.hidden = false;
  }
  return old;
}
