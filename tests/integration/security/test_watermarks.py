"""Bounds of the node as a whole: memory, rooms, headers, and clients that do nothing."""

import json

import pytest

from support.client import join, talk, unique
from support.deadline import until
from support.metrics import Scrape
from support.raw_socket import TEXT, frame


async def test_nobody_is_let_in_while_memory_is_short(start_node, connect):
    """Newcomers must not take the memory that those who are in may need.
    They get 503 and when to come again, or 1013."""
    node = start_node("--memory-watermark", "1000000")
    _, status, headers, body = await connect.http(node, "/ws")
    assert (status, json.loads(body)["code"]) == (503, "overloaded")
    assert int(headers["retry-after"]) > 0
    assert await (await connect.raw(node, reject="close")).close_code() == 1013


@pytest.mark.parametrize("watermark", ["0", "100%", "900000000000"])
async def test_with_memory_enough_everybody_is_welcome(start_node, connect, watermark):
    """A watermark is none, a share of what there is, or a number of bytes."""
    assert await connect(start_node("--memory-watermark", watermark))


async def test_a_node_has_so_many_rooms_at_most(start_node, connect):
    """A client could make up rooms without end.
    Over the limit there are no new ones; those there are go on, and one that ends makes room."""
    node = start_node("--max-node-rooms", "2")
    ann, bob = await connect(node), await connect(node)
    first, second, third = [unique("room") for _ in range(3)]
    await join(first, ann)
    await join(second, ann, bob)
    error = await bob.refusal("join", room=third)
    assert (error["code"], error["room"]) == ("too_many_rooms", third)
    await talk(second, ann, bob)
    await ann.request("leave", room=first)
    await until(lambda: bob.succeeds("join", room=third), "there is place for another room")
    await talk(third, bob)


@pytest.mark.parametrize("options", [
    ("--max-node-rooms", "20"), ("--max-node-rooms", "100000", "--max-user-rooms", "10")],
    ids=["a share of few", "a number"])
async def test_one_user_does_not_take_all_rooms(start_node, connect, options):
    """One user with many connections could open every room that the node may have.
    Over a share of them there are no new ones, whoever else comes finds room, and rooms that
    others have opened may still be joined."""
    node = start_node(*options, "--user-connections", "0")
    user, opened = unique("greedy"), []
    for _ in range(3):
        ann = await connect(node, user)
        for _ in range(8):
            room = unique("room")
            if await ann.succeeds("join", room=room):
                opened.append((ann, room))
    assert len(opened) == 10
    error = await ann.refusal("join", room=unique("room"))
    assert error["code"] == "too_many_rooms" and "user" in error["message"]
    bob, room = await connect(node), unique("room")
    await join(room, bob, ann)
    await talk(room, ann, bob)
    leaver, left = opened.pop()
    await leaver.request("leave", room=left)
    await until(lambda: ann.succeeds("join", room=unique("room")),
                "a room that has ended counts no more")
    assert Scrape(node)("atrium_limits_hit_total", limit="max-user-rooms") >= 15


@pytest.mark.parametrize("path, headers, status", [
    ("/ws?user=ann&x=" + "x" * 1100, {}, 414), ("/ws", {"X-Filler": "x" * 3000}, 431),
    ("/ws?user=ann&x=" + "x" * 900, {}, 101)], ids=["long URL", "long header", "just right"])
async def test_headers_and_urls_are_so_long_at_most(start_node, connect, path, headers, status):
    """What comes before the upgrade is kept in memory, too.
    Each kind of excess has its own status."""
    node = start_node("--max-header-bytes", "2048")
    _, actual, _, _ = await connect.http(node, path, headers)
    assert actual == status


async def test_who_requests_nothing_can_be_closed(start_node, connect):
    """Some operators want no connections that nobody uses.
    An idle one is closed with 1000 although it answers pings; one that asks for things is not."""
    node = start_node("--idle-timeout", "5", "--ping-interval", "2")
    idle, busy = await connect(node), await connect(node)

    async def is_closed():
        await busy.request("ping")
        return idle.seen("closing")

    await until(is_closed, "the idle connection is closed")
    assert await idle.close_code() == 1000
    assert idle.seen("closing")[0]["reconnect"] is False
    assert (await busy.ask("ping"))["type"] == "pong"


# The sanitizer keeps what is free, unless it is told not to.
FRUGAL = ("quarantine_size_mb=0:thread_local_quarantine_size_kb=0:"
          "allocator_release_to_os_interval_ms=100")


async def test_clients_are_admitted_again_when_others_have_left(start_node, connect):
    """A node is filled to its watermark, then most clients leave.
    It says that it is not ready, and why, and admits clients again within ten seconds."""
    probe = start_node("--lanes", "1", ASAN_OPTIONS=FRUGAL)
    empty = Scrape(probe)("process_resident_memory_bytes")
    mark = int(empty) + 60_000_000
    node = start_node("--lanes", "1", "--memory-watermark", str(mark), "--outbox-bytes", "33554432",
                      "--max-message-bytes", "1000000", "--bytes-per-second", "0",
                      "--ping-interval", "300", log_level="info", ASAN_OPTIONS=FRUGAL)
    hungry = []
    for _ in range(60):  # each has the node keep what it says, for it reads nothing
        raw, status, _, _ = await connect.http(node, "/ws")
        if status == 503:
            break
        hungry.append(raw)
        room = unique("room")
        assert (await raw.request("join", room=room))["type"] == "joined"
        message = frame(TEXT, json.dumps({"type": "publish", "room": room, "data": "x" * 200_000}))
        for _ in range(40):
            await raw.send(message)

    def is_full():
        return not node.report("/ready")[1]["checks"]["accepting"]["ok"]

    await until(is_full, "the node admits nobody")
    status, report = node.report("/ready")
    assert status == 503 and "memory-watermark" in report["checks"]["accepting"]["reason"]
    assert (await connect.http(node, "/ws"))[1] == 503
    for each in hungry:
        each.reset()
    await until(node.is_ready, "the node admits clients again", seconds=10)
    assert await connect(node)
