"""A device, as a good client author would write it, and a sender that repeats until it is kept."""

import asyncio
import contextlib
import random

from .client import Client
from .recovering import FAILURES, LONGEST_PAUSE, OUTAGE_ERRORS, PAUSE


def place(frame):
    """The `inbox_id` of a message as something that can be compared."""
    return tuple(int(part) for part in frame["inbox_id"].split("-"))


def living(nodes):
    return random.choice([node for node in nodes if not node.has_exited] or nodes)


class Device:
    """Follows its user's inbox over however many connections it takes, on whatever node.

    It processes messages in order and then acknowledges them, every `each` of them. `got` has the
    data of each message that it has processed; one that came again counts in `repeats`.
    `complaints` says what was against the protocol.
    """

    def __init__(self, nodes, user, name="phone", each=1):
        self.nodes, self.user, self.name, self.each = nodes, user, name, each
        self.got, self.complaints = [], []
        self.connections = self.repeats = 0
        self.client = None
        self._known = set()  # event ids
        self._task = asyncio.create_task(self._follow())

    async def close(self):
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    @property
    def newest(self):
        """The data of the last message; -1: there was none."""
        return self.got[-1] if self.got else -1

    async def drop(self):
        """The network fails."""
        if self.client is not None:
            await self.client.abort()

    async def _follow(self):
        pause = PAUSE
        while True:
            try:
                url = living(self.nodes).url(self.user, device=self.name)
                self.client = await Client.open(url)
                self.connections += 1
                pause = PAUSE
                await self._stay()
            except FAILURES:
                pass
            except AssertionError as late:
                self.complaints.append(f"{late}")
            finally:
                if self.client is not None:
                    await self.client.abort()
            await asyncio.sleep(pause * random.uniform(0.5, 1))
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _stay(self):
        last, unacknowledged = (0, 0), 0
        while True:
            frame = await self.client.next_however_late()
            if frame["type"] == "error" and frame["code"] not in OUTAGE_ERRORS:
                self.complaints.append(f"{frame}")
            if "inbox_id" not in frame:
                continue
            if place(frame) <= last:
                self.complaints.append(f"not after {last}: {frame}")
            last = place(frame)
            self._process(frame)
            unacknowledged += 1
            if unacknowledged >= self.each:
                await self.client.post("ack", inbox_id=frame["inbox_id"])
                unacknowledged = 0

    def _process(self, frame):
        if frame["event_id"] in self._known:
            self.repeats += 1
            return
        self._known.add(frame["event_id"])
        self.got.append(frame["data"])


async def send_all(nodes, user, numbers):
    """Sends each number as a durable message, again and again until the node says it is kept."""
    client = None
    try:
        for number in numbers:
            client = await _send(nodes, client, user, number)
    finally:
        if client is not None:
            await client.abort()


async def _send(nodes, client, user, number):
    while True:
        try:
            client = client or await Client.open(living(nodes).url())
            reply = await client.ask("send", user=user, data=number, durable=True,
                                     event_id=f"{user}.{number}")
            if reply["type"] == "sent":
                return client
            assert reply["code"] in OUTAGE_ERRORS, f"{reply}"
        except FAILURES:
            if client is not None:
                await client.abort()
            client = None
        await asyncio.sleep(PAUSE)
