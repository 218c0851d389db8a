"""Rooms with one home under faults: nodes are killed, paused, cut off and drained at random while
clients add to counters. In the end each addition that was acknowledged is there, once.

TEST_SECONDS says how long faults go on, TEST_SEED repeats their order."""

import asyncio
import contextlib
import functools
import os
import random
import time

import pytest

from support.client import unique
from support.counting import Adding, Watched, expected, findings, read
from support.deadline import DEADLINE, until
from support.node import example
from support.redis_server import AVAILABLE
from support.scene import Scene, durable_redis
from support.tables import by_name

SECONDS = float(os.environ.get("TEST_SECONDS", 20))
SEED = int(os.environ.get("TEST_SEED", random.randrange(1_000_000)))
COUNTERS, CLIENTS = 50, 100
LEASE = 3
OPTIONS = ["--lease", str(LEASE), "--user-lease", str(LEASE), "--bus-timeout", "2",
           "--drain-window", "500"]
PAUSE = 0.25  # s between two additions of a client
RECOVERY = 20  # s after which all is acknowledged when all nodes are well again


@pytest.fixture
def scene(start_node, tmp_path):
    if not AVAILABLE:
        pytest.skip("redis-server is not installed")
    server = durable_redis(tmp_path)
    start = functools.partial(start_node, program=example("counter"), log_level="info")
    chance = random.Random(SEED)
    with contextlib.closing(Scene(start, server, OPTIONS, chance=chance)) as scene:
        yield scene
        for site in scene.sites:
            site.node.stop()
    server.kill()


async def kill(scene, site):
    site.node.crash()
    await asyncio.sleep(scene.chance.uniform(0, LEASE + 1))
    site.restart()


async def pause(scene, site):
    site.node.freeze()
    try:
        await asyncio.sleep(scene.chance.uniform(LEASE, LEASE + 3))
    finally:
        site.node.thaw()


async def cut_off(scene, site):
    """From Redis, not from clients."""
    site.link.cut()
    try:
        await asyncio.sleep(scene.chance.uniform(0.5, LEASE + 3))
    finally:
        site.link.mend()


async def drain(_, site):
    site.node.interrupt()
    assert await site.node.exit_code() == 0
    site.restart()


FAULTS = [kill, pause, cut_off, drain]


class Faults:
    """Two at a time, on different nodes, so at least one node is well. `happened` has the names."""

    def __init__(self, scene, seconds):
        self.scene, self.happened = scene, []
        self._begin = time.monotonic()
        self._end = self._begin + seconds
        self._free = list(scene.sites)
        self._next = []

    async def run(self):
        await asyncio.gather(self._go_on(), self._go_on())

    async def _go_on(self):
        chance = self.scene.chance
        while time.monotonic() < self._end:
            await asyncio.sleep(chance.uniform(0, 1.5))
            if not self._next:
                self._next = chance.sample(FAULTS, len(FAULTS))
            fault, site = self._next.pop(), chance.choice(self._free)
            self._free.remove(site)
            print(f"{time.monotonic() - self._begin:5.1f} s: {fault.__name__} {site.node.name}")
            await fault(self.scene, site)
            print(f"{time.monotonic() - self._begin:5.1f} s: {site.node.name} is there")
            self.happened.append(fault.__name__)
            self._free.append(site)


async def play(scene):
    """Clients add while faults happen; returns the clients when all they want is acknowledged."""
    rooms = [unique("counter:") for _ in range(COUNTERS)]
    names = [unique("client") for _ in range(CLIENTS)]
    clients = [Adding(lambda: scene.nodes, rooms[number % COUNTERS], name, PAUSE)
               for number, name in enumerate(names)]
    faults = Faults(scene, SECONDS)
    try:
        await until(lambda: all(client.acknowledged for client in clients), "all have added")
        await faults.run()
        await until(scene.is_whole, "all nodes are ready")
        await all_is_acknowledged(clients)
        told = [await read(node, rooms) for node in scene.nodes]
    finally:
        await asyncio.gather(*(client.cancel() for client in clients))
    return clients, faults, told


async def all_is_acknowledged(clients):
    """Stops the clients; names those that are not answered though all is well again."""
    for client in clients:
        client.finish()
    try:
        await until(lambda: all(x.is_done for x in clients), "all is acknowledged", RECOVERY)
    except AssertionError as late:
        waiting = [f"{x.name} in {x.room}: {x.failure}" for x in clients if not x.is_done]
        raise AssertionError("\n".join([f"{late}, TEST_SEED={SEED}", *waiting])) from None


def test_what_was_acknowledged_is_there_once(scene):
    """A hundred clients add to fifty counters of three nodes and repeat what had no answer.
    Whatever becomes of the nodes: the totals are right, all agree, and no total was told twice."""
    print(f"TEST_SEED={SEED}")
    limit = SECONDS + RECOVERY + 4 * DEADLINE
    clients, faults, told = asyncio.run(asyncio.wait_for(play(scene), limit))
    wanted = expected(clients)
    count = sum(adds for _, adds in wanted.values())
    print(f"{count} additions, {sum(x.repeats for x in clients)} repeated, "
          f"{sum(x.connections for x in clients)} connections")
    for node, totals in zip(scene.nodes, told):
        wrong = {room: (totals[room], wanted[room]) for room in wanted
                 if totals[room] != wanted[room]}
        assert wrong == {}, f"{node.name}, TEST_SEED={SEED}"
    found = findings(clients)
    assert found == [], "\n".join([f"TEST_SEED={SEED}", *found])
    assert set(faults.happened) >= {fault.__name__ for fault in FAULTS}
    assert sum(client.repeats for client in clients) > 0
    assert sum(client.connections for client in clients) > CLIENTS


# Additions as one member hears them: the event, what it has added, the total.
HEARD = {
    "all": ([("a", 1, 5), ("b", 2, 7), ("c", 1, 8)], False, True),
    "a hole in a gap": ([("a", 1, 5), ("c", 1, 8)], True, True),
    "a hole": ([("a", 1, 5), ("c", 1, 8)], False, False),
    "one twice": ([("a", 1, 5), ("a", 1, 5)], True, False),
    "back": ([("a", 1, 5), ("b", 2, 4)], True, False),
}


@by_name("case", HEARD)
def test_what_a_member_hears_is_judged(case):
    totals, has_gap, is_right = case
    stay = Watched()
    stay.totals, stay.has_gap = totals, has_gap
    assert (list(stay.faults()) == []) == is_right


class Heard:
    """A client that has heard one total."""

    def __init__(self, event, added, total):
        stay = Watched()
        stay.totals = [(event, added, total)]
        self.name, self.room, self.complaints, self.stays = event, "counter:1", [], [stay]


def test_two_truths_are_found():
    """Two nodes each had the room for theirs: one total by two events, or two by one."""
    assert findings([Heard("a", 1, 5), Heard("b", 1, 5)])
    assert findings([Heard("a", 1, 5), Heard("a", 1, 6)])
    assert findings([Heard("a", 1, 5), Heard("b", 1, 6)]) == []
