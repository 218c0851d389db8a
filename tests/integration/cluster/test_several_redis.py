"""Several Redis that know nothing of each other: they share rooms and users, and one that is down
takes no more than its own with it."""

import pytest

from support.client import Client, join, talk as speak, unique
from support.conversation import OPTIONS, Conversation
from support.deadline import until
from support.failovers import channel_of
from support.publishing import is_accepted, is_refused
from support.readiness import all_ready, bus_check, in_trouble
from support.recovering import Recovering
from support.redis_server import AVAILABLE, RedisServer
from support.scene import DURABLE


class Pair:
    """Two servers and two nodes on both."""

    def __init__(self, directory, start):
        self.servers = []
        for name in ("one", "other"):
            (directory / name).mkdir()
            self.servers.append(RedisServer(directory / name, *DURABLE))
        addresses = [word for server in self.servers for word in ("--redis", server.url)]
        # Nodes agree on who has a room, in whatever order they are told of the servers.
        orders = (addresses, addresses[2:] + addresses[:2])
        self.nodes = [start(*order, *OPTIONS) for order in orders]

    def at(self, server, names):
        """Those of the rooms that this server has; somebody must be in all of them."""
        channels = server.channels()
        return [name for name in names if channel_of(name) in channels]

    def close(self):
        for node in self.nodes:
            node.stop()
        for server in self.servers:
            server.kill()


@pytest.fixture
def pair(tmp_path, start_node):
    if not AVAILABLE:
        pytest.skip("redis-server is not installed")
    pair = Pair(tmp_path, start_node)
    yield pair
    pair.close()


async def rooms_of_each(pair, clients, stem="room", count=16):
    """Joins rooms; returns them by server. Each has some, and none is on both."""
    rooms = [unique(stem) for _ in range(count)]
    for room in rooms:
        await join(room, *clients)
    shared = [pair.at(server, rooms) for server in pair.servers]
    assert sorted(sum(shared, [])) == sorted(rooms) and all(shared)
    return shared


async def test_rooms_and_users_are_spread_and_reached(pair, connect):
    await all_ready(pair.nodes)
    clients = [await connect(node) for node in pair.nodes for _ in range(8)]
    for rooms in await rooms_of_each(pair, clients[::8]):
        for room in rooms:
            await speak(room, *clients[::8])
    users = [{c.user for c in clients if f"{{dev:atrium:user:{c.user}}}" in server.channels()}
             for server in pair.servers]
    assert all(users) and set.union(*users) == {c.user for c in clients}
    for client in clients:
        await clients[0].request("send", user=client.user, data="only you")
        await client.expect("message", data="only you")
    await clients[0].request("broadcast", data="all of you")
    for client in clients:
        await client.expect("message", data="all of you")


@pytest.mark.parametrize("outage", ["kill", "stall"])
@pytest.mark.parametrize("which", [0, 1])
async def test_one_that_is_down_takes_only_its_rooms_with_it(pair, connect, which, outage):
    """Readiness names it. In rooms of the other one nobody notices: what is published is
    accepted and heard by all, with a history and without. When it is back, so are its rooms."""
    await all_ready(pair.nodes)
    dead, alive = pair.servers[which], pair.servers[1 - which]
    ann, bob = members = [await connect(node) for node in pair.nodes]
    shared = await rooms_of_each(pair, members, "chat:")
    lost, kept = shared[which], shared[1 - which][:3]
    clients = [Recovering(pair.nodes, kept) for _ in range(4)]
    talk = Conversation(pair.nodes, clients)
    try:
        await talk.begin()
        await talk.goes_on(10)
        connections = [client.connections for client in clients]
        refusals = sum(p.refused for p in talk.publishers)
        getattr(dead, outage)()
        for node in pair.nodes:
            reason = await in_trouble(node, f"127.0.0.1:{dead.port}")
            assert f"127.0.0.1:{alive.port}" not in reason
        for room in lost:
            await until(lambda: is_refused(ann, room), f"a publish to {room} is refused")
        await talk.goes_on(50)
        await talk.catches_up()
        assert sum(p.refused for p in talk.publishers) == refusals
        assert [client.connections for client in clients] == connections
        dead.start() if outage == "kill" else dead.resume()
        await all_ready(pair.nodes)
        for room in lost:
            await until(lambda: is_accepted(ann, room), f"a publish to {room} is accepted")
            await bob.expect("message", room=room)
        await talk.end()
    finally:
        await talk.close()
    assert talk.findings() == [] and talk.told() == set()


async def test_a_node_starts_although_one_is_down(pair, start_node, connect):
    """It says which, and serves the rooms of the other one to whoever the other one knows."""
    await all_ready(pair.nodes)
    first = await connect(pair.nodes[0])
    shared = await rooms_of_each(pair, [first])
    dead, alive = pair.servers
    dead.kill()
    node = start_node("--redis", dead.url, "--redis", alive.url, *OPTIONS)
    await in_trouble(node, f"127.0.0.1:{dead.port}")

    async def is_welcome():
        """Half of all users have their channel on the one that is down."""
        try:
            return await Client.open(node.url(unique("user")))
        except AssertionError:  # closed: to come again later
            return None

    newcomer = await until(is_welcome, "somebody is let in", 60)
    try:
        await join(shared[1][0], newcomer)
        reply = await newcomer.request("publish", room=shared[1][0], data="hello")
        await first.expect("message", event_id=reply["event_id"])
    finally:
        await newcomer.abort()
    dead.start()
    await all_ready([*pair.nodes, node])
    assert bus_check(node) == ""
    node.stop()
