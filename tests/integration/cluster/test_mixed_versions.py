"""Nodes of this version beside newer ones, which add to what travels on Redis."""

import json

from support.channels import rooms
from support.client import join, talk
from support.deadline import until
from support.metrics import Scrape


def envelope(room, event_id, **newer):
    return json.dumps({"type": "message", "v": 1, "event_id": event_id, "scope": "room",
                       "room": room, "ts": 1_700_000_000_000, **newer, "data": "hello"})


async def test_a_newer_node_adds_fields_and_members_get_the_message(start_node, redis, connect,
                                                                    room):
    """The next version writes more into the header of a message and into its envelope. Nodes that
    do not know it yet skip it: members hear the message, the sender where they should, and
    nothing is counted as lost."""
    node = start_node("--redis", redis.url, "--internal", "127.0.0.1:0")
    ann, bob = await connect(node), await connect(node)
    await join(room, ann, bob)
    (channel,) = rooms(room)
    ahead = {"sender": ann.sender, "history": {"epoch": "k3", "offset": 17}}
    for event_id, header, newer in [("e1", "0;offset=17", {}),
                                    ("e2", "0@k3j2h1;epoch=k3;offset=18;urgent", {}),
                                    ("e3", "0x;offset=19", ahead)]:
        packet = f"{header}:{envelope(room, event_id, **newer)}"
        assert redis.admin.publish(channel, packet) == 1
        assert (await bob.expect("message"))["event_id"] == event_id
    await talk(room, ann, bob)
    assert not ann.seen("message", event_id="e3")
    assert "unknown_version" not in Scrape(node).by("atrium_dropped_total", "reason")


async def test_what_a_node_cannot_understand_is_counted_and_dropped(start_node, redis, connect,
                                                                    room):
    """Another major version means that this node could take the message for what it is not. It
    drops it and says so in its metrics; the messages around it arrive."""
    node = start_node("--redis", redis.url, "--internal", "127.0.0.1:0")
    ann = await connect(node)
    await join(room, ann)
    (channel,) = rooms(room)
    for header in ("1", "1;offset=17", "0y"):
        assert redis.admin.publish(channel, f"{header}:{envelope(room, 'e')}") == 1
    assert redis.admin.publish(channel, "0:" + envelope(room, "e", v=2)) == 1
    await talk(room, ann)
    assert ann.inbox == []

    def dropped():
        return Scrape(node).by("atrium_dropped_total", "reason").get("unknown_version") == 4

    await until(dropped, "all four are counted")
