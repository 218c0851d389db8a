"""Rooms with one home: who owns them, and members who add to counters (`examples/counter`)."""

from urllib.parse import quote

from .client import join, unique
from .deadline import until
from .inspector import look
from .recovering import OUTAGE_ERRORS

LATEST = 23  # s after which another node must own the room, with a lease of 3 s


class Table:
    """A room with a member at each node. `home` is the one that owns it, as operators see it, and
    `far` the others; `here` is the member at the home and `there` one at another node."""

    def __init__(self, sites, room, members):
        self.room, self.members = room, members
        run = owner_of(sites[0], room)
        at_home = [look(site.node, "")["run"] == run for site in sites]
        assert at_home.count(True) == 1, f"{run} is none of the nodes"
        self.home = sites[at_home.index(True)]
        self.far = [site for site in sites if site is not self.home]
        self.here = members[at_home.index(True)]
        self.there = members[at_home.index(False)]


def state(site, room):
    """The room of this node, as operators see it."""
    return look(site.node, f"/rooms/{quote(room, safe='')}?local=1")["state"]


def view_of_owner(site, room):
    """The owner that this node has, as operators see it."""
    return look(site.node, f"/owners/{quote(room, safe='')}?local=1")["state"]


def owner_of(site, room):
    shown = state(site, room)
    assert shown["home"] == "one" and shown["owner"] and shown["token"] > 0, shown
    return shown["owner"]


async def open_table(connect, sites, name):
    room = unique(name + ":")
    members = [await connect(site.node, unique("user")) for site in sites]
    await join(room, *members)
    return Table(sites, room, members)


async def add(client, room, event=None, seconds=LATEST):
    """Adds one until it is acknowledged, each time with the same event id."""
    event = event or unique("event")
    reply = {}

    async def is_added():
        reply.update(await client.ask("publish", room=room, data={"add": 1}, event_id=event))
        assert reply["type"] == "published" or reply["code"] in OUTAGE_ERRORS, reply
        return reply["type"] == "published"

    await until(is_added, f"{event} is acknowledged", seconds)
    assert reply["event_id"] == event


async def read(client, room):
    """What the counter says, by one member: total, additions and members."""
    reply = await client.request("publish", room=room, data={"read": True})
    assert reply["type"] == "answered", reply
    return reply["data"]


async def says(client, room, **wanted):
    """Waits until the counter says so: those who leave, or whose node has gone, are no members."""
    async def is_so():
        return await read(client, room) == wanted

    await until(is_so, f"{room} says {wanted}", LATEST)


async def hears(client, room, *totals):
    """The member has heard these totals in this order, and nothing that it should not hear."""
    heard = [(await client.expect("message", room=room))["data"]["total"] for _ in totals]
    assert heard == list(totals)
    assert not client.seen("message") and not client.seen("error"), client.inbox


async def join_one_of(home, member, site):
    """A new room, which the node of this member gives to the home."""
    run = look(home.node, "")["run"]

    async def is_given():
        room = unique("counter:")
        await until(lambda: member.succeeds("join", room=room), "somebody owns the room", LATEST)
        if owner_of(site, room) == run:
            return room
        await member.request("leave", room=room)

    return await until(is_given, "the home is known", LATEST)
