// A client of Atrium (net/PROTOCOL.md) for browsers and Node. README.md shows
// its use, index.d.ts documents all of it.
export { AtriumClient } from "./client.js";
export { AtriumError } from "./errors.js";
