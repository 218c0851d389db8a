"""Who is in a room, told by several nodes on one Redis, of which some die."""

import asyncio

import pytest

from support.client import join, unique
from support.deadline import until
from support.metrics import Scrape

LEASE = 2  # seconds
OPTIONS = ("--presence", "told-*", "--presence", "crowd-*=count", "--presence-grace", "0",
           "--lease", str(LEASE), "--namespace", "presence:test")


@pytest.fixture
def start(start_node, redis):
    """Starts nodes of one cluster, for one test."""
    return lambda *options: start_node("--redis", redis.url, *OPTIONS, *options)


@pytest.fixture
def told():
    """The name of a room of its own that tells who is in it."""
    return unique("told")


async def there(client, room):
    """Users in a room, with their numbers of connections."""
    return {x["user"]: x["connections"]
            for x in (await client.request("presence", room=room))["users"]}


async def until_there(client, room, users):
    """Waits until exactly these are in a room."""
    async def all_of_them():
        return await there(client, room) == users
    await until(all_of_them, f"{sorted(users)} are in the room", 30)


def told_of(client, user):
    """What a client has heard of a user, in order."""
    return [x["event"] for x in client.seen("presence_event", user=user)]


async def test_a_user_on_two_nodes_is_one(start, connect, told):
    """Ann has a tab on each node. Others on both nodes hear of the user once, and of the leave
    when the last tab has gone."""
    nodes = [start(), start()]
    watchers = [await connect(node, unique("watcher")) for node in nodes]
    await join(told, *watchers)
    user = unique("ann")
    tabs = [await connect(node, user) for node in nodes]
    await join(told, *tabs)
    everybody = {watchers[0].user: 1, watchers[1].user: 1, user: 2}
    for each in watchers:
        await until_there(each, told, everybody)
    await tabs[0].close()
    everybody[user] = 1
    await until_there(watchers[0], told, everybody)
    await until(lambda: all(told_of(x, user) == ["join"] for x in watchers), "one join is told")
    await tabs[1].close()
    for each in watchers:
        leave = await each.expect("presence_event", user=user, event="leave")
        assert leave["present"] == 2
        assert told_of(each, user) == ["join"]


async def test_the_users_of_a_dead_node_leave_once(start, connect, told):
    """One of three nodes is killed, with ten users in a room.
    Members on both survivors hear of each that the user has left, once; one of the survivors
    has taken them out."""
    dying, *survivors = [start(), start(), start()]
    watchers = [await connect(node, unique("watcher")) for node in survivors]
    await join(told, *watchers)
    users = [await connect(dying, unique("user")) for _ in range(10)]
    await join(told, *users)
    alive = {x.user: 1 for x in watchers}
    await until_there(watchers[0], told, alive | {x.user: 1 for x in users})
    dying.crash()
    for each in watchers:
        leaves = await each.collect(len(users), "presence_event", event="leave")
        assert {x["user"] for x in leaves} == {x.user for x in users}
        assert sorted(x["present"] for x in leaves) == list(range(2, 12))
    await until_there(watchers[1], told, alive)
    for each in watchers:
        assert each.seen("presence_event", event="leave") == []
    reaped = sorted(Scrape(node)("atrium_presence_reaped_total") for node in survivors)
    assert reaped == [0, len(users)]


async def test_a_node_that_was_paused_comes_back(start, connect, told):
    """A node stands still for longer than its lease, then goes on.
    Its user has left, and comes again; a user who has gone meanwhile does not."""
    paused, other = start(), start()
    watcher = await connect(other, unique("watcher"))
    await join(told, watcher)
    stays, goes = await connect(paused, unique("stays")), await connect(paused, unique("goes"))
    await join(told, stays, goes)
    await until_there(watcher, told, {watcher.user: 1, stays.user: 1, goes.user: 1})
    paused.freeze()
    try:
        for each in (stays, goes):
            await watcher.expect("presence_event", user=each.user, event="leave")
        await goes.abort()
    finally:
        paused.thaw()
    await until_there(watcher, told, {watcher.user: 1, stays.user: 1})
    await watcher.collect(2, "presence_event", user=stays.user, event="join")
    assert (await stays.request("presence", room=told))["present"] == 2


@pytest.mark.parametrize("fault", ["flushall", "restart"])
async def test_a_redis_that_has_lost_everything_is_told_again(start, connect, told, redis, fault):
    """The data of Redis are gone, with or without the server.
    Soon both nodes tell again who is there, and members of both hear who comes."""
    nodes = [start(), start()]
    members = [await connect(node, unique("member")) for node in nodes]
    await join(told, *members)
    everybody = {x.user: 1 for x in members}
    await until_there(members[0], told, everybody)
    if fault == "flushall":
        redis.admin.flushall()
    else:
        redis.restart()

    # A join is answered when the bus carries the room to that node.
    for node in nodes:
        early = await connect(node, unique("early"))
        await until(lambda: early.succeeds("join", room=told), "the bus is back")
        await until(lambda: early.succeeds("presence", room=told), "somebody answers")
        everybody[early.user] = 1
    late = await connect(nodes[0], unique("late"))
    await join(told, late)
    everybody[late.user] = 1
    for each in members:
        await until_there(each, told, everybody)
        await each.expect("presence_event", user=late.user, event="join")


async def test_users_of_a_node_that_stops_leave(start, connect, told):
    """A node is stopped as it should be. Its users leave, each once."""
    stopping, other = start("--drain-window", "0"), start()
    watcher = await connect(other, unique("watcher"))
    await join(told, watcher)
    users = [await connect(stopping, unique("user")) for _ in range(3)]
    await join(told, *users)
    await watcher.collect(4, "presence_event", event="join")
    stopping.interrupt()
    leaves = await watcher.collect(3, "presence_event", event="leave")
    assert {x["user"] for x in leaves} == {x.user for x in users}
    assert await stopping.exit_code() == 0
    await until_there(watcher, told, {watcher.user: 1})
    assert watcher.inbox == []


async def test_a_crowd_on_two_nodes_has_one_number(start, connect):
    """A room that only counts: each node tells newcomers the number of all."""
    nodes, room = [start(), start()], unique("crowd")
    members = [await connect(node) for node in nodes for _ in range(3)]
    await asyncio.gather(*(join(room, x) for x in members))

    async def all_counted():
        answers = [await x.request("presence", room=room) for x in members]
        return all(x["present"] == 6 and "users" not in x for x in answers)

    async def newcomer_knows():
        newcomer = await connect(nodes[1])
        present = (await newcomer.request("join", room=room))["present"]
        await newcomer.request("leave", room=room)
        return present >= 6

    await until(all_counted, "all are counted")
    await until(newcomer_knows, "the room has heard of all")
    assert all(x.inbox == [] for x in members)
