"""Rooms with a history: whoever comes back gets what was missed, or is told that it is gone."""

import pytest

from support.client import join, unique
from support.tables import by_name

KEPT = ["--history", "chat:*=1000,1h", "--history", "short:*=3,1h", "--replay", "last:*=1",
        "--history", "last:*=10,1h"]


@pytest.fixture
def chat():
    return unique("chat:")


@pytest.fixture(scope="module")
def alone(start_shared_node):
    return start_shared_node(*KEPT)


@pytest.fixture(scope="module")
def nodes(start_shared_node, shared_redis):
    return [start_shared_node("--redis", shared_redis.url, *KEPT) for _ in range(2)]


@pytest.fixture(params=["memory", "redis"])
def homes(request):
    """Where ann and bob are: on one node with the bus in memory, or on two with Redis."""
    if request.param == "memory":
        node = request.getfixturevalue("alone")
        return node, node
    return request.getfixturevalue("nodes")


async def say(client, room, *data):
    """Publishes; returns the last reply."""
    for each in data:
        reply = await client.request("publish", room=room, data=each)
    return reply


def data_of(frames):
    return [frame["data"] for frame in frames]


async def test_whoever_comes_back_gets_what_was_missed(homes, connect, chat):
    ann, bob = [await connect(node) for node in homes]
    here = await bob.request("join", room=chat)
    assert here["offset"] == 0 and here["epoch"] and "recovered" not in here
    await ann.request("join", room=chat)
    await say(ann, chat, 1, 2)
    heard = await bob.collect(2, room=chat)
    assert [frame["offset"] for frame in heard] == [1, 2]
    await bob.request("leave", room=chat)
    assert (await say(ann, chat, 3, 4, 5))["offset"] == 5
    since = {"epoch": here["epoch"], "offset": 2}
    back = await bob.request("join", room=chat, since=since)
    assert back["recovered"] is True
    # Where it stands before what follows: a client that loses the connection now loses nothing.
    assert {key: back[key] for key in since} == since
    await say(ann, chat, 6)
    heard = await bob.collect(4, room=chat)
    assert data_of(heard) == [3, 4, 5, 6] and [f["offset"] for f in heard] == [3, 4, 5, 6]


async def test_who_has_everything_gets_nothing_twice(homes, connect, chat):
    ann, bob = [await connect(node) for node in homes]
    here = await bob.request("join", room=chat)
    await ann.request("join", room=chat)
    await say(ann, chat, 1)
    await bob.expect("message", room=chat)
    await bob.request("leave", room=chat)
    back = await bob.request("join", room=chat, since={"epoch": here["epoch"], "offset": 1})
    assert back["recovered"] is True and back["offset"] == 1
    await say(ann, chat, 2)
    assert (await bob.expect("message", room=chat))["data"] == 2


FOREIGN = {
    "another epoch": lambda here: {"epoch": "0ther", "offset": here["offset"]},
    "ahead of the log": lambda here: {"epoch": here["epoch"], "offset": here["offset"] + 7},
}


@by_name("since", FOREIGN)
async def test_a_position_that_the_log_does_not_know_is_not_recovered(homes, connect, chat, since):
    ann, bob = [await connect(node) for node in homes]
    await ann.request("join", room=chat)
    await say(ann, chat, 1, 2)
    here = (await ann.collect(2, room=chat))[-1]
    epoch = (await ann.request("history", room=chat))["epoch"]
    back = await bob.request("join", room=chat, since=since({**here, "epoch": epoch}))
    assert back["recovered"] is False
    assert (back["epoch"], back["offset"]) == (epoch, 2)
    await say(ann, chat, 3)
    assert (await bob.next())["data"] == 3


async def test_what_was_trimmed_is_not_recovered(homes, connect):
    room = unique("short:")
    ann, bob = [await connect(node) for node in homes]
    here = await ann.request("join", room=room)
    await say(ann, room, 1, 2, 3, 4, 5)
    lost = await bob.request("join", room=room, since={"epoch": here["epoch"], "offset": 1})
    assert lost["recovered"] is False and lost["offset"] == 5
    await bob.request("leave", room=room)
    kept = await bob.request("join", room=room, since={"epoch": here["epoch"], "offset": 2})
    assert kept["recovered"] is True
    assert data_of(await bob.collect(3, room=room)) == [3, 4, 5]


async def test_a_room_hands_its_newest_message_to_whoever_comes(homes, connect):
    room = unique("last:")
    ann, bob = [await connect(node) for node in homes]
    await ann.request("join", room=room)
    await say(ann, room, 1, 2, 3)
    here = await bob.request("join", room=room)
    assert here["offset"] == 2
    await say(ann, room, 4)
    assert data_of(await bob.collect(2, room=room)) == [3, 4]


async def test_much_is_replayed_in_pages_and_holds_nobody_up(homes, connect, chat):
    """More than a client's outbox takes, to one member; another one hears what is said meanwhile."""
    ann, bob = [await connect(node) for node in homes]
    here = await ann.request("join", room=chat)
    for number in range(900):
        await ann.post("publish", room=chat, data=[number, "x" * 4000])
    await ann.collect(900, room=chat)
    back = await bob.request("join", room=chat, since={"epoch": here["epoch"], "offset": 0})
    assert back["recovered"] is True
    await say(ann, chat, [900, ""], [901, ""])
    await ann.collect(2, room=chat)
    heard = await bob.collect(902, room=chat)
    assert [frame["data"][0] for frame in heard] == list(range(902))
    assert [frame["offset"] for frame in heard] == list(range(1, 903))


async def test_a_member_that_catches_up_can_leave_and_come_again(homes, connect, chat):
    ann, bob = [await connect(node) for node in homes]
    here = await ann.request("join", room=chat)
    for number in range(300):
        await ann.post("publish", room=chat, data=[number, "x" * 4000])
    await ann.collect(300, room=chat)
    since = {"epoch": here["epoch"], "offset": 0}
    await bob.request("join", room=chat, since=since)
    await bob.request("leave", room=chat)
    bob.inbox.clear()
    await bob.request("join", room=chat, since=since)
    assert [f["data"][0] for f in await bob.collect(300, room=chat)] == list(range(300))
    assert not bob.seen("message")


async def test_the_same_event_is_kept_once(homes, connect, chat):
    ann, bob = [await connect(node) for node in homes]
    await join(chat, ann, bob)
    first = await ann.request("publish", room=chat, data=1, event_id="order-7")
    again = await ann.request("publish", room=chat, data=1, event_id="order-7")
    assert first["offset"] == again["offset"] == 1
    await say(ann, chat, 2)
    assert data_of(await bob.collect(2, room=chat)) == [1, 2]


async def test_all_nodes_see_one_order(nodes, connect, chat):
    """Two publishers at once, on two nodes: without a history each node may have its own order."""
    members = [await connect(node) for node in nodes]
    await join(chat, *members)
    for number in range(200):
        for member in members:
            await member.post("publish", room=chat, data=[member.user, number])
    heard = [await member.collect(400, room=chat) for member in members]
    assert data_of(heard[0]) == data_of(heard[1])
    assert [frame["offset"] for frame in heard[0]] == list(range(1, 401))


def lose_newest(redis, room):
    """Redis has started anew, without the last message of the room."""
    name, = redis.admin.scan_iter(f"*{room.split(':')[1]}*:m", count=10_000)
    stream = name[:-1] + b"h"
    (last, _), (before, _) = redis.admin.xrevrange(stream, count=2)
    redis.admin.xdel(stream, last)
    redis.admin.hset(name, mapping={"s": before.split(b"-")[0], "g": "another"})


async def test_who_has_not_seen_what_is_lost_is_told(nodes, connect, chat, shared_redis):
    """What comes next follows what he has: only a room that has seen more knows of the loss."""
    ann, bob = [await connect(node) for node in nodes]
    here = await bob.request("join", room=chat)
    await ann.request("join", room=chat)
    await say(ann, chat, 1, 2)
    await bob.collect(2, room=chat)
    await bob.request("leave", room=chat)
    await say(ann, chat, 3)
    await ann.collect(3, room=chat)
    lose_newest(shared_redis, chat)
    since = {"epoch": here["epoch"], "offset": 2}
    assert (await bob.request("join", room=chat, since=since))["recovered"] is True
    await say(ann, chat, 4)
    told = await ann.expect("gap", room=chat)
    assert told["epoch"] != here["epoch"]
    await say(ann, chat, 5)
    assert (await bob.expect("gap", room=chat))["epoch"] == told["epoch"]
    await say(ann, chat, 6)
    last = await bob.expect("message", room=chat, data=6)
    since = {"epoch": told["epoch"], "offset": last["offset"]}
    await bob.request("leave", room=chat)
    assert (await bob.request("join", room=chat, since=since))["recovered"] is True
    kept = await bob.request("history", room=chat)
    assert data_of(kept["messages"]) == [1, 2, 4, 5, 6]
