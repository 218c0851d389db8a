"""A Redis Cluster fails over and moves slots while clients talk: nobody misses anything without
being told, and rooms are subscribed to just where their slots are."""

import asyncio
import contextlib

import pytest

from support.client import join, talk as speak, unique
from support.conversation import OPTIONS, conversation
from support.deadline import until
from support.failovers import CLUSTER, channel_of
from support.mail import mail
from support.publishing import is_accepted, is_refused
from support.readiness import all_ready
from support.redis_cluster import RedisCluster
from support.redis_server import AVAILABLE
from support.tables import by_name

READY_WITHIN = 5  # s after the servers name the new master


@pytest.fixture
def start_cluster(tmp_path):
    """Starts one for one test."""
    if not AVAILABLE:
        pytest.skip("redis-server is not installed")
    with contextlib.ExitStack() as stack:
        def start(**settings):
            return stack.enter_context(contextlib.closing(RedisCluster(tmp_path, **settings)))

        yield start


@pytest.fixture
def cluster(start_cluster):
    """One that does not fail over by itself."""
    return start_cluster(node_timeout=15_000)


@pytest.fixture
def nodes(cluster, start_node):
    nodes = [start_node(*cluster.node_options(), *OPTIONS) for _ in range(2)]
    yield nodes
    for node in nodes:  # before their Redis
        node.stop()


async def happens(failover, cluster, nodes):
    """Lets it happen, with half of the clients on the way at its end."""
    await all_ready(nodes)
    async with conversation(nodes, kept=6, passing=0 if failover.late else 2) as talk:
        async with failover.run(cluster, talk):
            await all_ready(nodes, READY_WITHIN)
            await talk.goes_on(10)
        await asyncio.gather(*(client.drop() for client in talk.clients[::2]))
        await all_ready(nodes)
    return talk


@by_name("failover", CLUSTER)
async def test_a_change_costs_nothing_or_is_told(start_cluster, start_node, failover):
    cluster = start_cluster(replicas=1, node_timeout=failover.patience, **failover.settings)
    nodes = [start_node(*cluster.node_options(), *OPTIONS) for _ in range(2)]
    post = None
    async with contextlib.AsyncExitStack() as stack:
        if failover.told == "no":
            post = await stack.enter_async_context(mail(nodes))
        talk = await happens(failover, cluster, nodes)
    assert talk.findings() == []
    if failover.told == "no":
        assert talk.told() == set()
        assert post.findings() == [] and post.sent > 0
    for node in nodes:  # before their Redis
        node.stop()


async def test_a_room_is_subscribed_to_just_while_it_has_members(cluster, nodes, connect):
    """Rooms of all masters: each is seen on the owner of its slot, and nowhere else."""
    ann, bob = [await connect(node) for node in nodes]
    rooms = [unique("room") for _ in range(24)]
    homes = {channel_of(room): cluster.owner_of(cluster.slot_of(channel_of(room)))
             for room in rooms}
    assert len({each.port for each in homes.values()}) == cluster.masters

    def seen():
        return {name: owners for name, owners in cluster.channels().items() if name in homes}

    for room in rooms:
        await join(room, ann, bob)
    assert seen() == {name: [owner] for name, owner in homes.items()}
    for room in rooms:
        await ann.request("leave", room=room)
    assert seen() == {name: [owner] for name, owner in homes.items()}  # bob is there
    for room in rooms[::2]:
        await bob.request("leave", room=room)
    left = {channel_of(room): [homes[channel_of(room)]] for room in rooms[1::2]}
    await until(lambda: seen() == left, "rooms without members are left")
    for room in rooms[1::2]:
        await bob.request("leave", room=room)
    await until(lambda: seen() == {}, "all rooms are left")


async def test_a_room_follows_its_slot(cluster, nodes, connect, room):
    """In a room without a history members are told of a gap; then they hear each other on the new
    owner, and the old one has nothing of the room."""
    ann, bob = [await connect(node) for node in nodes]
    await join(room, ann, bob)
    await speak(room, ann, bob)
    slot = cluster.slot_of(channel_of(room))
    before = cluster.owner_of(slot)
    after = next(x for x in cluster.servers[:cluster.masters] if x is not before)
    cluster.move_slot(slot, after)
    for member in (ann, bob):
        await member.expect("gap", room=room)

    await until(lambda: cluster.channels().get(channel_of(room)) == [after],
                "the room is subscribed to at the new owner alone")
    await speak(room, ann, bob)


async def test_broadcasts_and_users_are_reached_whatever_master_they_are_on(cluster, nodes,
                                                                           connect):
    ann = await connect(nodes[0])
    others = [await connect(node) for node in nodes for _ in range(10)]
    for other in others:
        await ann.request("send", user=other.user, data="only you")
        await other.expect("message", data="only you")
    await ann.request("broadcast", data="all of you")
    for other in others:
        await other.expect("message", data="all of you")


async def test_a_dead_master_takes_its_rooms_with_it_and_no_others(cluster, nodes, connect):
    """It has no replica to take over. Rooms of the other masters go on."""
    await all_ready(nodes)
    ann, bob = [await connect(node) for node in nodes]
    rooms = [unique("room") for _ in range(12)]
    for room in rooms:
        await join(room, ann, bob)
    dead = cluster.owner_of(cluster.slot_of(channel_of(rooms[0])))
    lost = [r for r in rooms if dead.owns(cluster.slot_of(channel_of(r)))]
    dead.kill()
    await until(lambda: is_refused(ann, lost[0]), "a publish to a room of the dead is refused")
    for room in rooms:
        if room not in lost:
            await speak(room, ann, bob)
    dead.start()
    await all_ready(nodes)
    for room in lost:
        await bob.expect("gap", room=room)
        # For two seconds it does not serve yet.
        await until(lambda: is_accepted(ann, room), f"a publish to {room} is accepted")
        await bob.expect("message", room=room)
