"""Durable messages when nodes and Redis fail: each arrives at least once, in order."""

import asyncio
import json

import pytest

from support.client import unique
from support.deadline import until
from support.durable import Device, place, send_all
from support.raw_socket import TEXT
from support.redis_server import AVAILABLE, RedisServer


@pytest.fixture
def bob():
    """The name of a user of the test's own."""
    return unique("bob")


@pytest.fixture
def kept_redis(tmp_path):
    """A Redis that loses nothing that it has answered, also when it is killed."""
    if not AVAILABLE:
        pytest.skip("redis-server is not installed")
    server = RedisServer(tmp_path, "--appendonly", "yes", "--appendfsync", "always")
    yield server
    server.kill()


@pytest.fixture
def nodes(start_node, kept_redis):
    """Two nodes that give up early on a bus that does not answer."""
    return [start_node("--redis", kept_redis.url, "--bus-timeout", "2") for _ in range(2)]


async def keep(sender, user, *data):
    return [(await sender.request("send", user=user, data=x, durable=True))["inbox_id"]
            for x in data]


async def test_what_was_sent_while_a_phone_was_off_arrives_on_another_node(pair, connect, bob):
    ann = await connect(pair[0])
    phone = await connect.at(pair[0].url(bob, device="phone"))
    ids = await keep(ann, bob, 1, 2)
    await phone.collect(2)
    await phone.request("ack", inbox_id=ids[0])
    await phone.close()
    ids += await keep(ann, bob, 3)
    phone = await connect.at(pair[1].url(bob, device="phone"))
    heard = await phone.collect(2)
    assert [(x["data"], x["inbox_id"]) for x in heard] == list(zip([2, 3], ids[1:]))
    await keep(ann, bob, 4)
    assert (await phone.expect("message"))["data"] == 4


async def test_a_device_on_two_nodes_has_one_cursor(pair, connect, bob):
    ann = await connect(pair[0])
    here, there = [await connect.at(node.url(bob, device="phone")) for node in pair]
    ids = await keep(ann, bob, 1, 2)
    for each in (here, there):
        assert [x["inbox_id"] for x in await each.collect(2)] == ids
    await here.request("ack", inbox_id=ids[0])
    await there.request("ack", inbox_id=ids[1])
    await here.close()
    here = await connect.at(pair[0].url(bob, device="phone"))
    await keep(ann, bob, 3)
    assert (await here.expect("message"))["data"] == 3


async def test_a_node_that_dies_in_the_middle_of_a_page_loses_nothing(nodes, connect, bob):
    """The phone has read some of it, and acknowledged less."""
    ann = await connect(nodes[0])
    await asyncio.gather(*(ann.request("send", user=bob, data=["x" * 20_000, number], durable=True)
                           for number in range(60)))
    doomed = await connect.raw(nodes[1], bob, device="phone")
    heard = []
    while len(heard) < 10:
        frame = json.loads((await doomed.read_until(TEXT)).payload)
        if frame["type"] == "message":
            heard.append(frame)
    await doomed.request("ack", inbox_id=heard[4]["inbox_id"])
    nodes[1].crash()
    phone = await connect.at(nodes[0].url(bob, device="phone"))
    again = await phone.collect(55)
    assert [x["inbox_id"] for x in again[:5]] == [x["inbox_id"] for x in heard[5:]]
    assert sorted(again, key=place) == again
    everything = {x["data"][1] for x in heard[:5] + again}
    assert everything == set(range(60))


async def test_what_the_bus_did_not_bring_is_read(nodes, connect, bob, kept_redis):
    """The link on which nodes listen breaks, and what is sent meanwhile is stored."""
    ann = await connect(nodes[0])
    phone = await connect.at(nodes[1].url(bob, device="phone"))
    sent = 0
    for _ in range(5):
        kept_redis.disconnect("pubsub")
        await keep(ann, bob, *range(sent, sent + 20))
        sent += 20
    heard = await phone.collect(sent)
    assert [x["data"] for x in heard] == list(range(sent))
    assert not phone.seen("message")


async def test_a_redis_that_is_killed_loses_no_durable_message(nodes, connect, bob, kept_redis):
    """What was answered is on its disk. The phone stays connected and gets the rest."""
    ann = await connect(nodes[0])
    phone = await connect.at(nodes[1].url(bob, device="phone"))
    ids = await keep(ann, bob, 1, 2)
    await phone.collect(2)
    kept_redis.restart()
    sending = asyncio.create_task(send_all(nodes, bob, [3, 4]))
    assert [x["data"] for x in await phone.collect(2)] == [3, 4]
    await sending
    await phone.close()
    phone = await connect.at(nodes[0].url(bob, device="phone"))
    again = await phone.collect(4)
    assert [x["data"] for x in again] == [1, 2, 3, 4]
    assert [x["inbox_id"] for x in again[:2]] == ids


async def test_every_message_arrives_whatever_fails(start_node, nodes, bob, kept_redis):
    """Redis and a node are killed, links break, the phone loses its network, while Ann sends.
    The phone and the tablet, which acknowledges seldom, have every message once and in order."""
    devices = [Device(nodes, bob, "tablet", each=7)]

    async def reach(number):
        await until(lambda: all(len(x.got) > number for x in devices), f"{number} arrives")

    # Nothing waits for a device that is not known yet, once the others have it.
    await send_all(nodes, bob, [0])
    await reach(0)
    devices.append(Device(nodes, bob, "phone"))
    await reach(0)
    sending = asyncio.create_task(send_all(nodes, bob, range(1, 400)))
    try:
        await reach(50)
        kept_redis.restart()
        await reach(100)
        await devices[0].drop()
        kept_redis.disconnect("pubsub")
        await reach(150)
        nodes[1].crash()
        await reach(200)
        nodes.append(start_node("--redis", kept_redis.url, "--bus-timeout", "2"))
        kept_redis.disconnect("normal")
        await devices[1].drop()
        await reach(250)
        kept_redis.restart()
        await sending
        await reach(399)
    finally:
        sending.cancel()
        for each in devices:
            await each.close()
    for each in devices:
        assert each.got == list(range(400)) and each.complaints == []
