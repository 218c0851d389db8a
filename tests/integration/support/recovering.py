"""A client that comes back by the protocol, as a good client author would write it."""

import asyncio
import contextlib
import random

from .client import Client, Closed

LOST = "lost"  # told at this place that messages are gone
PAUSE = 0.02


class Recovering:
    """Follows rooms over however many connections it takes, and writes down what it gets.

    `heard[room]` has the data of each message in the order in which they came, and LOST where the
    node has said that some are gone. `nodes` are the nodes it may go to; one that has crashed is
    left out.
    """

    def __init__(self, nodes, rooms, user=None):
        self.nodes, self.user = nodes, user
        self.heard = {room: [] for room in rooms}
        self.positions = {}
        self.joined = set()
        self.connections = 0
        self.client = None
        self._task = asyncio.create_task(self._follow())

    async def close(self):
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        if self.client is not None:
            await self.client.close()

    async def drop(self):
        """The network fails."""
        if self.client is not None:
            await self.client.abort()

    def is_in(self):
        """Whether it is a member of all its rooms."""
        return self.joined == set(self.heard)

    async def _follow(self):
        while True:
            living = [node for node in self.nodes if not node.has_exited]
            try:
                self.client = await Client.open(random.choice(living).url(self.user))
                self.connections += 1
                await self._stay()
            except (OSError, Closed, AssertionError, asyncio.TimeoutError):
                pass
            finally:
                self.joined = set()
            await asyncio.sleep(PAUSE)

    async def _stay(self):
        for room in self.heard:
            await self._join(room)
        while True:
            await self._take(await self.client.next_however_late())

    async def _join(self, room):
        since = self.positions.get(room)
        fields = {"since": since} if since else {}
        await self.client.post("join", id=room, room=room, **fields)

    async def _take(self, frame):
        kind, room = frame["type"], frame.get("room")
        if kind == "joined":
            assert ("recovered" in frame) == (room in self.positions), frame
            if not frame.get("recovered", True):
                self.heard[room].append(LOST)
            self._move(room, frame)
            self.joined.add(room)
        elif kind == "message":
            self.heard[room].append(frame["data"])
            self.positions[room]["offset"] = frame["offset"]
        elif kind == "gap":
            assert "offset" in frame, f"a gap in a room with history: {frame}"
            self.heard[room].append(LOST)
            self._move(room, frame)
        elif kind == "error":
            await asyncio.sleep(PAUSE)
            await self._join(room)

    def _move(self, room, frame):
        self.positions[room] = {"epoch": frame["epoch"], "offset": frame["offset"]}


class Publishing:
    """Publishes 1, 2, 3, … to a room, each until it is accepted, under ids of its own.

    `accepted` is the number of the last one that the node has accepted.
    """

    def __init__(self, nodes, room, pause=0.005):
        self.nodes, self.room, self.pause = nodes, room, pause
        self.accepted = 0
        self._goal = None
        self._task = asyncio.create_task(self._publish())

    async def finish(self):
        """Stops behind the message that is being published."""
        self._goal = self.accepted + 1
        await self._task

    async def cancel(self):
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _publish(self):
        while self._goal is None or self.accepted < self._goal:
            living = [node for node in self.nodes if not node.has_exited]
            client = None
            try:
                client = await Client.open(random.choice(living).url())
                await client.request("join", room=self.room)
                while self._goal is None or self.accepted < self._goal:
                    number = self.accepted + 1
                    await client.request("publish", room=self.room, data=number,
                                         event_id=f"{self.room}.{number}")
                    self.accepted = number
                    await asyncio.sleep(self.pause)
            except (OSError, Closed, AssertionError, asyncio.TimeoutError):
                await asyncio.sleep(PAUSE)
            finally:
                if client is not None:
                    await client.close()
