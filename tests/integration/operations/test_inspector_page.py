"""The inspector's page in a browser: what an operator sees of a node."""

from support import browser as browsers
from support.client import join, unique
from support.deadline import until, wait_until
from support.inspector import HOSTILE, address, look, view_of


def row_of(browser, table, heading, text):
    """The first row of a table with this text under a heading, or nothing."""
    return next((row for row in browser.rows(table) if text in row.get(heading, "")), None)


# -- what it shows --------------------------------------------------------------------------------


async def test_the_overview_counts_what_the_node_has(browser, start_node, connect):
    """Three connections of two users, two of them in a room.
    The overview says so, for the node, for its lanes and for the cluster."""
    node = start_node("--lanes", "2", "--node-id", "solo")
    ann, _, bob = [await connect(node, user) for user in ("ann", "ann", "bob")]
    await join("lobby", ann, bob)
    browser.open(address(node))
    browser.reads("#title", "solo")
    browser.reads("#about", "running")
    browser.reads(".figures", "3 connections", "1 room", "2 users")
    wait_until(lambda: sum(int(lane["Connections"])
                           for lane in browser.rows("Lanes of this node")) == 3,
               "the lanes have three connections")
    assert len(browser.rows("Lanes of this node")) == 2
    wait_until(lambda: (row_of(browser, "Nodes of the cluster", "Node", "solo") or {}).get(
        "Connections") == "3", "the cluster has a node with three connections")
    assert len(browser.rows("Nodes of the cluster")) == 1


async def test_the_overview_measures_what_goes_on(browser, node, connect, room):
    """A member publishes now and then.
    The charts of what comes in and goes out are no longer empty."""
    ann = await connect(node)
    await join(room, ann)
    browser.open(address(node))

    async def measured():
        await ann.request("publish", room=room, data="x")
        charts = browser.run("[...document.querySelectorAll('.chart strong')]"
                             ".map((each) => each.innerText)")
        return len(charts) == 4 and all(not text.startswith(("–", "0")) for text in charts)

    await until(measured, "four charts have a figure")
    assert browser.run("document.querySelectorAll('.chart .line[d]:not([d=\"\"])').length") == 4


async def test_two_nodes_are_shown_as_one_cluster(browser, pair, connect, room):
    """Each of two nodes has a member of the same room.
    Either page shows both nodes, and the room on both; its members it has of its own node."""
    ann, bob = [await connect(node) for node in pair]
    await join(room, ann, bob)
    browser.open(address(pair[0]))
    wait_until(lambda: len(browser.rows("Nodes of the cluster")) == 2, "two nodes are shown")
    browser.open(address(pair[0], view_of("rooms", room)))
    browser.reads("#about", "2 members on 2 nodes")
    wait_until(lambda: [row["Members"] for row in browser.rows("The room on each node")]
               == ["1", "1"], "each node has a member")
    wait_until(lambda: [row["User"] for row in browser.rows("Members on this node")]
               == [ann.user], "this node's member is named")


async def test_a_room_shows_how_many_users_are_in_it(browser, start_node, connect):
    """Two users are in a room that tells it, one of them with two tabs."""
    node = start_node("--presence", "lobby")
    await join("lobby", *[await connect(node, user) for user in ("ann", "ann", "bob")])
    browser.open(address(node, view_of("rooms", "lobby")))
    wait_until(lambda: [(row["Members"], row["Present"])
                        for row in browser.rows("The room on each node")] == [("3", "2")],
               "three members are two users")


async def test_each_silent_run_of_a_node_has_a_row_until_its_name_is_back(
        browser, start_node, redis):
    """A node crashes twice, another one once; then the first one comes back.
    There is a row for each run, and in the end only those whose name is not back are silent."""
    space = ["--redis", redis.url, "--namespace", unique("runs")]
    watcher = start_node(*space, "--node-id", "watcher")
    for number, name in enumerate(("one", "one", "two"), start=2):
        node = start_node(*space, "--node-id", name)
        wait_until(lambda: len(look(watcher, "/cluster")["nodes"]) == number, "it is listed")
        node.crash()
    browser.open(address(watcher))

    def names():
        return sorted(row["Node"].split()[0] for row in browser.rows("Nodes of the cluster"))

    browser.reads("#about", "3 silent nodes")
    assert names() == ["one", "one", "two", "watcher"]
    start_node(*space, "--node-id", "one")
    browser.reads("#about", "1 silent node")
    wait_until(lambda: names() == ["one", "two", "watcher"], "the runs that are over are gone")


async def test_a_room_shows_who_is_in_it(browser, node, connect, room):
    """Two users are in a room, and one of them leaves.
    The page follows, without being loaded again."""
    ann, bob = await connect(node, unique("ann")), await connect(node, unique("bob"))
    await join(room, ann, bob)
    browser.open(address(node, view_of("rooms", room)))
    browser.reads("#title", room)
    browser.reads("#about", "2 members on 1 node")
    users = {ann.user, bob.user}
    wait_until(lambda: {row["User"] for row in browser.rows("Members on this node")} == users,
               "both members are named")
    assert row_of(browser, "Members on this node", "User", ann.user)["Connection"] \
        == ann.connection
    await bob.request("leave", room=room)
    wait_until(lambda: [row["User"] for row in browser.rows("Members on this node")]
               == [ann.user], "who has left is gone")


async def test_links_lead_from_a_room_to_a_member_and_its_connection(browser, node, connect, room):
    """An operator follows a name.
    Each step is a page of its own, and the browser's way back works."""
    ann = await connect(node, unique("ann"))
    await join(room, ann)
    browser.open(address(node, view_of("rooms", room)))
    browser.click("#view a", ann.user)
    browser.reads("#about", "user · 1 connection")
    browser.click("#view a", ann.connection)
    browser.reads("#about", f"connection of {ann.user}")
    browser.reads("#view", "signed on", room)
    browser.driver.back()
    browser.reads("#about", "user · 1 connection")


async def test_a_hostile_name_is_only_text(browser, node, connect):
    """Names are up to clients, and one has chosen HTML.
    Wherever the name is shown it can be read, and nothing else comes of it."""
    mallory = await connect(node, HOSTILE)
    await join(HOSTILE, mallory)
    room, user = view_of("rooms", HOSTILE), view_of("users", HOSTILE)
    views = [room, user, "rooms", "users", "connections", "tree", view_of("find", "<img"),
             view_of("connections", mallory.connection)]
    for view in views:
        browser.open(address(node, view))
        browser.reads("#main", HOSTILE)
        assert browser.run("document.querySelectorAll('main img, main script').length") == 0
    browser.open(address(node, "rooms"))
    browser.click("#view a", HOSTILE)
    browser.reads("#about", "1 member on 1 node")


async def test_a_search_finds_a_user_by_keyboard_alone(browser, node, connect):
    """Somebody complains, and the operator knows a part of the name.
    A slash, that part and two more keys lead to the user."""
    ann = await connect(node, unique("searched-for"))
    browser.open(address(node))
    browser.press("/")
    browser.press(ann.user[2:] + "\n")
    browser.reads("#about", "1 found")
    browser.reads("#view", ann.user)
    browser.press("\t")
    browser.press("\n")
    browser.reads("#title", ann.user)
    browser.reads("#about", "user · 1 connection")


async def test_the_lists_and_the_tree_have_what_is_there(browser, node, connect, room):
    """A room, its member and the member's connection.
    Each is in its list, and the tree has the actors."""
    ann = await connect(node, unique("ann"))
    await join(room, ann)
    for view, text in [(f"rooms?prefix={room}", room), (f"users?prefix={ann.user}", ann.user),
                       ("connections", ann.connection), ("tree", "lane-0"), ("tree", room),
                       ("tree", ann.user), ("tree", "directory"), ("tree", "inspector")]:
        browser.open(address(node, view))
        browser.reads("#view", text)
    browser.click(".tree a", "lane-0")
    browser.reads("#about", "lane ")
    browser.reads("#view", "handled")


async def test_events_show_a_join_and_can_be_held(browser, node, connect, room):
    """An operator watches the events while somebody joins, pauses, and somebody else does.
    The first is there, the second as soon as it is wanted."""
    ann, bob = await connect(node, unique("ann")), await connect(node, unique("bob"))
    browser.open(address(node, "events"))
    browser.reads("#about", "Live")
    await join(room, ann)
    browser.reads("#view", "joined", room, ann.user)
    browser.click("#pause")
    browser.reads("#pause", "Go on")
    await join(room, bob)
    browser.reads("#pause", "new")
    assert bob.user not in browser.text("#view")
    browser.click("#pause")
    browser.reads("#view", bob.user)


# -- how it looks and lasts -----------------------------------------------------------------------


async def test_no_view_scrolls_sideways_on_a_phone(browser, node, connect):
    """A phone of 360 pixels, and names as long as they may be.
    Every view fits."""
    name = unique("x" * 120)
    ann = await connect(node, name)
    await join(name, ann)
    browser.be(browsers.PHONE)
    views = ["", "tree", "rooms", "users", "connections", "top", "events", view_of("find", "xxx"),
             view_of("rooms", name), view_of("users", name),
             view_of("connections", ann.connection)]
    for view in views:
        browser.open(address(node, view))
        wait_until(lambda: browser.run("document.getElementById('view').children.length > 0"),
                   f"{view!r} shows something")
        widths = browser.run("[document.documentElement.scrollWidth, innerWidth]")
        assert widths == [360, 360], view


def test_dark_mode_is_dark(browser, node):
    """The same page for somebody who prefers it light and for somebody who does not.
    The background follows."""
    brightness = "Math.max(...getComputedStyle(document.body).backgroundColor.match(/\\d+/g)" \
        ".slice(0, 3))"
    browser.open(address(node))
    assert browser.run(brightness) > 240
    browser.be(scheme="dark")
    assert browser.run(brightness) < 60


async def test_nothing_is_said_on_the_console(browser, node, connect, room):
    """An operator looks at everything there is.
    The console stays empty, also of what could not be loaded."""
    ann = await connect(node)
    await join(room, ann)
    browser.open(address(node))
    for view in ["tree", "rooms", "users", "connections", "top", "events", view_of("find", "a"),
                 view_of("rooms", room), view_of("users", ann.user),
                 view_of("connections", ann.connection), "nonsense"]:
        browser.run("void (location.hash = arguments[0])", f"#/{view}")
        wait_until(lambda: browser.run("!document.querySelector('main[aria-busy]')"),
                   f"{view!r} is there")
    assert browser.complaints() == []


def test_a_node_that_is_gone_is_shown_as_gone_until_it_is_back(browser, start_node):
    """A node ends while somebody looks at it, and another one takes its place.
    The page says since when, keeps what it had, and goes on by itself."""
    node = start_node("--node-id", "first")
    browser.open(address(node))
    browser.reads("#title", "first")
    node.stop()
    browser.reads("#trouble", "does not answer, since")
    browser.reads("#title", "first")
    start_node("--node-id", "second", "--internal", f"127.0.0.1:{node.internal_port}")
    browser.reads("#title", "second")
    wait_until(lambda: not browser.text("#trouble"), "nothing is wrong any more")
