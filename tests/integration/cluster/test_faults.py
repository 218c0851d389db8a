"""What clients notice when Redis, the network or another client fails: as little as possible."""

import asyncio
import contextlib
import json
import pathlib

import pytest

from support.channels import rooms, subscribed, users
from support.client import join, talk, unique
from support.connections import undisturbed
from support.deadline import until
from support.raw_socket import PING, Ended, frame
from support.tables import by_name

OUTAGE_ERRORS = {"bus_unavailable", "timeout"}
# A sender's kernel buffer grows up to this: what a reader that has stalled can hide from the node.
KERNEL_BUFFER = int(pathlib.Path("/proc/sys/net/ipv4/tcp_wmem").read_text().split()[2])


@pytest.fixture
def nodes(start_node, redis):
    """Two nodes that give up early on a bus that does not answer."""
    return [start_node("--redis", redis.url, "--bus-timeout", "2") for _ in range(2)]


class Traffic:
    """Publishes 0, 1, 2, … to a room from when the block is entered until it is left."""

    def __init__(self, publisher, room):
        self.sent = 0
        self._publisher, self._room = publisher, room

    async def more(self, count=10):
        """Waits until so many more have been published, and returns the number of the next."""
        goal = self.sent + count
        await until(lambda: self.sent >= goal, "the traffic goes on")
        return self.sent

    async def __aenter__(self):
        self._task = asyncio.create_task(self._publish())
        return self

    async def __aexit__(self, *_):
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _publish(self):
        while True:
            await self._publisher.post("publish", room=self._room, data=self.sent)
            self.sent += 1
            await asyncio.sleep(0.005)


def numbers_heard(client):
    return [message["data"] for message in client.seen("message")]


async def hears_beyond(client, number):
    await until(lambda: any(n >= number for n in numbers_heard(client)),
                f"{client} hears what is published now")


async def restart(redis, traffic):
    redis.kill()
    await traffic.more()
    redis.start()


async def drop_connections(redis, _):
    redis.disconnect("pubsub")
    redis.disconnect("normal")


async def drop_subscriptions(redis, _):
    redis.disconnect("pubsub")


LOSSES = {"restart": restart, "connections": drop_connections, "subscriptions": drop_subscriptions}


@by_name("lose_bus", LOSSES)
async def test_delivery_resumes_by_itself(redis, nodes, connect, room, lose_bus):
    """Redis goes away in the middle of a conversation and comes back.
    Messages flow again with no help, none twice or out of order, and a gap is announced."""
    ann, bob, eve = [await connect(node) for node in (*nodes, nodes[1])]
    side_room = unique("side")
    await join(room, ann, bob, eve)
    await join(side_room, bob)
    async with Traffic(ann, room) as traffic:
        await hears_beyond(bob, await traffic.more())
        await lose_bus(redis, traffic)
        now = await traffic.more()
        for member in (ann, bob, eve):
            await hears_beyond(member, now)
    for member, name in ((ann, room), (bob, room), (eve, room), (bob, side_room)):
        gap = await member.expect("gap", room=name)
        assert 0 < gap["from_ts"] <= gap["to_ts"]
    for member in (ann, bob, eve):
        heard = numbers_heard(member)
        assert heard == sorted(set(heard))


async def test_a_loss_of_the_command_connection_is_repaired(redis, nodes, connect, room):
    """Only the connection that publishes breaks; subscriptions hold.
    The conversation goes on, each message at most once."""
    ann, bob = [await connect(node) for node in nodes]
    await join(room, ann, bob)
    async with Traffic(ann, room) as traffic:
        await hears_beyond(bob, await traffic.more())
        redis.disconnect("normal")
        await hears_beyond(bob, await traffic.more())
    heard = numbers_heard(bob)
    assert heard == sorted(set(heard))


async def test_users_and_everybody_are_reached_again_after_a_restart(redis, nodes, connect):
    """Rooms are not the only subscriptions to be renewed.
    Direct messages and broadcasts arrive again as well."""
    ann, bob = await connect(nodes[0]), await connect(nodes[1], unique("bob"))
    redis.restart()
    for verb, scope in (("send", "user"), ("broadcast", "all")):
        async def arrives():
            await ann.ask(verb, user=bob.user, data=verb)
            return bob.seen("message", scope=scope)

        await until(arrives, f"{verb} arrives again")


async def test_rooms_left_during_an_outage_are_put_right(redis, nodes, connect, room):
    """Somebody leaves while Redis is away, somebody vanishes altogether.
    When it is back, only the rooms and users that still have members are subscribed."""
    ann, bob = await connect(nodes[0]), await connect(nodes[1])
    await join(room, ann, bob)
    await join(unique("abandoned"), ann)
    redis.kill()
    await ann.request("leave", room=room)
    await ann.abort()
    redis.start()
    await subscribed(redis, rooms(room), users(bob))
    assert redis.subscribers(*rooms(room)) == 1


async def test_a_full_queue_of_publishes_refuses_more_at_once(redis, start_node, connect, room):
    """During an outage a node keeps some messages for later, and says no to the rest.
    Every publish is answered in the end, and the connection goes on when Redis is back."""
    ann = await connect(start_node("--redis", redis.url, "--bus-pending", "10"))
    await join(room, ann)
    redis.kill()
    for number in range(50):
        await ann.post("publish", id=number, room=room, data=number)
    refused = [await ann.expect("error", code="bus_unavailable", room=room) for _ in range(40)]
    redis.start()
    answered = {error["id"] for error in refused}
    while len(answered) < 50:
        reply = await ann.take(room=room)
        if "id" in reply:
            assert reply["type"] == "published" or reply["code"] in OUTAGE_ERRORS
            assert reply["id"] not in answered
            answered.add(reply["id"])
    await until(lambda: is_done(ann, "publish", room=room, data="back?"), "publishing works again")


async def is_done(client, verb, **fields):
    """Whether a request succeeds; if not, it is for the outage."""
    reply = await client.ask(verb, **fields)
    assert reply["type"] != "error" or reply["code"] in OUTAGE_ERRORS
    return reply["type"] != "error"


@pytest.mark.parametrize("outage", ["kill", "stall"])
async def test_a_join_during_an_outage_can_be_repeated(redis, nodes, connect, room, outage):
    """A room whose channel cannot be subscribed cannot be joined: the client is told in time.
    The connection stays, and a later attempt succeeds."""
    ann = await connect(nodes[0])
    getattr(redis, outage)()
    error = await ann.refusal("join", room=room)
    assert error["code"] in OUTAGE_ERRORS
    assert (await ann.request("ping"))["type"] == "pong"
    redis.start() if outage == "kill" else redis.resume()
    await until(lambda: is_done(ann, "join", room=room), "the room can be joined")
    await until(lambda: is_done(ann, "publish", room=room, data="back?"), "it can be spoken to")
    await ann.expect("message", data="back?")


async def test_newcomers_are_put_off_during_an_outage(redis, nodes, connect):
    """A node that cannot subscribe to a newcomer's messages does not pretend to.
    It closes with "try again later", and welcomes everybody when Redis is back."""
    redis.kill()
    newcomer = await connect.raw(nodes[0])
    assert await newcomer.close_code() == 1013
    redis.start()

    async def is_welcomed():
        try:
            return await connect(nodes[0])
        except AssertionError:
            return None

    await until(is_welcomed, "newcomers are welcomed")


async def test_a_stalled_reader_is_dropped_while_others_hear_everything(start_node, connect, room):
    """One member stops reading, and its queue at the node grows over the bound.
    It is closed with 4003, or cut off; all others get every message, in order."""
    node = start_node("--outbox-bytes", "262144")
    ann, bob = await connect(node), await connect(node)
    stalled = await connect.raw(node)
    await join(room, ann, bob)
    assert (await stalled.request("join", room=room))["type"] == "joined"
    text = "x" * 60_000
    for number in range(2 * KERNEL_BUFFER // len(text)):
        await ann.request("publish", room=room, data=[number, text])
        for member in (ann, bob):
            assert (await member.expect("message"))["data"][0] == number
    try:
        closing = await stalled.read_json(type="closing")
        assert closing["code"] == 4003
        assert await stalled.close_code() == 4003
    except Ended:
        pass  # What was in the middle of a frame cannot be followed by a goodbye.
    await talk(room, ann, bob)


async def test_a_client_that_pings_and_never_listens_is_cut(start_node, connect, room):
    """A client sends pings without end and reads none of the answers.
    The node does not keep them for it: the client is cut, and others go on."""
    node = start_node("--outbox-bytes", "65536")
    async with undisturbed(connect, node, room):
        flood = await connect.raw(node)
        pings = frame(PING, b"x" * 125) * 1000
        for _ in range(5 * KERNEL_BUFFER // len(pings)):
            await flood.send(pings)
        await flood.read_to_end()


async def test_a_silent_connection_is_closed_after_two_ping_intervals(start_node, connect, room):
    """A network that is gone sends no goodbye: the node pings, and nobody answers.
    The connection is closed with 4002; one that answers its pings may be idle for ever."""
    node = start_node("--ping-interval", "2")
    async with undisturbed(connect, node, room):
        silent = await connect.raw(node)
        assert json.loads((await silent.read_frame()).payload)["ping_interval"] == 2
        assert (await silent.read_json(type="closing"))["code"] == 4002
        assert await silent.close_code() == 4002
