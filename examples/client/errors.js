// Errors after which the same request may succeed later.
const temporaryErrors = new Set(["offline", "bus_unavailable", "timeout",
  "room_died", "rate_limited"]);

/** Why something did not work, with a `code` that programs can compare. */
export class AtriumError extends Error {
  name = "AtriumError";

  /** `more` may have `room`, `retryAfterMs` and `closeCode`. */
  constructor(code, message, more = {}) {
    super(message || code);
    this.code = code;
    for (const [name, value] of Object.entries(more))
      if (value !== undefined) this[name] = value;
  }

  /** What an error frame of the node says. */
  static of({ code, message, room, retry_after_ms: retryAfterMs }) {
    return new AtriumError(code, message, { room, retryAfterMs });
  }

  get isTemporary() {
    return temporaryErrors.has(this.code);
  }
}
