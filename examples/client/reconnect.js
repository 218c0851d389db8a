// What the protocol (sections 6 and 10) says about the end of a connection.

// After these codes another attempt would end in the same way, or is not wanted.
const finalCodes = new Set([1000, 1002, 1003, 1007, 1008, 1009, 4004, 4005, 4006]);
const isOfBackEnd = (code) => code === 4000 || code > 4006;

export const tokenExpiredCode = 4001;

const firstWait = 250; // ms
const longestWait = 30_000; // ms
const goodTime = 10_000; // ms; a connection that has lasted so long was one

/** Returns how many attempts in a row have failed, after one more end. */
export function failuresAfter(failures, lasted) {
  return lasted > goodTime ? 0 : failures + 1;
}

/**
 * Returns a random time up to a longest one, which doubles with each failure:
 * clients that lose a node at the same time do not come back at the same time.
 */
export function backoff(failures, random = Math.random) {
  return random() * Math.min(longestWait, firstWait * 2 ** failures);
}

/**
 * Returns after how many ms to connect again, or null for never. `closing` is
 * the node's announcement, if there was one, and counts more than the code.
 */
export function waitAfter({ code, closing, failures }, random = Math.random) {
  const isFinal = closing ? !closing.reconnect : finalCodes.has(code) || isOfBackEnd(code);
  if (isFinal) return null;
  return (closing?.after_ms ?? 0) + backoff(failures, random);
}
