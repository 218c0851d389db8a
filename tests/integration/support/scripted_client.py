"""`examples/chat/client.js` in a browser, with a socket whose other end a test plays."""

import json

from .deadline import wait_until
from .node import ROOT

FILES = [ROOT / "examples" / "chat" / name for name in ("presence.js", "client.js")]
# Whatever the client tells its page is a row of `told`, also how a publish has ended.
STAGE = """
for (const file of arguments) {
  const text = document.createElement("script");
  text.textContent = file;
  document.head.append(text);
}
const page = document.createElement("script");
page.textContent = `
  var sockets = [], told = [], client;
  WebSocket = class {
    sent = [];
    constructor() { sockets.push(this); }
    send(text) { this.sent.push(JSON.parse(text)); }
    close() {}
  };
  client = new AtriumClient("ws://node", Object.fromEntries(
    ["state", "push", "joined", "missed", "refused", "present"].map(
      (name) => [name, (...what) => told.push([name, ...what])])));
  var publish = (room, data) => client.publish(room, data).then(
    (reply) => told.push(["published", data, reply.offset]),
    (error) => told.push(["failed", data, error.code]));
  client.start();`;
document.head.append(page);
"""


class ScriptedClient:
    """The client, connected; frames go out and come in one by one."""

    def __init__(self, browser):
        self.browser = browser
        browser.driver.get("about:blank")
        browser.driver.execute_script(STAGE, *(x.read_text() for x in FILES))
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
        self.come("welcome", node="n1", ping_interval=25, max_message_bytes=65536)
