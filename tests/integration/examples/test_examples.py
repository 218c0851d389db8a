"""The nodes of examples/ do what their first lines promise."""

import pytest

from support.api import Backend
from support.client import join, unique
from support.node import example


@pytest.fixture(scope="module")
def dice_node(start_shared_node):
    return start_shared_node(program=example("dice"))


@pytest.fixture(scope="module")
def filter_node(start_shared_node):
    return start_shared_node("--family-word=darn", "--family-word=heck",
                             program=example("word_filter"))


@pytest.fixture(scope="module")
def quiz_node(start_shared_node):
    return start_shared_node(program=example("quiz"))


async def test_everybody_sees_the_dice_that_the_node_has_rolled(dice_node, connect):
    """A member says what to roll.
    All members see the same dice, and their sum."""
    ann, bob = await connect(dice_node), await connect(dice_node)
    table = unique("dice:table")
    await join(table, ann, bob)
    await ann.request("publish", room=table, data={"roll": "3d6"})
    seen = await bob.take(type="message", scope="room", sender=ann.sender)
    assert seen["data"]["roll"] == "3d6"
    assert len(seen["data"]["dice"]) == 3
    assert all(1 <= die <= 6 for die in seen["data"]["dice"])
    assert seen["data"]["total"] == sum(seen["data"]["dice"])
    assert (await ann.take(type="message", sender=ann.sender))["data"] == seen["data"]


async def test_a_newcomer_is_told_how_to_roll(dice_node, connect):
    """Whoever joins a dice table gets a hint.
    It comes from the room, so it has no sender."""
    ann = await connect(dice_node)
    table = unique("dice:table")
    await ann.request("join", room=table)
    hint = await ann.take(type="message", room=table)
    assert "2d6" in hint["data"]["text"] and "sender" not in hint


@pytest.mark.parametrize("data", [
    {"roll": "6"}, {"roll": "0d6"}, {"roll": "2d1"}, {"roll": "2d6x"}, {"roll": "999d6"},
    {"roll": 5}, {"roll": "2d6", "dice": [6, 6]}, "2d6", None, []])
async def test_what_cannot_be_rolled_is_refused(dice_node, connect, data):
    """A member publishes something else, or dice of their own.
    The room refuses it."""
    ann = await connect(dice_node)
    table = unique("dice:table")
    await ann.request("join", room=table)
    error = await ann.refusal("publish", room=table, data=data)
    assert (error["code"], error["room"]) == ("room_refused", table)


async def test_other_rooms_carry_anything(dice_node, connect):
    """A room whose name does not begin with dice: is as it always is.
    It carries what a dice table refuses."""
    ann = await connect(dice_node)
    room = unique("lobby")
    await ann.request("join", room=room)
    await ann.request("publish", room=room, data="2d6")
    assert (await ann.take(type="message", room=room))["data"] == "2d6"


async def test_listed_words_become_stars(filter_node, connect):
    """A member says a word of the list.
    The others see stars in its place, and everything else as it was."""
    ann, bob = await connect(filter_node), await connect(filter_node)
    room = unique("family:room")
    await join(room, ann, bob)
    await ann.request("publish", room=room, data={"text": "well, darn heck", "n": 1})
    seen = await bob.take(type="message", sender=ann.sender)
    assert seen["data"] == {"text": "well, **** ****", "n": 1}


async def test_three_strikes_are_enough(filter_node, connect):
    """A member goes on like that.
    The member is told, then refused, while others may still talk; a new join is a new start."""
    ann, bob = await connect(filter_node), await connect(filter_node)
    room = unique("family:room")
    await join(room, ann, bob)
    for _ in range(3):
        await ann.request("publish", room=room, data={"text": "darn"})
    assert (await ann.refusal("publish", room=room, data={"text": "hi"}))["code"] == "room_refused"
    await bob.request("publish", room=room, data={"text": "hi"})
    await ann.request("leave", room=room)
    await ann.request("join", room=room)
    await ann.request("publish", room=room, data={"text": "hi"})


async def test_a_report_is_rendered_before_all_eyes(start_node, connect):
    """A member asks for a report and gets the number of the job; it is no message.
    All members see how far it is, to the end, and may talk meanwhile."""
    node = start_node(program=example("report"))
    ann, bob = await connect(node), await connect(node)
    room = unique("report:room")
    await join(room, ann, bob)
    for client in (ann, bob):
        await client.take(type="message", room=room)  # how to ask
    answer = await ann.request("publish", room=room, data={"text": "report 3"})
    assert (answer["type"], answer["data"]) == ("answered", {"job": "1"})
    await ann.request("publish", room=room, data={"text": "hello"})
    await bob.take(type="message", room=room, data={"text": "hello"})
    for client in (ann, bob):
        shares, seen = [], {"progress": None}
        while seen["progress"] != 1 or "done" not in seen["text"]:
            seen = (await client.take(type="message", room=room))["data"]
            if "job" in seen:
                assert seen["job"] == "1"
                shares.append(seen["progress"])
            else:
                seen["progress"] = None  # ann's own words
        assert shares[0] == 0 and shares == sorted(shares) and len(shares) >= 3


@pytest.mark.parametrize("text", ["report 0", "report 101", "report x", "report 3 pages"])
async def test_what_is_no_report_is_refused(start_node, connect, text):
    """Somebody asks for a report that has no pages, or too many.
    The room refuses, and renders nothing."""
    node = start_node(program=example("report"))
    ann = await connect(node)
    await ann.request("join", room="report:1")
    assert (await ann.refusal("publish", room="report:1", data={"text": text}))["code"] \
        == "room_refused"


async def test_two_reports_at_a_time_are_enough(start_node, connect):
    """Somebody wants everything at once.
    The room refuses the third report while two are under way."""
    node = start_node(program=example("report"))
    ann = await connect(node)
    await ann.request("join", room="report:1")
    for job in ("1", "2"):
        answer = await ann.request("publish", room="report:1", data={"text": "report 100"})
        assert answer["data"] == {"job": job}
    error = await ann.refusal("publish", room="report:1", data={"text": "report 1"})
    assert error["message"] == "two reports at a time"


async def test_a_quiet_room_wants_short_messages(start_node, connect):
    """A member of a quiet room goes on and on.
    The room refuses that, and carries what is brief."""
    node = start_node(program=example("quiet"))
    ann = await connect(node)
    await ann.request("join", room="quiet:1")
    error = await ann.refusal("publish", room="quiet:1", data="x" * 280)
    assert (error["code"], error["message"]) == ("room_refused", "be brief")
    await ann.request("publish", room="quiet:1", data="x" * 270)


RIDDLES = {"What is the capital of Italy?": "Rome", "How many legs has a spider?": "8",
           "Which planet is nearest to the sun?": "Mercury"}


async def question(client, room):
    """The next one that comes; other words of the quiz are skipped."""
    while (text := (await client.expect("message", room=room))["data"]["text"]) not in RIDDLES:
        pass
    return text


async def solve(client, room):
    """Guesses until it is right: a round may end at any time. Returns the question."""
    while True:
        asked = await question(client, room)
        reply = await client.request("publish", room=room, data={"text": RIDDLES[asked]})
        if reply["type"] == "published":
            return asked


async def test_a_wrong_guess_is_answered_and_nobody_sees_it(quiz_node, connect):
    """A member of a quiz guesses.
    The one who is wrong is told so; the others see the right guess only,
    and then the next question."""
    ann, bob = await connect(quiz_node), await connect(quiz_node)
    room = unique("quiz:")
    await join(room, ann, bob)
    reply = await ann.request("publish", room=room, data={"text": "Atlantis"})
    assert (reply["type"], reply["room"], reply["data"]) == (
        "answered", room, {"right": False, "text": "no"})
    await ann.post("publish", room=room, data=["no guess"])  # without an id: no reply
    asked = await solve(ann, room)
    heard = [await bob.expect("message", room=room)]
    while "Right!" not in heard[-1]["data"]["text"]:
        heard.append(await bob.expect("message", room=room))
    guess, praise = heard[-2:]
    assert (guess["sender"], guess["data"]) == (ann.sender, {"text": RIDDLES[asked]})
    assert praise["data"]["text"] == f"Right! {ann.user} has 1" and "sender" not in praise
    assert await question(bob, room) != asked
    assert all("sender" not in frame for frame in heard[:-2])
    assert not bob.seen("answered") and not ann.seen("answered")


async def test_a_round_ends(quiz_node, connect):
    """Nobody knows the answer.
    After ten seconds the room tells it, and asks the next question."""
    ann = await connect(quiz_node)
    room = unique("quiz:")
    await join(room, ann)
    asked = await question(ann, room)
    told = await ann.expect("message", room=room)
    assert told["data"]["text"] == f"Nobody knew: {RIDDLES[asked]}"
    assert await question(ann, room) != asked


async def test_a_back_end_guesses(quiz_node):
    """A back end publishes into a quiz.
    It gets the answer as the result, also of each room of a broadcast and of each command of
    a batch."""
    api = Backend(quiz_node)
    wrong = {"answer": {"right": False, "text": "no"}}
    room, other = unique("quiz:"), unique("lobby")
    assert api("publish", channel=room, data={"text": "Atlantis"}) == wrong
    assert api("broadcast", channels=[room, other], data=1)["responses"] == [
        {"result": wrong}, {"result": {}}]
    commands = [{"publish": {"channel": name, "data": 1}} for name in (other, room)]
    assert api.ask("batch", commands=commands)["replies"] == [{"publish": {}}, {"publish": wrong}]
    api.close()
