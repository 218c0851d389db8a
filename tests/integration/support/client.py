"""A thin client over the independent `websockets` package: requests, replies and pushes."""

import asyncio
import itertools
import json

import websockets

from .deadline import DEADLINE

NAMES = itertools.count(1)


def unique(stem):
    """A name that no other test of this run uses: tests share nodes."""
    return f"{stem}-{next(NAMES)}"


class Frame(dict):
    """A frame from the node; `raw` is its text as it came."""

    def __init__(self, raw):
        super().__init__(json.loads(raw))
        self.raw = raw

    def has(self, fields):
        return all(name in self and self[name] == value for name, value in fields.items())


class Closed(AssertionError):
    """The node has closed the connection; where a test does not mind, it catches this."""


class Client:
    """One connection. Frames gather in `inbox`, oldest first, until a test takes them out."""

    def __init__(self, socket):
        self.inbox = []
        self._socket = socket
        self._news = asyncio.Event()
        self._ids = itertools.count(1)
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, url, **options):
        """Connects and takes the welcome, which must be the first frame."""
        options = {"compression": None, "max_queue": None, "ping_interval": None,
                   "open_timeout": DEADLINE, "close_timeout": DEADLINE, **options}
        client = cls(await websockets.connect(url, **options))
        try:
            client.welcome = await client.next()
            if client.welcome["type"] == "closing":
                raise Closed(f"instead of a welcome: {client.welcome}")
            assert client.welcome["type"] == "welcome", f"not a welcome: {client.welcome}"
        except BaseException:
            await client.abort()
            raise
        client.user = client.welcome["user"]
        client.connection = client.welcome["connection"]
        return client

    @property
    def sender(self):
        """How the node calls this client in the messages it has sent."""
        return {"user": self.user, "connection": self.connection}

    async def send(self, text):
        """Sends a frame as it is."""
        try:
            await self._socket.send(text)
        except websockets.ConnectionClosed as closed:
            raise Closed(f"{self}: {closed}") from None

    async def post(self, verb, **fields):
        """Sends a request and waits for nothing."""
        await self.send(json.dumps({"type": verb, **fields}, ensure_ascii=False))

    async def ask(self, verb, **fields):
        """Sends a request and returns the reply to it, be it an error."""
        fields.setdefault("id", f"ask-{next(self._ids)}")
        await self.post(verb, **fields)
        return await self.take(id=fields["id"])

    async def request(self, verb, **fields):
        """Sends a request that must succeed."""
        reply = await self.ask(verb, **fields)
        assert reply["type"] != "error", f"{self}: {verb} {fields} was refused: {reply}"
        return reply

    async def refusal(self, verb, **fields):
        """Sends a request that must fail and returns the error."""
        reply = await self.ask(verb, **fields)
        assert reply["type"] == "error", f"{self}: {verb} {fields} was not refused: {reply}"
        return reply

    async def succeeds(self, verb, **fields):
        """Sends a request that may fail; whether it has succeeded."""
        return (await self.ask(verb, **fields))["type"] != "error"

    async def next(self):
        """Takes the oldest frame out of the inbox, whatever it is."""
        return await self.take()

    async def next_however_late(self):
        """The same, however long that takes."""
        return await self._take({})

    async def expect(self, kind, **fields):
        """Takes the oldest frame of this type and with these fields out of the inbox."""
        return await self.take(type=kind, **fields)

    async def collect(self, count, kind="message", **fields):
        """Takes `count` such frames, in the order in which they came."""
        return [await self.expect(kind, **fields) for _ in range(count)]

    async def take(self, **fields):
        """Takes the oldest frame with these fields out of the inbox, once there is one."""
        try:
            return await asyncio.wait_for(self._take(fields), DEADLINE)
        except asyncio.TimeoutError:
            raise AssertionError(f"{self} waits for {fields}, has {self.inbox[-5:]}") from None

    def seen(self, kind, **fields):
        """The frames of this type and with these fields that wait in the inbox."""
        return [frame for frame in self.inbox if frame.has({"type": kind, **fields})]

    async def close_code(self):
        """Waits until the node has closed the connection and returns the close code."""
        await asyncio.wait_for(self._socket.wait_closed(), DEADLINE)
        await self._reader
        return self._socket.close_code

    async def close(self):
        """Says goodbye in the way of the protocol."""
        await self._socket.close()
        await self._reader

    async def abort(self):
        """Drops the connection without a goodbye, as a lost network does."""
        self._socket.transport.abort()
        await self._reader

    async def _take(self, fields):
        while True:
            for index, frame in enumerate(self.inbox):
                if frame.has(fields):
                    return self.inbox.pop(index)
            if self._reader.done():
                code = self._socket.close_code
                raise Closed(f"{self} was closed with {code} and waits for {fields} in vain")
            self._news.clear()
            await self._news.wait()

    async def _read(self):
        try:
            async for text in self._socket:
                self.inbox.append(Frame(text))
                self._news.set()
        except websockets.ConnectionClosed:
            pass
        finally:
            # Wakes the waiting once this task counts as done.
            asyncio.get_running_loop().call_soon(self._news.set)

    def __repr__(self):
        return f"client {getattr(self, 'user', 'without a welcome')}"


async def join(room, *clients):
    """Makes every client a member of `room`."""
    for client in clients:
        await client.request("join", room=room)


async def talk(room, *clients):
    """Lets each member publish once; fails unless all of them hear all of them."""
    for speaker in clients:
        reply = await speaker.request("publish", room=room, data="can you hear me?")
        for listener in clients:
            message = await listener.expect("message", event_id=reply["event_id"])
            assert message["room"] == room
