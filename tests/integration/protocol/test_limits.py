"""The bounds that an operator sets are kept, and who meets one is told which."""

import json

import pytest

from support.client import join, talk, unique
from support.deadline import until
from support.raw_socket import TEXT


@pytest.fixture(scope="module")
def strict_node(start_shared_node):
    return start_shared_node("--max-rooms", "2", "--max-room-members", "3",
                             "--max-message-bytes", "1024", "--ping-interval", "7")


async def test_the_welcome_tells_the_limits(strict_node, connect):
    """A client can adapt to the node that it has reached.
    The welcome has the values that the operator has set."""
    ann = await connect(strict_node)
    assert ann.welcome["max_message_bytes"] == 1024
    assert ann.welcome["ping_interval"] == 7


async def test_a_connection_is_in_so_many_rooms_at_most(strict_node, connect):
    """A client that wants one room too many is told so.
    Leaving a room makes place for another."""
    ann = await connect(strict_node)
    first, second, third = [unique("room") for _ in range(3)]
    await join(first, ann)
    await join(second, ann)
    error = await ann.refusal("join", room=third)
    assert (error["code"], error["room"]) == ("too_many_rooms", third)
    await ann.request("leave", room=first)
    await join(third, ann)
    await talk(third, ann)


async def test_a_room_has_so_many_members_at_most(strict_node, connect, room):
    """A full room refuses newcomers, who may try again when somebody has left.
    The members go on undisturbed."""
    members = [await connect(strict_node) for _ in range(3)]
    await join(room, *members)
    late = await connect(strict_node)
    error = await late.refusal("join", room=room)
    assert (error["code"], error["room"]) == ("room_full", room)
    await talk(room, *members)
    await members.pop().abort()
    await until(lambda: late.succeeds("join", room=room), "a place in the room is free")
    await talk(room, late, *members)


async def test_a_message_is_so_long_at_most(strict_node, connect):
    """The limit is the operator's to choose.
    A longer message is answered by close 1009, one of just that length is served."""
    raw = await connect.raw(strict_node)
    await raw.send_frame(TEXT, json.dumps({"type": "ping", "id": "raw"}).ljust(1024))
    assert (await raw.read_json(id="raw"))["type"] == "pong"
    await raw.send_frame(TEXT, json.dumps({"type": "ping", "id": "raw"}).ljust(1025))
    assert await raw.close_code() == 1009
