"use strict";

// Questions to whoever uses the page, each in a dialog that is made for it. They
// resolve to the answer, or to null if there is none.

/** Shows a form; `read()` makes the answer when it is sent. */
function question({ title, body, verb, danger = false, read }) {
  return new Promise((resolve) => {
    let answer = null;
    const id = "dialog-title";
    const cancel = make("button", { type: "button", class: "plain",
      onclick: () => dialog.close() }, "Cancel");
    const form = make("form", { method: "dialog",
      onsubmit: () => (answer = read()) },
      make("h2", { id }, title), body,
      make("p", { class: "verbs" }, cancel,
        make("button", { type: "submit", class: danger ? "danger" : "main" }, verb)));
    const dialog = make("dialog", { "aria-labelledby": id }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    // What cannot be undone should not happen by a stray Enter.
    if (danger) cancel.focus();
  });
}

/** Resolves to true if it shall be done. `about` are the nodes of a sentence. */
async function askToConfirm(title, about, verb) {
  const body = make("p", {}, about);
  return await question({ title, body, verb, danger: true, read: () => true }) === true;
}

/** Asks for a token. `why` is what was wrong with the one before, if anything. */
function askForToken(why) {
  // No other characters fit into a header.
  const field = make("input", { id: "token", type: "password", required: true,
    pattern: "[!-~]+", autocomplete: "off", spellcheck: "false",
    title: "Letters, digits and signs without spaces" });
  return question({
    title: "An administrator's token",
    body: [
      why ? remark(`The token was not taken: ${why}`, "bad") : null,
      make("label", { for: "token" }, "The node does this for administrators only."),
      field,
      make("p", { class: "hint" }, "It is kept until this tab is closed."),
    ],
    verb: "Use it",
    read: () => field.value,
  });
}

/** Asks for JSON to send; resolves to {data}. */
function askForMessage(room) {
  const field = make("textarea", { id: "message", rows: "4", required: true,
    spellcheck: "false", oninput: check }, '{"text": "a test"}');

  function check() {
    let wrong = "";
    try {
      JSON.parse(field.value);
    } catch (error) {
      wrong = `This is no JSON: ${error.message}`;
    }
    field.setCustomValidity(field.value.trim() === "" ? "" : wrong);
  }

  return question({
    title: "Send a test message",
    body: [
      make("p", {}, "All members of ", quoted(room), " will get it, on all nodes."),
      make("label", { for: "message" }, "Data, as JSON"),
      field,
    ],
    verb: "Send",
    read: () => ({ data: JSON.parse(field.value) }),
  });
}
