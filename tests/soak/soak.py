"""Random faults, one after the other, while many clients talk: `./dev soak [MINUTES]`.

Ends with 1 if somebody has missed a message without a word, got one twice or was told of a loss
that there was not, if a device has not got what was sent to it, if events tell otherwise, or if at
the end anything is left that was not there at the beginning.
"""

import argparse
import asyncio
import math
import os
import pathlib
import random
import resource
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

import back_end
from remains import Remains, left_over, settled
from support.conversation import OPTIONS, Conversation, rooms
from support.faults import REPAIRED, TOLD
from support.node import SANITIZER, Node
from support.recovering import Recovering
from support.scene import Scene, durable_redis

KEPT_EACH, PASSING_EACH = 5, 1  # rooms that a client is in
REPAIR = 90  # s that a repair may take
# What may happen at the same time as other faults; not while one has clients of its own or waits
# for a certain link, nor while the history loses something: who was away has not seen what is lost,
# and is told nothing.
COMPANIONS = ["link cut inside a frame", "node cut off for 2 s", "black hole for 2 s",
              "node crashes", "all clients cut off for 2 s"]
ALONE = {"slow subscriber is dropped", "no place for a node that reconnects", *TOLD}
# Freed memory that the sanitizer holds back would hide what the node itself does not give back.
SANITIZING = "quarantine_size_mb=16:malloc_context_size=8"


class Soak:
    def __init__(self, options, directory):
        self.options, self.directory = options, directory
        self.chance = random.Random(options.seed)
        self.nodes = []
        self.findings = []
        self.slowest = 0.0
        self.redis = durable_redis(self._folder("redis"))
        self.scene = Scene(self._start, self.redis, [*OPTIONS, *back_end.OPTIONS],
                           options.longest, self.chance)

    async def run(self):
        await self._until_whole()
        before = await settled(self.scene)
        kept, passing = rooms(self.options.rooms, max(1, self.options.rooms // 5))
        clients = [Recovering(self.scene.sites, self.chance.sample(kept, KEPT_EACH),
                              self.chance.sample(passing, PASSING_EACH))
                   for _ in range(self.options.clients)]
        talk = Conversation(self.scene.sites, clients, self.options.pause, by_api=len(kept) // 5)
        self.back_end = back_end.BackEnd(self.scene, self.options.users, self.options.pause)
        try:
            await talk.begin()
            await talk.goes_on(10, REPAIR)
            busy = Remains(self.scene)
            await self._break_things(talk)
            await talk.presence_is_true(REPAIR)
            await self.back_end.sees(client.client for client in talk.clients)
            await asyncio.gather(talk.end(REPAIR), self.back_end.end(REPAIR))
            busy_at_end = Remains(self.scene)
        finally:
            await talk.close()
            await self.back_end.close()
        self._judge(talk)
        self._sum_up(talk)
        self.findings += await left_over(self.scene, before, busy, busy_at_end,
                                         {*kept, *self.back_end.users})
        self.findings += await self.back_end.sees_nobody()

    async def _break_things(self, talk):
        end = time.monotonic() + 60 * self.options.minutes
        for name, fail in self._deck():
            if time.monotonic() > end or self.findings:
                return
            faults = [fail]
            if name not in ALONE and self.chance.random() < 0.4:
                companion = self.chance.choice(COMPANIONS)
                faults.append(REPAIRED[companion])
                name = f"{name}, with {companion}"
            await self._break(talk, name, faults)
            await self.scene.last(self.chance.uniform(0.5, 3))

    def _deck(self):
        """All faults in random order, again and again."""
        while True:
            deck = sorted({**REPAIRED, **TOLD}.items())
            self.chance.shuffle(deck)
            yield from deck

    async def _break(self, talk, name, faults):
        told = sum(client.told for client in talk.clients)
        began = time.monotonic()
        await asyncio.gather(*(fail(self.scene) for fail in faults))
        mended = time.monotonic()
        absent = self.chance.sample(talk.clients, len(talk.clients) // 10)
        await asyncio.gather(*(client.drop() for client in absent), self.back_end.drop_some())
        await self._until_whole()
        await talk.catches_up(REPAIR, beyond=1)
        if {*TOLD.values()} & {*faults}:
            self.back_end.forgive()
        await self.back_end.catches_up(REPAIR)
        took = time.monotonic() - mended
        self.slowest = max(self.slowest, took)
        told = sum(client.told for client in talk.clients) - told
        say(f"{name}: {mended - began:.1f} s, repaired in {took:.1f} s, told {told}")
        if told and not {*TOLD.values()} & {*faults}:
            self.findings.append(f"{name}: {told} were told of a loss")
        self._judge(talk)

    async def _until_whole(self):
        end = time.monotonic() + REPAIR
        while not self.scene.is_whole():
            gone = [node.name for node in self.scene.nodes if node.has_exited]
            assert not gone, f"ended by themselves: {gone}"
            assert time.monotonic() < end, "the nodes do not get ready"
            await asyncio.sleep(0.1)

    def _judge(self, talk):
        self.findings += talk.findings() + self.back_end.findings()
        for client in talk.clients:
            client.forget_past_stays()

    def _sum_up(self, talk):
        clients, publishers = talk.clients, talk.publishers
        say(f"{sum(p.accepted for p in publishers)} messages accepted, "
            f"{sum(p.refused for p in publishers)} refused meanwhile; "
            f"{sum(c.messages for c in clients)} heard by {len(clients)} clients over "
            f"{sum(c.connections for c in clients)} connections")
        say(f"{sum(c.recovered for c in clients)} joins recovered, "
            f"{sum(c.late for c in clients)} messages repaired (later than a second), "
            f"{sum(c.told for c in clients)} told of a loss")
        say(self.back_end.sum())
        say(f"slowest repair {self.slowest:.1f} s, slowest message "
            f"{max(c.slowest for c in clients) / 1000:.1f} s")

    def _start(self, *options):
        node = Node(self._folder(f"node-{len(self.nodes)}"), *options, log_level="info")
        self.nodes.append(node)
        return node

    def _folder(self, name):
        folder = self.directory / name
        folder.mkdir()
        return folder

    def stop(self):
        """Stops everything, and looks how it ended."""
        for node in self.nodes:
            try:
                node.stop()
            except AssertionError as wrong:
                self.findings.append(str(wrong))
            if node.crashed and SANITIZER.search(node.log):
                self.findings.append(f"{node.name} misbehaved:\n{node.log_tail(200)}")
        self.scene.close()
        self.redis.kill()


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def options_of(words):
    parser = argparse.ArgumentParser(prog="./dev soak", description=__doc__)
    parser.add_argument("minutes", nargs="?", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6),
                        help="repeats an order of faults")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--rooms", type=int, default=50, help="with a history; a fifth without")
    parser.add_argument("--users", type=int, default=10, help="who get durable messages")
    parser.add_argument("--pause", type=float, default=0.5,
                        help="seconds between two messages of a room")
    parser.add_argument("--longest", type=float, default=math.inf,
                        help="seconds that a fault may last: with 5 there are more of them")
    return parser.parse_args(words)


def main():
    options = options_of(sys.argv[1:])
    os.environ.setdefault("ASAN_OPTIONS", SANITIZING)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    directory = pathlib.Path(tempfile.mkdtemp(prefix="atrium-soak-"))
    say(f"seed {options.seed}, {options.minutes:g} minutes, logs in {directory}")
    soak = Soak(options, directory)
    try:
        asyncio.run(soak.run())
    except AssertionError as wrong:
        soak.findings.append(str(wrong))
    finally:
        soak.stop()
    for finding in soak.findings[:50]:
        say(f"WRONG: {finding}")
    if soak.findings:
        say(f"{len(soak.findings)} findings; repeat with --seed {options.seed}")
        return 1
    shutil.rmtree(directory)
    say("nothing is missing, and nothing is left")
    return 0


if __name__ == "__main__":
    sys.exit(main())
