"""A node that is told to stop lets load balancers notice, then clients leave in order."""

import asyncio
import contextlib
import signal
import time

import pytest

from support.client import join, talk
from support.deadline import until, wait_until
from support.raw_socket import Ended


async def is_draining(node):
    def drains():
        status, report = node.report("/ready")
        return status == 503 and report["checks"]["staying"] == {
            "ok": False, "reason": "the node is draining"}

    await until(drains, "the node says that it drains")


async def accepts_nobody(node):
    """Waits until the listener is closed."""
    async def refused():
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", node.port)
        except ConnectionRefusedError:
            return True
        except ConnectionResetError:
            return False  # it waited to be accepted when the listener closed
        writer.close()
        return False

    await until(refused, "the listener is closed")


async def test_while_load_balancers_take_notice_clients_are_served(start_node, connect, room):
    """For the drain delay the node says that it is not ready, and is healthy.
    Who is there can talk, and who comes is let in, until it is over."""
    node = start_node("--drain-delay", "2000")
    await until(node.is_ready, "the node is ready")
    ann = await connect(node)
    begin = time.monotonic()
    node.interrupt()
    await is_draining(node)
    assert node.report("/health")[0] == 200
    bob = await connect(node)
    await join(room, ann, bob)
    await talk(room, ann, bob)
    for client in (ann, bob):
        assert (await client.expect("closing"))["code"] == 1001
        assert await client.close_code() == 1001
    assert time.monotonic() - begin >= 2
    assert await node.exit_code() == 0


async def test_afterwards_nobody_is_let_in(start_node, connect):
    """When clients are being closed, newcomers would have to leave at once.
    The listener is closed, and who is connected already gets no upgrade."""
    node = start_node("--grace", "4")
    await connect.raw(node)  # does not answer the close, so the node has to wait
    waiting = await connect.tcp(node)
    node.interrupt()
    await accepts_nobody(node)
    await waiting.send(b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
                       b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                       b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
    with contextlib.suppress(Ended):
        assert (await waiting.read_response())[0] == 503
    assert await node.exit_code() == 0


async def test_clients_are_to_come_back_at_different_times(start_node, connect):
    """All clients at once would be too much for the other nodes.
    Each gets a hint of its own, spread over the drain window."""
    node = start_node("--drain-window", "60000")
    clients = [await connect(node) for _ in range(30)]
    node.interrupt()
    hints = [(await client.expect("closing"))["after_ms"] for client in clients]
    assert all(0 <= hint <= 60000 for hint in hints)
    assert max(hints) - min(hints) > 6000
    assert await node.exit_code() == 0


async def test_many_clients_are_closed_at_a_paced_rate(start_node, connect):
    """With more clients than can be closed at once they go a slice at a time (drain_test).
    Each is told and closed."""
    node = start_node("--lanes", "1", "--drain-window", "1000", "--grace", "20")
    clients = [await connect(node) for _ in range(500)]
    node.interrupt()

    async def goes(client):
        assert (await client.expect("closing"))["reconnect"] is True
        assert await client.close_code() == 1001

    await asyncio.gather(*map(goes, clients))
    assert await node.exit_code() == 0


async def test_a_publisher_is_told_before_the_close(start_node, redis, connect, room):
    """A message was accepted and waits for a Redis that does not answer.
    Its publisher learns what became of it before the connection is closed."""
    node = start_node("--redis", redis.url, "--bus-timeout", "2")
    ann = await connect(node)
    await join(room, ann)
    redis.stall()
    await ann.post("publish", id="late", room=room, data="?")
    await ann.request("ping")  # the node has read the message
    node.interrupt()
    assert (await ann.next())["code"] in ("timeout", "bus_unavailable")
    assert (await ann.next())["type"] == "closing"
    assert await ann.close_code() == 1001
    redis.resume()
    assert await node.exit_code() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_ends_the_node_at_once(start_node, connect, number):
    """An operator in a hurry does not want to wait for anything.
    The second signal, of whichever kind, ends the process."""
    node = start_node("--drain-delay", "600000")
    await until(node.is_ready, "the node is ready")
    ann = await connect(node)
    node.interrupt()
    await is_draining(node)
    node.good_end = -number
    node.interrupt(number)
    assert await node.exit_code() == node.good_end
    await ann.close()


def test_a_node_that_nobody_uses_takes_no_longer_than_the_delay(start_node):
    """There is nobody to spread over the window.
    The node ends long before it is over."""
    node = start_node("--drain-window", "600000")
    wait_until(node.is_ready, "the node is ready")
    node.interrupt()
    assert node.wait_exit_code() == 0
