import { backoff } from "./reconnect.js";

const longestLead = 60_000; // ms before the end of a token
const longestTimer = 2 ** 31 - 1; // ms; a longer one would fire at once

/**
 * The user's token: kept while it is valid, and renewed by the application's
 * `get(reason)` before it is not. `refresh(token)` brings a newer token to the
 * node while connected; `failed(error)` hears why that did not work.
 */
export class Tokens {
  #get;
  #refresh;
  #failed;
  #token; // undefined: none yet
  #end = Infinity; // when it expires, by the clock of this machine
  #ahead = 0; // ms by which the clock of the node is ahead of it
  #timer = 0;

  constructor({ token, get, refresh, failed }) {
    this.#token = token;
    this.#get = get;
    this.#refresh = refresh;
    this.#failed = failed;
  }

  /** Whether another token than this one can be had. */
  get isRenewable() {
    return this.#get !== undefined;
  }

  /** Resolves to a token to connect with; null: the application has none. */
  async current() {
    if (!this.#get) return this.#token;
    const isMissing = this.#token === undefined || this.#token === null;
    if (isMissing || Date.now() >= this.#end) {
      this.#token = await this.#get(isMissing ? "connect" : "expired");
      this.#end = Infinity; // `welcome` will tell
    }
    return this.#token ?? null;
  }

  /** The node has said that the token is over. */
  expire() {
    this.#end = 0;
  }

  /** Connected; both are times of the node, the first is undefined for never. */
  welcomed(expiresAt, serverTime) {
    this.#ahead = serverTime - Date.now();
    this.refreshed(expiresAt);
  }

  /** The connection ends at another time, undefined for never. */
  refreshed(expiresAt = Infinity) {
    this.stop();
    this.#end = expiresAt - this.#ahead;
    if (!this.#get || expiresAt === Infinity) return;
    const left = this.#end - Date.now();
    // Clients that came together do not ask for tokens together.
    const lead = Math.min(longestLead, left / 4) * (1 + Math.random());
    this.#plan(left - lead, () => this.#extend(0));
  }

  /** The connection has ended. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  #plan(ms, action) {
    const rest = ms - longestTimer;
    const next = rest > 0 ? () => this.#plan(rest, action) : action;
    this.#timer = setTimeout(next, Math.min(ms, longestTimer));
  }

  async #extend(failures) {
    const timer = this.#timer; // another one: another connection
    try {
      const token = await this.#get("expiring");
      // Without a token the node ends the connection when the time has come.
      if (this.#timer !== timer || token === null || token === undefined) return;
      const { expires_at: expiresAt } = await this.#refresh(token);
      if (this.#timer !== timer) return;
      this.#token = token;
      this.refreshed(expiresAt);
    } catch (error) {
      if (this.#timer !== timer) return;
      this.#failed(error);
      if (error.code === "forbidden") return; // the token of another user
      this.#plan(500 + backoff(failures + 2), () => this.#extend(failures + 1));
    }
  }
}
