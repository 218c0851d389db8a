"""An administrator disconnects a user or a connection, on whatever node and by whatever node."""

import asyncio
import signal

import pytest

from support.client import join, talk, unique
from support.deadline import until
from support.inspector import act, look
from support.tables import by_name

ADMINISTRATORS = 4005  # the close code of clients that one has disconnected


@pytest.fixture(scope="module")
def nodes(start_shared_node, shared_redis):
    return [start_shared_node("--redis", shared_redis.url) for _ in range(2)]


@pytest.fixture
def start(start_node, redis):
    """Starts nodes of a cluster of their own, in which nobody is left of another test."""
    namespace = unique("disconnect") + ":test"
    return lambda *options: start_node("--redis", redis.url, "--namespace", namespace, *options)


async def see_all(nodes, *names):
    """Waits until each node answers the others in time about the connections of these users."""
    def is_seen(node, name):
        shown = look(node, f"/users/{name}")
        return shown["silent"] == [] and "error" not in shown

    for node in nodes:
        for name in names:
            await until(lambda: is_seen(node, name), f"all nodes answer about {name}")


async def closed(*clients):
    """The codes with which these are closed, each once."""
    return {*await asyncio.gather(*(client.close_code() for client in clients))}


def disconnect(node, kind, name):
    return act(node, f"/{kind}/{name}/disconnect")


def closed_by_node(answer):
    """How many connections each run has closed, as the answer says."""
    return sorted(row["disconnected"] for row in answer["nodes"])


@by_name("asked", {"first": 0, "second": 1})
async def test_all_connections_of_a_user_are_closed_on_both_nodes(nodes, connect, room, asked):
    """One user has connections on two nodes, another one is beside them in the same room.
    Whichever node is asked, all of the user's are closed and nobody else's."""
    ann = unique("ann")
    clients = [await connect(node, ann) for node in (nodes[0], nodes[1], nodes[1])]
    others = [await connect(node) for node in nodes]
    await join(room, *clients, *others)
    await see_all(nodes, ann)
    status, answer = disconnect(nodes[asked], "users", ann)
    assert (status, answer["disconnected"], answer["silent"]) == (200, 3, [])
    assert closed_by_node(answer) == [1, 2]
    assert await closed(*clients) == {ADMINISTRATORS}
    for client in clients:
        assert client.seen("closing", code=ADMINISTRATORS, reconnect=False)
    await talk(room, *others)
    await until(lambda: look(nodes[asked], f"/rooms/{room}")["members"] == 2, "they left the room")


async def test_the_node_that_is_asked_need_not_have_the_user(nodes, connect):
    ann = unique("ann")
    clients = [await connect(nodes[1], ann) for _ in range(2)]
    await see_all(nodes, ann)
    status, answer = disconnect(nodes[0], "users", ann)
    assert (status, answer["disconnected"]) == (200, 2)
    assert closed_by_node(answer) == [2]
    assert await closed(*clients) == {ADMINISTRATORS}
    await until(lambda: disconnect(nodes[0], "users", ann)[0] == 404, "the user is gone everywhere")


async def test_one_connection_is_closed_by_the_node_that_has_not_got_it(nodes, connect):
    """The id says where it is. The user's other connections stay, on both nodes."""
    ann = unique("ann")
    goes = await connect(nodes[1], ann)
    stay = [await connect(node, ann) for node in nodes]
    await see_all(nodes, ann)
    assert disconnect(nodes[0], "connections", goes.connection) == (200, {"disconnected": 1})
    assert await closed(goes) == {ADMINISTRATORS}
    for client in stay:
        await client.request("ping")
    await until(lambda: disconnect(nodes[0], "connections", goes.connection)[0] == 404,
                "it is gone")


# What an administrator may ask for that is nowhere.
NOWHERE = {
    "a user": ("users", "nobody"),
    "the beginning of a name": ("users", "{user:.3}"),
    "a name with a slash": ("users", "{user}%2F"),
    "a name in capitals": ("users", "{USER}"),
    "a pattern": ("users", "%2A"),
    "bytes that are no text": ("users", "%FF%00"),
    "a user whose name is a connection's": ("users", "{connection}"),
    "a connection whose name is a user's": ("connections", "{user}"),
    "a connection of no node": ("connections", "0123456789abcdef-1"),
    "a connection that a node never had": ("connections", "{run}-999999999"),
    "a number too large": ("connections", "{run}-99999999999999999999999"),
    "a run": ("connections", "{run}"),
    "no number": ("connections", "{run}-"),
}


@by_name("what", NOWHERE)
async def test_who_is_nowhere_is_not_found(nodes, connect, what):
    """A slip in a name must close nobody, and whoever is asked says that there is nobody."""
    ann = await connect(nodes[1], unique("ann"))
    await see_all(nodes, ann.user)
    kind, name = what
    name = name.format(user=ann.user, USER=ann.user.upper(), connection=ann.connection,
                       run=ann.connection.rpartition("-")[0])
    for node in nodes:
        status, answer = disconnect(node, kind, name)
        assert (status, answer["error"]) == (404, "not_found")
    await ann.request("ping")


async def draining(node):
    """Begins the end of a node, which waits for load balancers until it is told again."""
    node.good_end = -signal.SIGTERM
    node.interrupt()
    await until(lambda: node.report("/ready")[0] == 503, "the node drains")


@by_name("asked", {"it": 0, "another one": 1})
async def test_a_node_that_drains_still_takes_part(start, connect, asked):
    """Before it closes its clients a node serves them for a while, and commands, too.
    A client that is disconnected then is told to stay away, not to come back elsewhere."""
    nodes = [start("--drain-delay", "600000"), start()]
    ann = unique("ann")
    clients = [await connect(node, ann) for node in nodes]
    one = await connect(nodes[0])
    bob = await connect(nodes[0])
    await see_all(nodes, ann)
    await draining(nodes[0])
    status, answer = disconnect(nodes[asked], "users", ann)
    assert (status, answer["disconnected"], answer["silent"]) == (200, 2, [])
    assert disconnect(nodes[asked], "connections", one.connection) == (200, {"disconnected": 1})
    assert await closed(*clients, one) == {ADMINISTRATORS}
    assert clients[0].seen("closing", reconnect=False)
    await bob.request("ping")


async def test_a_node_that_has_ended_is_asked_nothing(start, connect):
    """What it had is gone with it, and the others say so at once."""
    nodes = [start(), start()]
    ann = await connect(nodes[0], unique("ann"))
    await see_all(nodes, ann.user)
    nodes[0].interrupt()
    assert await ann.close_code() == 1001
    assert await nodes[0].exit_code() == 0
    assert disconnect(nodes[1], "users", ann.user)[0] == 404
    assert disconnect(nodes[1], "connections", ann.connection)[0] == 404


async def test_of_a_node_that_hangs_nobody_says_that_a_connection_is_not_there(
        start, connect):
    """The administrator has to learn that the connection may still be open.
    The command reaches the node when it goes on."""
    nodes = [start(), start()]
    ann, bob = [await connect(nodes[1], unique(name)) for name in ("ann", "bob")]
    await see_all(nodes, ann.user, bob.user)
    hangs = look(nodes[1], "")["node"]
    nodes[1].freeze()
    try:
        status, answer = disconnect(nodes[0], "connections", ann.connection)
        assert (status, answer["error"]) == (503, "unavailable") and hangs in answer["message"]
        status, answer = disconnect(nodes[0], "users", bob.user)
        assert (status, answer["disconnected"], answer["silent"]) == (200, 0, [hangs])
    finally:
        nodes[1].thaw()
    assert await closed(ann, bob) == {ADMINISTRATORS}


async def test_a_node_that_cannot_ask_the_others_does_not_speak_for_them(start, redis, connect):
    """Redis is gone: one node cannot ask the others any more, one that starts knows no others.
    Either does what it can, and says that there may be more, not that there is nobody."""
    one = start()
    ann = await connect(one, unique("ann"))
    redis.kill()
    status, answer = disconnect(one, "users", ann.user)
    assert (status, answer["disconnected"]) == (200, 1) and answer["error"]
    assert await closed(ann) == {ADMINISTRATORS}
    status, answer = disconnect(start(), "users", ann.user)
    assert (status, answer["error"]) == (503, "unavailable")
