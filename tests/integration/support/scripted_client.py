"""`examples/client` in a browser, with a socket whose other end a test plays."""

import contextlib
import functools
import http.server
import json
import threading

from .deadline import wait_until
from .node import ROOT

# Whatever the client tells its page is a row of `told`, also how a publish has ended.
STAGE = """
const { AtriumClient } = await import(location.origin + "/index.js");
Object.assign(globalThis, { sockets: [], told: [] });
globalThis.client = new AtriumClient("ws://node/ws", {
  maxWaiting: 100,
  WebSocket: class {
    sent = [];
    constructor() { sockets.push(this); }
    send(text) { this.sent.push(JSON.parse(text)); }
    close() {}
  },
});
const tell = (...what) => told.push(what);
client.on("message", (message) => tell("push", message));
client.on("gap", (gap) => tell("push", gap));
client.on("error", ({ code }) => tell("push", { type: "error", code }));
client.on("joined", ({ position }, room) => tell("joined", room.name, position));
client.on("missed", ({ after, upTo, isLost }, room) =>
  tell("missed", room.name, after, upTo, isLost));
client.on("refused", (error, room) => tell("refused", room.name, error.code));
client.on("presence", ({ present, users }, room) => tell("present", room.name, present, users));
globalThis.publish = (room, data) => client.room(room).publish(data).then(
  (reply) => tell("published", data, reply.offset),
  (error) => tell("failed", data, error.code));
client.connect();
"""


class Modules(http.server.SimpleHTTPRequestHandler):
    """Serves the modules of the client, as any web server does."""

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served_modules():
    """The address of the modules. A browser loads none from files."""
    handler = functools.partial(Modules, directory=ROOT / "examples" / "client")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class ScriptedClient:
    """The client, connected; frames go out and come in one by one."""

    def __init__(self, browser, address):
        self.browser = browser
        browser.driver.get(f"{address}/package.json")
        browser.driver.execute_script("""
            const script = document.createElement("script");
            script.type = "module";
            script.textContent = arguments[0];
            document.head.append(script);""", STAGE)
        wait_until(lambda: browser.run("globalThis.sockets?.length"), "the client connects")
        self.welcome()

    def call(self, expression, *arguments):
        """Does something on the page, such as `client.join('lobby')`."""
        self.browser.run(f"({expression}, null)", *arguments)

    def come(self, kind, **fields):
        """A frame from the node."""
        frame = json.dumps({"type": kind, **fields})
        self.call("sockets.at(-1).onmessage({ data: arguments[0] })", frame)

    def message(self, room, offset, **fields):
        self.come("message", scope="room", room=room, offset=offset, data=offset, **fields)

    def sent(self):
        """The frames that went to the node on this connection since the last time."""
        return self.browser.run("sockets.at(-1).sent.splice(0)")

    def told(self, *kinds):
        """What the page was told since the last time, of these kinds."""
        return [what for what in self.browser.run("told.splice(0)") if what[0] in kinds]

    def awaited(self, kind):
        """Waits for a frame to the node; those before it are gone."""
        def found():
            return next((frame for frame in self.sent() if frame["type"] == kind), None)

        return wait_until(found, f"the client sends {kind}")

    def enter(self, room, **fields):
        """Joins a room; returns the request."""
        self.call("client.join(arguments[0])", room)
        return self.joined(room, **fields)

    def joined(self, room, **fields):
        """Answers the request for `room`."""
        request, = (x for x in self.sent() if x["type"] == "join" and x["room"] == room)
        self.come("joined", id=request["id"], room=room, **fields)
        return request

    def asked_who(self, *users, **fields):
        """Waits until the client asks who is in a room; answers with these users."""
        request = self.awaited("presence")
        listed = {"users": [{"user": name} for name in users]} if users else {}
        self.come("presence", id=request["id"], room=request["room"],
                  **{"present": len(users), **listed, **fields})

    def refused_who(self, code):
        """Waits until the client asks who is in a room, and refuses that."""
        self.come("error", id=self.awaited("presence")["id"], code=code)

    def change(self, room, event, user, present):
        """Somebody comes into a room, or leaves it."""
        self.come("presence_event", room=room, event=event, user=user, present=present)

    def lose(self):
        """The connection breaks."""
        self.call("sockets.at(-1).onclose({ code: 1006 })")

    def come_back(self):
        """The next connection is there at once."""
        self.call("client.hurry()")
        self.welcome()

    def reconnect(self):
        self.lose()
        self.come_back()

    def welcome(self):
        self.come("welcome", node="n1", ping_interval=25, max_message_bytes=65536,
                  server_time=1)
