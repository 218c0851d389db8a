"use strict";

// What an administrator can do. Each act is confirmed first, and its outcome is
// said at the top of the page.

async function disconnectConnection(id, user) {
  const about = ["Connection ", quoted(id), " of ", quoted(user),
    " will be closed with 4005, which tells the client to stay away."];
  if (!await askToConfirm("Disconnect this connection?", about, "Disconnect")) return;
  await attempt(["connections", id, "disconnect"], {}, () => ["Disconnected ", quoted(id)]);
}

async function disconnectUser(name) {
  const about = ["All connections of ", quoted(name), ", on all nodes, will be closed",
    " with 4005, which tells the clients to stay away."];
  if (!await askToConfirm("Disconnect this user?", about, "Disconnect")) return;
  await attempt(["users", name, "disconnect"], {}, ({ disconnected }) =>
    ["Disconnected ", quoted(name), `: ${plural(disconnected ?? 0, "connection")}`]);
}

async function sendTestMessage(room) {
  const message = await askForMessage(room);
  if (message === null) return;
  await attempt(["rooms", room, "publish"], message, ({ event_id: id }) =>
    ["Sent to ", quoted(room), " as ", make("code", {}, id ?? "")]);
}

/** Sends dead letters of a user again; without an id all of them. */
async function replayLetters(user, id) {
  const about = [id ? "The message" : "All messages", " to ", quoted(user),
    " will be sent again, as far as the inbox has room."];
  if (!await askToConfirm(id ? "Send this message again?" : "Send all again?", about, "Replay"))
    return;
  await attempt(["dead-letters", user, "replay", ...(id ? [id] : [])], {},
    ({ replayed, stayed, reason }) => [
      `Replayed ${plural(replayed ?? 0, "message")} to `, quoted(user),
      ...(stayed ? [`; not replayed: ${plural(stayed, "message")}, for ${reason}`] : [])]);
}

async function purgeLetters(user, id) {
  const about = [id ? "The message" : "All messages", " to ", quoted(user),
    " will be gone for good."];
  if (!await askToConfirm(id ? "Remove this message?" : "Remove all?", about, "Purge"))
    return;
  await attempt(["dead-letters", user, "purge", ...(id ? [id] : [])], {},
    ({ purged }) => [`Removed ${plural(purged ?? 0, "message")} to `, quoted(user)]);
}

// Does it and says what came of it; `say` gets the answer.
async function attempt(path, body, say) {
  let said;
  let kind = "good";
  try {
    said = say(await act(path, body, askForToken));
  } catch (error) {
    said = [failure(error)];
    kind = "bad";
  }
  tellOutcome(said, kind);
  $("forget").hidden = sessionStorage.getItem(tokenKey) === null;
  poller.hurry();
}

function failure({ status, message }) {
  if (status === 403) return `This may not be done here: ${message}`;
  if (status === 404) return `There is nothing to do it to any more: ${message}`;
  return `This has failed: ${message}`;
}

function tellOutcome(said, kind) {
  const close = make("button", { type: "button", "aria-label": "Dismiss",
    onclick: () => ($("outcome").hidden = true) }, "×");
  $("outcome").className = `note ${kind}`;
  $("outcome").hidden = false;
  $("outcome").replaceChildren(make("span", {}, said), close);
}

/** A button that does something irrevocable. */
function dangerButton(text, action) {
  return make("button", { type: "button", class: "danger", onclick: action }, text);
}
