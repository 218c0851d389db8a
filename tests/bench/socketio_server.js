// A peer to compare with: rooms of Socket.IO, with its Redis adapter between processes.
// Usage: node socketio_server.js PORT REDIS_URL, where the packages are in $PEER_PACKAGES
const { createRequire } = require("node:module");
const load = createRequire(`${process.env.PEER_PACKAGES}/`);
const { Server } = load("socket.io");
const { createAdapter } = load("@socket.io/redis-adapter");
const { createClient } = load("redis");

async function main([port, url]) {
  const publisher = createClient({ url });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  const adapter = createAdapter(publisher, subscriber);
  const io = new Server({ adapter, transports: ["websocket"] });
  io.on("connection", (socket) => {
    socket.on("join", async (room, done) => {
      await socket.join(room);
      done();
    });
    socket.on("leave", async (room, done) => {
      await socket.leave(room);
      done();
    });
    socket.on("publish", (room, data) =>
      io.to(room).emit("message", { room, user: socket.id, ts: Date.now(), data }));
  });
  const http = require("node:http").createServer();
  io.attach(http);
  http.listen({ host: "127.0.0.1", port: Number(port), backlog: 4096 });
}

main(process.argv.slice(2));
