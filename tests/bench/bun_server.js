// A peer to compare with: rooms on Bun's WebSocket server and its topics, in one process.
// Speaks as much of net/PROTOCOL.md as the generator needs. Usage: bun bun_server.js PORT
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.argv[2]),
  fetch(request, server) {
    const user = new URL(request.url).searchParams.get("user") ?? "guest";
    if (!server.upgrade(request, { data: { user } }))
      return new Response("WebSocket only", { status: 400 });
  },
  websocket: {
    open(socket) {
      socket.send(JSON.stringify({ type: "welcome", user: socket.data.user }));
    },
    message(socket, text) {
      const request = JSON.parse(text);
      const { type, room, data } = request;
      if (type === "join") {
        socket.subscribe(room);
        socket.send(JSON.stringify({ type: "joined", id: request.id, room }));
      } else if (type === "leave") {
        socket.unsubscribe(room);
        socket.send(JSON.stringify({ type: "left", id: request.id, room }));
      } else if (type === "publish") {
        const message = { type: "message", room, user: socket.data.user, ts: Date.now(), data };
        server.publish(room, JSON.stringify(message));
      }
    },
  },
});
