"""What a client may ask for, and what it gets when all is well; on either bus."""

import asyncio
import time

import pytest

from support.client import join, talk, unique
from support.deadline import until
from support.tables import by_name

HOUR_MS = 3_600_000
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture(scope="module", params=["memory", "redis"])
def node(request, start_shared_node):
    """A node on each bus: a client must not be able to tell which one it is."""
    if request.param == "memory":
        return start_shared_node("--node-id", "solo")
    redis = request.getfixturevalue("shared_redis")
    return start_shared_node("--node-id", "solo", "--redis", redis.url)


async def test_the_first_frame_is_a_welcome_that_says_who_where_and_how(node, connect):
    """A client learns its identity and the node's limits before anything else.
    The very first frame after the upgrade is the welcome, with all of its fields."""
    user = unique("ann")
    raw = await connect.raw(node, user)
    welcome = await raw.read_json()
    connection, server_time = welcome.pop("connection"), welcome.pop("server_time")
    assert welcome == {"type": "welcome", "protocol": 1, "user": user, "node": "solo",
                       "ping_interval": 25, "max_message_bytes": 65536}
    assert isinstance(connection, str) and connection
    assert abs(server_time - time.time() * 1000) < HOUR_MS


async def test_a_client_without_a_name_becomes_a_guest_of_its_own(node, connect):
    """Somebody who gives no name is called guest-something.
    Two such clients are two users with two connections."""
    ann, bob = await connect(node), await connect(node)
    assert ann.user.startswith("guest-") and bob.user.startswith("guest-")
    assert ann.user != bob.user
    assert ann.connection != bob.connection


async def test_join_and_leave_are_answered_with_the_room(node, connect, room):
    """Joining and leaving are confirmed with the id of the request and the room.
    A room without history claims no position in one."""
    ann = await connect(node)
    joined = await ann.request("join", id=1, room=room)
    assert joined.has({"type": "joined", "id": 1, "room": room})
    assert not {"recovered", "epoch", "offset"} & joined.keys()
    assert await ann.request("leave", id=2, room=room) == {"type": "left", "id": 2, "room": room}


async def test_a_room_can_be_joined_again_after_leaving(node, connect, room):
    """Leaving and coming back any number of times is normal.
    Each time the member hears the room again, and only once."""
    ann = await connect(node)
    for _ in range(5):
        await join(room, ann)
        await talk(room, ann)
        await ann.request("leave", room=room)
    assert ann.inbox == []


async def test_a_join_with_since_is_accepted_without_a_recovery(node, connect, room):
    """A client written for rooms with history can join one without.
    It is not told that anything was recovered."""
    ann = await connect(node)
    joined = await ann.request("join", room=room, since={"epoch": "e1", "offset": 7})
    assert joined["type"] == "joined"
    assert not {"recovered", "epoch", "offset"} & joined.keys()


async def test_a_publish_reaches_all_members_and_nobody_else(node, connect, room):
    """What is said in a room is heard by its members, the speaker included.
    A client that is connected but not a member hears nothing of it."""
    ann, bob, outsider = [await connect(node) for _ in range(3)]
    await join(room, ann, bob)
    await talk(room, ann, bob)
    await ann.request("broadcast", data="fence")
    assert (await outsider.next())["data"] == "fence"


async def test_a_room_message_says_where_it_comes_from(node, connect, room):
    """A receiver sees the room, the sender's name and connection, the time and the event id.
    The id is the one that the publisher was told."""
    ann, bob = await connect(node, unique("ann")), await connect(node)
    await join(room, ann, bob)
    published = await ann.request("publish", id="p", room=room, data={"n": 1})
    message = await bob.expect("message")
    assert published == {"type": "published", "id": "p", "room": room,
                         "event_id": message["event_id"]}
    assert abs(message.pop("ts") - time.time() * 1000) < HOUR_MS
    message.pop("trace_id", None)
    assert message == {
        "type": "message", "v": 1, "event_id": published["event_id"], "scope": "room",
        "room": room, "sender": ann.sender,
        "data": {"n": 1}}


async def test_all_receivers_get_the_same_bytes(node, connect, room):
    """A message is encoded once, whoever reads it.
    Two members compare what they got and find no difference."""
    ann, bob = await connect(node), await connect(node)
    await join(room, ann, bob)
    await ann.request("publish", room=room, data="hello")
    assert (await ann.expect("message")).raw == (await bob.expect("message")).raw


async def test_without_echo_the_publisher_alone_is_left_out(node, connect, room):
    """With "echo": false the publisher does not hear itself, all others do.
    That includes another connection of the same user."""
    ann = await connect(node, unique("ann"))
    tablet, bob = await connect(node, ann.user), await connect(node)
    await join(room, ann, tablet, bob)
    await ann.request("publish", room=room, data="quiet", echo=False)
    await ann.request("publish", room=room, data="loud", echo=True)
    for other in (tablet, bob):
        assert [m["data"] for m in await other.collect(2)] == ["quiet", "loud"]
    assert [m["data"] for m in await ann.collect(1)] == ["loud"]


async def test_a_member_with_two_connections_hears_on_both_and_once_on_each(node, connect, room):
    """A user may be in a room with a telephone and a laptop.
    Both hear everything once, and one may leave without the other."""
    phone = await connect(node, unique("ann"))
    laptop = await connect(node, phone.user)
    await join(room, phone, laptop)
    await talk(room, phone, laptop)
    await phone.request("leave", room=room)
    await laptop.request("publish", room=room, data="still here")
    await laptop.expect("message", data="still here")
    await laptop.request("send", user=phone.user, data="fence")
    assert (await phone.next())["data"] == "fence"


async def test_who_has_left_hears_nothing_more(node, connect, room):
    """After `left` the room is silent for that client.
    The others go on talking."""
    ann, bob = await connect(node), await connect(node, unique("bob"))
    await join(room, ann, bob)
    await bob.request("leave", room=room)
    await talk(room, ann)
    await ann.request("send", user=bob.user, data="fence")
    assert (await bob.next())["data"] == "fence"


async def test_send_reaches_every_connection_of_the_user_and_nobody_else(node, connect):
    """A message to a user arrives on each of the user's connections.
    The sender gets `sent` with the event id, and no copy."""
    ann, phone = await connect(node, unique("ann")), await connect(node, unique("bob"))
    laptop = await connect(node, phone.user)
    sent = await ann.request("send", id=3, user=phone.user, data="psst")
    for device in (phone, laptop):
        message = await device.expect("message")
        assert message["scope"] == "user" and message["data"] == "psst"
        assert message["event_id"] == sent["event_id"]
        assert message["sender"] == ann.sender
        assert "room" not in message
    assert sent == {"type": "sent", "id": 3, "user": phone.user, "event_id": sent["event_id"]}
    assert ann.inbox == []


async def test_one_can_write_to_oneself_and_to_somebody_absent(node, connect):
    """A note to oneself comes back as a message.
    A message to a user who is not connected is accepted, and lost."""
    ann = await connect(node, unique("ann"))
    await ann.request("send", user=unique("nobody"), data="lost")
    await ann.request("send", user=ann.user, data="note")
    assert (await ann.expect("message"))["data"] == "note"


async def test_a_broadcast_reaches_every_connection(node, connect):
    """What is broadcast arrives at everybody, the sender included.
    Nobody has to be in a room for that."""
    ann, bob, eve = [await connect(node) for _ in range(3)]
    reply = await ann.request("broadcast", id="b", data="all hands")
    for client in (ann, bob, eve):
        message = await client.expect("message", event_id=reply["event_id"])
        assert message["scope"] == "all" and message["data"] == "all hands"
        assert "room" not in message
    assert reply == {"type": "broadcasted", "id": "b", "event_id": reply["event_id"]}


async def test_a_ping_is_answered_with_the_time(node, connect):
    """A client that wants to know whether the node is there asks with a ping.
    The pong carries the id of the ping and the time of the node."""
    ann = await connect(node)
    pong = await ann.request("ping", id="are you there?")
    assert pong["type"] == "pong"
    assert abs(pong["ts"] - time.time() * 1000) < HOUR_MS


@pytest.mark.parametrize("verb, code", [("history", "history_off"), ("presence", "presence_off")])
async def test_a_room_without_it_says_so(node, connect, room, verb, code):
    """History and presence are not kept by every room.
    A member who asks is told that it is off, for which room, and stays a member."""
    ann = await connect(node)
    await join(room, ann)
    error = await ann.refusal(verb, id=9, room=room)
    assert (error["code"], error["room"], error["id"]) == (code, room, 9)
    await talk(room, ann)


async def test_requests_without_an_id_get_no_success_reply(node, connect, room):
    """A client that gives no id wants no confirmation and gets none.
    The requests take effect all the same."""
    ann = await connect(node, unique("ann"))
    await ann.post("join", room=room)

    async def is_member():
        return (await ann.ask("publish", room=room, data="in?"))["type"] == "published"

    await until(is_member, "a join without an id makes a member")
    await ann.post("publish", room=room, data="one")
    await ann.post("send", user=ann.user, data="two")
    await ann.post("broadcast", data="three")
    for data in ("one", "two", "three"):
        await ann.expect("message", data=data)
    await ann.post("leave", room=room)
    assert (await ann.refusal("leave", room=room))["code"] == "not_a_member"
    assert {frame["type"] for frame in ann.inbox} <= {"message"}


async def test_requests_sent_in_one_go_are_answered_and_delivered_in_order(node, connect, room):
    """A client need not wait for one reply before it sends the next request.
    A hundred publishes in a row are all confirmed, and heard in the order of sending."""
    ann, bob = await connect(node), await connect(node)
    await join(room, ann, bob)
    await asyncio.gather(*(ann.post("publish", id=n, room=room, data=n) for n in range(100)))
    replies = await ann.collect(100, "published")
    assert [reply["id"] for reply in replies] == list(range(100))
    for member in (ann, bob):
        assert [message["data"] for message in await member.collect(100)] == list(range(100))


async def test_joined_comes_before_any_message_of_the_room(node, connect, room):
    """A client that joins a busy room hears nothing of it before `joined`.
    It can therefore set up its window of the room when the reply comes."""
    ann, bob = await connect(node), await connect(node)
    await join(room, bob)
    for _ in range(10):
        await ann.post("join", id="j", room=room)
        while not ann.seen("message"):
            await bob.request("publish", room=room, data="chatter")
        assert ann.inbox[0]["type"] == "joined"
        ann.inbox.clear()
        await ann.request("leave", room=room)
        ann.inbox.clear()


async def test_unknown_fields_are_ignored(node, connect, room):
    """A newer client may send fields that this node does not know.
    The request does what it says all the same."""
    ann = await connect(node)
    await ann.request("join", room=room, colour="blue", nested={"type": "leave"})
    await ann.request("publish", room=room, data="hi", priority=9)
    assert (await ann.expect("message"))["data"] == "hi"


async def test_a_traceparent_reaches_the_receivers(node, connect, room):
    """A publisher takes part in a distributed trace (W3C Trace Context).
    Receivers get its traceparent, and its trace id unless the message has one of its own."""
    ann, bob = await connect(node), await connect(node)
    await join(room, bob, ann)
    for fields, trace_id in (({}, TRACE), ({"trace_id": "own"}, "own")):
        await ann.request("publish", room=room, data=1, traceparent=TRACEPARENT, **fields)
        await ann.request("send", user=bob.user, data=1, traceparent=TRACEPARENT, **fields)
        for message in await bob.collect(2):
            assert message.has({"traceparent": TRACEPARENT, "trace_id": trace_id})


async def test_the_traceparent_of_the_upgrade_is_that_of_all_that_follows(node, connect, room):
    """A client cannot, or does not want to, repeat its traceparent with every message.
    That of its upgrade request applies where a message has none."""
    ann = await connect(node, extra_headers={"traceparent": TRACEPARENT})
    await join(room, ann)
    other = TRACEPARENT.replace(TRACE, TRACE[::-1])
    await ann.request("publish", room=room, data=1)
    await ann.request("publish", room=room, data=2, traceparent=other)
    for traceparent in (TRACEPARENT, other):
        message = await ann.expect("message")
        assert message["traceparent"] == traceparent
        assert message["trace_id"] == traceparent.split("-")[1]


@by_name("bad", {"rubbish": "a trace", "upper case": TRACEPARENT.upper(), "a number": 7,
                 "no version": f"ff{TRACEPARENT[2:]}",
                 "zeros": TRACEPARENT.replace(TRACE, "0" * 32)})
async def test_a_malformed_traceparent_is_ignored(node, connect, room, bad):
    """The standard demands to go on as if there were none.
    The message arrives, without a trace."""
    ann = await connect(node, extra_headers={"traceparent": str(bad)})
    await join(room, ann)
    await ann.request("publish", room=room, data=1, traceparent=bad)
    message = await ann.expect("message")
    assert not {"traceparent", "trace_id"} & message.keys()
