// A program of an application, for tests with real nodes:
//
//   node traffic.js publish URL USER ROOM   numbers, until SIGTERM
//   node traffic.js follow URL USER ROOM    whatever is published
//   node traffic.js send URL USER TO        durable numbers to a user, until SIGTERM
//   node traffic.js receive URL USER DEVICE durable messages, until SIGTERM
//   node traffic.js idle URL USER            nothing of its own
//
// Prints a line of JSON for each thing that happens.

import { AtriumClient } from "../../examples/client/index.js";

const [what, url, user, where] = process.argv.slice(2);
const print = (...line) => console.log(JSON.stringify(line));
let isOver = false;
process.once("SIGTERM", () => {
  isOver = true;
  if (what === "receive") end();
});

const device = what === "receive" ? {
  device: where,
  onDurable: ({ data, inbox_id: place }) => print("durable", data, place),
} : {};
const client = new AtriumClient(url, { user, timeout: 5000, ...device });
client.on("state", ({ state, reason, error }) =>
  print("state", state, reason, error?.closeCode));
client.on("error", ({ message }) => print("error", message));
client.on("serverJoined", ({ name }) => print("put into", name));
client.on("joined", (_, { name }) => print("joined", name));
client.on("left", (_, { name }) => print("left", name));
client.on("missed", (missed) => print("missed", missed));
client.connect();

function end() {
  client.close();
  print("over");
}

/** Several at a time, so that a break always meets some that are under way. */
async function say(publish) {
  let last = 0;
  const one = async () => {
    while (!isOver) {
      const number = ++last;
      await publish(number).then(
        ({ offset }) => print("accepted", number, offset),
        ({ code }) => print("failed", number, code));
    }
  };
  await Promise.all(Array.from({ length: 5 }, one));
  end();
}

if (what === "follow")
  client.join(where).on("message", ({ data, offset }) => print("message", data, offset));
if (what === "publish") {
  const room = client.join(where);
  say((number) => room.publish(number));
}
if (what === "send") say((number) => client.send(where, number, { durable: true }));
