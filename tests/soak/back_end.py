"""What a back end has to do with the nodes of a soak: durable messages, and events."""

import asyncio
import contextlib
import itertools

from support.calling import send_by_api
from support.deadline import until
from support.durable import send_all
from support.mail import EACH, Mail
from support.watching import Watching

# How the nodes tell it; the stream keeps everything, so that whoever reads late misses nothing.
OPTIONS = ["--events", "redis-stream,10000000"]
QUIET = 60  # s after which the last event has come


class BackEnd:
    """Sends durable messages to users, to every other one by the API, and knows from events who is
    there."""

    def __init__(self, scene, users, pause):
        self._scene = scene
        self._has_lost = False
        senders = itertools.islice(itertools.cycle([send_all, send_by_api]), users)
        self.mails = [Mail(scene.sites, send, pause) for send in senders]
        self.watching = Watching(scene.redis)

    @property
    def users(self):
        return {mail.user for mail in self.mails}

    async def drop_some(self):
        """The network of one device of each user fails."""
        await asyncio.gather(*(self._scene.chance.choice(mail.devices).drop()
                               for mail in self.mails))

    async def catches_up(self, seconds):
        await asyncio.gather(*(mail.catches_up(seconds) for mail in self.mails))

    async def end(self, seconds):
        await asyncio.gather(*(mail.end(seconds) for mail in self.mails))

    async def close(self):
        await asyncio.gather(*(mail.close() for mail in self.mails))

    def forgive(self):
        """Redis has lost what was sent, and what was told."""
        self._has_lost = True
        self.watching.forgive()
        for mail in self.mails:
            mail.forgive()

    async def sees(self, clients):
        """Waits until events have told of everybody; of what is lost nobody tells again."""
        if not self._has_lost:
            here = {client.connection for client in clients if client is not None}
            await until(lambda: here <= self.watching.there.keys(), "events tell of all", QUIET)

    async def sees_nobody(self):
        """Everybody has gone; what is against that, or has been against the promises."""
        watching = self.watching
        with contextlib.suppress(AssertionError):
            await until(lambda: not watching.there and not watching.occupied, "all is told", QUIET)
        await watching.close()
        found = []
        if watching.there or watching.occupied:
            found.append(f"by events still there: {list(watching.there.items())[:5]}, occupied: "
                         f"{sorted(watching.occupied)[:5]}")
        return found + self._inboxes_left() + self._leases_left()

    def findings(self):
        found = [text for mail in self.mails for text in mail.findings()]
        return found + [f"events do not follow: {hole}" for hole in self.watching.holes]

    def sum(self):
        devices = [device for mail in self.mails for device in mail.devices]
        return (f"{sum(mail.sent for mail in self.mails)} durable messages kept, "
                f"{sum(len(x.got) for x in devices)} processed by {len(devices)} devices over "
                f"{sum(x.connections for x in devices)} connections, {sum(x.repeats for x in devices)}"
                f" came again; {self.watching.count} events")

    def _inboxes_left(self):
        """Messages that every device has acknowledged are gone; one device waits with a few."""
        most = max(EACH.values())
        kept = {mail.user: self._scene.redis.admin.xlen(f"{{dev:atrium:user:{mail.user}}}:in")
                for mail in self.mails}
        return [f"the inbox of {user} keeps {count}" for user, count in kept.items() if count >= most]

    def _leases_left(self):
        """Each node that lives has a set, in which only its events are listed."""
        admin = self._scene.redis.admin
        left = {key: admin.smembers(key) for key in admin.scan_iter("*:atrium:nodes}:rooms:*")}
        if len(left) <= len(self._scene.nodes) and all(len(x) == 1 for x in left.values()):
            return []
        return [f"rooms under leases: {left}"]
