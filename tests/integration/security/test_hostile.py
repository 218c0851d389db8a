"""Attacks: each ends as the contract says, and meanwhile others are served.

Broken frames and bad requests of a single client are in test_frames, test_bad_input and test_http;
here they come in numbers, slowly, or without end.
"""

import asyncio
import json

import pytest

from support.attack import allow_sockets, drip, flood, hung_up, silent_sockets, survived
from support.channels import rooms
from support.client import join, talk, unique
from support.deadline import until
from support.raw_socket import (
    BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close_payload, frame, upgrade_request)
from support.tables import by_name

SILENT = allow_sockets(10_000)
ATTACKERS = 50

ENVELOPE = b'"v":1,"event_id":"e","scope":"room","room":"r","ts":1,"data":"forged"}'

# What somebody may publish who got hold of the Redis.
FORGED = [
    b"", b"forged", b"0:", b"0:forged", b"0:{}", b"0:[]", b"9:{" + ENVELOPE,
    b"0:{" + ENVELOPE, b'0:{"type":"closing",' + ENVELOPE, b'0:{"type":"welcome",' + ENVELOPE,
    b'0:{"type":"message",' + ENVELOPE + b"x", b'0:{"type":"message","x":"\xff",' + ENVELOPE,
    b"0:" + b"[" * 100_000, b"0:" + b'{"a":' * 100_000,
]


@pytest.fixture(scope="module")
def node(start_shared_node):
    """A node that is quick to lose patience."""
    return start_shared_node("--handshake-timeout", "2")


# -- slowly ---------------------------------------------------------------------------------------


async def test_headers_that_drip_without_end_are_cut(node, connect):
    """Slowloris: each byte is progress, but the request as a whole has its time.
    Fifty of them occupy nothing for long."""
    async with survived(connect, node) as ann:
        request = b"GET /ws HTTP/1.1\r\n" + b"X: y\r\n" * 2_000
        slow = [await connect.tcp(node) for _ in range(ATTACKERS)]
        dripping = asyncio.gather(*(drip(raw, request) for raw in slow))
        await ann.served()
        for answer in await dripping:
            assert answer == b""


async def test_frames_that_drip_delay_nobody(node, connect):
    """A slow network and a slow attacker look alike, so frames have all the time they want.
    Others do not wait for them, and in the end they are answered."""
    async with survived(connect, node) as ann:
        slow = [await connect.welcomed(node) for _ in range(ATTACKERS)]
        request = frame(TEXT, '{"type":"ping","id":"raw"}')
        dripping = asyncio.gather(*(drip_request(raw, request) for raw in slow))
        await ann.served()
        await dripping
        for raw in slow:
            await raw.close()


async def drip_request(raw, request):
    for byte in request:
        await raw.send(bytes([byte]))
        await asyncio.sleep(0)
    assert (await raw.read_json(id="raw"))["type"] == "pong"


@pytest.mark.parametrize("half", [b"", b"GE", b"GET /ws HTTP/1.1\r\nHost: ",
                                  b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"],
                         ids=["nothing", "a word", "a header", "a body"])
async def test_half_requests_are_dropped_with_their_sender(node, connect, half):
    """Who hangs up in the middle of a request wants no answer.
    Nothing is left of the connection."""
    async with survived(connect, node) as ann:
        broken = [await connect.tcp(node) for _ in range(ATTACKERS)]
        for raw in broken:
            await raw.send(half)
            raw.end_sending()
        await ann.served()
        for raw in broken:
            assert await raw.read_to_end() == b""


async def test_ten_thousand_silent_sockets_are_outlived(node, connect):
    """Sockets cost an attacker nothing. They are accepted, and given up after the handshake
    timeout, while whoever has something to say is served."""
    async with survived(connect, node) as ann:
        sockets = silent_sockets(node.port, SILENT)
        try:
            await ann.served()
            left = list(sockets)

            def all_hung_up():
                left[:] = [one for one in left if not hung_up(one)]
                return not left

            await until(all_hung_up, "the node has given up all of them", seconds=60)
        finally:
            for one in sockets:
                one.close()


# -- by way of the bus ---------------------------------------------------------------------------


async def test_forged_packets_reach_nobody(start_node, redis, connect, room):
    """Whoever can write to Redis can write anything. What is no message is dropped: no client
    takes it for the node's word, and the messages around it arrive."""
    node = start_node("--redis", redis.url)
    ann = await connect(node)
    await join(room, ann)
    (channel,) = rooms(room)
    for packet in FORGED:
        assert redis.admin.publish(channel, packet) == 1
    await talk(room, ann)
    assert ann.inbox == []


# -- in numbers -----------------------------------------------------------------------------------


async def test_connections_that_are_reset_leave_nothing_behind(node, connect):
    """Scanners and crashed machines reset connections at any moment.
    After hundreds of them, at every stage, the node is as it was."""
    publish = json.dumps({"type": "publish", "room": "reset", "data": "?"})
    async with survived(connect, node) as ann:
        for round_ in range(50):
            bare = await connect.tcp(node)
            half = await connect.tcp(node)
            await half.send(b"GET /ws HTTP/1.1\r\n")
            asking = await connect.tcp(node)
            await asking.send(upgrade_request("/ws"))
            upgraded = await connect.raw(node, unique("user"))
            member = await connect.welcomed(node)
            await member.send_frame(TEXT, '{"type":"join","room":"reset"}')
            await member.send(10 * frame(TEXT, publish) + frame(TEXT, publish)[:9])
            for raw in (bare, half, asking, upgraded, member):
                raw.reset()
            if round_ % 10 == 0:
                await ann.served(echoes=1)


async def test_a_ping_flood_is_answered_and_delays_nobody(node, connect):
    """Who pings and listens gets a pong for each, in order.
    The others get their share of the thread all the while."""
    async with survived(connect, node) as ann:
        noisy = await connect.welcomed(node)
        count = 5_000

        async def count_pongs():
            for number in range(count):
                assert (await noisy.read_until(PONG)).payload == str(number).encode()

        pongs = asyncio.create_task(count_pongs())
        for start in range(0, count, 100):
            await noisy.send(b"".join(
                frame(PING, str(number)) for number in range(start, start + 100)))
        await ann.served()
        await pongs
        await noisy.close()


async def test_empty_fragments_without_end_delay_nobody(node, connect):
    """Empty fragments make a message no longer, so no limit ends them.
    They cost their sender as much as the node; the message is answered when it ends."""
    async with survived(connect, node) as ann:
        busy = await connect.welcomed(node)
        await busy.send_frame(TEXT, '{"type":"ping","id":"raw"', final=False)
        flooding = asyncio.create_task(
            flood(busy, 500 * frame(CONTINUATION, final=False), times=100))
        await ann.served()
        assert await flooding
        await busy.send_frame(CONTINUATION, "}")
        assert (await busy.read_json(id="raw"))["type"] == "pong"
        await busy.close()


async def test_fragments_without_end_meet_the_limit_of_a_message(node, connect):
    """A message that never ends is too long sooner or later: close 1009.
    What it may occupy until then is the longest message, and no more."""
    async with survived(connect, node) as ann:
        endless = [await connect.welcomed(node) for _ in range(10)]
        piece = 100 * frame(CONTINUATION, "x" * 100, final=False)
        for raw in endless:
            await raw.send_frame(TEXT, "{", final=False)
        flooding = asyncio.gather(*(flood(raw, piece, times=7) for raw in endless))
        await ann.served()
        await flooding
        for raw in endless:
            assert await raw.close_code() == 1009
            await raw.close()


async def test_a_compression_bomb_is_not_unpacked(node, connect):
    """Compression was offered and not accepted; who compresses all the same breaks the framing.
    Ten bytes that would become a megabyte are closed with 1002."""
    async with survived(connect, node) as ann:
        for _ in range(10):
            raw, status, _, _ = await connect.http(
                node, "/ws", {"Sec-WebSocket-Extensions": "permessage-deflate"})
            assert status == 101
            await raw.send_frame(TEXT, b"\xec\xc1\x01\x01" + b"\0" * 6, reserved=4)
            assert await raw.close_code() == 1002
            await raw.close()
        await ann.served()


@by_name("last", {"a goodbye": (frame(CLOSE, close_payload(1000)), 1000),
                  "broken framing": (frame(3), 1002),
                  "a message too long": (frame(TEXT, b"{", length=2**40), 1009),
                  "a binary frame": (frame(BINARY, b"x"), 1003)})
async def test_who_is_closed_and_stays_on_the_line_is_cut(node, connect, last):
    """After the close frames it is the client's turn to end the TCP connection, or the node's to
    stop waiting for that. An attacker who keeps the socket open keeps nothing of the node."""
    words, code = last
    async with survived(connect, node) as ann:
        staying = [await connect.welcomed(node) for _ in range(ATTACKERS)]
        for raw in staying:
            await raw.send(words)
        await ann.served()
        for raw in staying:
            assert await raw.close_code() == code
