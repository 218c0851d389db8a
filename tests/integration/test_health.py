"""What a node says about itself, and to whom: /health and /ready."""

import json

import pytest

from client import join, talk
from deadline import until, wait_until
from node import fetch, run_node


def is_ready(node):
    return node.report("/ready")[0] == 200


def test_a_fresh_node_is_healthy_and_becomes_ready(start_node):
    """Nothing is wrong with a node that has just started.
    It says so, check by check."""
    node = start_node("--lanes", "2")
    status, report = node.report("/health")
    assert status == 200
    good = {"ok": True}
    assert report == {"healthy": True, "checks": {
        "lane-0": good, "lane-1": good, "scheduler": good, "bus": good}}
    wait_until(lambda: is_ready(node), "the node is ready")
    assert node.report("/ready")[1] == {"ready": True, "checks": {
        "accepting": good, "staying": good, "bus": good}}


def test_a_node_on_redis_becomes_ready(start_node, redis):
    """The check of the bus is a message that goes to Redis and comes back.
    With a Redis that works the node is ready."""
    node = start_node("--redis", redis.url)
    wait_until(lambda: is_ready(node), "the node is ready")


@pytest.mark.parametrize("outage", ["kill", "stall", "pause"])
def test_without_redis_a_node_is_healthy_but_not_ready(start_node, redis, outage):
    """Redis breaks, hangs, or answers nothing but pings: a restart of the node would not help.
    It says that it is not ready, and why, until Redis is back."""
    node = start_node("--redis", redis.url)
    wait_until(lambda: is_ready(node), "the node is ready")
    if outage == "pause":
        redis.admin.client_pause(60_000, all=False)  # PINGs are answered, PUBLISH is not
    else:
        getattr(redis, outage)()
    wait_until(lambda: not is_ready(node), "the node notices")
    status, report = node.report("/ready")
    assert status == 503 and report["ready"] is False
    assert report["checks"]["accepting"]["ok"] is True
    assert report["checks"]["bus"]["ok"] is False
    assert report["checks"]["bus"]["reason"].startswith("no echo for ")
    assert node.report("/health")[0] == 200
    {"kill": redis.start, "stall": redis.resume, "pause": redis.admin.client_unpause}[outage]()
    wait_until(lambda: is_ready(node), "the node is ready again")


def test_a_node_that_never_had_redis_is_not_ready(start_node, redis):
    """A node starts while Redis is away.
    It serves its reports, and is not ready."""
    redis.kill()
    node = start_node("--redis", redis.url)
    assert node.report("/ready")[0] == 503
    assert node.report("/health")[0] == 200
    redis.start()
    wait_until(lambda: is_ready(node), "the node is ready")


def test_clients_learn_no_more_than_whether_a_node_is_ready(start_node):
    """A load balancer may ask at the public port; strangers may, too.
    They get yes or no, and nothing of what is for operators."""
    node = start_node()
    wait_until(lambda: fetch(node.port, "/ready")[0] == 200, "the node is ready")
    assert json.loads(fetch(node.port, "/ready")[2]) == {"ready": True}
    assert fetch(node.port, "/health")[0] == 404


def test_operators_get_neither_the_page_nor_a_websocket(start_node):
    """What clients need is not on the internal port.
    There are reports only, and they can be read only."""
    node = start_node()
    assert fetch(node.internal_port, "/")[0] == 404
    assert fetch(node.internal_port, "/ws")[0] == 404
    status, _, body = fetch(node.internal_port, "/health", "HEAD")
    assert (status, body) == (200, b"")
    assert fetch(node.internal_port, "/health", "POST")[0] == 405


async def test_the_internal_listener_can_be_off(start_node, connect, room):
    """Who does not want it does without.
    Clients do not notice."""
    node = start_node("--internal", "off")
    assert node.internal_port is None
    ann = await connect(node)
    await join(room, ann)
    await talk(room, ann)


def test_an_internal_address_for_everybody_is_pointed_out(start_node):
    """A probe from outside needs an address that is not loopback.
    That is allowed, and the log warns."""
    node = start_node("--internal", "0.0.0.0:0")
    assert node.report("/health")[0] == 200
    assert "anybody who reaches 0.0.0.0:" in node.log


def test_an_internal_port_in_use_is_a_clear_error(start_node):
    """The internal port may be taken by something else.
    The node says so, and does not start without."""
    taken = f"127.0.0.1:{start_node().internal_port}"
    result = run_node("--listen", "127.0.0.1:0", "--internal", taken)
    assert result.returncode == 1
    assert "internal" in result.stderr and taken in result.stderr


async def test_reports_are_there_while_clients_are_many(start_node, connect, room):
    """The reports come from a thread of their own.
    Asking for them disturbs nobody."""
    node = start_node("--lanes", "1")
    clients = [await connect(node) for _ in range(20)]
    await join(room, *clients)
    for client in clients:
        await client.request("publish", room=room, data="x")
        assert node.report("/health")[0] == 200
    await until(lambda: is_ready(node), "the node is ready")
