"""SIGHUP and what serves the back end: bounds of the API, inboxes and events change under traffic."""

import asyncio
import json
import os

import pytest

from support.api import KEY, Backend, write_keys
from support.back_end import BackEnd
from support.client import join, unique
from support.deadline import until
from support.durable import Device, send_all
from support.inspector import look
from support.metrics import Scrape
from support.reloading import REFUSED, ConfigFile, changes, hang_up


@pytest.fixture
def file(tmp_path):
    return ConfigFile(tmp_path / "atrium.toml")


@pytest.fixture(params=["memory", "redis"])
def bus(request):
    """The options that a node on this bus has beside those of the test."""
    if request.param == "memory":
        return {}
    return {"redis": request.getfixturevalue("redis").url, "namespace": unique("reload")}


class Talk:
    """Publishes numbers in a room, one after the other, until it is ended."""

    def __init__(self, client, room):
        self.count = 0
        self._ends = False
        self._task = asyncio.create_task(self._publish(client, room))

    async def _publish(self, client, room):
        while not self._ends:
            await client.request("publish", room=room, data=self.count)
            self.count += 1

    async def end(self):
        self._ends = True
        await self._task


# -- API ----------------------------------------------------------------------------------------


def publish(node, size, key=None):
    """Publishes by a body of so many bytes; returns the status."""
    body = json.dumps({"channel": "big", "data": ""})
    body = body.replace('""', '"' + "x" * (size - len(body)) + '"')
    backend = Backend(node, key)
    try:
        return backend.post("/api/publish", body).status
    finally:
        backend.close()


async def test_the_largest_body_changes_under_traffic(start_node, connect, file):
    """The bound is raised, lowered, and with a mistake elsewhere left as it is.
    Meanwhile somebody publishes all the time, and nothing of that is lost."""
    file.write(api_max_bytes=1024)
    node = start_node("--config", str(file.path))
    ann, bob = await connect(node), await connect(node)
    await join("lobby", ann, bob)
    talk = Talk(ann, "lobby")
    assert (publish(node, 1024), publish(node, 1025)) == (200, 413)
    file.write(api_max_bytes=50_000, api_pending_bytes=65_536, api_concurrency=5)
    said = await hang_up(node)
    assert "option=api-max-bytes from=1024 to=50000" in said and len(changes(said)) == 3
    assert (publish(node, 50_000), publish(node, 50_001)) == (200, 413)
    file.write_text("api-max-bytes = 2000\napi-pending-bytes = 70000\nmax-rooms = 0\n")
    await hang_up(node, REFUSED)
    assert publish(node, 50_000) == 200
    file.write(api_max_bytes=2000)
    await hang_up(node)
    assert (publish(node, 2000), publish(node, 2001)) == (200, 413)
    await talk.end()
    heard = await bob.collect(talk.count, room="lobby")
    assert [x["data"] for x in heard] == list(range(talk.count))


async def test_the_file_of_keys_changes(start_node, file, tmp_path):
    """Another file counts at once; a bad one changes nothing else, either."""
    other = "the-key-of-another-back-end"
    first = write_keys(tmp_path / "first", f"shop:{KEY}")
    second = write_keys(tmp_path / "second", f"shop:{other}")
    bad = write_keys(tmp_path / "bad", "shop")
    file.write(api_key_file=first, api_max_bytes=1024)
    node = start_node("--config", str(file.path))
    assert (publish(node, 100, KEY), publish(node, 100, other)) == (200, 401)
    file.write(api_key_file=bad, api_max_bytes=5000)
    assert "goes on with its old keys of the API" in await hang_up(node, REFUSED)
    assert (publish(node, 100, KEY), publish(node, 1025, KEY)) == (200, 413)
    file.write(api_key_file=second, api_max_bytes=5000)
    await hang_up(node)
    assert (publish(node, 100, KEY), publish(node, 1025, other)) == (401, 200)


async def test_the_api_is_opened_and_closed_by_a_restart_only(start_node, file, tmp_path):
    """Without the file in its options the node goes on asking for the keys, and says so."""
    keys = write_keys(tmp_path / "keys", f"shop:{KEY}")
    file.write(api_key_file=keys)
    node = start_node("--config", str(file.path))
    file.write()
    said = await hang_up(node)
    assert "option=api-key-file because=" in said and "asks for keys is settled" in said
    assert (publish(node, 100), publish(node, 100, KEY)) == (401, 200)
    node = start_node("--config", str(file.path))
    file.write(api_key_file=keys)
    assert "option=api-key-file because=" in await hang_up(node)
    assert publish(node, 100) == 200


async def test_a_pipe_in_place_of_a_file_holds_nothing_up(start_node, file, tmp_path):
    """Nobody writes to it. The node refuses it, goes on, and stops when it is told to."""
    keys = write_keys(tmp_path / "keys", f"shop:{KEY}")
    file.write(api_key_file=keys)
    node = start_node("--config", str(file.path))
    os.remove(keys)
    os.mkfifo(keys)
    assert "keys cannot be read" in await hang_up(node, REFUSED)
    assert publish(node, 100, KEY) == 200
    node.stop()


# -- inboxes ------------------------------------------------------------------------------------


def dead_letters(node):
    return [(x["user"], x["why"]) for x in look(node, "/dead-letters")["dead_letters"]]


async def test_what_an_inbox_keeps_changes(start_node, connect, file, bus):
    """Five messages wait; the bound becomes two. Who comes gets all five; the next message
    pushes out what is too much, and that is a dead letter. Off needs a restart."""
    file.write(inbox_max=10, **bus)
    node = start_node("--config", str(file.path))
    ann = await connect(node)
    await send_all([node], "bob", range(5))
    file.write(inbox_max=2, **bus)
    assert "option=inbox-max from=10 to=2" in await hang_up(node)
    phone = await connect.at(node.url("bob", device="phone"))
    assert [x["data"] for x in await phone.collect(5)] == list(range(5))
    await phone.close()
    await ann.request("send", user="bob", data=5, durable=True)
    phone = await connect.at(node.url("bob", device="phone"))
    assert [x["data"] for x in await phone.collect(2)] == [4, 5]
    await until(lambda: dead_letters(node) == [("bob", "too_many")] * 4, "four are given up")
    file.write(inbox_max=0, **bus)
    said = await hang_up(node)
    assert "option=inbox-max because=" in said and "a part of the node" in said
    await ann.request("send", user="bob", data=6, durable=True)


async def test_the_time_of_an_inbox_changes(start_node, connect, file, bus):
    file.write(inbox_ttl=3600, lease=1, **bus)
    node = start_node("--config", str(file.path))
    ann = await connect(node)
    await ann.request("send", user="bob", data=1, durable=True)
    file.write(inbox_ttl=1, lease=1, **bus)
    await hang_up(node)
    await ann.request("send", user="bob", data=2, durable=True)
    await until(lambda: dead_letters(node) == [("bob", "expired")] * 2, "both have expired")


async def test_inboxes_lose_nothing_while_bounds_change(start_node, file, bus):
    """A device follows its inbox over bad connections, while someone sends and bounds change."""
    file.write(inbox_max=1000, **bus)
    node = start_node("--config", str(file.path))
    phone = Device([node], "bob")
    sending = asyncio.create_task(send_all([node], "bob", range(300)))
    for most in (400, 900, 350):
        file.write(inbox_max=most, inbox_ttl=3600 + most, **bus)
        await hang_up(node)
        await phone.drop()
    await sending
    await until(lambda: len(phone.got) == 300, "the device has everything")
    await phone.close()
    assert phone.got == list(range(300)) and not phone.complaints
    assert dead_letters(node) == []


# -- events -------------------------------------------------------------------------------------


async def visit(client, room, times):
    """Joins and leaves, so many times."""
    for number in range(times):
        await client.post("join", id=2 * number, room=room)
        await client.post("leave", id=2 * number + 1, room=room)
    for number in range(2 * times):
        await client.take(id=number)


async def test_the_bound_of_events_changes(start_node, connect, file):
    """The back end fails, and more waits than may: arrivals are dropped. With a higher bound
    no more are; when the back end is well it hears all that was not dropped."""
    back_end = BackEnd()
    back_end.answers.extend([503] * 1000)
    target = f"http://127.0.0.1:{await back_end.start()}/hear?x=1"
    file.write(events=target, events_max_bytes=65_536)
    node = start_node("--config", str(file.path))
    ann = await connect(node)
    room, visits = "r" * 120, 0

    def dropped():
        return Scrape(node)("atrium_events_dropped_total", reason="full")

    while not dropped():
        await visit(ann, room, 100)
        visits += 100
        assert visits < 10_000
    file.write(events=target, events_max_bytes=1 << 30)
    assert "option=events-max-bytes from=65536" in await hang_up(node)
    lost = dropped()
    await visit(ann, room, 300)
    assert dropped() == lost
    back_end.answers.clear()
    told = visits + 300 - lost
    await until(lambda: sum(x["type"] == "left" for x in back_end.events) == told,
                "the back end hears what waited")
    assert [x["n"] for x in back_end.events] == list(range(1, len(back_end.events) + 1))
    assert sum(x["type"] == "joined" for x in back_end.events) == told


async def test_the_file_of_the_secret_changes(start_node, connect, file, tmp_path):
    """Events are signed by the key in another file from one request to the next; none is lost."""
    keys = {name: name.encode() * 10 for name in ("first", "second")}
    for name, key in keys.items():
        (tmp_path / name).write_bytes(key)
    back_end = BackEnd(keys["first"])
    target = f"http://127.0.0.1:{await back_end.start()}/hear?x=1"
    file.write(events=target, events_secret_file=str(tmp_path / "first"))
    node = start_node("--config", str(file.path))
    ann = await connect(node)
    await visit(ann, "lobby", 5)
    await until(lambda: len(back_end.events) == 21, "the first visits are told")
    file.write(events=target, events_secret_file=str(tmp_path / "second"))
    await hang_up(node)
    back_end.key = keys["second"]
    await visit(ann, "lobby", 5)
    await until(lambda: len(back_end.events) == 41, "the other visits are told")
    file.write(events=target, events_secret_file=str(tmp_path / "nowhere"))
    assert "goes on with its old key for events" in await hang_up(node, REFUSED)
    file.write(events=target)
    said = await hang_up(node)
    assert "option_needs_restart" in said and "option=events-secret-file" in said
    os.remove(tmp_path / "second")
    said = await hang_up(node, REFUSED)
    assert "options that need a restart stay as they were: events-secret-file" in said
    await visit(ann, "lobby", 1)
    await until(lambda: len(back_end.events) == 45, "events are signed as before")


# -- the bus ------------------------------------------------------------------------------------


async def test_what_may_wait_for_redis_changes(start_node, connect, file, redis):
    """Redis hangs. With the bound that is changed meanwhile more may wait; none of these is lost.
    The bound is for all buses of the node, and each has its share: that of the lane, that of the
    internal listener, and the one of all others."""
    file.write(redis=redis.url, bus_pending=3, lanes=1)
    node = start_node("--config", str(file.path))
    ann = await connect(node)
    await join("lobby", ann)
    redis.stall()
    for number in range(3):
        await ann.post("publish", id=number, room="lobby", data=number)
    for _ in range(2):
        await ann.expect("error", code="bus_unavailable")
    file.write(redis=redis.url, bus_pending=9, lanes=1)
    await hang_up(node)
    for number in range(3, 6):
        await ann.post("publish", id=number, room="lobby", data=number)
    await ann.expect("error", id=5, code="bus_unavailable")
    redis.resume()
    heard = await ann.collect(3, room="lobby")
    assert [x["data"] for x in heard] == [0, 3, 4]
