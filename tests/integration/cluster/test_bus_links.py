"""The links to Redis when what is at the other end is not what it seems: dead, demoted, forbidden,
or behind a name that is not resolved."""

import asyncio
import time

import pytest

from support.client import join, unique
from support.deadline import until, wait_until
from support.metrics import Scrape
from support.name_server import unreachable_name_server
from support.readiness import bus_check, is_ready

OUTAGE_ERRORS = {"bus_unavailable", "timeout"}
BUS_TIMEOUT = 2


MESSAGES = 1000
PADDING = "x" * 500


async def talk_fast(client, room, count):
    """Publishes numbered messages without waiting for the answers."""
    for number in range(count):
        await client.post("publish", room=room, data={"number": number, "padding": PADDING})


@pytest.mark.parametrize("outage", ["kill", "stall"])
async def test_nobody_is_told_that_a_dead_bus_carries(redis, start_node, connect, room, outage):
    """Redis dies. Its room and its user are known to the node, and a link may still look well.
    A join is refused in time and a newcomer put off, as in a room or for a user that is new;
    when Redis is back, both succeed."""
    node = start_node("--redis", redis.url, "--bus-timeout", str(BUS_TIMEOUT))
    ann, bob = await connect(node, unique("ann")), await connect(node)
    await join(room, ann)
    getattr(redis, outage)()
    newcomer = await connect.raw(node, ann.user)
    error = await bob.refusal("join", room=room)
    assert error["code"] == "bus_unavailable"
    assert await newcomer.close_code() == 1013
    redis.start() if outage == "kill" else redis.resume()

    async def is_joined():
        reply = await bob.ask("join", room=room)
        assert reply["type"] == "joined" or reply["code"] in OUTAGE_ERRORS
        return reply["type"] == "joined"

    await until(is_joined, "the room can be joined")
    await connect(node, ann.user)


async def until_refused(client, room):
    """Publishes until the node refuses it, as it does while the bus is away."""
    async def refused():
        answer = await client.ask("publish", room=room, data=1)
        assert answer["type"] == "published" or answer["code"] in OUTAGE_ERRORS, answer
        return answer["type"] == "error"
    await until(refused, "a publish is refused")


async def test_a_demoted_master_is_left(redis, start_node, connect, room):
    """The master becomes a replica and goes on answering PUBLISH with success.
    Both nodes leave it and say why; when it is the master again, members are told of a gap."""
    nodes = [start_node("--redis", redis.url, "--bus-timeout", str(BUS_TIMEOUT),
                        "--user-connections", "5") for _ in range(2)]
    ann, bob = [await connect(node) for node in nodes]
    await join(room, ann, bob)
    for node in nodes:
        await until(lambda: is_ready(node), "the node is ready")
        assert Scrape(node).by("atrium_bus_link_up", "link") == {
            "cmd": 1, "sub": 1}
    redis.admin.replicaof("127.0.0.1", "1")
    for node in nodes:
        await until(lambda: "no master" in bus_check(node), "the node says why it is not ready")
        await until(lambda: Scrape(node).by("atrium_bus_link_up", "link") == {}, "all links are left")
        assert Scrape(node)("atrium_bus_connected") == 0
    # Each client of Redis finds out by itself, within a second.
    await until_refused(ann, room)
    redis.admin.replicaof("NO", "ONE")
    for member in (ann, bob):
        await member.expect("gap", room=room)
    for node in nodes:
        await until(lambda: is_ready(node), "the node is ready again")
    await until(lambda: Scrape(nodes[0])("atrium_bus_connected") == 1, "all links are up")
    await ann.request("publish", room=room, data=2)
    await bob.expect("message", data=2)


async def test_a_master_demoted_behind_a_link_is_left(redis, start_node, connect, room):
    """The link that publishes breaks, and finds no master any more when it is back. The one that
    listens is whole and hears of nothing; it leaves the server all the same."""
    node = start_node("--redis", redis.url, "--bus-timeout", str(BUS_TIMEOUT))
    ann = await connect(node)
    await join(room, ann)
    listening = {x["id"] for x in redis.admin.client_list() if x["name"].endswith("sub")}
    with redis.admin.pipeline(transaction=True) as at_once:
        at_once.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        at_once.execute_command("REPLICAOF", "127.0.0.1", "1")
        at_once.execute()
    # Every one of them: each lane has its own, and finds out by itself.
    await until(lambda: not listening & {x["id"] for x in redis.admin.client_list()},
                "all links are left")
    redis.admin.replicaof("NO", "ONE")
    await ann.expect("gap", room=room)
    await until(lambda: is_ready(node), "the node is ready again")


async def test_a_lane_has_two_connections_to_redis(redis, start_node, connect):
    """A node has two, and two for each lane and for the internal listener: one for commands,
    which all share who live there, and one that is subscribed. All of them have the name of
    the node."""
    nodes = [start_node("--redis", redis.url, "--user-connections", "5", "--lanes", "2")
             for _ in range(2)]
    for node in nodes:
        await connect(node)
        await until(lambda: is_ready(node), "the node is ready")
        await until(lambda: Scrape(node)("atrium_node_registry_events_total", event="announced") > 0,
                    "the node is announced")
    names = [x["name"] for x in redis.admin.client_list() if x["name"].startswith("atrium-")]
    assert len(names) == len(set(names)) == 16
    links = ["cmd", "internal-cmd", "internal-sub", "lane-0-cmd", "lane-0-sub", "lane-1-cmd",
             "lane-1-sub", "sub"]
    assert sorted(x.rpartition(".")[2] for x in names) == sorted(2 * links)
    assert len({x.rpartition(".")[0] for x in names}) == 2


async def test_commands_do_not_starve_each_other(redis, start_node, connect, room):
    """Members publish as fast as they can, over the link that newcomers are counted by.
    A newcomer is decided about by Redis all the same, and the order of messages holds."""
    node = start_node("--redis", redis.url, "--user-connections", "5",
                      "--messages-per-second", "0", "--bytes-per-second", "0")
    ann, bob = await connect(node), await connect(node)
    await join(room, ann, bob)
    flood = asyncio.create_task(talk_fast(ann, room, MESSAGES))
    for _ in range(20):
        await connect(node)
    await flood
    heard = [message["data"]["number"] for message in await bob.collect(MESSAGES)]
    assert heard == list(range(MESSAGES))
    assert Scrape(node)("atrium_user_limits_events_total", event="failed_open") == 0
    assert Scrape(node)("atrium_user_limits_shared") == 1


async def test_while_publishes_are_stalled_the_limit_falls_open(redis, start_node, connect, room):
    """Redis answers nothing that writes, and both the publish and the newcomer are such.
    The newcomer is decided about by the node itself, and the metrics say so."""
    node = start_node("--redis", redis.url, "--user-connections", "5",
                      "--bus-timeout", str(BUS_TIMEOUT))
    ann = await connect(node)
    await join(room, ann)
    await until(lambda: Scrape(node)("atrium_user_limits_shared") == 1, "Redis counts")
    redis.admin.client_pause(60_000, all=False)
    stalled = asyncio.create_task(ann.ask("publish", room=room, data=1))
    newcomer = await connect.raw(node, ann.user)

    def failed_open():
        return Scrape(node)("atrium_user_limits_events_total", event="failed_open")

    await until(lambda: failed_open() > 0, "the node decides by itself")
    redis.admin.client_unpause()
    assert (await stalled)["type"] in ("error", "published")
    await newcomer.close()


async def test_channels_that_redis_forbids_are_known(redis, start_node, connect):
    """An operator has forgotten the channels of users.
    Newcomers are sent away at once, the log names the refusal once, the node is not ready and
    says what is missing; when it is granted, all goes on by itself."""
    allowed = [f"&{{dev:atrium:{kind}" for kind in ("room:*", "node:*", "probe:*", "nodes}*", "all}")]
    redis.admin.execute_command("ACL", "SETUSER", "forgotten", "on", ">pw", "~*", "+@all", *allowed)
    node = start_node("--redis", f"redis://forgotten:pw@127.0.0.1:{redis.port}",
                      "--bus-timeout", "60")
    await until(lambda: bus_check(node).startswith("users: NOPERM"), "the node is not ready")
    for _ in range(3):
        newcomer = await connect.raw(node)
        assert await newcomer.close_code() == 1013
    refusals = [line for line in node.log.splitlines() if "user_refused" in line]
    assert [line.split()[1] for line in refusals].count("error") == 1
    redis.admin.execute_command("ACL", "SETUSER", "forgotten", "allchannels")
    await until(lambda: is_ready(node), "the node is ready")
    await connect(node)


class FarAway:
    """A Redis behind a network that takes a while, in both directions."""

    DELAY = 0.006

    def __init__(self, redis):
        self._redis = redis
        self._tasks = []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        there = await asyncio.open_connection("127.0.0.1", self._redis.port)
        for source, sink in ((reader, there[1]), (there[0], writer)):
            self._tasks.append(asyncio.create_task(self._carry(source, sink)))

    async def _carry(self, source, sink):
        loop = asyncio.get_running_loop()
        while data := await source.read(65536):
            loop.call_later(self.DELAY, sink.write, data)
        loop.call_later(self.DELAY, sink.close)


async def come_and_go(client, end):
    """Joins and leaves rooms that nobody else is in; the bus may be away for a while."""
    while time.monotonic() < end:
        passing = unique("passing")
        await client.ask("join", room=passing)
        await client.ask("leave", room=passing)


async def test_a_gap_is_not_told_too_long(redis, start_node, connect, room):
    """People come and go all the time and Redis is some way off, so that the link is never idle.
    When it breaks, the gap still begins no more than a few seconds before."""
    async with FarAway(redis) as far:
        node = start_node("--redis", far.url, "--bus-timeout", str(BUS_TIMEOUT))
        ann = await connect(node)
        await join(room, ann)
        people = [await connect(node) for _ in range(8)]
        began = time.monotonic()
        crowd = [asyncio.create_task(come_and_go(one, began + 10)) for one in people]
        await until(lambda: time.monotonic() > began + 9, "people have come and gone for a while")
        broken = time.time() * 1000
        redis.disconnect("pubsub")
        gap = await ann.expect("gap", room=room)
        await asyncio.gather(*crowd)
        # What was sent may have waited, clocks may differ, and the link is asked every second.
        assert broken - (BUS_TIMEOUT + 2 + 2) * 1000 <= gap["from_ts"] <= broken
        assert broken <= gap["to_ts"] <= time.time() * 1000 + 2000
        node.interrupt()
        await node.exit_code()


def test_a_stop_does_not_wait_for_a_name(start_node, tmp_path):
    """No name server answers when the node is told to stop.
    It does so within its grace time all the same."""
    node = start_node("--redis", "redis://redis.example:6379", "--grace", "2",
                      **unreachable_name_server(tmp_path))
    wait_until(lambda: "not resolved in time" in node.log, "the name is missed")
    node.interrupt()
    assert node.wait_exit_code(10) == 0
