"""The faults of Redis and of what connects it, its nodes and their clients: the tests of one table
(tests/soak/README.md), each with three nodes in the middle of a conversation."""

import asyncio
import contextlib

import pytest

from support.conversation import OPTIONS, conversation
from support.deadline import until
from support.failovers import CLUSTER, SENTINEL
from support.faults import REPAIRED, TOLD
from support.mail import mail
from support.node import ROOT
from support.recovering import LOST, holes_in
from support.redis_server import AVAILABLE
from support.scene import Scene, durable_redis
from support.stay import Stay
from support.tables import by_name

LONGEST = 5  # s of a fault; the soak has them in full length


@pytest.fixture
def scene(start_node, tmp_path):
    if not AVAILABLE:
        pytest.skip("redis-server is not installed")
    server = durable_redis(tmp_path)
    with contextlib.closing(Scene(start_node, server, OPTIONS, LONGEST)) as scene:
        yield scene
        for site in scene.sites:
            site.node.stop()
    server.kill()


async def happens(scene, fail):
    """Lets a fault happen, with half of the clients on the way at its end."""
    async with conversation(scene.sites) as talk:
        await fail(scene)
        await asyncio.gather(*(client.drop() for client in talk.clients[::2]))
        await until(scene.is_whole, "all nodes are ready")
    return talk


@by_name("fail", REPAIRED)
async def test_a_fault_that_loses_nothing_is_not_noticed(scene, fail):
    async with mail(scene.sites) as post:
        talk = await happens(scene, fail)
    assert talk.findings() == []
    assert talk.told() == set()
    assert post.findings() == [] and post.sent > 0


@by_name("fail", TOLD)
async def test_a_loss_is_told_to_everybody(scene, fail):
    talk = await happens(scene, fail)
    assert talk.findings() == []
    assert talk.told() == {(number, room) for number, client in enumerate(talk.clients)
                           for room in client.heard}


def test_the_table_has_each_fault():
    """The tables in the README of the soak, which uses the same faults."""
    rows = [[cell.strip(" `") for cell in line.split("|")[1:-1]]
            for line in (ROOT / "tests" / "soak" / "README.md").read_text().splitlines()
            if line.endswith((" no |", " yes |", " if it was lost |"))]
    assert {name: told for name, _, told in rows} == {
        **dict.fromkeys(REPAIRED, "no"), **dict.fromkeys(TOLD, "yes"),
        **{name: x.told for name, x in (SENTINEL | CLUSTER).items()}}


HEARD = {
    "a hole": [1, 2, 4], "the first missing": [2, 3], "one twice": [1, 1], "back": [1, 2, 1],
    "one of before the loss": [1, 2, 3, LOST, 2],
}


@by_name("heard", HEARD)
def test_what_is_wrong_in_a_room_with_history_is_found(heard):
    assert holes_in(heard)


def test_what_is_right_in_a_room_with_history_is_accepted():
    assert holes_in([1, 2, LOST, 4, 5, LOST, LOST, 5, 6]) == []


# Numbers with the times at which they were asked for and answered.
ACCEPTED = {number: (10 * number, 10 * number + 5) for number in range(1, 10)}
STAYS = {
    "all": ([3, 4, 5], [], True), "a late start": ([5, 6], [], False),
    "a hole": ([3, 5], [], False), "a hole in a gap": ([3, 5], [(38, 42)], True),
    "a hole beside a gap": ([3, 5], [(50, 60)], False), "one twice": ([3, 3], [], False),
    "back": ([3, 5, 4], [], False), "one that was refused": ([3, 4, 5, 99], [], True),
}


@by_name("case", STAYS)
def test_a_room_without_history_is_judged(case):
    numbers, gaps, is_right = case
    stay = Stay(since=25)
    stay.heard, stay.gaps = [(1, number) for number in numbers], gaps
    assert (stay.faults(ACCEPTED) == []) == is_right
