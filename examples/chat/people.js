"use strict";

// Who is in a room that tells it.

/** Returns how many are there, in words; nothing if that is not known. */
function company({ kind, joined, present }) {
  if (kind !== "room" || !joined || !present) return undefined;
  return present.number === 1 ? "1 person here" : `${present.number} people here`;
}

/** Lists who is in the room. */
function people(talk) {
  const isKnown = online && talk.joined && talk.present?.users;
  const { number, users } = isKnown ? talk.present : { number: 0, users: [] };
  const names = users.sort((one, other) => one.localeCompare(other));
  $("names").replaceChildren(...names.map(
    (name) => make("li", {}, avatar(name), author(name))));
  const others = number - names.length; // the node names only so many
  $("others").textContent = others > 0 ? `and ${others} more` : "";
  $("people-here").hidden = $("show-people").hidden = names.length === 0;
}

/** Shows the list, or hides it again, where it is not always there. */
function togglePeople() {
  const isShown = $("people-here").classList.toggle("shown");
  $("show-people").setAttribute("aria-expanded", String(isShown));
}
