"""A node that is told to stop says goodbye, keeps its word, and leaves the others alone."""

import asyncio
import json
import os
import pathlib
import signal
import subprocess
from http.client import HTTPException

import pytest

from support.api import Backend
from support.channels import ALL, rooms, subscribed, users
from support.client import Closed, join, talk, unique
from support.deadline import until, wait_until
from support.node import binary, environment


async def assert_closing(client):
    """The client has been told, and then closed with the code for a node that goes away."""
    closing = await client.expect("closing")
    assert closing["code"] == 1001 and closing["reconnect"] is True
    assert closing["after_ms"] >= 0
    assert await client.close_code() == 1001


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_clients_are_told_to_return_and_the_node_ends(start_node, connect, room, number):
    """Whether stopped by an operator's Ctrl-C or by a service manager, it is the same.
    Every client is told to come back, with a hint when, and the process ends well."""
    node = start_node()
    clients = [await connect(node) for _ in range(20)]
    await join(room, *clients)
    node.interrupt(number)
    for client in clients:
        await assert_closing(client)
    assert await node.exit_code() == 0


@pytest.mark.parametrize("bus", ["memory", "redis"])
def test_an_idle_node_exits_with_0(start_node, request, bus):
    """A node without clients has nobody to say goodbye to.
    It ends well, with either bus."""
    options = []
    if bus == "redis":
        options = ["--redis", request.getfixturevalue("redis").url]
    node = start_node(*options)
    node.interrupt()
    assert node.wait_exit_code() == 0


async def publish_until_closed(client, room):
    """Publishes as fast as it is confirmed; returns the numbers that were."""
    confirmed = set()
    while True:
        try:
            reply = await client.ask("publish", id=len(confirmed), room=room, data=len(confirmed))
        except Closed:
            return confirmed
        if reply["type"] == "published":
            confirmed.add(reply["id"])


async def test_under_load_what_was_confirmed_is_delivered(start_node, redis, connect, room):
    """A node is stopped in the middle of a busy conversation that spans two nodes.
    All that was confirmed reaches the other node, whose clients go on among themselves."""
    going, staying = [start_node("--redis", redis.url) for _ in range(2)]
    speakers = [await connect(going) for _ in range(10)]
    bob, eve = await connect(staying), await connect(staying)
    await join(room, *speakers, bob, eve)
    load = [asyncio.create_task(publish_until_closed(speaker, room)) for speaker in speakers]
    await bob.collect(100)
    going.interrupt()
    confirmed = await asyncio.gather(*load)
    assert await going.exit_code() == 0
    for speaker in speakers:
        await assert_closing(speaker)
    await talk(room, bob, eve)
    for speaker, numbers in zip(speakers, confirmed):
        def heard():
            return {message["data"] for message in eve.seen(
                "message", sender=speaker.sender)}

        await until(lambda: heard() >= numbers, "eve has all that was confirmed")


def publish_until_refused(node, kind, method, **fields):
    """Publishes one by one; returns what was confirmed, what was not, and how it was refused."""
    api, confirmed = Backend(node), []
    while True:
        name = f"{kind}-{len(confirmed)}"
        try:
            answer = api.post(f"/api/{method}", json.dumps({**fields, "data": name}))
        except (OSError, HTTPException) as error:
            return confirmed, name, repr(error)
        if answer.status != 200:
            assert answer.headers["Connection"] == "close"
            return confirmed, name, (answer.status, answer.json["error"]["message"])
        confirmed.append(name)


async def test_back_ends_are_told_the_truth(start_node, redis, connect, room):
    """A node is stopped while twelve back ends publish, over connections that they keep.
    What was confirmed is there, what was refused is not, and nobody is left without an answer."""
    kept = f"kept:{room}"
    going, staying = [start_node("--redis", redis.url, "--history", "kept:*=100000,1h")
                      for _ in range(2)]
    bob = await connect.at(staying.url(unique("bob"), device="phone"))
    await join(room, bob)
    await join(kept, bob)
    work = {"plain": ("publish", {"channel": room}), "kept": ("publish", {"channel": kept}),
            "durable": ("send", {"user": bob.user, "durable": True})}
    load = [asyncio.create_task(asyncio.to_thread(
        publish_until_refused, going, f"{kind}-{i}", method, **fields))
            for kind, (method, fields) in work.items() for i in range(4)]
    await until(lambda: len(bob.seen("message")) >= 100, "they are at it")
    going.interrupt()
    outcomes = await asyncio.gather(*load)
    assert await going.exit_code() == 0
    reasons = {reason for _, _, reason in outcomes}
    assert reasons & {(503, "the node is going away")} and "bus" not in str(reasons)

    def heard():
        return {message["data"] for message in bob.seen("message")}

    for names, _, _ in outcomes:
        await until(lambda: heard() >= set(names), "bob has all that was confirmed")
    await bob.ask("publish", room=room, data="the end")
    await until(lambda: "the end" in heard(), "bob has what came before")
    assert not heard() & {name for _, name, _ in outcomes}


async def test_the_channels_of_a_stopped_node_are_gone(start_node, redis, connect, room):
    """After a node has left, Redis does not send it anything any more.
    Its rooms and users are no longer subscribed, those of the other node are."""
    going, staying = [start_node("--redis", redis.url) for _ in range(2)]
    ann, bob = await connect(going), await connect(staying)
    await join(room, ann, bob)
    going.interrupt()
    assert await going.exit_code() == 0
    await subscribed(redis, rooms(room), users(bob))
    assert redis.subscribers(ALL) == 1


async def test_a_node_whose_redis_is_gone_can_be_stopped(start_node, redis, connect, room):
    """An outage of Redis must not keep an operator from stopping nodes.
    Clients are told to come back and the node ends well."""
    node = start_node("--redis", redis.url, "--grace", "3")
    ann = await connect(node)
    await join(room, ann)
    redis.kill()
    await ann.post("publish", room=room, data="into the void")
    node.interrupt()
    await assert_closing(ann)
    assert await node.exit_code() == 0


async def test_a_client_that_does_not_listen_cannot_hold_up_the_end(start_node, connect, room):
    """A client may have stalled and never answer the close.
    After the grace time the node ends all the same, and well."""
    node = start_node("--grace", "2")
    stalled, ann = await connect.raw(node), await connect(node)
    assert (await stalled.request("join", room=room))["type"] == "joined"
    await join(room, ann)
    for _ in range(10):
        await ann.request("publish", room=room, data="x" * 50_000)
    node.interrupt()
    await assert_closing(ann)
    assert await node.exit_code() == 0


async def test_pages_that_nobody_reads_cannot_hold_up_the_end(start_node, connect):
    """A client asks for page after page and reads none of them.
    The node does not wait for it to begin."""
    node = start_node("--grace", "2", "--handshake-timeout", "300")
    tcp = await connect.tcp(node)
    await tcp.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 600)
    node.interrupt()
    assert await node.exit_code() == 0


async def test_an_unfinished_handshake_cannot_hold_up_the_end(start_node, connect):
    """Nor can somebody who has connected and never asked for anything.
    The node does not wait for the handshake timeout."""
    node = start_node("--grace", "2", "--handshake-timeout", "300")
    await connect.tcp(node)
    node.interrupt()
    assert await node.exit_code() == 0


@pytest.mark.parametrize("wrapper", [[], ["unshare", "-p", "-f", "--mount-proc", "--kill-child"]],
                         ids=["alone", "as process 1"])
def test_the_second_signal_ends_the_node_at_once(tmp_path, wrapper):
    """A node drains for minutes, and whoever waits loses patience.
    The second signal ends it, also as process 1 of a container, where signals do nothing."""
    command = [*wrapper, binary(), "node", "--listen", "127.0.0.1:0", "--drain-delay", "600000"]
    log = tmp_path / "log"
    with open(log, "wb") as out:
        process = subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=out)
    try:
        wait_until(lambda: "listening on" in log.read_text() or process.poll() is not None,
                   "the node listens")
        if wrapper and process.poll() is not None:
            pytest.skip("namespaces of processes are not allowed here: " + log.read_text())
        node = int(children(process.pid)[0]) if wrapper else process.pid
        os.kill(node, signal.SIGTERM)
        wait_until(lambda: "node_stopping" in log.read_text(), "the node stops")
        os.kill(node, signal.SIGTERM)
        code = process.wait(5)
        assert code == (143 if wrapper else -signal.SIGTERM)
    finally:
        process.kill()


def children(pid):
    return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
