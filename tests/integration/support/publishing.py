"""Publishers that keep on: in a room with a history until each message is accepted."""

import asyncio
import contextlib
import itertools
import random
import time

from .client import Client, Closed
from .recovering import FAILURES, LONGEST_PAUSE, OUTAGE_ERRORS, PAUSE

SESSIONS = itertools.count(1)


async def is_refused(client, room):
    """Publishes once; whether an outage is the answer."""
    reply = await client.ask("publish", room=room, data=1)
    assert reply["type"] == "published" or reply["code"] in OUTAGE_ERRORS, f"{reply}"
    return reply["type"] == "error"


async def is_accepted(client, room):
    return not await is_refused(client, room)


class Talking:
    """Publishes to a room over however many connections it takes.

    `accepted` is the number of the last message that the node has accepted. `refused` counts the
    errors for an outage, `complaints` are all others.
    """

    def __init__(self, nodes, room, pause=0.005):
        self.nodes, self.room, self.pause = nodes, room, pause
        self.accepted = self.refused = 0
        self.complaints = []
        self.client = None
        self._goal = None
        self._task = asyncio.create_task(self._talk())

    def is_in(self, room):
        return room == self.room

    async def finish(self):
        """Stops behind a message that is accepted."""
        self._goal = self.accepted + 1
        await self._task

    async def cancel(self):
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    def _goes_on(self):
        return self._goal is None or self.accepted < self._goal

    async def _talk(self):
        pause = PAUSE
        while self._goes_on():
            living = [node for node in self.nodes if not node.has_exited]
            try:
                self.client = await Client.open(random.choice(living or self.nodes).url())
                await self._join(self.client)
                pause = PAUSE
                await self._publish_on(self.client)
            except FAILURES:
                await asyncio.sleep(pause * random.uniform(0.5, 1))
                pause = min(2 * pause, LONGEST_PAUSE)
            except AssertionError as late:
                self.complaints.append(f"{late}")
            finally:
                if self.client is not None:
                    await self.client.abort()

    async def _join(self, client):
        while not await self._succeeds(client, "join"):
            await asyncio.sleep(PAUSE)

    async def _publish_on(self, client):
        session = next(SESSIONS)
        while self._goes_on():
            await self._publish(client, session)
            await asyncio.sleep(self.pause)

    async def _succeeds(self, client, verb, **fields):
        reply = await client.ask(verb, room=self.room, **fields)
        client.inbox.clear()
        if reply["type"] != "error":
            return True
        self.refused += 1
        if reply["code"] not in OUTAGE_ERRORS:
            self.complaints.append(f"{reply}")
        return False


class Publishing(Talking):
    """Publishes 1, 2, 3, … to a room, each until it is accepted, under ids of its own."""

    async def _publish(self, client, _):
        number = self.accepted + 1
        if await self._succeeds(client, "publish", data=number, echo=False,
                                event_id=f"{self.room}.{number}"):
            self.accepted = number


class Passing(Talking):
    """Publishes each number once, whatever becomes of it; `answers` has the times (ms) of those
    that were accepted."""

    def __init__(self, *arguments, **settings):
        self.sent = 0
        self.answers = {}
        super().__init__(*arguments, **settings)

    async def _publish(self, client, session):
        self.sent += 1
        number, asked = self.sent, time.time() * 1000
        if await self._succeeds(client, "publish", data=[session, number], echo=False):
            self.answers[number] = asked, time.time() * 1000
            self.accepted = number
