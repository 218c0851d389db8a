"""A back end that reads what happens from the stream on Redis, and keeps a table of who is there."""

import asyncio
import contextlib
import json

import redis

PAUSE = 0.05
STREAM = "{dev:atrium}:events"


class Watching:
    """`there` has the rooms of each connection, `occupied` the rooms in which somebody is, `holes`
    the numbers of events that do not follow each other."""

    def __init__(self, server):
        self._server = server
        self._last = "0"
        self.count = self.number = 0
        self.there, self.occupied, self.holes = {}, set(), []
        self._takers = {"connected": self._come, "joined": self._join, "left": self._leave,
                        "disconnected": self._go, "room_occupied": self._occupy,
                        "room_vacated": self._vacate}
        self._task = asyncio.create_task(self._watch())

    async def close(self):
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    def forgive(self):
        """Redis has lost what it had: what is told from now on counts."""
        self.number = None
        self.there.clear()
        self.occupied.clear()
        self.holes.clear()

    async def _watch(self):
        while True:
            # A Redis that is paused answers late: others must not wait for it.
            with contextlib.suppress(redis.RedisError):
                for _, entries in await asyncio.to_thread(self._read):
                    for entry, fields in entries:
                        self._last = entry
                        self._take(json.loads(fields[b"d"]))
            await asyncio.sleep(PAUSE)

    def _read(self):
        return self._server.admin.xread({STREAM: self._last}, count=1000)

    def _take(self, event):
        if self.number is not None and event["n"] != self.number + 1:
            self.holes.append((self.number, event["n"]))
        self.number = event["n"]
        self.count += 1
        self._takers.get(event["type"], self.holes.append)(event)

    def _come(self, event):
        self.there.setdefault(event["connection"], set())

    def _join(self, event):
        self.there.setdefault(event["connection"], set()).add(event["room"])

    def _leave(self, event):
        self.there.get(event["connection"], set()).discard(event["room"])

    def _go(self, event):
        self.there.pop(event["connection"], None)

    def _occupy(self, event):
        self.occupied.add(event["room"])

    def _vacate(self, event):
        self.occupied.discard(event["room"])
