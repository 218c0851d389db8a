"""Rooms that keep what is said in them: reading it, and publishing once; on either bus."""

import pytest

from support.client import join, unique
from support.tokens import bearer, secret_options, token

KEPT = 20
RULES = ("--history", f"kept-*={KEPT},1h", "--history", "kept-off-*=off")


@pytest.fixture(scope="module", params=["memory", "redis"])
def node(request, start_shared_node):
    """A node on each bus: a client must not be able to tell which one it is."""
    if request.param == "memory":
        return start_shared_node(*RULES)
    redis = request.getfixturevalue("shared_redis")
    return start_shared_node(*RULES, "--redis", redis.url)


@pytest.fixture
def kept():
    """The name of a room of its own that keeps what is said in it."""
    return unique("kept")


async def say(client, room, *data):
    """Publishes one after the other; returns the offsets."""
    return [(await client.request("publish", room=room, data=x))["offset"] for x in data]


def said(history):
    """Data and offsets of the messages in a reply."""
    return [(x["data"], x["offset"]) for x in history["messages"]]


async def test_a_history_has_the_messages_that_members_got(node, connect, kept):
    """What a client reads later is what the members got, with sender, id and offset.
    Somebody who never was in the room may read it, too."""
    ann, reader = await connect(node), await connect(node)
    await join(kept, ann)
    offsets = await say(ann, kept, "one", {"n": 2})
    assert offsets[1] == offsets[0] + 1
    got = await ann.collect(2)
    assert [x["offset"] for x in got] == offsets
    history = await reader.request("history", id=9, room=kept)
    assert history.has({"id": 9, "room": kept, "offset": offsets[1], "recovered": True,
                        "more": False})
    assert history["messages"] == got
    assert history["epoch"]


async def test_a_history_is_read_in_pages_from_either_end(node, connect, kept):
    """A client scrolls: onwards from the oldest message, or back from the newest.
    It asks with the last offset that it has until there is no more."""
    ann = await connect(node)
    await join(kept, ann)
    everything = list(zip(range(7), await say(ann, kept, *range(7))))
    for reverse in (False, True):
        found, since = [], {}
        while True:
            page = await ann.request("history", room=kept, limit=3, reverse=reverse, **since)
            assert len(page["messages"]) <= 3
            found += said(page)
            if not page["more"]:
                break
            since = {"since": {"epoch": page["epoch"], "offset": found[-1][1]}}
        assert found == (everything[::-1] if reverse else everything)


async def test_a_history_has_what_came_after_a_position(node, connect, kept):
    """A client that has got as far as the second message reads the rest.
    One that has got everything reads nothing, and is told that nothing is missing."""
    ann = await connect(node)
    await join(kept, ann)
    offsets = await say(ann, kept, 1, 2, 3)
    epoch = (await ann.request("history", room=kept))["epoch"]
    rest = await ann.request("history", room=kept, since={"epoch": epoch, "offset": offsets[1]})
    assert said(rest) == [(3, offsets[2])] and rest["recovered"]
    none = await ann.request("history", room=kept, since={"epoch": epoch, "offset": offsets[2]})
    assert said(none) == [] and none["recovered"] and not none["more"]


async def test_what_is_gone_is_not_passed_over_in_silence(node, connect, kept):
    """A room keeps its newest messages only; a client was away for longer.
    It is told that some are gone, and where the room is now; so is one with a position of
    another history, or one ahead of this."""
    ann = await connect(node)
    await join(kept, ann)
    offsets = await say(ann, kept, *range(KEPT + 5))
    now = await ann.request("history", room=kept)
    assert said(now) == list(zip(range(5, KEPT + 5), offsets[5:]))
    for epoch, offset in ((now["epoch"], offsets[3]), ("another", offsets[-1]),
                          (now["epoch"], offsets[-1] + 1)):
        lost = await ann.request("history", room=kept, since={"epoch": epoch, "offset": offset})
        assert lost.has({"recovered": False, "messages": [], "epoch": now["epoch"],
                         "offset": offsets[-1]})


async def test_a_repeated_publish_is_one_message(node, connect, kept):
    """A client does not know whether its publish arrived, and sends it again.
    It gets the offset of the first, and nobody gets the message twice."""
    ann, again = await connect(node), await connect(node)
    await join(kept, ann, again)
    event_id = unique("event")
    first = await ann.request("publish", room=kept, data=1, event_id=event_id)
    second = await again.request("publish", room=kept, data=1, event_id=event_id)
    assert second["offset"] == first["offset"]
    fence = await ann.request("publish", room=kept, data="fence")
    assert fence["offset"] == first["offset"] + 1
    for client in (ann, again):
        assert [x["data"] for x in await client.collect(2)] == [1, "fence"]
        assert client.inbox == []


@pytest.mark.parametrize("name", ["room", "kept-off"])
async def test_a_room_without_a_history_says_so(node, connect, name):
    """A room that fits no rule, or one that says off, keeps nothing.
    Its messages have no offset, and who asks for its history gets history_off."""
    ann, room = await connect(node), unique(name)
    await join(room, ann)
    assert "offset" not in await ann.request("publish", room=room, data=1)
    assert "offset" not in await ann.expect("message")
    assert (await ann.refusal("history", room=room))["code"] == "history_off"


async def test_a_history_needs_its_right(start_node, connect, tmp_path):
    """A token lets a user into a room, but not read what was said before.
    Another token lets its user read, and no more."""
    node = start_node(*RULES, *secret_options(tmp_path))
    ann = await connect(node, **bearer(token("ann", rooms={"kept-*": ["join", "publish"]})))
    bob = await connect(node, **bearer(token("bob", rooms={"kept-*": ["history"]})))
    await join("kept-1", ann)
    await say(ann, "kept-1", "secret")
    assert (await ann.refusal("history", room="kept-1"))["code"] == "forbidden"
    assert [x for x, _ in said(await bob.request("history", room="kept-1"))] == ["secret"]
    assert (await bob.refusal("join", room="kept-1"))["code"] == "forbidden"


BAD_READS = {
    "no object": {"since": "e1"},
    "null": {"since": None},
    "no epoch": {"since": {"offset": 1}},
    "no offset": {"since": {"epoch": "e1"}},
    "an epoch in capitals": {"since": {"epoch": "E1", "offset": 1}},
    "a negative offset": {"since": {"epoch": "e1", "offset": -1}},
    "a fraction": {"since": {"epoch": "e1", "offset": 1.5}},
    "an offset in words": {"since": {"epoch": "e1", "offset": "1"}},
    "an offset of 2^53": {"since": {"epoch": "e1", "offset": 2**53}},
    "no messages": {"limit": 0},
    "too many messages": {"limit": 1001},
    "a limit in words": {"limit": "10"},
    "an order in words": {"reverse": "yes"},
}


@pytest.mark.parametrize("bad", BAD_READS.values(), ids=BAD_READS)
async def test_a_malformed_request_is_refused_and_changes_nothing(node, connect, kept, bad):
    """The error names the field, and a refused join is none: the next one is the first."""
    ann = await connect(node)
    field = f"'{next(iter(bad))}'"
    verbs = ["history", "join"] if "since" in bad else ["history"]
    for verb in verbs:
        error = await ann.refusal(verb, room=kept, **bad)
        assert error["code"] == "bad_request" and error["message"].startswith(field)
    await join(kept, ann)
