// A peer to compare with: bun_server.js for several processes, which Redis joins: a process
// subscribes to the rooms of its clients. Usage: bun bun_redis_server.js PORT REDIS_URL
import { RedisClient } from "bun";

const [port, redisUrl] = process.argv.slice(2);
const publisher = new RedisClient(redisUrl);
const subscriber = new RedisClient(redisUrl);
await Promise.all([publisher.connect(), subscriber.connect()]);

const members = new Map(); // room -> how many clients of this process are in it

async function enter(socket, room) {
  const count = members.get(room)?.count ?? 0;
  if (count === 0) {
    const subscribed = subscriber.subscribe(room, (text) => server.publish(room, text));
    members.set(room, { count: 0, subscribed });
  }
  const entry = members.get(room);
  ++entry.count;
  socket.subscribe(room);
  socket.data.rooms.add(room);
  await entry.subscribed;
}

function exit(socket, room) {
  if (!socket.data.rooms.delete(room))
    return;
  socket.unsubscribe(room);
  if (--members.get(room).count === 0) {
    members.delete(room);
    subscriber.unsubscribe(room);
  }
}

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(port),
  fetch(request, server) {
    const user = new URL(request.url).searchParams.get("user") ?? "guest";
    if (!server.upgrade(request, { data: { user, rooms: new Set() } }))
      return new Response("WebSocket only", { status: 400 });
  },
  websocket: {
    open(socket) {
      socket.send(JSON.stringify({ type: "welcome", user: socket.data.user }));
    },
    async message(socket, text) {
      const request = JSON.parse(text);
      const { type, room, data } = request;
      if (type === "join") {
        await enter(socket, room);
        socket.send(JSON.stringify({ type: "joined", id: request.id, room }));
      } else if (type === "leave") {
        exit(socket, room);
        socket.send(JSON.stringify({ type: "left", id: request.id, room }));
      } else if (type === "publish") {
        const message = { type: "message", room, user: socket.data.user, ts: Date.now(), data };
        publisher.publish(room, JSON.stringify(message));
      }
    },
    close(socket) {
      for (const room of socket.data.rooms)
        exit(socket, room);
    },
  },
});
