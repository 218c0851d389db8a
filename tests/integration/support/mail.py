"""Durable messages while faults happen: at the end each device has what was stored, in order."""

import asyncio
import contextlib

from .client import unique
from .deadline import until
from .durable import Device, send_all

PAUSE = 0.1  # s between messages: an inbox has room for what a fault of a minute holds up


class Mail:
    """Somebody sends to a user with two devices, one of which acknowledges seldom."""

    def __init__(self, nodes):
        self.nodes, self.user = nodes, unique("bob")
        self.sent, self._is_over = 0, False
        self.devices = [Device(nodes, self.user, "phone"),
                        Device(nodes, self.user, "tablet", each=7)]
        self._sending = asyncio.create_task(self._send())

    async def end(self):
        """Stops sending, and gives the devices time to get all."""
        self._is_over = True
        await self._sending
        with contextlib.suppress(AssertionError):  # `findings` says what has not come
            await until(lambda: all(len(x.got) >= self.sent for x in self.devices),
                        "everything arrives")

    async def close(self):
        self._sending.cancel()
        for each in self.devices:
            await each.close()

    def findings(self):
        """What is missing, or wrong."""
        return [f"{x.name} has {len(x.got)} of {self.sent}, last {x.got[-3:]}; {x.complaints[:3]}"
                for x in self.devices if x.complaints or x.got != list(range(self.sent))]

    async def _send(self):
        while not self._is_over:
            await send_all(self.nodes, self.user, [self.sent])
            self.sent += 1
            await asyncio.sleep(PAUSE)


@contextlib.asynccontextmanager
async def mail(nodes):
    """Sends while the block runs, and then waits for the devices."""
    post = Mail(nodes)
    try:
        yield post
        await post.end()
    finally:
        await post.close()
