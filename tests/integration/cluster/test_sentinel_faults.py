"""Sentinels promote another master while clients talk: what has reached it is lost for nobody, and
whoever misses anything is told."""

import asyncio
import contextlib

import pytest

from support.conversation import OPTIONS, conversation
from support.failovers import SENTINEL
from support.mail import mail
from support.metrics import Scrape
from support.readiness import all_ready
from support.redis_server import AVAILABLE
from support.sentinel import Sentinels
from support.tables import by_name

READY_WITHIN = 5  # s after all Sentinels name the new master


@pytest.fixture
def start_sentinels(tmp_path):
    """Starts them for one test."""
    if not AVAILABLE:
        pytest.skip("redis-server is not installed")
    with contextlib.ExitStack() as stack:
        def start(**settings):
            servers = Sentinels(tmp_path, **settings)
            stack.callback(servers.kill)
            return servers

        yield start


async def happens(failover, servers, nodes):
    """Lets Redis fail over, with half of the clients on the way at its end."""
    await all_ready(nodes)
    async with conversation(nodes) as talk:
        async with failover.run(servers, talk):
            await all_ready(nodes, READY_WITHIN)
            await talk.goes_on(10)
        await asyncio.gather(*(client.drop() for client in talk.clients[::2]))
        await all_ready(nodes)
    return talk


@by_name("failover", SENTINEL)
async def test_a_failover_costs_nothing_or_is_told(start_sentinels, start_node, failover):
    sentinels = start_sentinels(down_after=failover.patience)
    nodes = [start_node(*sentinels.node_options(), *OPTIONS) for _ in range(2)]
    post = None
    async with contextlib.AsyncExitStack() as stack:
        if failover.told == "no":
            post = await stack.enter_async_context(mail(nodes))
        talk = await happens(failover, sentinels, nodes)
    assert talk.findings() == []
    everybody = {(number, room) for number, client in enumerate(talk.clients)
                 for room in client.heard}
    if failover.told == "yes":
        assert talk.told() == everybody
    if failover.told == "no":
        assert talk.told() == set()
        assert post.findings() == [] and post.sent > 0
    for node in nodes:  # before their Redis
        node.stop()


async def test_a_node_that_starts_later_finds_the_master_of_now(
        start_sentinels, start_node, connect, room):
    """The first Sentinel in its list is dead, and so is the master that was."""
    sentinels = start_sentinels()
    former = sentinels.master
    former.kill()
    await sentinels.has_left(former)
    sentinels.sentinels[0].kill()
    node = start_node(*sentinels.node_options())
    await all_ready([node])
    ann = await connect(node)
    await ann.request("join", room=room)
    await ann.request("publish", room=room, data=1)
    await ann.expect("message", data=1)
    assert Scrape(node)("atrium_bus_connected") == 1
    node.stop()
