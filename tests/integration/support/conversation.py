"""Rooms in which somebody counts, and clients that come back by the protocol, while faults happen:
at the end everybody has everything that was accepted, once and in order, or was told."""

import asyncio
import contextlib

from .calling import Calling
from .client import Client, unique
from .deadline import DEADLINE, until
from .publishing import Passing, Publishing
from .recovering import LOST, Recovering, holes_in

# What the nodes of a conversation are started with; the names of rooms follow from it.
OPTIONS = ["--bus-timeout", "2", "--user-lease", "3", "--lease", "3",
           "--history", "chat:*=1000,1h",
           "--history-page", "50", "--presence", "*", "--presence-grace", "1"]


def rooms(kept, passing):
    """Names of rooms: so many with a history, and so many without."""
    return [unique("chat:") for _ in range(kept)], [unique("passing") for _ in range(passing)]


class Conversation:
    """`clients` follow rooms already; each room gets a publisher, with a `pause` (s) between
    messages. In so many rooms with a history that is a back end, by the API."""

    def __init__(self, nodes, clients, pause=0.005, by_api=0):
        self.nodes, self.clients, self.pause, self.by_api = nodes, clients, pause, by_api
        self.publishers = []

    async def begin(self):
        await until(lambda: all(client.is_in_all() for client in self.clients), "everybody is in")
        kept = sorted({r for c in self.clients for r in c.heard})
        called = kept[:self.by_api]
        self.kept = {room: Publishing(self.nodes, room, self.pause) for room in kept[self.by_api:]}
        if called:
            self.kept |= dict.fromkeys(called, Calling(self.nodes, called, self.pause))
        self.passing = {room: Passing(self.nodes, room, self.pause)
                        for room in sorted({r for c in self.clients for r in c.stays})}
        self.publishers = list(dict.fromkeys([*self.kept.values(), *self.passing.values()]))

    async def goes_on(self, count, seconds=DEADLINE):
        """Waits until each publisher has published so many more."""
        goals = [(p, p.accepted + count) for p in self.publishers]
        await until(lambda: all(p.accepted >= goal for p, goal in goals),
                    "the conversation goes on", seconds)

    async def catches_up(self, seconds=DEADLINE, beyond=0):
        """Waits until everybody has what was accepted until now, and so many messages more."""
        goals = {room: p.accepted + beyond
                 for room, p in {**self.kept, **self.passing}.items()}
        try:
            await until(lambda: not any(self._behind(goals)), "everybody catches up", seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}: {list(self._behind(goals))[:20]}") from None

    async def end(self, seconds=DEADLINE):
        """Stops the publishers and waits until everybody has the last message."""
        await asyncio.gather(*(p.finish() for p in self.publishers))
        await self.catches_up(seconds)

    async def presence_is_true(self, seconds=DEADLINE):
        """Waits until every node tells of every room just who is in it."""
        async with contextlib.AsyncExitStack() as stack:
            for node in self.nodes:
                asking = await Client.open(node.url())
                stack.push_async_callback(asking.close)
                for room in (*self.kept, *self.passing):
                    await self._presence_is_true(asking, room, seconds)

    async def _presence_is_true(self, asking, room, seconds):
        told = here = None

        async def is_true():
            nonlocal told, here
            reply = await asking.ask("presence", room=room, limit=1000)
            told = {user["user"] for user in reply.get("users", [])}
            here = {each.client.user for each in (*self.publishers, *self.clients)
                    if each.client is not None and each.is_in(room)}
            return told == here and reply["present"] == len(here)

        try:
            await until(is_true, f"it is known who is in {room}", seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}: missing {here - told}, too many {told - here}") from None

    async def close(self):
        await asyncio.gather(*(p.cancel() for p in self.publishers),
                             *(c.close() for c in self.clients))

    def findings(self):
        """What is against the promises of the protocol."""
        found = [text for each in (*self.publishers, *self.clients) for text in each.complaints]
        for number, client in enumerate(self.clients):
            for room, heard in client.heard.items():
                found += [f"client {number} in {room}: {hole}" for hole in holes_in(heard)]
            for room, stays in client.stays.items():
                answers = self.passing[room].answers
                found += [f"client {number} in {room}: {fault}"
                          for stay in stays for fault in stay.faults(answers)]
        return found

    def told(self):
        """The clients that were told of a loss, with the room."""
        return {(number, room) for number, client in enumerate(self.clients)
                for room, heard in client.heard.items() if LOST in heard}

    def _behind(self, goals):
        return (f"client {number} in {room} has {client.newest.get(room)} of {goals[room]}"
                for number, client in enumerate(self.clients)
                for room in (*client.heard, *client.stays) if not client.has(room, goals[room]))


@contextlib.asynccontextmanager
async def conversation(nodes, kept=5, passing=2, clients=6):
    """A conversation of some clients, each in all rooms, from its middle to its end."""
    here = rooms(kept, passing)
    talk = Conversation(nodes, [Recovering(nodes, *here) for _ in range(clients)])
    try:
        await talk.begin()
        await talk.goes_on(10)
        yield talk
        await talk.catches_up(beyond=10)
        await talk.presence_is_true()
        await talk.end()
    finally:
        await talk.close()
