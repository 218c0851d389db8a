"""A node subscribes to what its clients need, and to nothing else: Redis can tell."""

import asyncio
import random

import pytest

from support.channels import ALL, rooms, subscribed, users
from support.client import join, talk, unique
from support.deadline import until

ESCAPES = {
    "general": "general",
    "A-Z.a_z~09": "A-Z.a_z~09",
    "a:b": "a%3Ab",
    "a%3Ab": "a%253Ab",
    "{x}": "%7Bx%7D",
    "}{": "%7D%7B",
    "room 1": "room%201",
    "*": "%2A",
    "日本語": "日本語",
    "a/b?c#d[e]": "a%2Fb%3Fc%23d%5Be%5D",
    "quote\"'\\": "quote%22%27%5C",
    "-" * 128: "-" * 128,
    " " * 128: "%20" * 128,
}

CLIENTS = 200
ROOMS = 20
ROUNDS = 4


async def test_an_idle_cluster_listens_to_everybody_only(redis, pair):
    """Nodes without clients have nothing to subscribe to but broadcasts.
    Each of them holds that subscription once."""
    await subscribed(redis)
    await until(lambda: redis.subscribers(ALL) == len(pair), "each node is subscribed once")


async def test_channels_follow_the_members(redis, pair, connect, room):
    """A room's channel exists while the room has members, a user's while the user is connected.
    Two members on a node need one subscription, members on two nodes need two."""
    (channel,) = rooms(room)
    ann, bob, eve = await connect(pair[0]), await connect(pair[0]), await connect(pair[1])
    await subscribed(redis, users(ann, bob, eve))
    await join(room, ann, bob)
    await subscribed(redis, users(ann, bob, eve), rooms(room))
    assert redis.subscribers(channel) == 1
    await join(room, eve)
    assert redis.subscribers(channel) == 2
    await ann.request("leave", room=room)
    await talk(room, bob, eve)
    assert redis.subscribers(channel) == 2
    await bob.request("leave", room=room)
    await until(lambda: redis.subscribers(channel) == 1, "the first node has unsubscribed")
    await talk(room, eve)
    await eve.request("leave", room=room)
    await subscribed(redis, users(ann, bob, eve))


async def test_the_channels_are_there_before_the_client_is_told(redis, pair, connect, room):
    """`welcome` and `joined` promise that messages arrive from now on.
    Redis has acknowledged the subscription before the client reads either."""
    for _ in range(20):
        ann = await connect(pair[0])
        assert users(ann) <= redis.channels()
        await join(room, ann)
        assert rooms(room) <= redis.channels()
        await ann.request("leave", room=room)


async def test_a_user_with_two_connections_needs_one_subscription(redis, pair, connect):
    """The second device on a node adds nothing, and leaves nothing behind.
    The channel goes with the last device."""
    phone = await connect(pair[0], unique("ann"))
    laptop = await connect(pair[0], phone.user)
    (channel,) = users(phone)
    assert redis.subscribers(channel) == 1
    await phone.close()
    await laptop.request("send", user=laptop.user, data="still here")
    await laptop.expect("message")
    assert redis.subscribers(channel) == 1
    await laptop.close()
    await subscribed(redis)


@pytest.mark.parametrize("ending", ["close", "abort"])
async def test_a_client_that_goes_takes_its_channels_along(redis, pair, connect, ending):
    """A client may say goodbye or simply vanish from the network.
    Either way its rooms and its user disappear from Redis."""
    ann = await connect(pair[0])
    names = [unique("room") for _ in range(10)]
    for name in names:
        await join(name, ann)
    await subscribed(redis, users(ann), rooms(*names))
    await getattr(ann, ending)()
    await subscribed(redis)


@pytest.mark.parametrize("name, escaped", ESCAPES.items(), ids=ESCAPES.values())
async def test_names_are_escaped_in_channels(redis, pair, connect, name, escaped):
    """Any name is safe in Redis: whatever could be mistaken is written as %XX.
    The same holds for rooms and for users."""
    ann = await connect(pair[0], name)
    await join(name, ann)
    await subscribed(redis, rooms(escaped), {f"{{dev:atrium:user:{escaped}}}"})


async def test_names_that_look_alike_are_different_rooms(pair, connect):
    """A name that looks like the escaped form of another is not that other.
    Nor are upper and lower case, or two ways to compose a letter, the same."""
    names = ["a:b", "a%3Ab", "a%253Ab", "A:B", "é", "e\u0301", "x", "x ", "room:x"]
    pairs = [[await connect(node) for node in pair] for _ in names]
    for name, members in zip(names, pairs):
        await join(name, *members)
    for name, members in zip(names, pairs):
        await talk(name, *members)
    assert all(member.inbox == [] for members in pairs for member in members)


async def wander(client, names, dice):
    """Joins, speaks, hears itself and leaves, several times; may stay in the last room."""
    for _ in range(ROUNDS):
        name = dice.choice(names)
        await join(name, client)
        published = await client.request("publish", room=name, data="passing by")
        await client.expect("message", event_id=published["event_id"])
        await client.request("leave", room=name)
    await join(dice.choice(names), client)
    await client.close() if dice.random() < 0.5 else await client.abort()


async def test_churn_leaves_nothing_behind(redis, pair, connect):
    """Two hundred clients rush through twenty rooms on two nodes, half of them break off.
    All hear themselves in every room; in the end no channel is left, and the rooms still work."""
    names, dice = [unique("room") for _ in range(ROOMS)], random.Random(1)
    clients = [await connect(pair[number % 2]) for number in range(CLIENTS)]
    await asyncio.gather(*(wander(client, names, dice) for client in clients))
    await subscribed(redis)
    ann, bob = [await connect(node) for node in pair]
    for name in names:
        await join(name, ann, bob)
        await talk(name, ann, bob)
    await subscribed(redis, users(ann, bob), rooms(*names))
