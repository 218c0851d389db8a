"""Rooms with one home: one truth for members of all nodes, whatever becomes of the home.

The rooms are those of `examples/counter` and `examples/auction`. A lease of a minute is one that
does not end within a test."""

import asyncio
import contextlib
import functools

import pytest

from support.api import Backend
from support.client import join, unique
from support.deadline import until
from support.homes import LATEST, add, hears, join_one_of, open_table, owner_of, read, says, state
from support.homes import view_of_owner
from support.inspector import look
from support.node import example
from support.scene import Site

LEASE = 3
LONG = ["--lease", "60"]
SHORT = ["--lease", str(LEASE), "--user-lease", str(LEASE), "--bus-timeout", "20"]
COUNTER, AUCTION = "counter", "auction"


@pytest.fixture
def start(start_node, redis):
    """Starts nodes of an example on one Redis, each with a link of its own to it."""
    with contextlib.ExitStack() as stack:
        def start_sites(program, count, *options):
            make = functools.partial(start_node, program=example(program))
            sites = [Site(make, redis, [*options, "--drain-window", "0"]) for _ in range(count)]
            for site in sites:
                stack.callback(site.close)
                stack.callback(site.node.stop)
            return sites

        yield start_sites


# -- while all is well ----------------------------------------------------------------------------


async def test_members_of_all_nodes_share_one_state(start, connect):
    """Members of three nodes add at once: each total comes once, and all hear the same order.
    The room's logic knows the members of all nodes."""
    table = await open_table(connect, start(COUNTER, 3, *LONG), COUNTER)
    await asyncio.gather(*(add(member, table.room) for member in table.members * 5))
    order = [await member.collect(15) for member in table.members]
    assert [x["data"]["total"] for x in order[0]] == list(range(1, 16))
    for heard in order[1:]:
        assert [x["event_id"] for x in heard] == [x["event_id"] for x in order[0]]
    for left, member in enumerate(table.members):
        await says(member, table.room, total=15, adds=15, members=3 - left)
        await member.request("leave", room=table.room)


async def test_nodes_share_the_rooms(start, connect):
    """Rooms are opened by members of two nodes: in the end each node owns some.
    Both nodes say the same of who owns a room."""
    sites = start(COUNTER, 2, *LONG)
    ann, bob = [await connect(site.node) for site in sites]
    owners = set()

    async def both_own_some():
        room = unique("counter:")
        await join(room, ann, bob)
        owner, same = [owner_of(site, room) for site in sites]
        assert owner == same
        owners.add(owner)
        return len(owners) == 2

    await until(both_own_some, "both nodes own rooms")
    assert owners == {look(site.node, "")["run"] for site in sites}


async def test_a_repeat_with_the_same_event_id_counts_once(start, connect):
    """A client comes back by another node and repeats what it has published.
    It is told that this is published, and nobody hears it again."""
    table = await open_table(connect, start(COUNTER, 2, *LONG), COUNTER)
    for member in (table.here, table.there, table.here):
        await add(member, table.room, "the-event")
    await add(table.there, table.room)
    for member in table.members:
        await hears(member, table.room, 1, 2)


async def test_a_back_end_is_answered_by_whichever_node(start, connect):
    """A back end asks each node, of which one owns the room and one has no member in it.
    It adds, and is told what the counter says."""
    *sites, third = start(COUNTER, 3, *LONG)
    table = await open_table(connect, sites, COUNTER)
    for number, site in enumerate([*sites, third], 1):
        with contextlib.closing(Backend(site)) as backend:
            added = await asyncio.to_thread(
                backend, "publish", channel=table.room, data={"add": 1}, idempotency_key="k")
            assert "answer" not in added
            await asyncio.to_thread(backend, "publish", channel=table.room, data={"add": 1})
            told = await asyncio.to_thread(
                backend, "publish", channel=table.room, data={"read": True})
            assert told["answer"] == {"total": number + 1, "adds": number + 1, "members": 2}
            error = await asyncio.to_thread(
                backend.ask, "publish", channel=table.room, data={"add": "x"})
            assert "error" in error
    for member in table.members:
        await hears(member, table.room, 1, 2, 3, 4)


async def test_the_state_waits_for_the_next_member(start, connect):
    """Everybody leaves, and all nodes are replaced.
    Who comes then finds the total of before."""
    sites = start(COUNTER, 2, *LONG)
    table = await open_table(connect, sites, COUNTER)
    await add(table.there, table.room)
    for member in table.members:
        await member.close()
    for site in sites:
        site.node.stop()
    ann = await connect(start(COUNTER, 1, *LONG)[0].node)
    await join(table.room, ann)
    await add(ann, table.room)
    await hears(ann, table.room, 2)


async def test_a_node_alone_needs_no_redis(start_node, connect):
    """Without Redis there is one node, and so one home; repeats count once."""
    node = start_node(program=example(COUNTER))
    room = unique("counter:")
    ann, bob = await connect(node), await connect(node)
    await join(room, ann, bob)
    for member, event in ((ann, "a"), (bob, "b"), (bob, "a")):
        await add(member, room, event)
    for member in (ann, bob):
        await hears(member, room, 1, 2)
        await member.request("leave", room=room)
    await join(room, ann)
    await says(ann, room, total=2, adds=2, members=1)


# -- the home goes --------------------------------------------------------------------------------


async def test_a_crash_of_the_home_loses_nothing(start, connect):
    """The node that owns a room dies, and what members of the others want waits meanwhile.
    They stay members, everything is done once and in order, and nobody is told of a loss."""
    table = await open_table(connect, start(COUNTER, 3, *SHORT), COUNTER)
    await add(table.here, table.room, "by-here")
    await add(table.there, table.room, "by-there")
    table.home.node.crash()
    for number in range(10):
        await table.there.post("publish", room=table.room, id=f"n-{number}", data={"add": 1})
    for number in range(10):
        reply = await table.there.take(id=f"n-{number}")
        assert reply["type"] == "published", reply
    for event in ("by-here", "by-there"):
        await add(table.there, table.room, event)
    left = [member for member in table.members if member is not table.here]
    for member in left:
        await hears(member, table.room, *range(1, 13))
    await says(table.there, table.room, total=12, adds=12, members=2)
    run = owner_of(table.far[0], table.room)
    assert run in {look(site.node, "")["run"] for site in table.far}


async def test_a_home_that_drains_hands_over_at_once(start, connect):
    """The node that owns a room is told to stop, while members of both nodes add.
    The other one goes on long before the lease would end, and nothing is lost."""
    table = await open_table(connect, start(COUNTER, 2, *LONG), COUNTER)
    await add(table.here, table.room)
    table.home.node.interrupt()
    for _ in range(20):
        await add(table.there, table.room)
    assert await table.home.node.exit_code() == 0
    await add(table.there, table.room)
    await hears(table.there, table.room, *range(1, 23))
    assert owner_of(table.far[0], table.room) == look(table.far[0].node, "")["run"]
    await says(table.there, table.room, total=22, adds=22, members=1)


@pytest.mark.parametrize("ends", ["drains", "dies"])
async def test_an_auction_ends_though_its_home(start, connect, ends):
    """An auction is under way when the node that has it goes.
    The next one knows the bids, tells a newcomer, and ends the auction in time."""
    options = LONG if ends == "drains" else SHORT
    table = await open_table(connect, start(AUCTION, 2, *options), AUCTION)
    sell = {"sell": "a vase", "seconds": 12}
    await table.here.request("publish", room=table.room, data=sell)
    await table.there.request("publish", room=table.room, data={"bid": 50})
    if ends == "drains":
        table.home.node.interrupt()
        assert await table.home.node.exit_code() == 0
    else:
        table.home.node.crash()
    ann = await connect(table.far[0].node)

    async def is_in():
        return await ann.succeeds("join", room=table.room)

    await until(is_in, "a newcomer is let in", LATEST)
    told = (await ann.expect("message", room=table.room))["data"]
    assert (told["item"], told["bid"], told["by"]) == ("a vase", 50, table.there.user)
    sold = {"sold": "a vase", "bid": 50, "by": table.there.user}
    for client in (ann, table.there):
        await client.expect("message", room=table.room, data=sold)


async def test_a_home_that_was_paused_has_nothing_to_say_any_more(start, connect):
    """The node that owns a room stands still for longer than its lease; another one takes over.
    When it goes on it does what its members want through the new home: there is one truth."""
    table = await open_table(connect, start(COUNTER, 2, *SHORT), COUNTER)
    await add(table.here, table.room)
    before = state(table.far[0], table.room)["token"]
    table.home.node.freeze()
    try:
        await table.here.post("publish", room=table.room, id="late", data={"add": 1})
        for _ in range(5):
            await add(table.there, table.room)
    finally:
        table.home.node.thaw()
    assert (await table.here.take(id="late"))["type"] == "published"
    for member in table.members:
        await add(member, table.room)
    await hears(table.there, table.room, *range(1, 10))
    heard = [0]
    while heard[-1] != 9:
        heard.append((await table.here.expect("message", room=table.room))["data"]["total"])
    assert heard == sorted(set(heard))
    for member in table.members:
        await says(member, table.room, total=9, adds=9, members=2)
    assert state(table.far[0], table.room)["token"] > before
    assert owner_of(table.home, table.room) == owner_of(table.far[0], table.room)


async def test_a_home_that_is_cut_off_from_redis_is_none(start, connect):
    """The link between the node that owns a room and Redis breaks, for longer than the lease.
    Another node goes on; when the link is back the members of both share one truth."""
    table = await open_table(connect, start(COUNTER, 2, *SHORT), COUNTER)
    await add(table.here, table.room)
    table.home.link.cut()
    await table.here.post("publish", room=table.room, id="late", data={"add": 1},
                          event_id="late")
    for _ in range(5):
        await add(table.there, table.room)
    table.home.link.mend()
    await table.here.take(id="late")
    await add(table.here, table.room, "late")  # in case the answer was an error
    await hears(table.there, table.room, *range(1, 8))
    for member in table.members:
        await says(member, table.room, total=7, adds=7, members=2)


async def test_a_home_that_was_forgotten_opens_the_room_anew(start, redis, connect):
    """A quiet room has members at its home only when that is cut off, and when Redis is asked for
    other rooms it forgets who had this one. The home comes back: whoever joins gets in."""
    home, far = sites = start(COUNTER, 2, *SHORT)
    ann, bob = [await connect(site.node) for site in sites]
    room = await join_one_of(home, bob, far)
    await join(room, ann)
    await add(ann, room)
    await bob.request("leave", room=room)

    def is_quiet():
        owner = view_of_owner(home, room)
        return (owner["rooms"], owner["members"], owner["under_way"]) == (1, 1, 0)

    await until(is_quiet, "the owner has nothing to say")
    home.link.cut()

    async def is_forgotten():
        other = unique("counter:")
        if await bob.succeeds("join", room=other):
            await bob.request("leave", room=other)
        return not any(redis.admin.hexists(key, room) for key in redis.admin.keys("*:owners"))

    await until(is_forgotten, "Redis has forgotten the owner", LATEST)
    home.link.mend()
    await join_one_of(home, bob, far)
    await until(lambda: bob.succeeds("join", room=room), "the other one is let in", LATEST)
    for member in (ann, bob):
        await add(member, room)
    for member in (ann, bob):
        await says(member, room, total=3, adds=3, members=2)
