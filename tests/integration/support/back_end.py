"""A back end that hears events: an HTTP server that takes them, or fails as a test says."""

import asyncio
import collections
import hashlib
import hmac
import json
import ssl


class BackEnd:
    """Takes batches of events. `answers` has what it says instead of 200 next: a status, bytes as
    they are, or "silence"."""

    def __init__(self, key=None):
        self.key = key
        self.answers = collections.deque()
        self.asked = []  # batches as they came, repeats too: id and body
        self.taken = []  # bodies that were answered by 200
        self.most_open = self.open = 0

    async def start(self, port=0, certificate=None):
        context = None
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*certificate)
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", port, ssl=context)
        self.port = self.server.sockets[0].getsockname()[1]
        return self.port

    async def stop(self):
        self.server.close()
        await self.server.wait_closed()

    @property
    def events(self):
        return [event for body in self.taken for event in json.loads(body)["events"]]

    def gists(self):
        return [gist(x) for x in self.events]

    async def _serve(self, reader, writer):
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            assert head.startswith("POST /hear?x=1 HTTP/1.1\r\n"), head
            fields = dict(line.split(": ", 1) for line in head.strip().split("\r\n")[1:])
            body = await reader.readexactly(int(fields["Content-Length"]))
            if self.key:
                right = "sha256=" + hmac.new(self.key, body, hashlib.sha256).hexdigest()
                assert fields["X-Atrium-Signature"] == right
            self.asked.append((fields["X-Atrium-Batch"], body))
            answer = self.answers.popleft() if self.answers else 200
            if answer == "silence":
                await reader.read()
            elif isinstance(answer, bytes):
                writer.write(answer)
            else:
                if answer == 200:
                    self.taken.append(body)
                writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            writer.close()


def gist(event):
    """What an event is about: its type, and whom and what it names."""
    keys = ("user", "room", "code", "node_lost")
    return " ".join([event["type"], *(str(event[key]) for key in keys if key in event)])
