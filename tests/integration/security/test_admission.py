"""How many clients are admitted: by address, by the second, and before the upgrade."""

import http.client
import json

import pytest

from support.client import join, talk
from support.deadline import until, wait_until
from support.node import fetch
from support.raw_socket import Ended, RawSocket

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


async def test_an_address_has_so_many_connections_at_most(start_node, connect, room):
    """One address must not take all places of a node.
    Over its limit it gets 429, or 1013; when one of its connections goes, there is room."""
    node = start_node("--connections-per-address", "2")
    ann, bob = await connect(node), await connect(node)
    assert (await refusal(connect, node))["code"] == "too_many_connections"
    closed = await connect.raw(node, reject="close")
    assert await closed.refusal_code() == OVERLOADED
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
    closed = await connect.raw(node, reject="close")
    assert await closed.refusal_code() == OVERLOADED
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


async def test_idle_sockets_of_one_address_lock_nobody_out(start_node, connect, room):
    """A hundred sockets that have asked for something and are kept open fill all places.
    The longest idle one makes place for who comes, from the same address as from others."""
    node = start_node("--max-pending", "100")
    for _ in range(100):
        idle = await connect.tcp(node)
        await idle.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert (await idle.read_response())[0] == 200
    ann, bob = await connect(node), await connect(node)
    await join(room, ann, bob)
    await talk(room, ann, bob)
    assert fetch(node.internal_port, "/ready")[0] == 200
    other = http.client.HTTPConnection("127.0.0.1", node.port, timeout=5,
                                       source_address=("127.0.0.2", 0))
    other.request("GET", "/ready")
    assert other.getresponse().status == 200
    other.close()


async def test_requests_do_not_make_the_time_to_the_upgrade_longer(start_node, connect):
    """A client asks for one thing after the other on a connection of the public listener.
    It has the handshake timeout for all of them together; an operator has it for each."""
    node = start_node("--handshake-timeout", "1")
    request = b"GET /ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    client, operator = await connect.tcp(node), await RawSocket.open(node.internal_port)

    async def is_cut():
        await operator.send(request)
        await operator.read_response()
        await client.send(request)
        try:
            await client.read_response()
            return False
        except Ended:
            return True

    await until(is_cut, "the client is cut", seconds=8)
    await operator.send(request)
    assert (await operator.read_response())[0] in (200, 503)
    await operator.close()


async def test_sockets_of_the_internal_listener_are_bounded(start_node, connect):
    """Whoever may ask for reports may also leave connections open.
    The longest idle ones go, and reports are still there."""
    node = start_node()
    idle = [await RawSocket.open(node.internal_port) for _ in range(100)]
    wait_until(lambda: fetch(node.internal_port, "/health")[0] == 200, "the report is there")
    assert await idle[0].read_to_end() == b""
    for each in idle:
        await each.close()
