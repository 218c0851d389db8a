"use strict";

// What a room's history knows of before the page was opened, and of places
// where messages are missing.

/**
 * Adds a place where messages are missing, namely those after one position and
 * up to another, and fills it as far as the history can.
 */
function hole(talk, after, upTo, isLost) {
  const sign = make("span", {}, "Some messages are missing here");
  const button = make("button", { type: "button" }, "Earlier messages");
  const entry = make("div", { class: "note hole" }, sign, button);
  const reader = client.room(talk.name).older({ after, upTo });
  entry.hole = { talk, sign, button, reader, isStart: !after };
  sign.hidden = !isLost;
  button.hidden = true;
  button.onclick = () => fill(entry);
  talk.last = {};
  add(talk, entry);
  if (!reader.isEmpty) fill(entry);
}

/** Asks for the newest of what is missing. */
async function fill(entry) {
  const { talk, sign, button, reader, isStart } = entry.hole;
  button.disabled = true;
  try {
    show(entry, await reader.older());
  } catch (error) {
    // The button asks again, unless that is of no use.
    sign.hidden = isStart;
    button.hidden = ["forbidden", "history_off"].includes(error.code);
  }
  button.disabled = false;
  if (sign.hidden && button.hidden && !isStart) remove(talk, entry);
}

function show(entry, { messages, isOver, isWhole }) {
  const { talk, sign, button, isStart } = entry.hole;
  let last = {};
  const older = messages.map((each) => {
    const what = contents(each);
    const result = article(last, what);
    last = what;
    return result;
  });
  insert(talk, entry, older);
  const foreign = messages.filter(({ sender }) => sender?.user !== me);
  if (!isStart) unseen(talk, foreign.length);
  button.hidden = isOver;
  if (isOver && !isWhole && !isStart) sign.hidden = false;
}

/** Makes room in a long conversation: what goes can be asked for again. */
function forgetOldest(talk) {
  const [first] = talk.entries;
  const [old] = talk.entries.splice(first.hole ? 1 : 0, 1);
  if (first.hole && old.offset) {
    first.hole.reader.forget({ ...talk.position, offset: old.offset + 1 });
    first.hole.button.hidden = false;
  }
  return old;
}
