"""Events of several nodes on one Redis, of which some die, in a stream or posted."""

import json

import pytest

from support.back_end import BackEnd, gist
from support.client import join, unique
from support.deadline import until

LEASE = 2  # seconds


@pytest.fixture
def name_space():
    return unique("events:test")


@pytest.fixture
def start(start_node, redis, name_space):
    """Starts nodes of one cluster, for one test."""
    return lambda *options, to="redis-stream": start_node(
        "--redis", redis.url, "--namespace", name_space, "--lease", str(LEASE),
        "--events", to, *options)


@pytest.fixture
def told(redis, name_space):
    """All events of the stream."""
    def read():
        entries = redis.admin.xrange(f"{{{name_space}}}:events")
        events = [json.loads(fields[b"d"]) for _, fields in entries]
        assert [x["n"] for x in events] == [int(fields[b"n"]) for _, fields in entries]
        return events
    return read


def gists(events):
    return [gist(x) for x in events]


async def test_two_nodes_are_one_stream(start, connect, told):
    """Ann is in a room by one node, Bob by the other: the room is occupied once and vacated once,
    and numbers have no gap."""
    one, two = start(), start()
    ann, bob = await connect(one, "ann"), await connect(two, "bob")
    await join("lobby", ann, bob)
    await ann.close()
    await until(lambda: len(told()) == 7, "ann has gone")
    await bob.close()
    await until(lambda: len(told()) == 10, "bob has gone")
    events = told()
    assert [x["n"] for x in events] == list(range(1, 11))
    types = gists(events)
    assert types.count("room_occupied lobby") == types.count("room_vacated lobby") == 1
    assert types.index("joined bob lobby") < types.index("left ann lobby")
    assert types.index("left bob lobby") < types.index("room_vacated lobby")
    assert {x["connection"]: x["node"] for x in events if x["type"] == "connected"} == {
        ann.connection: one.report("/inspect")[1]["node"],
        bob.connection: two.report("/inspect")[1]["node"]}


async def test_those_of_a_dead_node_are_told_once(start, connect, told):
    """One of three nodes is killed: one of the others tells of each of its connections, and of
    the room that nobody is in any more."""
    dying, *others = start(), start(), start()
    watcher = await connect(others[0], "watcher")
    clients = [await connect(dying, f"user-{i}") for i in range(10)]
    await join("shared", watcher, *clients)
    await join("alone", *clients)
    await until(lambda: len(told()) == 34, "everybody is there")
    dying.crash()
    await until(lambda: len(told()) == 45, "everybody is told to have gone", 30)
    lost = told()[34:]
    assert sorted(gists(lost)) == sorted(
        [f"disconnected user-{i} 1006 True" for i in range(10)] + ["room_vacated alone True"])
    assert {x["connection"] for x in lost[:10] if "connection" in x} <= {
        x.connection for x in clients}
    await watcher.close()
    await until(lambda: len(told()) == 48, "the watcher has gone")
    assert "room_vacated shared" in gists(told())


async def test_the_next_node_tells_of_the_last(start, connect, told):
    """The only node is killed; another one starts later and tells."""
    first = start()
    await connect(first, "ann")
    await until(lambda: len(told()) == 1, "ann is there")
    first.crash()
    start()
    await until(lambda: len(told()) == 2, "ann is told to have gone", 30)
    assert gists(told())[1] == "disconnected ann 1006 True"


async def test_a_redis_that_comes_back_hears_what_it_has_missed(start, connect, redis, told):
    """Redis forgets everything and is away for a moment, while clients come and go: afterwards
    the stream has who is there."""
    node = start()
    ann, bob = await connect(node, "ann"), await connect(node, "bob")
    await join("lobby", ann)
    await until(lambda: len(told()) == 4, "both are there")
    redis.kill()
    await bob.close()
    redis.start()

    def online():
        users = set()
        for event in told():
            if event["type"] == "connected":
                users.add(event["user"])
            elif event["type"] == "disconnected":
                users.discard(event["user"])
        return users
    await until(lambda: online() == {"ann"}, "ann is there and bob is not", 30)
    await until(lambda: "room_occupied lobby" in gists(told()), "so is the room")
    cid = await connect(node, "cid")
    await until(lambda: online() == {"ann", "cid"}, "news comes, too")
    await cid.close()


async def test_posts_of_a_cluster(start, connect):
    """With Redis and a URL rooms are those of all nodes, and one of the living tells of the
    dead."""
    back_end = BackEnd()
    url = f"http://127.0.0.1:{await back_end.start()}/hear?x=1"
    dying, other = start(to=url), start(to=url)
    ann, bob = await connect(dying, "ann"), await connect(other, "bob")
    await join("lobby", ann)
    await until(lambda: "room_occupied lobby" in back_end.gists(), "ann is told")
    await join("lobby", bob)
    await join("alone", ann)
    await until(lambda: len(back_end.events) == 7, "all is told")
    dying.crash()
    await until(lambda: len(back_end.events) == 9, "ann is told to have gone", 30)
    assert sorted(back_end.gists()[7:]) == ["disconnected ann 1006 True",
                                            "room_vacated alone True"]
    assert back_end.gists().count("room_occupied lobby") == 1
    await bob.close()
    await until(lambda: len(back_end.events) == 12, "bob has gone")
    assert "room_vacated lobby" in back_end.gists()
    assert sorted(x["n"] for x in back_end.events) == list(range(1, 13))
