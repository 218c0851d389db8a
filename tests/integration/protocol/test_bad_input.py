"""Requests that are wrong: each gets its error, and nobody's connection suffers."""

import json

import pytest

from support.client import join, talk, unique
from support.connections import undisturbed
from support.tables import by_name

NOT_ONE_OBJECT = {
    "nothing": "",
    "white space": " \t\r\n",
    "a word": "hello",
    "a number": "42",
    "a string": '"ping"',
    "null": "null",
    "an array": '[{"type":"ping","id":1}]',
    "an object cut short": '{"type":"ping","id":1',
    "a string cut short": '{"type":"ping","id":"1}',
    "trailing garbage": '{"type":"ping","id":1} x',
    "two objects": '{"type":"ping","id":1}{"type":"ping","id":2}',
    "a trailing comma": '{"type":"ping","id":1,}',
    "no comma": '{"type":"ping" "id":1}',
    "no colon": '{"type" "ping"}',
    "a bare key": '{type:"ping"}',
    "single quotes": "{'type':'ping'}",
    "a comment": '{"type":"ping"/* ! */}',
    "a byte order mark": '\ufeff{"type":"ping","id":1}',
    "a NUL": '{"type":"ping","id":1}\0',
    "a raw line feed in a string": '{"type":"pi\nng"}',
    "an unknown escape": r'{"type":"\ping"}',
    "half an escape": r'{"type":"ping","x":"\u12"}',
    "NaN": '{"type":"ping","x":NaN}',
    "Infinity": '{"type":"ping","x":-Infinity}',
    "a leading zero": '{"type":"ping","x":01}',
    "a plus sign": '{"type":"ping","x":+1}',
    "a bare fraction": '{"type":"ping","x":.5}',
    "a bare exponent": '{"type":"ping","x":1e}',
    "hexadecimal": '{"type":"ping","x":0xff}',
    "bad data": '{"type":"publish","id":1,"room":"anywhere","data":[1,2}',
    "a thousand opened arrays": "[" * 1000,
    "an abyss of arrays": "[" * 60_000,
    "an abyss of objects": '{"a":' * 12_000,
    "an abyss in the data": '{"type":"publish","id":1,"room":"anywhere","data":' + "[" * 60_000,
}

BAD_FIELDS = {
    "no type": {"id": 1},
    "a number as type": {"type": 7, "id": 1},
    "null as type": {"type": None, "id": 1},
    "join without room": {"type": "join", "id": 1},
    "join with a number as room": {"type": "join", "id": 1, "room": 5},
    "join with null as room": {"type": "join", "id": 1, "room": None},
    "join with a list of rooms": {"type": "join", "id": 1, "room": ["a", "b"]},
    "leave without room": {"type": "leave", "id": 1},
    "publish without room": {"type": "publish", "id": 1, "data": 1},
    "publish without data": {"type": "publish", "id": 1, "room": "anywhere"},
    "publish with echo in words":
        {"type": "publish", "id": 1, "room": "anywhere", "data": 1, "echo": "no"},
    "publish with echo as number":
        {"type": "publish", "id": 1, "room": "anywhere", "data": 1, "echo": 0},
    "send without user": {"type": "send", "id": 1, "data": 1},
    "send with an object as user": {"type": "send", "id": 1, "user": {"name": "x"}, "data": 1},
    "send without data": {"type": "send", "id": 1, "user": "nobody"},
    "broadcast without data": {"type": "broadcast", "id": 1},
    "presence without room": {"type": "presence", "id": 1},
    "history without room": {"type": "history", "id": 1},
}

BAD_EVENT_IDS = ["", "x" * 65, "with space", "é", "a/b", "a\n", 5, ["e"], True]

BAD_IDS = [-1, 2**53, 10**30, 1.5, "", "x" * 65, True, [1], {"n": 1}]

BAD_NAMES = {
    "empty": "",
    "129 bytes": "x" * 129,
    "129 bytes in 65 characters": "é" * 64 + "x",
    "33 emoji": "😀" * 33,
    "very long": "x" * 10_000,
    "NUL": "a\0b",
    "line feed": "a\nb",
    "tab": "\t",
    "escape": "\x1b[31m",
    "delete": "a\x7f",
}

LONGEST_NAMES = {"ASCII": "x" * 119, "two bytes": "é" * 59 + "x", "emoji": "😀" * 29 + "xxx"}


@by_name("bad", NOT_ONE_OBJECT)
async def test_a_frame_that_is_not_one_json_object_is_bad_json(node, connect, room, bad):
    """A client that sends rubbish is told so, without an id, as none can be known.
    It may go on, and its neighbours notice nothing."""
    async with undisturbed(connect, node, room) as culprit:
        await culprit.send(bad)
        error = await culprit.expect("error")
        assert error["code"] == "bad_json" and error["message"]
        assert "id" not in error


async def test_data_nested_deeper_than_anybody_needs_harms_nobody(node, connect, room):
    """Sixty thousand brackets are valid JSON, and a classic way to break a parser.
    The node may carry or refuse them; it must survive."""
    async with undisturbed(connect, node, room) as culprit:
        depth = 30_000
        await culprit.send(
            f'{{"type":"send","id":1,"user":"nobody","data":{"[" * depth}{"]" * depth}}}')
        reply = await culprit.next()
        assert reply["type"] == "sent" or reply["code"] in ("bad_json", "bad_request")


@pytest.mark.parametrize("verb", ["", "nonsense", "JOIN", "welcome", "message", "x" * 10_000],
                         ids=lambda verb: verb[:10] or "empty")
async def test_an_unknown_type_is_called_that(node, connect, room, verb):
    """A type that is not in the protocol, or only the node may use, is refused by name.
    Fields are not looked at before the type is known."""
    async with undisturbed(connect, node, room) as culprit:
        error = await culprit.refusal(verb, id=4, room=17)
        assert error["code"] == "unknown_type"


@by_name("bad", BAD_FIELDS)
async def test_a_request_with_a_bad_field_is_a_bad_request(node, connect, room, bad):
    """A field that is missing or of the wrong type is named in the error.
    The error carries the id of the request."""
    async with undisturbed(connect, node, room) as culprit:
        await culprit.send(json.dumps(bad))
        error = await culprit.expect("error", id=1)
        assert error["code"] == "bad_request" and error["message"]


@pytest.mark.parametrize("event_id", BAD_EVENT_IDS, ids=repr)
@pytest.mark.parametrize("verb", ["publish", "send", "broadcast"])
async def test_a_bad_event_id_is_a_bad_request(node, connect, room, verb, event_id):
    """An event id has 1 to 64 characters of a small alphabet, for the sake of stores and logs.
    Anything else is refused and nothing is published."""
    async with undisturbed(connect, node, room) as culprit:
        error = await culprit.refusal(verb, room=room, user=culprit.user, data=1,
                                      event_id=event_id)
        assert error["code"] == "bad_request"


@pytest.mark.parametrize("bad_id", BAD_IDS, ids=lambda value: repr(value)[:20])
async def test_a_bad_id_is_a_bad_request_and_not_echoed(node, connect, room, bad_id):
    """An id outside of the contract cannot be trusted to survive the way back.
    The request is refused by an error without id, and has no effect."""
    async with undisturbed(connect, node, room) as culprit:
        await culprit.post("publish", id=bad_id, room=room, data=1)
        error = await culprit.expect("error")
        assert error["code"] == "bad_request"
        assert "id" not in error


@by_name("bad", BAD_NAMES)
@pytest.mark.parametrize("verb", ["join", "leave", "publish", "presence", "history"])
async def test_a_bad_room_name_is_refused(node, connect, room, verb, bad):
    """Names are 1 to 128 bytes without control characters.
    Every request that names a room checks that, and says which code it failed with."""
    async with undisturbed(connect, node, room) as culprit:
        error = await culprit.refusal(verb, room=bad, data=1)
        assert error["code"] == "room_name_invalid"


@by_name("bad", BAD_NAMES)
async def test_a_bad_user_name_is_refused(node, connect, room, bad):
    """The same rule holds for the user to whom something is sent.
    The code says that it is the user's name."""
    async with undisturbed(connect, node, room) as culprit:
        error = await culprit.refusal("send", user=bad, data=1)
        assert error["code"] == "user_name_invalid"


@by_name("stem", LONGEST_NAMES)
async def test_names_of_128_bytes_are_as_good_as_any(node, connect, stem):
    """The limit counts bytes of UTF-8, and 128 of them are allowed.
    Rooms and users with such names work like others."""
    name = unique("n").ljust(9, "-") + stem
    assert len(name.encode()) == 128
    ann = await connect(node, name)
    assert ann.user == name
    await join(name, ann)
    await talk(name, ann)
    await ann.request("send", user=name, data="me")
    assert (await ann.expect("message"))["data"] == "me"


async def test_fields_are_checked_before_names(node, connect, room):
    """A request with several faults gets one error, always the same.
    The type comes first, then the fields, then the names."""
    async with undisturbed(connect, node, room) as culprit:
        assert (await culprit.refusal("nonsense", room=""))["code"] == "unknown_type"
        assert (await culprit.refusal("publish", room=""))["code"] == "bad_request"
        assert (await culprit.refusal("publish", room="", data=1))["code"] == "room_name_invalid"


async def test_a_second_join_is_refused(node, connect, room):
    """Who is in a room cannot join it again.
    The membership stays, and messages still come once."""
    async with undisturbed(connect, node, room) as culprit:
        error = await culprit.refusal("join", room=room)
        assert (error["code"], error["room"]) == ("already_joined", room)


@pytest.mark.parametrize("verb", ["publish", "leave"])
async def test_only_members_may_publish_or_leave(node, connect, room, verb):
    """A room that one is not in cannot be spoken to, nor left.
    The error names the room, and its members hear nothing."""
    async with undisturbed(connect, node, room):
        stranger = await connect(node)
        error = await stranger.refusal(verb, room=room, data="let me in")
        assert (error["code"], error["room"]) == ("not_a_member", room)
        assert (await stranger.request("ping"))["type"] == "pong"


async def test_errors_come_without_an_id_too(node, connect, room):
    """A client that gives no id wants no confirmations, but it does want to know of failures.
    The error then simply has no id."""
    async with undisturbed(connect, node, room) as culprit:
        await culprit.post("publish", room=unique("elsewhere"), data=1)
        error = await culprit.expect("error")
        assert error["code"] == "not_a_member"
        assert "id" not in error


async def test_a_hundred_errors_in_a_row_leave_the_connection_usable(node, connect, room):
    """A client with a bug may repeat its mistake for a while.
    It gets an error for each, and is served when it comes to its senses."""
    async with undisturbed(connect, node, room) as culprit:
        for _ in range(100):
            await culprit.send("rubbish")
        await culprit.collect(100, "error", code="bad_json")
