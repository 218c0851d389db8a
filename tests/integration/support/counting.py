"""Clients that add to counters which all nodes share (`examples/counter`) while faults happen, and
what must be true of the totals in the end."""

import asyncio
import contextlib
import datetime
import itertools
import random

from .client import Client, Closed
from .deadline import until
from .recovering import FAILURES, LONGEST_PAUSE, OUTAGE_ERRORS, PAUSE

PATIENCE = 4  # s without a reply, after which a client looks for another node
# The room has ended on a node that goes: the request may have been carried out.
UNDECIDED = {*OUTAGE_ERRORS, "room_died"}


class Watched:
    """What one member has heard from when it joined until its connection broke: `totals` has the
    event id, what was added and the total of each message; with `has_gap` some may be missing."""

    def __init__(self):
        self.totals = []
        self.has_gap = False

    def faults(self):
        """What is wrong with that: a total goes back or comes twice, or one is missing."""
        for (_, _, before), (event, added, total) in itertools.pairwise(self.totals):
            if total <= before:
                yield f"{total} behind {before}, by {event}"
            elif total != before + added and not self.has_gap:
                yield f"{total} behind {before} though {event} has added {added}, and no gap"


class Adding:
    """A client that adds to a counter over however many connections it takes. Each addition has an
    event id, under which it is repeated until it is acknowledged.

    `acknowledged` has what was added by event id, `stays` what was heard meanwhile, `complaints`
    what was against the protocol. `repeats` counts requests that were not the first of their id;
    `failure` says what has become of the latest one, if it has to be repeated.
    """

    def __init__(self, nodes, room, name, pause):
        self.nodes, self.room, self.name, self.pause = nodes, room, name, pause
        self.acknowledged = {}
        self.stays = []
        self.complaints = []
        self.connections = self.repeats = 0
        self.failure = None
        self.client = None
        self._replies = itertools.count(1)
        self._is_ending = False
        self._task = asyncio.create_task(self._add_until_the_end())

    def finish(self):
        """Stops when the addition that is under way is acknowledged."""
        self._is_ending = True

    @property
    def is_done(self):
        return self._task.done()

    async def cancel(self):
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _add_until_the_end(self):
        while not self._is_ending:
            event, added, tries = f"{self.name}.{len(self.acknowledged)}", random.randint(1, 9), 0
            while not await self._is_acknowledged(event, added):
                tries += 1
                await asyncio.sleep(min(PAUSE * 2 ** tries, LONGEST_PAUSE) * random.random())
            self.repeats += tries
            self.acknowledged[event] = added
            await asyncio.sleep(self.pause * random.uniform(0.5, 1.5))
        await self._leave()

    async def _is_acknowledged(self, event, added):
        """Tries once. After an error it may be time for another node, or not."""
        try:
            if self.client is None:
                await self._come()
            reply = await self._ask("publish", data={"add": added}, event_id=event)
            if reply["type"] == "published" and reply["event_id"] == event:
                return True
            self.failure = reply
            self._judge(reply)
            if reply["code"] not in OUTAGE_ERRORS or random.random() < 0.5:
                await self._leave()
        except FAILURES as failure:
            self.failure = repr(failure)
            await self._leave()
        except asyncio.CancelledError:
            await self._leave()
            raise
        return False

    async def _come(self):
        living = [node for node in self.nodes() if not node.has_exited]
        url = random.choice(living).url()
        self.client = await asyncio.wait_for(Client.open(url), PATIENCE)
        self.connections += 1
        reply = await self._ask("join")
        if reply["type"] == "error":
            self._judge(reply)
            raise Closed(f"not joined: {reply}")

    async def _leave(self):
        client, self.client = self.client, None
        if client is not None:
            await client.abort()

    async def _ask(self, verb, **fields):
        number = next(self._replies)
        await self.client.post(verb, id=number, room=self.room, **fields)
        return await asyncio.wait_for(self._reply(number), PATIENCE)

    async def _reply(self, number):
        while True:
            frame = await self.client.next_however_late()
            if frame["type"] == "joined":
                self.stays.append(Watched())
            if frame.get("id") == number:
                return frame
            self._note(frame)

    def _note(self, frame):
        kind = frame["type"]
        if kind == "message":
            data = frame["data"]
            self.stays[-1].totals.append((frame["event_id"], data["add"], data["total"]))
        elif kind == "gap":
            if self.stays:
                self.stays[-1].has_gap = True
        elif kind != "closing":
            self._judge(frame)

    def _judge(self, frame):
        if frame["type"] != "error" or "id" not in frame or frame["code"] not in UNDECIDED:
            now = datetime.datetime.now(datetime.timezone.utc)  # as in the logs of nodes
            self.complaints.append(f"{now:%H:%M:%S.%f} {self.name}: {frame}")


async def read(node, rooms):
    """What the counters say at one node, by room: the total and how often somebody has added."""
    client = await Client.open(node.url())
    try:
        return {room: await _read(client, room) for room in rooms}
    finally:
        await client.abort()


async def _read(client, room):
    told = []

    async def is_told():
        reply = await client.ask("publish", room=room, data={"read": True})
        told.append(reply.get("data"))
        return reply["type"] == "answered"

    await until(lambda: client.succeeds("join", room=room), f"{room} is open")
    await until(is_told, f"{room} answers")
    return told[-1]["total"], told[-1]["adds"]


def expected(clients):
    """What the counters must say if each acknowledged addition is there once."""
    result = {}
    for client in clients:
        total, adds = result.get(client.room, (0, 0))
        added = client.acknowledged.values()
        result[client.room] = total + sum(added), adds + len(added)
    return result


def findings(clients):
    """What is against the promises: in what one member has heard, and among all of them."""
    found = [text for client in clients for text in client.complaints]
    events, totals = {}, {}
    for client in clients:
        for stay in client.stays:
            found += [f"{client.name} in {client.room}: {fault}" for fault in stay.faults()]
            for event, _, total in stay.totals:
                if totals.setdefault(event, total) != total:
                    found.append(f"{event} has made {totals[event]} and {total}")
                if events.setdefault((client.room, total), event) != event:
                    found.append(f"{client.room} was {total} by {event} and "
                                 f"by {events[client.room, total]}")
    return found
