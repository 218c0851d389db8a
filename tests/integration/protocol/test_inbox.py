"""Durable messages: what a device has not acknowledged comes again; on either bus."""

import json

import pytest

from support.client import unique
from support.durable import place
from support.inspector import look
from support.raw_socket import TEXT
from support.tables import by_name

# More than the kernel keeps for a socket that nobody reads, and than an outbox.
TEXT_SIZE = 20_000
MESSAGES = 1000


@pytest.fixture(scope="module", params=["memory", "redis"])
def node(request, start_shared_node):
    """A node on each bus: a client must not be able to tell which one it is."""
    options = "--outbox-bytes", "262144", "--internal", "127.0.0.1:0"
    if request.param == "memory":
        return start_shared_node(*options)
    redis = request.getfixturevalue("shared_redis")
    return start_shared_node(*options, "--redis", redis.url)


@pytest.fixture
def bob():
    """The name of a user of the test's own."""
    return unique("bob")


async def keep(sender, user, *data):
    """Sends durable messages one after the other; returns their ids in the inbox."""
    return [(await sender.request("send", user=user, data=x, durable=True))["inbox_id"]
            for x in data]


async def device(connect, node, user, name="phone"):
    return await connect.at(node.url(user, device=name))


def data_of(frames):
    return [frame["data"] for frame in frames]


async def test_a_message_waits_until_the_device_comes(node, connect, bob):
    """Ann sends to Bob, who is away. It is an ordinary message with an id in the inbox."""
    ann = await connect(node)
    sent = await ann.request("send", id=7, user=bob, data={"n": 1}, durable=True, trace_id="t")
    assert sent.has({"id": 7, "user": bob}) and sent["event_id"]
    phone = await device(connect, node, bob)
    assert phone.welcome["device"] == "phone"
    message = await phone.expect("message")
    assert message.has({"scope": "user", "user": bob, "sender": ann.sender, "data": {"n": 1},
                        "event_id": sent["event_id"], "inbox_id": sent["inbox_id"],
                        "trace_id": "t"})


async def test_what_comes_first_is_what_was_missed(node, connect, bob):
    """Then what is sent while the device is there, in the order of the ids."""
    ann = await connect(node)
    ids = await keep(ann, bob, *range(250))
    phone = await device(connect, node, bob)
    ids += await keep(ann, bob, *range(250, 300))
    heard = await phone.collect(300)
    assert data_of(heard) == list(range(300))
    assert [frame["inbox_id"] for frame in heard] == ids
    assert sorted(heard, key=place) == heard and phone.inbox == []


async def test_what_is_not_acknowledged_comes_again(node, connect, bob):
    """Until it is. Acknowledging is cumulative, and an older id changes nothing."""
    ann = await connect(node)
    ids = await keep(ann, bob, 1, 2, 3)
    phone = await device(connect, node, bob)
    await phone.collect(3)
    await phone.close()
    phone = await device(connect, node, bob)
    assert data_of(await phone.collect(3)) == [1, 2, 3]
    assert await phone.request("ack", id="a", inbox_id=ids[1]) == {"type": "acked", "id": "a"}
    await phone.request("ack", inbox_id=ids[0])
    await phone.close()
    phone = await device(connect, node, bob)
    assert data_of(await phone.collect(1)) == [3]
    await phone.request("ack", inbox_id=ids[2])
    await phone.close()
    phone = await device(connect, node, bob)
    await keep(ann, bob, 4)
    assert data_of(await phone.collect(1)) == [4]


async def test_an_ack_without_an_id_is_not_answered(node, connect, bob):
    """Unless it is wrong."""
    ids = await keep(await connect(node), bob, 1)
    phone = await device(connect, node, bob)
    await phone.collect(1)
    await phone.post("ack", inbox_id=ids[0])
    await phone.post("ack", inbox_id="one")
    assert (await phone.next())["code"] == "bad_request"
    assert (await phone.request("ping")) and phone.inbox == []


async def test_each_device_has_a_cursor_of_its_own(node, connect, bob):
    """What the phone has acknowledged the tablet still gets, and later devices what is kept."""
    ann = await connect(node)
    phone, tablet = [await device(connect, node, bob, name) for name in ("phone", "tablet")]
    ids = await keep(ann, bob, 1, 2)
    for each in (phone, tablet):
        assert data_of(await each.collect(2)) == [1, 2]
    await phone.request("ack", inbox_id=ids[1])
    for each in (phone, tablet):
        await each.close()
    phone, tablet = [await device(connect, node, bob, name) for name in ("phone", "tablet")]
    assert data_of(await tablet.collect(2)) == [1, 2]
    await keep(ann, bob, 3)
    assert data_of(await phone.collect(1)) == [3]


async def test_two_connections_of_a_device_share_its_cursor(node, connect, bob):
    one, two = [await device(connect, node, bob) for _ in range(2)]
    ids = await keep(await connect(node), bob, 1, 2)
    for each in (one, two):
        assert data_of(await each.collect(2)) == [1, 2]
    await one.request("ack", inbox_id=ids[0])
    await two.request("ack", inbox_id=ids[1])
    three = await device(connect, node, bob)
    await keep(await connect(node), bob, 3)
    assert data_of(await three.collect(1)) == [3]


async def test_without_a_device_a_durable_message_passes(node, connect, bob):
    """It comes while the connection is there, with its id, and cannot be acknowledged."""
    ann = await connect(node)
    await keep(ann, bob, 1)
    plain = await connect(node, bob)
    assert "device" not in plain.welcome
    phone = await device(connect, node, bob)
    ids = await keep(ann, bob, 2)
    heard = await plain.expect("message")
    assert heard["data"] == 2 and heard["inbox_id"] == ids[0]
    both = await phone.collect(2)
    assert data_of(both) == [1, 2] and both[1].raw == heard.raw
    assert (await plain.refusal("ack", inbox_id=ids[0]))["code"] == "inbox_off"


async def test_a_message_that_is_not_durable_is_not_kept(node, connect, bob):
    ann = await connect(node)
    phone = await device(connect, node, bob)
    assert "inbox_id" not in await ann.request("send", user=bob, data="now", durable=False)
    assert "inbox_id" not in await phone.expect("message", data="now")
    await phone.close()
    phone = await device(connect, node, bob)
    await keep(ann, bob, 1)
    assert (await phone.expect("message"))["data"] == 1


async def test_an_event_that_is_sent_twice_arrives_once(node, connect, bob):
    """Ann got no answer and sends it again."""
    ann = await connect(node)
    phone = await device(connect, node, bob)
    sent = [await ann.request("send", user=bob, data=1, durable=True, event_id="order-7")
            for _ in range(2)]
    assert sent[0]["inbox_id"] == sent[1]["inbox_id"]
    await keep(ann, bob, 2)
    assert data_of(await phone.collect(2)) == [1, 2]


IDS = {"none": {}, "a number": {"inbox_id": 5}, "a word": {"inbox_id": "newest"},
       "padded": {"inbox_id": "01-0"}}


@by_name("fields", IDS)
async def test_what_is_no_id_is_refused(node, connect, bob, fields):
    phone = await device(connect, node, bob)
    assert (await phone.refusal("ack", **fields))["code"] == "bad_request"


async def test_an_ack_of_what_the_inbox_does_not_know_changes_nothing(node, connect, bob):
    """As after a loss of data: the client has done all it can, and nothing is taken from it."""
    ann, phone = await connect(node), await device(connect, node, bob)
    for unknown in ("99999999999999-0", "99999999999999-1"):
        assert (await phone.request("ack", inbox_id=unknown))["type"] == "acked"
        await keep(ann, bob, unknown)
        await phone.collect(1)
    again = await device(connect, node, bob)
    assert data_of(await again.collect(2)) == ["99999999999999-0", "99999999999999-1"]


DEVICES = {"empty": "", "long": "x" * 65, "a space": "my phone", "a colon": "a:b", "é": "é"}


@by_name("name", DEVICES)
async def test_the_name_of_a_device_is_plain(node, connect, bob, name):
    """The answer names what is wrong; with `reject=close` a page can see it, too."""
    _, status, _, body = await connect.http(node, node.path(bob, device=name))
    problem = json.loads(body)
    assert (status, problem["code"]) == (400, "bad_request")
    assert problem["message"].startswith("'device'")
    raw = await connect.raw(node, bob, device=name, reject="close")
    assert (await raw.read_json())["code"] == 1008


async def test_the_longest_name_of_a_device_is_one(node, connect, bob):
    name = "A-z_0." + "x" * 58
    assert (await device(connect, node, bob, name)).welcome["device"] == name


async def test_durable_messages_make_nobody_too_slow(node, connect, bob):
    """A phone reads nothing while far more is sent than may wait for it. When it reads, it gets
    everything, in order, and has never been closed."""
    ann = await connect(node)
    stalled = await connect.raw(node, bob, device="phone")
    for number in range(MESSAGES):
        await ann.request("send", user=bob, data=[number, "x" * TEXT_SIZE], durable=True)
    heard = []
    while len(heard) < MESSAGES:
        frame = json.loads((await stalled.read_until(TEXT)).payload)
        assert frame["type"] in ("welcome", "message"), f"{frame}"
        if frame["type"] == "message":
            heard.append(frame["data"][0])
    assert heard == list(range(MESSAGES))
    assert (await stalled.request("ping"))["type"] == "pong"


async def test_what_waits_for_long_comes_at_the_pace_of_the_reader(node, connect, bob):
    """The same when it all waits before the phone comes, which reads slowly at first."""
    ann = await connect(node)
    for number in range(MESSAGES):
        await ann.request("send", user=bob, data=[number, "x" * TEXT_SIZE], durable=True)
    stalled = await connect.raw(node, bob, device="phone")
    await ann.request("ping")
    heard = []
    while len(heard) < MESSAGES:
        frame = json.loads((await stalled.read_until(TEXT)).payload)
        if frame["type"] == "message":
            heard.append(frame["data"][0])
    assert heard == list(range(MESSAGES))


async def test_an_operator_sees_where_a_device_stands(node, connect, bob):
    ids = await keep(await connect(node), bob, 1)
    phone = await device(connect, node, bob)
    await phone.collect(1)
    seen = look(node, f"/connections/{phone.connection}")["connection"]
    assert seen["inbox"] == {"device": "phone", "catching_up": False, "sent": ids[0]}
