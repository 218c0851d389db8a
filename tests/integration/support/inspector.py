"""What the internal listener shows of a node and lets administrators do: by HTTP, and its page."""

import asyncio
import json
from urllib.parse import quote

from . import node as nodes
from .deadline import DEADLINE

HOSTILE = "<img src=x onerror=alert(1)>"  # a name that a page must not take for HTML


def fetch(node, target, method="GET", body=None, **headers):
    """Status, headers and body of the internal listener's answer."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return nodes.fetch(node.internal_port, target, method, body, names)


def look(node, target):
    """What a view that must be there shows."""
    status, _, body = fetch(node, "/inspect" + target)
    assert status == 200, f"{target}: {status} {body}"
    return json.loads(body)


def act(node, target, body="{}", **headers):
    """Has an administrator do something; status and JSON of the answer."""
    headers = {"Content_Type": "application/json", **headers}
    status, _, answer = fetch(node, "/inspect" + target, "POST", body, **headers)
    return status, json.loads(answer)


def address(node, view=""):
    """Where the page shows a view of a node."""
    return f"http://127.0.0.1:{node.internal_port}/inspector#/{view}"


def view_of(kind, name):
    """The view of one room, user or connection, whatever its name."""
    return f"{kind}/{quote(name, safe='')}"


class Events:
    """A reader of Server-Sent Events; what came is in `seen`."""

    def __init__(self, reader, writer):
        self.reader, self.writer, self.seen = reader, writer, []

    @classmethod
    async def open(cls, node, last=None):
        reader, writer = await asyncio.open_connection("127.0.0.1", node.internal_port)
        extra = f"Last-Event-ID: {last}\r\n" if last else ""
        writer.write(b"GET /inspect/events HTTP/1.1\r\nHost: localhost\r\n"
                     b"Accept: text/event-stream\r\n" + extra.encode() + b"\r\n")
        head = await asyncio.wait_for(reader.readuntil(b"retry: 2000\n\n"), DEADLINE)
        assert b" 200 OK\r\n" in head and b"Content-Type: text/event-stream\r\n" in head
        assert b"X-Content-Type-Options: nosniff\r\n" in head
        return cls(reader, writer)

    async def until(self, **fields):
        """Reads on until an event with these fields."""
        while True:
            text = (await asyncio.wait_for(self.reader.readuntil(b"\n\n"), DEADLINE)).decode()
            lines = dict(line.split(": ", 1) for line in text.strip().split("\n") if ": " in line)
            if "data" not in lines:
                continue
            event = {**json.loads(lines["data"]), "id": lines.get("id")}
            self.seen.append(event)
            if fields.items() <= event.items():
                return event

    def close(self):
        self.writer.close()
