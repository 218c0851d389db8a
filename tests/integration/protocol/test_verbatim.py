"""What a client gives is what it, or the receiver, gets back: data to the byte, ids, event ids."""

import json
import re

import pytest

from support.client import join, unique

ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")

DATA = [
    "null", "true", '""', "0", "-0", "-0.0", "[]", "{}", "[ ]", "{ }",
    "12345678901234567890123",
    "1e999",
    "-1E-400",
    "1.00000000000000000000000001",
    '{"a":1,"a":2,"a":3}',
    '{"z":1,"a":2,"m":{"y":1,"b":2}}',
    '{ "spaced" :\t[ 1 , 2\n,\r\n3 ] }',
    r'"\u00e9\u4e2d\ud83d\ude00\u0000\/\b\f\n\r\t\"\\"',
    '"é中😀\u2028\u007f"',
    r'{"\u0074ype":"join","data":"not the envelope\u0027s","v":99}',
    '["]}{[", "\\\"data\\\":"]',
    "[" * 50 + "]" * 50,
    '"' + "x" * 60_000 + '"',
]


async def verbatim(client, data, **fields):
    """Sends a request whose data is exactly this text and returns the message it becomes."""
    head = json.dumps({"id": "v", **fields})[:-1]
    await client.send(f'{head}, "data" :  {data}  }}')
    reply = await client.take(id="v")
    assert reply["type"] != "error", reply
    return await client.expect("message", event_id=reply["event_id"])


@pytest.mark.parametrize("data", DATA, ids=lambda data: data[:24])
async def test_data_is_carried_to_the_byte(node, connect, room, data):
    """Whatever JSON value a program sends, the receivers get exactly the same text.
    Big numbers, repeated keys, their order, white space inside and escapes all survive."""
    ann = await connect(node)
    await join(room, ann)
    message = await verbatim(ann, data, type="publish", room=room)
    assert f'"data":{data}' in message.raw


@pytest.mark.parametrize("verb", ["send", "broadcast"])
async def test_data_to_users_and_to_everybody_is_carried_to_the_byte(node, connect, verb):
    """The same holds for messages that go to a user or to all.
    Nothing on the way reads the value, so nothing can spoil it."""
    ann = await connect(node, unique("ann"))
    data = '{ "big":12345678901234567890123, "big":1e999 }'
    message = await verbatim(ann, data, type=verb, user=ann.user)
    assert f'"data":{data}' in message.raw


async def test_data_is_carried_to_the_byte_between_nodes(pair, connect, room):
    """The journey through Redis to another node changes nothing either.
    A member on the second node gets the text of the first."""
    ann, bob = await connect(pair[0]), await connect(pair[1])
    await join(room, ann, bob)
    for data in DATA:
        message = await verbatim(ann, data, type="publish", room=room)
        assert (await bob.expect("message")).raw == message.raw


@pytest.mark.parametrize("verb", ["publish", "send", "broadcast"])
@pytest.mark.parametrize("event_id", ["e", "Order-66:a.b_c", "x" * 64], ids=len)
async def test_an_event_id_of_the_client_is_kept(node, connect, room, verb, event_id):
    """A publisher may name its event, for its own book-keeping.
    The reply and the message carry that name."""
    ann = await connect(node, unique("ann"))
    await join(room, ann)
    reply = await ann.request(verb, room=room, user=ann.user, data=1, event_id=event_id)
    assert reply["event_id"] == event_id
    assert (await ann.expect("message"))["event_id"] == event_id


async def test_without_one_the_node_names_the_event(node, connect, room):
    """An event that the publisher does not name gets a ULID.
    No two of them are the same."""
    ann = await connect(node)
    await join(room, ann)
    replies = [await ann.request("publish", room=room, data=n) for n in range(50)]
    event_ids = [reply["event_id"] for reply in replies]
    assert all(ULID.fullmatch(event_id) for event_id in event_ids)
    assert len(set(event_ids)) == len(event_ids)


@pytest.mark.parametrize("request_id", [
    0, 1, 2**53 - 1, "a", "0", "x" * 64, "é" * 64, 'quote " and \\ slash', "line\nfeed"],
    ids=lambda value: repr(value)[:20])
async def test_the_id_of_a_request_comes_back_as_it_was(node, connect, request_id):
    """A client numbers or names its requests as it likes.
    The reply, or the error, carries the same id, of the same type."""
    ann = await connect(node)
    for reply in (await ann.ask("ping", id=request_id),
                  await ann.ask("leave", id=request_id, room=unique("room"))):
        assert reply["id"] == request_id
        assert type(reply["id"]) is type(request_id)


async def test_names_with_escapes_are_the_names_they_spell(node, connect, room):
    """A room written with JSON escapes is the same room as written plainly.
    Members who spell it differently hear each other."""
    ann, bob = await connect(node), await connect(node)
    await join(f"{room}/é☕", ann)
    await bob.send(f'{{"type":"join","id":1,"room":"{room}\\/\\u00e9\\u2615"}}')
    assert (await bob.expect("joined"))["room"] == f"{room}/é☕"
    await ann.request("publish", room=f"{room}/é☕", data="same?")
    assert (await bob.expect("message"))["room"] == f"{room}/é☕"
