"""Rooms with one home as operators see them: which node owns a room, and how the owner is; by HTTP,
with `atrium inspect`, in a browser and by metrics. The rooms are those of `examples/counter`."""

import functools
import json
import signal
from urllib.parse import quote

import pytest

from support.client import join, unique
from support.deadline import until, wait_until
from support.inspect_command import Inspected, rows
from support.inspector import HOSTILE, address, look, view_of
from support.metrics import Scrape
from support.node import example

OWNED = ["/owners", "/find?q=counter", "/tree"]


class Owned:
    """Two nodes and a counter with a member at each; `home` is the node that owns it."""

    def __init__(self, inspected, room):
        self.room = room
        self.owner = look(inspected[0].node, target_of("owners", room))
        name = self.owner["nodes"][0]["node"]
        assert len(self.owner["nodes"]) == 1
        self.name = name
        at_home = [look(one.node, "")["node"] == name for one in inspected]
        self.home, self.far = inspected if at_home == [True, False] else inspected[::-1]


def target_of(kind, name):
    return f"/{kind}/{quote(name, safe='')}"


@pytest.fixture
def start_counters(start_node, redis):
    """Starts nodes of `examples/counter` on one Redis, as the tool looks into them."""
    start = functools.partial(start_node, program=example("counter"))

    def start_each(*names, options=()):
        return [Inspected(start, "--redis", redis.url, "--drain-window", "0", "--node-id", name,
                          *options) for name in names]

    return start_each


async def own(start_counters, connect):
    """Has one of two nodes own a counter, to which somebody has added 5."""
    inspected = start_counters("one", "two")
    room = unique("counter:")
    members = [await connect(each.node) for each in inspected]
    await join(room, *members)
    await members[0].request("publish", room=room, data={"add": 5})
    for member in members:
        await member.expect("message")
    return Owned(inspected, room)


async def test_a_room_leads_to_its_owner_from_any_node(start_counters, connect):
    """An operator looks at a room on a node, and at its owner, wherever that is.
    Both nodes name the same one, with the same token."""
    owned = await own(start_counters, connect)
    state = owned.owner["nodes"][0]["state"]
    assert owned.owner["members"] == 2 and owned.owner["silent"] == []
    assert state["logic"] == {"total": 5, "adds": 1} and state["open"] is True
    assert state["saved"] is True and state["saved_age_s"] >= 0 and state["ahead"] is False
    assert state["timers"] == 0 and state["tasks"]["number"] == 0
    for each in (owned.home, owned.far):
        nodes = look(each.node, target_of("rooms", owned.room))["nodes"]
        assert len(nodes) == 2
        for row in nodes:
            assert (row["state"]["owner_node"], row["state"]["home"]) == (owned.name, "one")
            assert row["state"]["token"] == state["token"] > 0


async def test_only_the_owners_node_has_it(start_counters, connect):
    """The lists, the search, the tree, the numbers of the node and its metrics agree."""
    owned = await own(start_counters, connect)
    here, there = [{target: look(each.node, target) for target in OWNED}
                   for each in (owned.home, owned.far)]
    assert [x["name"] for x in here["/owners"]["owners"]] == [owned.room]
    assert here["/find?q=counter"]["owners"] == [owned.room]
    assert there["/owners"]["owners"] == there["/find?q=counter"]["owners"] == []
    for shown, count in ((here, 1), (there, 0)):
        table = next(x for x in shown["/tree"]["tree"]["children"] if x["kind"] == "owners")
        assert table["children_total"] == count
    for each, count in ((owned.home, 1), (owned.far, 0)):
        shown, scrape = look(each.node, "")["owners"], Scrape(each.node)
        assert shown["connected"] is True and shown["here"] == shown["opened"] == count
        assert scrape("atrium_room_owners_up") == 1
        assert scrape("atrium_room_owners") == count
        assert scrape("atrium_room_owner_events_total", event="opened") == count
        assert (scrape("atrium_room_words_total", result="said") > 0) == (count == 1)


async def test_the_tool_shows_owners(start_counters, connect):
    """From a terminal, at the node that is not the owner."""
    owned = await own(start_counters, connect)
    assert [row[0] for row in rows(owned.home.show("owners"))] == [owned.room]
    assert rows(owned.far.show("owners")) == []
    text = owned.far.show("owner", owned.room)
    assert text.startswith(f"owner {owned.room}: 2 members\n\non {owned.name}\n")
    fields = [line.split() for line in text.splitlines()]
    assert ["token", str(owned.owner["nodes"][0]["state"]["token"])] in fields
    assert ["saved", "yes"] in fields and ["total", "5"] in fields
    shown = [line.split() for line in owned.far.show("room", owned.room).splitlines()]
    assert shown.count(["owner", "node", owned.name]) == 2
    assert "nothing of that name" in owned.far.fail("owner", "counter:none")


async def test_an_owner_that_goes_is_seen_to_move(start_counters, connect):
    """The home of a room drains. The list of nodes says so, and the other node has the room."""
    first, = start_counters("first", options=["--drain-delay", "60000"])
    ann = await connect(first.node)
    room = unique("counter:")
    await join(room, ann)
    second, = start_counters("second")

    def known():
        return {row["node"]: row["draining"] for row in look(second.node, "/cluster")["nodes"]}

    await until(lambda: known() == {"first": False, "second": False}, "both are listed")
    token = look(second.node, target_of("owners", room))["nodes"][0]["state"]["token"]
    first.node.good_end = -signal.SIGTERM
    first.node.interrupt()
    await until(lambda: known() == {"first": True, "second": False}, "one drains")
    assert "draining" in second.show("cluster")

    def owners():
        done = second.run("owner", room, "--json")
        nodes = json.loads(done.stdout)["nodes"] if done.returncode == 0 else []
        return {row["node"]: row["state"] for row in nodes}

    await until(lambda: list(owners()) == ["second"], "the other node has the room")
    await until(lambda: owners().get("second", {}).get("open"), "it may speak for the room")
    assert owners()["second"]["token"] > token


async def test_the_page_leads_from_a_room_to_its_owner(browser, start_counters, connect):
    """An operator opens a room at a node that does not own it.
    The page names the owner's node, token and snapshot, and leads to the owner's own page."""
    owned = await own(start_counters, connect)
    browser.open(address(owned.far.node, view_of("rooms", owned.room)))
    browser.reads("#about", "2 members on 2 nodes")
    wait_until(lambda: [row["Node"] for row in browser.rows("The owner")] == [owned.name],
               "the owner is shown")
    row = browser.rows("The owner")[0]
    assert row["Token"] == str(owned.owner["nodes"][0]["state"]["token"])
    assert row["Snapshot"] != "–" and (row["Timers"], row["Tasks"]) == ("0", "0")
    browser.click("#view a", "its state")
    browser.reads("#about", "owner of the room", owned.room, "2 members")
    browser.reads("#view", f"On {owned.name}", "total", "adds")
    browser.open(address(owned.home.node))
    browser.reads(".figures", "1 owner")
    browser.click(".figures a", "owner")
    browser.reads("#about", "1 room with one home")
    browser.click("#view a", owned.room)
    browser.reads("#about", "owner of the room")


async def test_a_hostile_name_of_an_owner_is_only_text(browser, start_counters, connect):
    node = start_counters("one")[0].node
    room = f"counter:{HOSTILE}"
    await join(room, await connect(node))
    for view in (view_of("rooms", room), "owners", view_of("owners", room), view_of("find", "<img"),
                 f"actors/{look(node, '/owners')['owners'][0]['id']}"):
        browser.open(address(node, view))
        browser.reads("#main", HOSTILE)
        assert browser.run("document.querySelectorAll('main img, main script').length") == 0
