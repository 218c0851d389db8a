"""What a back end does by the API of one node to connections and rooms of several."""

import asyncio
import json
from itertools import cycle

import pytest

from support.api import Backend
from support.client import join, talk, unique
from support.deadline import until
from support.tables import by_name

NODES = by_name("asked", {"first": 0, "second": 1})


@pytest.fixture(scope="module")
def nodes(start_shared_node, shared_redis):
    return [start_shared_node("--redis", shared_redis.url) for _ in range(2)]


@pytest.fixture
def backends(nodes):
    result = [Backend(node) for node in nodes]
    yield result
    for one in result:
        one.close()


async def one_on_each(nodes, connect, user):
    return [await connect(node, user) for node in nodes]


def told_of(client, room):
    """What the client has heard of its membership, and that nothing of it is an answer."""
    frames = [frame for frame in client.inbox if frame["type"] in ("joined", "left")]
    assert all(frame["room"] == room and "id" not in frame for frame in frames)
    return [frame["type"] for frame in frames]


@NODES
async def test_all_connections_of_a_user_come_and_go(nodes, backends, connect, room, asked):
    """On both nodes, whichever is asked; nobody else does."""
    ann, bob = unique("ann"), unique("bob")
    theirs = await one_on_each(nodes, connect, ann)
    others = await one_on_each(nodes, connect, bob)
    await join(room, *others)
    backends[asked]("subscribe", user=ann, channel=room)
    for client in theirs:
        await client.expect("joined", room=room)
    await talk(room, *theirs, *others)
    backends[asked]("unsubscribe", user=ann, channel=room)
    for client in theirs:
        await client.expect("left", room=room)
        assert (await client.refusal("publish", room=room, data=1))["code"] == "not_a_member"
    await talk(room, *others)
    backends[asked]("disconnect", user=ann, whitelist=[theirs[0].connection],
                    disconnect={"code": 4321, "reason": "enough"})
    assert await theirs[1].close_code() == 4321
    assert theirs[1].seen("closing", code=4321, reason="enough", reconnect=False)
    backends[asked]("refresh", user=ann, expired=True)
    assert await theirs[0].close_code() == 4001
    await talk(room, *others)


async def test_commands_of_one_caller_keep_their_order(nodes, backends, connect, room):
    """They do not wait for each other, and joins take longer than leaves."""
    ann = unique("ann")
    clients = await one_on_each(nodes, connect, ann)
    rounds = 30
    for method, _ in zip(cycle(["subscribe", "unsubscribe"]), range(2 * rounds + 1)):
        backends[0](method, user=ann, channel=room)
    for client in clients:
        await until(lambda: len(told_of(client, room)) == 2 * rounds + 1, "all has been done")
        assert told_of(client, room) == ["joined", "left"] * rounds + ["joined"]
        client.inbox.clear()
    await talk(room, *clients)


async def test_a_room_is_closed_while_everybody_joins(nodes, backends, connect, room):
    """Whoever is told that they have joined is in the room until they are told otherwise."""
    clients = [await connect(node) for node in nodes for _ in range(5)]

    def close(backend):
        assert backend.post(f"/api/rooms/{room}/close", "").json == {"result": {}}

    closed = asyncio.Event()

    def ended(client):
        return client.seen("error", code="room_died", room=room)

    async def come_back(client):
        """Joins as often as the room ends, until it ends no more."""
        while not closed.is_set():
            reply = await client.ask("join", room=room)
            assert reply["type"] == "joined" or reply["code"] == "room_died", reply
            if reply["type"] == "joined":
                await until(lambda: closed.is_set() or ended(client), "the room ends")
                client.inbox.clear()

    comers = [asyncio.create_task(come_back(client)) for client in clients]
    for backend, _ in zip(cycle(backends), range(20)):
        await asyncio.to_thread(close, backend)
    closed.set()
    await asyncio.gather(*comers)
    for client in clients:
        client.inbox.clear()
    close(backends[0])
    for client in clients:
        reply = await client.ask("publish", room=room, data=1)
        while reply["type"] != "error":  # the closing is on its way
            reply = await client.ask("publish", room=room, data=1)
        assert reply["code"] in ("not_a_member", "room_died"), reply
    await join(room, *clients)
    for client in clients:
        client.inbox.clear()
    await talk(room, *clients)


async def test_the_rooms_of_all_nodes_are_listed(nodes, backends, connect):
    stem = unique("list")
    ann, bob = [await connect(node) for node in nodes]
    await join(f"{stem}:1", ann, bob)
    await join(f"{stem}:2", bob)

    def listed():
        return {name: row["num_clients"] for name, row
                in backends[0]("channels", pattern=f"{stem}:?")["channels"].items()}

    await until(lambda: listed() == {f"{stem}:1": 2, f"{stem}:2": 1}, "all nodes answer")
    await bob.close()
    await until(lambda: listed() == {f"{stem}:1": 1}, "who has gone is in no room")


async def test_without_redis_a_command_fails_and_later_works(start_node, redis, connect):
    """A command that nobody has taken is not done by this node alone."""
    space = ("--redis", redis.url, "--namespace", unique("backend") + ":test",
             "--bus-timeout", "1")
    node = start_node(*space)
    ann = await connect(node, unique("ann"))
    backend = Backend(node)
    backend("unsubscribe", user=ann.user, channel="r")  # the node hears what nodes say
    redis.kill()
    wanted = json.dumps({"user": ann.user, "channel": "r"})
    assert backend.post("/api/subscribe", wanted).status == 503
    assert not ann.seen("joined")
    redis.heal()

    def is_in():
        """Until the node hears its own commands again, they are lost: so it asks again."""
        return backend.post("/api/subscribe", wanted).status == 200 and ann.seen("joined")

    assert len(await until(is_in, "Redis is back")) == 1
    backend.close()
