"""The chat page in a browser, under the policy that the node sends with it."""

import contextlib

import pytest

from support.browser import PHONE
from support.client import join, unique
from support.deadline import wait_until
from support.network import Network
from support.node import example

KEPT = ["--history", "chat:*=1000,1h", "--history", "short:*=3,1h"]
TOLD = ["--presence", "chat:*", "--presence", "huge:*=count", "--presence-grace", "0"]


@pytest.fixture(scope="module")
def node(start_shared_node):
    return start_shared_node(*KEPT, *TOLD)


@pytest.fixture
def network(node):
    """The way from the browser to the node."""
    with contextlib.closing(Network(node.port)) as way:
        yield way


# The page gets no message with this word.
DEAF = """
WebSocket = class extends WebSocket {
  set onmessage(handle) {
    super.onmessage = (event) => {
      const { type, data } = JSON.parse(event.data);
      if (type !== "message" || !data.text.includes("unheard")) handle?.(event);
    };
  }
};
"""


def visit(browser, way, room, script=""):
    """Opens the page as a user who is in one room."""
    user = unique("ann")
    browser.open(f"http://127.0.0.1:{way.port}/?user={user}&room={room}", script)
    browser.reads("#log", f"You are in {room}")
    return user


async def say(who, room, *texts):
    for text in texts:
        await who.request("publish", room=room, data={"text": text})


def numbers(first, last):
    return [f"message {i}" for i in range(first, last + 1)]


def said(browser):
    """The texts of the conversation, from top to bottom."""
    return browser.run("[...document.querySelectorAll('#log .body')].map((x) => x.innerText)")


def shows(browser, *texts):
    """Waits until the conversation is exactly that."""
    wait_until(lambda: said(browser) == list(texts), f"the page shows {texts}")


def lists(browser, *names):
    """Waits until exactly these users are listed as present."""
    found = "[...document.querySelectorAll('#names button')].map((x) => x.innerText)"
    wait_until(lambda: browser.run(found) == sorted(names), f"the page lists {names}")
    assert browser.text("#subtitle") == f"{len(names)} people here"


def is_seen(browser, css):
    return browser.run("document.querySelector(arguments[0]).checkVisibility()", css)


async def test_somebody_enters_and_is_heard(browser, node, connect):
    """A guest opens the page, types a name and a message; a member of the room hears it, and its
    answer is shown. The browser has nothing to complain about."""
    bob = await connect(node, unique("bob"))
    await join("lobby", bob)
    browser.open(f"http://127.0.0.1:{node.port}/")
    name = unique("ann")
    browser.type("#name", name + "\n")
    browser.reads("#log", "You are in lobby")
    browser.type("#text", "hello\n")
    message = await bob.expect("message", room="lobby")
    assert message["sender"]["user"] == name and message["data"] == {"text": "hello"}
    await bob.request("publish", room="lobby", data={"text": "<b>hello</b> yourself"})
    browser.reads("#log", "<b>hello</b> yourself")
    assert browser.complaints() == []


async def test_after_a_reload_the_conversation_is_there(browser, node, connect):
    room = unique("chat:")
    bob = await connect(node, unique("bob"))
    await join(room, bob)
    await say(bob, room, *numbers(1, 2))
    visit(browser, node, room)
    browser.type("#text", "message 3\n")
    shows(browser, *numbers(1, 3))
    browser.driver.refresh()
    shows(browser, *numbers(1, 3))
    await say(bob, room, "message 4")
    shows(browser, *numbers(1, 4))


async def test_the_past_comes_in_pages(browser, node, connect):
    """The newest first; older ones when the user asks for them, above, until there are no more."""
    room = unique("chat:")
    bob = await connect(node, unique("bob"))
    await join(room, bob)
    await say(bob, room, *numbers(1, 230))
    visit(browser, node, room)
    shows(browser, *numbers(131, 230))
    await say(bob, room, "message 231")
    browser.click("button", "Earlier messages")
    shows(browser, *numbers(31, 231))
    browser.click("button", "Earlier messages")
    shows(browser, *numbers(1, 231))
    wait_until(lambda: "Earlier messages" not in browser.text("#log"), "there is nothing to ask")


async def test_a_network_that_was_cut_costs_nothing(browser, node, network, connect):
    """Others talk meanwhile, and the user does; everybody has everything once."""
    room = unique("chat:")
    bob = await connect(node, unique("bob"))
    await join(room, bob)
    name = visit(browser, network, room)
    await say(bob, room, "message 1")
    shows(browser, "message 1")
    network.cut()
    browser.reads("#state", "Trying again")
    await say(bob, room, *numbers(2, 200))
    browser.type("#text", "are you still there?\n")
    shows(browser, "message 1", "are you still there?")
    assert browser.run("document.querySelectorAll('#log .waiting').length") == 1
    network.mend()
    shows(browser, *numbers(1, 200), "are you still there?")
    assert "missing" not in browser.text("#log") and "lost" not in browser.text("#log")
    heard = await bob.collect(201, room=room)
    assert heard[-1]["data"] == {"text": "are you still there?"}
    assert heard[-1]["sender"]["user"] == name
    await say(bob, room, "yes")
    shows(browser, *numbers(1, 200), "are you still there?", "yes")
    assert not bob.seen("message", data={"text": "are you still there?"})


async def test_what_the_history_has_lost_is_told_in_its_place(browser, node, network, connect):
    """What is kept is shown, below the line that says that some messages are missing."""
    room = unique("short:")
    bob = await connect(node, unique("bob"))
    await join(room, bob)
    visit(browser, network, room)
    await say(bob, room, "message 1")
    shows(browser, "message 1")
    network.cut()
    browser.reads("#state", "Trying again")
    await say(bob, room, *numbers(2, 9))
    network.mend()
    shows(browser, "message 1", *numbers(7, 9))
    lines = browser.text("#log").splitlines()
    told = lines.index("Some messages are missing here")
    assert lines.index("message 1") < told < lines.index("message 7")


async def test_what_a_slow_page_was_not_sent_is_read_from_the_history(browser, node, connect):
    """It goes where it belongs, and nothing is missing then."""
    room = unique("chat:")
    bob = await connect(node, unique("bob"))
    await join(room, bob)
    visit(browser, node, room, DEAF)
    texts = ["one", "unheard two", "unheard three", "four", "five"]
    await say(bob, room, *texts)
    shows(browser, *texts)
    wait_until(lambda: "missing" not in browser.text("#log"), "nothing is missing")


async def test_who_comes_and_goes_is_listed(browser, node, connect):
    room = unique("chat:")
    bob = await connect(node, "bob")
    await join(room, bob)
    ann = visit(browser, node, room)
    lists(browser, ann, "bob")
    cid = await connect(node, "cid <i>&")
    await join(room, cid)
    lists(browser, ann, "bob", "cid <i>&")
    await bob.request("leave", room=room)
    lists(browser, ann, "cid <i>&")
    browser.click("#names button", "cid")
    browser.reads("#title", "cid <i>&")
    assert not is_seen(browser, "#people-here")
    assert browser.complaints() == []


async def test_after_a_reconnect_the_list_is_that_of_then(browser, node, network, connect):
    room = unique("chat:")
    bob = await connect(node, "bob")
    await join(room, bob)
    ann = visit(browser, network, room)
    lists(browser, ann, "bob")
    network.cut()
    browser.reads("#state", "Trying again")
    assert not is_seen(browser, "#people-here")
    await bob.request("leave", room=room)
    await join(room, await connect(node, "cid"), await connect(node, "dan"))
    network.mend()
    lists(browser, ann, "cid", "dan")


async def test_a_phone_shows_the_list_when_asked(browser, node, connect):
    browser.be(PHONE)
    try:
        room = unique("chat:")
        await join(room, await connect(node, "bob"))
        ann = visit(browser, node, room)
        lists(browser, ann, "bob")
        assert not is_seen(browser, "#people-here")
        browser.click("#show-people")
        assert is_seen(browser, "#people-here")
        browser.click("#show-people")
        assert not is_seen(browser, "#people-here")
    finally:
        browser.be()


@pytest.mark.parametrize("room, subtitle", [("quiet", "Everyone in this room"),
                                            ("huge:", "2 people here")])
async def test_without_names_there_is_no_list(room, subtitle, browser, node, connect):
    room = unique(room)
    await join(room, await connect(node, "bob"))
    visit(browser, node, room)
    browser.reads("#subtitle", subtitle)
    assert not is_seen(browser, "#people-here")
    assert not is_seen(browser, "#show-people")
    assert browser.complaints() == []


async def test_a_room_without_a_history_says_what_it_loses(browser, node, network, connect):
    room = unique("quiet")
    bob = await connect(node, unique("bob"))
    await join(room, bob)
    visit(browser, network, room)
    network.cut()
    browser.reads("#state", "Trying again")
    assert browser.run("document.querySelector('#send').disabled")
    await say(bob, room, "message 1")
    network.mend()
    browser.reads("#log", f"Back in {room}; what was said meanwhile is lost")
    await say(bob, room, "message 2")
    shows(browser, "message 2")


async def test_a_job_has_one_bar(browser, node, connect):
    """A room tells how far two jobs are, and somebody else of a job of the same name.
    Each has one bar that moves, where it was; what is said meanwhile comes after it."""
    room = unique("chat:")
    bob, eve = await connect(node, unique("bob")), await connect(node, unique("eve"))
    await join(room, bob, eve)
    visit(browser, node, room)

    async def tell(who, job, progress, text):
        data = {"job": job, "progress": progress, "text": text}
        await who.request("publish", room=room, data=data)

    await tell(bob, "1", 0, "begun")
    await tell(bob, "2", 0.5, "half")
    await tell(eve, "1", 0.1, "another")
    await say(bob, room, "meanwhile")
    for percent in range(10, 101, 10):
        await tell(bob, "1", percent / 100, f"{percent} %")
    shows(browser, "100 %", "half", "another", "meanwhile")
    bars = "[...document.querySelectorAll('#log progress')].map((x) => [x.value, x.max])"
    assert browser.run(bars) == [[1, 1], [0.5, 1], [0.1, 1]]
    await bob.request("publish", room=room, data={"job": "3", "progress": 0})  # has no words
    browser.reads("#log", '"job": "3"')
    await tell(bob, "3", 7, "more than all")
    await tell(bob, "2", -1, "less than nothing")
    wait_until(lambda: said(browser)[1] == "less than nothing", "the bar has moved back")
    assert said(browser)[-1] == "more than all" and len(said(browser)) == 6
    assert browser.run(bars) == [[1, 1], [0, 1], [0.1, 1], [1, 1]]
    assert browser.complaints() == []


async def test_an_answer_is_shown_to_the_one_who_has_asked(browser, start_node, connect):
    """A user guesses in a quiz. The page shows what the quiz answers, below what it has asked."""
    node, room = start_node(program=example("quiz")), unique("quiz:")
    bob = await connect(node, unique("bob"))
    await join(room, bob)
    visit(browser, node, room)
    browser.type("#text", "Atlantis\n")
    browser.reads("#log", "Atlantis: no (only you see this)")
    assert not any(frame.get("data") == {"text": "Atlantis"} for frame in bob.inbox)
    assert "Atlantis" not in said(browser)
    assert browser.complaints() == []
