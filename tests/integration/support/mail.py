"""Durable messages while faults happen: at the end each device has what was stored, in order."""

import asyncio
import contextlib
import random

from .client import unique
from .deadline import DEADLINE, until
from .durable import Device, send_all

PAUSE = 0.1  # s between messages: an inbox has room for what a fault of a minute holds up
BURST = 3  # messages at once, at most
EACH = {"phone": 1, "tablet": 7}  # the devices, and how many messages they acknowledge at once


class Mail:
    """Somebody sends to a user with two devices, one of which acknowledges seldom. `send` gets
    nodes, the user and numbers, and returns when they are kept."""

    def __init__(self, nodes, send=send_all, pause=PAUSE):
        self.nodes, self.user, self.pause = nodes, unique("bob"), pause
        self.sent = self.goal = self.excused = 0
        self._send, self._is_over = send, False
        self.devices = [Device(nodes, self.user, name, each) for name, each in EACH.items()]
        self._sending = asyncio.create_task(self._go_on())

    async def catches_up(self, seconds=DEADLINE):
        """Gives the devices time to get what was sent until now."""
        self.goal = self.sent
        with contextlib.suppress(AssertionError):  # `findings` says what has not come
            await until(lambda: all(x.newest >= self.goal - 1 for x in self.devices),
                        "everything arrives", seconds)

    async def end(self, seconds=DEADLINE):
        """Stops sending, and gives the devices time to get all."""
        self._is_over = True
        await self._sending
        await self.catches_up(seconds)

    async def close(self):
        self._sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._sending
        for each in self.devices:
            await each.close()

    def forgive(self):
        """The bus has lost what it had: of what was sent until now anything may be missing, and
        what a device has acknowledged may come again, behind newer messages."""
        self.excused = self.sent + BURST
        for each in self.devices:
            each.complaints.clear()

    def findings(self):
        """What is missing of the messages that were waited for, or wrong."""
        return [f"{x.user} on {x.name} has {len(x.got)} of {self.goal}, last {x.got[-3:]}, missing "
                f"{sorted(missing)[:5]}; {x.complaints[:3]}"
                for x in self.devices
                if (missing := {*range(self.excused, self.goal)} - {*x.got}) or x.complaints
                or x.got != sorted(x.got)]

    async def _go_on(self):
        # A device that comes later does not get what all others have acknowledged.
        await until(lambda: all(x.connections > 0 for x in self.devices), "both devices are there")
        while not self._is_over:
            count = random.randint(1, BURST)
            await self._send(self.nodes, self.user, range(self.sent, self.sent + count))
            self.sent += count
            await asyncio.sleep(self.pause)


@contextlib.asynccontextmanager
async def mail(nodes):
    """Sends while the block runs, and then waits for the devices."""
    post = Mail(nodes)
    try:
        yield post
        await post.end()
    finally:
        await post.close()
