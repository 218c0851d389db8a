"""A client that does not read: each room's policy applies, and nobody else notices."""

import json

import pytest

from support.client import join, talk, unique
from support.raw_socket import TEXT, Ended

# More than the kernel keeps for a socket that nobody reads.
KERNEL_BUFFER = 8 << 20
TEXT_SIZE = 60_000
MESSAGES = 2 * KERNEL_BUFFER // TEXT_SIZE


@pytest.fixture(scope="module")
def node(start_shared_node):
    return start_shared_node("--outbox-bytes", "262144", "--outbox-policy", "log:*=drop_oldest",
                             "--outbox-policy", "ticker:*=latest_only")


async def flood(connect, node, room):
    """A room with a member who does not read, and far more messages than may wait for it.

    Returns that member and one who reads, after the latter has heard everything.
    """
    ann, bob = await connect(node), await connect(node)
    stalled = await connect.raw(node)
    await join(room, ann, bob)
    assert (await stalled.request("join", room=room))["type"] == "joined"
    for number in range(MESSAGES):
        await ann.request("publish", room=room, data=[number, "x" * TEXT_SIZE])
        for member in (ann, bob):
            assert (await member.expect("message"))["data"][0] == number
    assert ann.inbox == [] and bob.inbox == []
    await talk(room, ann, bob)
    return stalled, ann


async def read_up_to(stalled, last):
    """Everything that has waited, up to the message with this data."""
    received = []
    while not received or received[-1].get("data") != last:
        received.append(json.loads((await stalled.read_until(TEXT)).payload))
    return received


def numbers(received):
    return [frame["data"][0] for frame in received
            if frame["type"] == "message" and isinstance(frame["data"], list)]


async def test_by_default_a_slow_client_is_closed(node, connect, room):
    """In most rooms every message matters.
    Who cannot keep up is closed with 4003 and has to come back."""
    stalled, _ = await flood(connect, node, room)
    try:
        while True:
            frame = json.loads((await stalled.read_until(TEXT)).payload)
            assert frame["type"] == "message" or frame["code"] == 4003
    except Ended:
        pass  # what was in the middle of a frame cannot be followed by a goodbye


async def test_the_oldest_messages_may_be_dropped_and_a_gap_tells(node, connect):
    """Some rooms are better heard in part than not at all.
    When the client reads again it gets the beginning, the end, and the times of what is missing."""
    room = unique("log:")
    stalled, ann = await flood(connect, node, room)
    await ann.request("publish", room=room, data="last")
    received = await read_up_to(stalled, "last")
    heard = numbers(received)
    assert heard == sorted(set(heard)) and heard[0] == 0
    assert 0 < len(heard) < MESSAGES
    times = {frame["data"][0]: frame["ts"] for frame in received
             if frame["type"] == "message" and isinstance(frame["data"], list)}
    gaps = [frame for frame in received if frame["type"] == "gap"]
    assert gaps and all(gap["room"] == room and gap["scope"] == "room" for gap in gaps)
    missing = sorted(set(range(MESSAGES)) - set(heard))
    before, after = missing[0] - 1, min(n for n in heard if n > missing[0])
    assert times[before] <= min(gap["from_ts"] for gap in gaps)
    assert max(gap["to_ts"] for gap in gaps) <= max(times[after], max(times.values()))
    assert await still_there(stalled, ann, room)


async def test_only_the_latest_message_waits_where_only_it_counts(node, connect):
    """Of a price only the newest is worth anything.
    When the client reads again it gets that, without a gap, and has never been closed."""
    room = unique("ticker:")
    stalled, ann = await flood(connect, node, room)
    await ann.request("publish", room=room, data="last")
    received = await read_up_to(stalled, "last")
    heard = numbers(received)
    assert heard == sorted(set(heard)) and len(heard) < MESSAGES
    assert not [frame for frame in received if frame["type"] == "gap"]
    assert await still_there(stalled, ann, room)


async def still_there(stalled, ann, room):
    """Whether the once stalled client gets replies and messages like everybody else."""
    await ann.request("publish", room=room, data="hello again")
    again = await stalled.read_json(type="message", data="hello again")
    return again["room"] == room and (await stalled.request("ping"))["type"] == "pong"


async def test_who_reads_gets_every_price(node, connect):
    """The policy is for those who are too slow.
    A client that keeps up hears every message, in order."""
    room = unique("ticker:")
    ann, bob = await connect(node), await connect(node)
    await join(room, ann, bob)
    for number in range(200):
        await ann.request("publish", room=room, data=number)
        assert (await bob.expect("message"))["data"] == number
