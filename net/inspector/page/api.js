"use strict";

// Questions to the node. The API is beside this page, so a proxy may put both
// under a path of its own.

const patience = 8000; // ms for any answer
const tokenKey = "atrium.admin-token";

/** Why there is no good answer; `status` is 0 if there was none at all. */
class AskError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function addressOf(path, query = {}) {
  // A browser would resolve these two instead of asking for them.
  if (path.some((part) => part === "." || part === ".."))
    throw new AskError(400, "a browser cannot ask for a name that is only dots;"
      + " atrium inspect can");
  const address = new URL(["inspect", ...path.map(encodeURIComponent)].join("/"),
    location.href);
  for (const [name, value] of Object.entries(query))
    if (value !== null && value !== undefined && value !== "")
      address.searchParams.set(name, value);
  return address;
}

async function fetchJson(address, options, signal) {
  const stop = new AbortController();
  const giveUp = () => stop.abort();
  const timer = setTimeout(giveUp, patience);
  signal?.addEventListener("abort", giveUp);
  try {
    const response = await fetch(address, { cache: "no-store",
      credentials: "same-origin", ...options, signal: stop.signal });
    const body = await response.json().catch(() => ({}));
    return { status: response.status, ok: response.ok, body };
  } catch {
    throw new AskError(0, stop.signal.aborted ? "no answer in time" : "no answer");
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
}

function errorOf({ status, body }) {
  return new AskError(status, body.message || body.error || `HTTP status ${status}`);
}

/** Asks for what is at `path`, an array of its parts. */
async function ask(path, query, signal) {
  const answer = await fetchJson(addressOf(path, query), {}, signal);
  if (!answer.ok) throw errorOf(answer);
  return answer.body;
}

/**
 * Has the node do something. Where it wants an administrator's token,
 * `askToken(why)` has to bring one, or null; it is kept as long as the tab.
 */
async function act(path, body, askToken) {
  for (;;) {
    const token = sessionStorage.getItem(tokenKey);
    const headers = { "Content-Type": "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    const answer = await fetchJson(addressOf(path),
      { method: "POST", headers, body: JSON.stringify(body) });
    if (answer.ok) return answer.body;
    if (answer.status !== 401) throw errorOf(answer);
    sessionStorage.removeItem(tokenKey);
    const next = await askToken(token ? errorOf(answer).message : "");
    if (!next) throw new AskError(401, "nothing was done without a token");
    sessionStorage.setItem(tokenKey, next);
  }
}
