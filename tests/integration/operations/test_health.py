"""What a node says about itself, and to whom: /health and /ready."""

import contextlib
import json
import re
import socket

import pytest

from support.client import join, talk, unique
from support.deadline import until, wait_until
from support.inspector import look
from support.metrics import Scrape
from support.node import binary, fetch, run_node
from support.raw_socket import upgrade_request


def test_a_fresh_node_is_healthy_and_becomes_ready(start_node):
    """Nothing is wrong with a node that has just started.
    It says so, check by check."""
    node = start_node("--lanes", "2")
    status, report = node.report("/health")
    assert status == 200
    good = {"ok": True}
    assert report == {"healthy": True, "checks": {
        "lane-0": good, "lane-1": good, "scheduler": good, "bus": good}}
    wait_until(node.is_ready, "the node is ready")
    assert node.report("/ready")[1] == {"ready": True, "checks": {
        "accepting": good, "staying": good, "bus": good}}


def test_a_node_on_redis_becomes_ready(start_node, redis):
    """The check of the bus is a message that goes to Redis and comes back.
    With a Redis that works the node is ready."""
    node = start_node("--redis", redis.url)
    wait_until(node.is_ready, "the node is ready")


@pytest.mark.parametrize("outage", ["kill", "stall", "pause"])
def test_without_redis_a_node_is_healthy_but_not_ready(start_node, redis, outage):
    """Redis breaks, hangs, or answers nothing but pings: a restart of the node would not help.
    It says that it is not ready, and why, until Redis is back."""
    node = start_node("--redis", redis.url)
    wait_until(node.is_ready, "the node is ready")
    if outage == "pause":
        redis.admin.client_pause(60_000, all=False)  # PINGs are answered, PUBLISH is not
    else:
        getattr(redis, outage)()
    wait_until(lambda: not node.is_ready(), "the node notices")
    status, report = node.report("/ready")
    assert status == 503 and report["ready"] is False
    assert report["checks"]["accepting"]["ok"] is True
    assert report["checks"]["bus"]["ok"] is False
    assert report["checks"]["bus"]["reason"].startswith("no echo for ")
    assert node.report("/health")[0] == 200
    {"kill": redis.start, "stall": redis.resume, "pause": redis.admin.client_unpause}[outage]()
    wait_until(node.is_ready, "the node is ready again")


def test_a_node_that_never_had_redis_is_not_ready(start_node, redis):
    """A node starts while Redis is away.
    It serves its reports, and is not ready."""
    redis.kill()
    node = start_node("--redis", redis.url)
    assert node.report("/ready")[0] == 503
    assert node.report("/health")[0] == 200
    redis.start()
    wait_until(node.is_ready, "the node is ready")


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
    await until(node.is_ready, "the node is ready")


@pytest.fixture
def start_stuck_node(start_node):
    """Starts a node whose workers can be blocked: it has rooms that do so."""
    def start(*options):
        node = start_node("--workers", "2", "--user-connections", "0", *options,
                          program=binary().parents[1] / "tests" / "blocking_room")
        node.good_end = 1  # hooks that block cannot be ended
        return node

    return start


async def test_blocking_hooks_do_not_get_a_node_restarted(start_stuck_node, connect):
    """Two rooms keep both workers for themselves: a restart would only bring them back.
    The node is healthy, lets nobody in, and the log names the rooms; a stop has its bound."""
    node = start_stuck_node("--grace", "1", "--drain-window", "0")
    await until(node.is_ready, "the node is ready")
    rooms = [unique("stuck:room") for _ in range(2)]
    for room in rooms:
        client = await connect(node)
        await join(room, client)
        await client.post("publish", room=room, data="x")
    await until(lambda: not node.is_ready(), "the node notices")
    assert "scheduler" in node.report("/ready")[1]["checks"]["accepting"]["reason"]
    await until(lambda: all(re.search(f"room_hook_slow: .* room={x}", node.log) for x in rooms),
                "the log names the rooms")
    assert node.report("/health")[0] == 200
    assert Scrape(node)("atrium_room_hooks_slow") == 2
    node.interrupt()
    assert await node.exit_code(15) == 1
    assert re.search("node_stop_failed: .* waits_for=.*hook of room", node.log)


async def test_blocking_hooks_keep_no_plain_room_waiting(start_stuck_node, connect, room):
    """All workers are kept for a minute. Rooms without logic are opened and left, members
    publish, and users get what is sent to them, as if nothing had happened."""
    node = start_stuck_node()
    ann, bob = await connect(node), await connect(node)
    for name in [unique("stuck:room") for _ in range(2)]:
        await join(name, ann)
        await ann.post("publish", room=name, data="x")
    await until(lambda: Scrape(node)("atrium_room_hooks_slow") == 2, "both workers are kept")
    await join(room, ann, bob)
    for number in range(20):
        await ann.request("publish", room=room, data=number)
        assert (await bob.expect("message", room=room))["data"] == number
        await bob.request("send", user=ann.user, data=number)
        assert (await ann.expect("message", scope="user"))["data"] == number
    await bob.request("leave", room=room)


async def test_a_lane_that_is_stuck_is_named(start_stuck_node, connect):
    """A room that was registered for lanes keeps one of them for itself: its clients get nothing,
    which a restart may mend. Health and the inspector name the lane, and the log names the room;
    clients of the other lane are served, and a stop has its bound."""
    node = start_stuck_node("--lanes", "2", "--grace", "1", "--drain-window", "0")
    await until(node.is_ready, "the node is ready")
    clients = [await connect(node) for _ in range(8)]
    room = unique("stuck-lane:room")
    await join(room, clients[0])
    await clients[0].post("publish", room=room, data="x")
    await until(lambda: node.report("/health")[0] == 503, "the node notices")
    checks = node.report("/health")[1]["checks"]
    stuck, = (name for name, check in checks.items() if not check["ok"])
    assert stuck in ("lane-0", "lane-1") and "no answer for" in checks[stuck]["reason"]
    assert stuck in node.report("/ready")[1]["checks"]["accepting"]["reason"]
    await until(lambda: re.search(f"room_hook_slow: .* room={room}", node.log), "the log says why")
    assert len(Scrape(node).by("atrium_lane_busy_seconds_total", "lane")) == 2
    lanes = {x["name"]: x.get("stuck", False) for x in look(node, "")["lanes"]}
    assert lanes == {"lane-0": stuck == "lane-0", "lane-1": stuck == "lane-1"}
    shown = look(node, "/connections?limit=100")
    others = {x["id"] for x in shown["connections"]}
    served = [x for x in clients if x.connection in others]
    assert shown["partial"] and len(served) == len(others) == 4
    for client in served:
        await client.request("ping")
    node.interrupt()
    assert await node.exit_code(15) == 1
    assert re.search(f"node_stop_failed: .* waits_for=.*hook of room {room}", node.log)


def test_reports_are_there_when_there_are_no_files_left(start_node):
    """Clients take all file descriptors that they can get.
    Operators have some of their own, and the node says that it takes no more clients."""
    node = start_node("--user-connections", "0", files=200)
    wait_until(node.is_ready, "the node is ready")
    assert "connections_clamped" in node.log
    with contextlib.ExitStack() as stack:
        for _ in range(300):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", node.port)))
            client.sendall(upgrade_request("/ws"))
        wait_until(lambda: not node.is_ready(), "the node is full")
        assert "max-" in node.report("/ready")[1]["checks"]["accepting"]["reason"]
        for _ in range(20):
            assert node.report("/health")[0] == 200
        assert "listener_paused" not in node.log
    wait_until(node.is_ready, "the node has place again")
