"""Rooms that tell who is in them: who comes and goes, who is there, and how many."""

import pytest

from support.client import join, unique
from support.inspector import look
from support.metrics import Scrape
from support.tokens import bearer, secret_options, token

RULES = ("--presence", "told-*", "--presence", "crowd-*=count", "--presence", "told-off-*=off",
         "--history", "told-kept-*=100,1h", "--presence-grace", "0")


@pytest.fixture(scope="module")
def node(start_shared_node):
    """A node alone, in whose rooms who leaves is gone at once."""
    return start_shared_node(*RULES)


@pytest.fixture
def told():
    """The name of a room of its own that tells who is in it."""
    return unique("told")


def who_is(answer):
    """Users of a reply, with their numbers of connections."""
    return {x["user"]: x["connections"] for x in answer["users"]}


async def test_members_hear_who_comes_and_who_goes(node, connect, told):
    """Ann is in a room; Bob joins it and leaves it again.
    Each join tells how many were there; both get every change, and each has the new number."""
    ann, bob = await connect(node), await connect(node)
    assert (await ann.request("join", room=told))["present"] == 0
    assert (await ann.expect("presence_event")).has(
        {"room": told, "event": "join", "user": ann.user, "present": 1})
    assert (await bob.request("join", room=told))["present"] == 1
    for each in (ann, bob):
        event = await each.expect("presence_event")
        assert event.has({"room": told, "event": "join", "user": bob.user, "present": 2})
        assert event["ts"] > 1_600_000_000_000
    await bob.request("leave", room=told)
    assert (await ann.expect("presence_event")).has(
        {"event": "leave", "user": bob.user, "present": 1})
    assert bob.inbox == []


async def test_connections_of_a_user_are_one(node, connect, told):
    """Ann joins with a second tab, then closes the first: nobody hears of either.
    The user is in the list once, with the number of tabs; with the last one the user has left."""
    bob, user = await connect(node), unique("ann")
    await join(told, bob)
    first, second = await connect(node, user), await connect(node, user)
    await join(told, first, second)
    assert who_is(await bob.request("presence", room=told)) == {bob.user: 1, user: 2}
    await first.close()
    await second.abort()
    events = await bob.collect(3, "presence_event")
    assert [(x["event"], x["user"]) for x in events] == [
        ("join", bob.user), ("join", user), ("leave", user)]
    assert who_is(await bob.request("presence", room=told)) == {bob.user: 1}
    assert bob.inbox == []


async def test_who_comes_back_soon_has_not_been_away(start_node, connect):
    """A page is loaded anew: its connection goes, and comes back within the time of grace.
    The others hear nothing of it. Who does not come back has left after that time."""
    node = start_node("--presence", "*", "--presence-grace", "2")
    ann, bob = await connect(node, "ann"), await connect(node, "bob")
    await join("room", ann, bob)
    await ann.collect(2, "presence_event")
    await bob.close()
    assert who_is(await ann.request("presence", room="room")) == {"ann": 1, "bob": 1}
    bob = await connect(node, "bob")
    assert (await bob.request("join", room="room"))["present"] == 2
    await ann.request("ping")
    assert ann.inbox == []
    await bob.close()
    assert (await ann.expect("presence_event")).has({"event": "leave", "user": "bob"})


async def test_whoever_may_ask_is_told_who_is_there(node, connect, told):
    """Somebody who is not in the room asks for a list, and for a part of it."""
    asker = await connect(node)
    members = [await connect(node) for _ in range(3)]
    await join(told, *members)
    answer = await asker.request("presence", id=9, room=told)
    assert answer.has({"id": 9, "room": told, "present": 3})
    assert who_is(answer) == {x.user: 1 for x in members}
    assert all(x["since"] > 1_600_000_000_000 and "info" not in x for x in answer["users"])
    part = await asker.request("presence", room=told, limit=2)
    assert part["present"] == 3 and len(part["users"]) == 2
    empty = await asker.request("presence", room=unique("told"))
    assert empty.has({"present": 0, "users": []})


async def test_a_crowd_is_counted_and_not_named(node, connect):
    """In a large room nobody hears of others; who joins or asks is told the number."""
    room = unique("crowd")
    members = [await connect(node) for _ in range(3)]
    for number, each in enumerate(members):
        assert (await each.request("join", room=room))["present"] == number
        # The node has heard of it when it says so: what it told the room is on its way.
        while (await each.request("presence", room=room))["present"] != number + 1:
            pass
    answer = await members[0].request("presence", room=room)
    assert answer.has({"room": room, "present": 3}) and "users" not in answer
    assert all(each.inbox == [] for each in members)


@pytest.mark.parametrize("name", ["room", "told-off"])
async def test_a_room_that_tells_nobody_says_so(node, connect, name):
    """A room that fits no rule, or one that says off: no numbers, no events."""
    ann, bob, room = await connect(node), await connect(node), unique(name)
    assert "present" not in await ann.request("join", room=room)
    await join(room, bob)
    assert (await ann.refusal("presence", room=room))["code"] == "presence_off"
    assert ann.inbox == []


async def test_who_is_there_needs_its_right(start_node, connect, tmp_path):
    """A token lets a user into a room, but not see who is in it; another one the opposite.
    Who is seen shows the claim info of the token."""
    node = start_node("--presence", "*", *secret_options(tmp_path))
    info = {"colour": "red"}
    ann = await connect(node, **bearer(token("ann", rooms={"*": ["join"]}, info=info)))
    bob = await connect(node, **bearer(token("bob", rooms={"*": ["presence"]})))
    await join("room", ann)
    assert (await ann.refusal("presence", room="room"))["code"] == "forbidden"
    users = (await bob.request("presence", room="room"))["users"]
    assert [(x["user"], x["info"]) for x in users] == [("ann", info)]
    assert (await bob.refusal("join", room="room"))["code"] == "forbidden"


@pytest.mark.parametrize("limit", [0, 1001, -1, 1.5, "10", None, True])
async def test_a_malformed_limit_is_refused(node, connect, told, limit):
    """The error names the field, and the connection goes on."""
    ann = await connect(node)
    error = await ann.refusal("presence", room=told, limit=limit)
    assert error["code"] == "bad_request" and error["message"].startswith("'limit'")
    assert (await ann.refusal("presence"))["code"] == "bad_request"
    assert (await ann.refusal("presence", room="\n"))["code"] == "room_name_invalid"
    assert (await ann.request("presence", room=told, limit=1))["present"] == 0


async def test_a_history_has_messages_only(node, connect):
    """In a room with a history Bob comes between two messages.
    Ann gets all of it; the offsets of the messages follow each other, and nothing else is
    kept."""
    ann, bob, room = await connect(node), await connect(node), unique("told-kept")
    await join(room, ann)
    await ann.expect("presence_event")
    await ann.request("publish", room=room, data=1)
    await join(room, bob)
    await bob.request("publish", room=room, data=2)
    messages = await ann.collect(2)
    assert messages[1]["offset"] == messages[0]["offset"] + 1
    assert "offset" not in await ann.expect("presence_event", user=bob.user)
    kept = (await ann.request("history", room=room))["messages"]
    assert [x["data"] for x in kept] == [1, 2]
    assert ann.inbox == []


async def test_the_metrics_count_who_comes_and_goes(node, connect, told):
    """One user joins, is read, and leaves."""
    ann, before = await connect(node), Scrape(node)
    await join(told, ann)
    await ann.request("presence", room=told)
    during = Scrape(node)
    await ann.request("leave", room=told)
    after = Scrape(node)

    def rise(scrape, name, **labels):
        name = f"atrium_presence_{name}"
        return scrape(name, **labels) - before(name, **labels)

    assert rise(during, "users") == 1 and rise(during, "rooms") == 1
    assert rise(during, "changes_total", event="join") == 1
    assert rise(during, "reads_total") == 2  # the room has asked for its number
    assert rise(after, "changes_total", event="leave") == 1 and rise(after, "users") == 0
    assert after("atrium_presence_shared") == 1


async def test_operators_see_how_many_are_there(node, connect, told):
    """A room with two users, one of them with two tabs; the node's own figures."""
    user = unique("ann")
    everybody = [await connect(node), await connect(node, user), await connect(node, user)]
    await join(told, *everybody)
    await everybody[0].collect(2, "presence_event")
    room = look(node, f"/rooms/{told}?local=1")["state"]
    assert (room["members"], room["present"], room["presence"]) == (3, 2, "full")
    figures = look(node, "")["presence"]
    assert figures["connected"] and figures["users"] >= 2 and figures["joins"] >= 2
