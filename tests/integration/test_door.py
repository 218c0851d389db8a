"""How many may come in: by address, by the second, and before they have said what they want."""

import json

import pytest

from client import join, talk
from deadline import until
from raw_socket import TEXT, Ended

OVERLOADED = 1013


async def is_let_in(connect, node):
    """Whether an upgrade succeeds; the connection is given up again if so."""
    raw, status, _, _ = await connect.http(node, "/ws")
    await raw.close()
    assert status in (101, 429, 503)
    return status == 101


async def refusal(connect, node):
    """The JSON of a refusal by 429, which must say when to come again."""
    _, status, headers, body = await connect.http(node, "/ws")
    assert status == 429
    assert int(headers["retry-after"]) > 0
    return json.loads(body)


async def close_code_of_refusal(connect, node):
    """The same as a browser gets it: a close code, and no welcome before it."""
    raw = await connect.raw(node, reject="close")
    while (received := await raw.read_frame()).opcode == TEXT:
        assert json.loads(received.payload)["type"] == "closing"
    return int.from_bytes(received.payload[:2], "big")


async def test_an_address_has_so_many_connections_at_most(start_node, connect, room):
    """One address must not take all places of a node.
    Over its limit it gets 429, or 1013; when one of its connections goes, there is room."""
    node = start_node("--connections-per-address", "2")
    ann, bob = await connect(node), await connect(node)
    assert (await refusal(connect, node))["code"] == "too_many_connections"
    assert await close_code_of_refusal(connect, node) == OVERLOADED
    await join(room, ann, bob)
    await talk(room, ann, bob)
    await bob.abort()
    await until(lambda: is_let_in(connect, node), "the place is free again")
    assert (await ann.ask("ping"))["type"] == "pong"


@pytest.mark.parametrize("options", [("--connections-per-address", "2"), ("--max-connections", "2")])
async def test_clients_whose_network_is_gone_keep_nobody_out(start_node, connect, options):
    """A client that does not answer holds its place until the second ping would be due.
    When places are short it is asked at once, and one that answers stays."""
    node = start_node(*options)
    ann, gone = await connect(node), await connect.raw(node)
    assert (await gone.read_json())["type"] == "welcome"
    assert not await is_let_in(connect, node)
    await until(lambda: is_let_in(connect, node), "there is a place again")
    assert await gone.close_code() == 4002
    assert (await ann.ask("ping"))["type"] == "pong"


async def test_handshakes_have_a_rate(start_node, connect):
    """A crowd that comes back at once comes in at a pace that the node can stand.
    Who is too early gets 429, or 1013, and is let in later."""
    node = start_node("--handshakes-per-second", "1")
    await connect(node)
    assert (await refusal(connect, node))["code"] == "rate_limited"
    assert await close_code_of_refusal(connect, node) == OVERLOADED
    await until(lambda: is_let_in(connect, node), "there is room for another")


@pytest.mark.parametrize("beginning", [b"", b"GET /ws HTTP/1.1\r\nHost: x\r\n"],
                         ids=["silent", "half a request"])
async def test_those_who_do_not_come_to_the_point_are_bounded(start_node, connect, room, beginning):
    """Sockets that are open and do nothing cost the node something, too.
    Over the bound they are closed at once; who is in notices nothing of it."""
    node = start_node("--max-pending", "3", "--handshake-timeout", "3")
    ann, bob = await connect(node), await connect(node)
    await join(room, ann, bob)
    silent = [await connect.tcp(node) for _ in range(20)]
    for each in silent:
        await each.send(beginning)
    await talk(room, ann, bob)
    for each in silent:
        assert await each.read_to_end() == b""
    await connect(node)


async def test_a_refused_browser_counts_until_it_has_gone(start_node, connect):
    """To be refused by close code takes an upgrade, and with it a socket.
    Such sockets are bounded like those before the upgrade."""
    node = start_node("--max-pending", "2", "--connections-per-address", "1")
    ann = await connect(node)
    lingering = [await connect.raw(node, reject="close") for _ in range(2)]
    turned_away = await connect.tcp(node)
    assert await turned_away.read_to_end() == b""
    assert (await ann.ask("ping"))["type"] == "pong"
    for each in lingering:
        await each.close()
    await until(lambda: is_answered(connect, node), "requests are answered again")


async def is_answered(connect, node):
    try:
        _, status, _, _ = await connect.http(node, "/")
        return status == 200
    except Ended:
        return False
