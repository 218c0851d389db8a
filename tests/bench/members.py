"""Members of rooms on several nodes, of whom some publish: what comes is counted, not read.

`atrium bench` deals its clients out to nodes and names its rooms itself; here it is known who is
where. This takes more CPU than that, which is not measured.
"""

import base64
import contextlib
import itertools
import json
import os
import select
import socket
import time

from installs import Unavailable

DATA = "x" * 126  # 128 bytes with its quotation marks
MESSAGE, PUBLISHED, ERROR, JOINED = (
    f'"type":"{word}"'[:12].encode() for word in ("message", "published", "error", "joined"))
REST = len(MESSAGE) - 1  # all of them are as long, so what is left over holds none


class Member:
    """One client, member of one room; connects at once."""

    def __init__(self, url, room, node, end):
        host, port = url.split("/")[2].split(":")
        self.room = room
        self.node = node
        self.socket = socket.create_connection((host, int(port)), max(end - time.monotonic(), 0.1))
        self.rest = b""
        self.came = dict.fromkeys([MESSAGE, PUBLISHED, ERROR, JOINED], 0)
        path = "/" + url.split("/", 3)[3]
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        self.run = self.welcomed().rsplit("-", 1)[0]
        self.request = frame(type="publish", id=1, room=room, data=DATA)
        self.socket.sendall(frame(type="join", id=1, room=room))
        while not self.came[JOINED]:
            self.read()
        self.socket.setblocking(False)

    def welcomed(self):
        """Returns the id of the connection, which the first frame has."""
        text = b""
        while not text.endswith(b"}"):
            some = self.socket.recv(1 << 16)
            if not some:
                raise Unavailable(f"no member gets in: {text!r}")
            text += some
        return json.loads(text[text.index(b"{"):])["connection"]

    def read(self):
        """Counts what has come; returns how many answers that were."""
        before = self.came[PUBLISHED]
        with contextlib.suppress(BlockingIOError):
            some = self.socket.recv(1 << 20)
            if not some:
                raise Unavailable("a node closes a connection")
            some = self.rest + some
            for sign in self.came:
                self.came[sign] += some.count(sign)
            self.rest = some[-REST:]
        if self.came[ERROR]:
            raise Unavailable(f"a request fails: {some[:1000]!r}")
        return self.came[PUBLISHED] - before

    def publish(self, times):
        if times:
            self.socket.sendall(self.request * times)


def frame(**request):
    """A client's frame. The mask is that of zeros."""
    text = json.dumps(request, separators=(",", ":")).encode()
    size = len(text)
    head = bytes([0x81, 0x80 | size]) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
    return head + bytes(4) + text


class Crowd:
    """Members of rooms, so many for each room and node; they leave with the context."""

    def __init__(self, urls, rooms, members, end):
        self.members = [Member(url, room, node, end) for room in rooms
                        for node, url in enumerate(urls) for _ in range(members)]
        self.runs = list(dict.fromkeys(member.run for member in self.members))
        self.publishers = {}  # member to requests without an answer
        self.answered = 0
        self.poll = select.epoll()
        self.by_file = {member.socket.fileno(): member for member in self.members}
        for file in self.by_file:
            self.poll.register(file, select.EPOLLIN)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.poll.close()
        for member in self.members:
            member.socket.close()

    def choose_publisher(self, room, node):
        who = next(x for x in self.members if (x.room, x.node) == (room, node))
        self.publishers[who] = 0

    def publish(self, window, seconds):
        """Each publisher has so many requests under way, for so many seconds."""
        end = time.monotonic() + seconds
        for who, waiting in self.publishers.items():
            self.send(who, window - waiting)
        while (left := end - time.monotonic()) > 0:
            for who, answers in self.answers(left):
                self.send(who, answers)

    def publish_at(self, rate, seconds, together=1):
        """One publisher after the other, so many a second in all, so many of them at a time,
        whatever is answered."""
        due = time.monotonic()
        end = due + seconds
        turns = itertools.cycle(list(self.publishers))
        while (now := time.monotonic()) < end:
            while due <= now:
                for who in itertools.islice(turns, together):
                    self.send(who, 1)
                due += together / rate
            for _ in self.answers(max(min(due, end) - now, 0)):
                pass

    def finish(self, limit):
        """Waits for the rest, and fails unless everybody gets everything once."""
        end = time.monotonic() + limit
        while not self.is_done() and (left := end - time.monotonic()) > 0:
            for _ in self.answers(left):
                pass
        published = {who.room: who.came[PUBLISHED] for who in self.publishers}
        wrong = [f"{x.came[MESSAGE]} of {published[x.room]} ({x.room})" for x in self.members
                 if x.came[MESSAGE] != published[x.room]]
        if wrong or any(self.publishers.values()):
            raise Unavailable(f"members get {', '.join(wrong[:5])}; without an answer "
                              f"{sum(self.publishers.values())}")

    def is_done(self):
        published = {who.room: who.came[PUBLISHED] for who in self.publishers}
        return (not any(self.publishers.values())
                and all(x.came[MESSAGE] >= published[x.room] for x in self.members))

    @property
    def delivered(self):
        return sum(x.came[MESSAGE] for x in self.members)

    def send(self, who, times):
        self.publishers[who] += times
        who.publish(times)

    def answers(self, limit):
        """Yields publishers that have got answers, and how many."""
        for file, _ in self.poll.poll(limit):
            who = self.by_file[file]
            if answers := who.read():
                self.publishers[who] -= answers
                self.answered += answers
                yield who, answers
