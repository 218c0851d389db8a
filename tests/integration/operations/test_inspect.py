"""Looking into a node by HTTP: what is shown, to whom, and what administrators may do."""

import asyncio
import contextlib
import json
import urllib.parse

import pytest

from support.client import join
from support.deadline import DEADLINE, until, wait_until
from support.inspector import Events, act, fetch, look
from support.metrics import Scrape
from support.node import example


async def test_the_node_and_its_rooms_are_shown_as_they_are(start_node, connect, room):
    node = start_node("--lanes", "2")
    ann, bob = await connect(node, "ann"), await connect(node, "bob")
    await join(room, ann, bob)
    await ann.request("publish", room=room, data=1)
    await bob.expect("message")
    shown = look(node, "")
    assert (shown["connections"], shown["rooms"], shown["users"]) == (2, 1, 2)
    assert shown["bus"]["kind"] == "memory" and shown["phase"] == "running"
    assert sum(lane["connections"] for lane in shown["lanes"]) == 2
    state = look(node, f"/rooms/{room}?local=1")["state"]
    assert (state["members"], state["published"], state["delivered"]) == (2, 1, 1)
    users = [member["user"] for member in look(node, f"/rooms/{room}/members")["members"]]
    assert users == ["ann", "bob"]
    shown = look(node, f"/connections/{ann.connection}")["connection"]
    assert shown["user"] == "ann" and shown["address"] == "127.0.0.1"
    assert shown["rooms"] == {room: "member"}
    assert look(node, "/users/bob?local=1")["state"]["connections"] == [bob.connection]


@pytest.mark.parametrize("name", ["a b/c?d", "100%", "Grüße", '"quoted"', "<img src=x>", "a+b"])
async def test_any_name_can_be_asked_for(node, connect, name):
    ann = await connect(node)
    await ann.request("join", room=name)
    target = urllib.parse.quote(name, safe="")
    assert look(node, f"/rooms/{target}?local=1")["state"]["name"] == name
    assert name in [each["name"] for each in look(node, "/rooms?limit=500")["rooms"]]


async def test_a_room_of_ones_own_shows_its_own_state(start_node, connect):
    node = start_node(program=example("dice"))
    ann = await connect(node)
    await join("dice:1", ann)
    for _ in range(3):
        await ann.request("publish", room="dice:1", data={"roll": "1d6"})
    logic = look(node, "/rooms/dice%3A1?local=1")["state"]["logic"]
    assert logic["rolls"] == 3 and 1 <= logic["best"] <= 6


async def test_an_administrator_disconnects(node, connect):
    ann, bob = await connect(node), await connect(node)
    assert act(node, f"/connections/{ann.connection}/disconnect") == (200, {"disconnected": 1})
    closing = await ann.expect("closing")
    assert closing["code"] == 4005 and closing["reconnect"] is False
    assert await ann.close_code() == 4005
    assert act(node, f"/users/{bob.user}/disconnect")[0] == 200
    assert await bob.close_code() == 4005
    await until(lambda: act(node, f"/users/{bob.user}/disconnect")[0] == 404, "bob is gone")


def local_deliveries(node):
    """How many deliveries of this node's own messages are measured."""
    return Scrape(node)("atrium_delivery_latency_seconds_count", path="local")


async def test_an_administrator_speaks_to_a_room(node, connect, room):
    ann = await connect(node)
    await join(room, ann)
    measured = local_deliveries(node)
    status, answer = act(node, f"/rooms/{room}/publish", '{"data":{"big":12345678901234567890}}')
    assert status == 200
    message = await ann.expect("message", event_id=answer["event_id"])
    assert '"data":{"big":12345678901234567890}' in message.raw and "sender" not in message
    await until(lambda: local_deliveries(node) == measured + 1, "it is measured as this node's")
    assert act(node, f"/rooms/{room}/publish", "rubbish")[0] == 400


async def test_an_act_has_to_be_meant(node, connect):
    """What a page of another site can have a browser send without being asked is no act."""
    ann = await connect(node)
    target = f"/connections/{ann.connection}/disconnect"
    assert act(node, target, Content_Type="text/plain")[0] == 415
    assert fetch(node, "/inspect" + target)[0] == 404  # by GET
    await ann.request("ping")


@pytest.mark.parametrize("headers", [
    {"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
    {"Host": "evil.example:80", "Origin": "http://evil.example:80"}])
def test_pages_of_other_sites_may_not_ask(node, headers):
    for target in ("/inspect", "/inspector", "/health"):
        assert fetch(node, target, **headers)[0] == 403


def test_pages_of_its_own_may(node):
    for host in ("localhost", "127.0.0.1", "[::1]"):
        origin = f"http://{host}:{node.internal_port}"
        assert fetch(node, "/inspect", Host=origin[7:], Origin=origin)[0] == 200


def test_other_methods_are_refused(node):
    status, headers, _ = fetch(node, "/inspect", "DELETE")
    assert status == 405 and headers["Allow"] == "GET, HEAD, POST"
    status, headers, body = fetch(node, "/inspect", "HEAD")
    assert status == 200 and body == b"" and int(headers["Content-Length"]) > 100


def test_the_log_level_is_seen_and_changed(start_node):
    node = start_node(log_level="info")

    def change(body, content_type="application/json"):
        return fetch(node, "/log-level", "POST", body, Content_Type=content_type)[0]

    assert json.loads(fetch(node, "/log-level")[2]) == {"level": "info"}
    assert change('{"level":"debug"}') == 200
    assert json.loads(fetch(node, "/log-level")[2]) == {"level": "debug"}
    for bad in ("", "{}", '{"level":"loud"}', '{"level":7}'):
        assert change(bad) == 400
    assert change('{"level":"off"}', "text/plain") == 415
    assert json.loads(fetch(node, "/log-level")[2]) == {"level": "debug"}


def test_with_a_token_file_administrators_show_the_token(start_node, tmp_path):
    secret = tmp_path / "token"
    secret.write_text("a-long-enough-token\n")
    node = start_node("--admin-token-file", str(secret))
    target = "/users/nobody/disconnect"
    assert act(node, target)[0] == 401
    assert act(node, target, Authorization="Bearer a-long-enough-tokem")[0] == 401
    assert act(node, target, Authorization="Bearer a-long-enough-token")[0] == 404
    assert fetch(node, "/inspect")[0] == 200  # looking is free
    secret.write_text("another-long-token")
    node.interrupt(1)  # SIGHUP
    wait_until(lambda: "administrators' token anew" in node.log, "the node reads it")
    assert act(node, target, Authorization="Bearer a-long-enough-token")[0] == 401
    assert act(node, target, Authorization="Bearer another-long-token")[0] == 404


def test_where_others_reach_the_listener_nobody_acts_without_a_token(start_node):
    node = start_node("--internal", "0.0.0.0:0")
    assert act(node, "/users/nobody/disconnect")[0] == 403
    assert fetch(node, "/inspect")[0] == 200


async def test_events_come_as_they_happen(node, connect, room):
    events = await Events.open(node)
    ann = await connect(node)

    async def come_and_go():
        await ann.request("join", room=room)
        await ann.request("leave", room=room)

    # The first look begins the recording; what was before is not told.
    while not events.seen:
        await come_and_go()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(events.until(event="joined", name=room), 1)
    await come_and_go()
    joined = await events.until(event="joined", name=room)
    assert joined["user"] == ann.user and joined["connection"] == ann.connection
    left = await events.until(event="left", name=room)
    assert left["number"] > joined["number"] and left["id"] == str(left["number"])
    again = await Events.open(node, last=joined["id"])
    assert (await again.until(event="left"))["number"] == left["number"]
    for stream in (events, again):
        stream.close()


async def test_listeners_beyond_the_bound_are_refused_until_others_go(node):
    streams = [await Events.open(node) for _ in range(16)]

    def one_more():
        return fetch(node, "/inspect/events", Accept="text/event-stream")[0]

    assert one_more() == 503
    for stream in streams[:8]:
        stream.close()

    async def opens():
        with contextlib.suppress(asyncio.IncompleteReadError, AssertionError):
            streams.append(await Events.open(node))
            return True
        return False

    for _ in range(100):
        if await opens():
            break
    assert len(streams) == 17
    for stream in streams:
        stream.close()


async def test_a_stop_ends_streams_and_waits_for_nobody(start_node):
    node = start_node("--drain-window", "0")
    stream = await Events.open(node)
    node.interrupt()
    assert await node.exit_code() == 0
    assert await asyncio.wait_for(stream.reader.read(), DEADLINE) is not None


async def test_top_names_who_does_not_keep_up(start_node, connect, room):
    node = start_node("--outbox-bytes", "4194304", "--bytes-per-second", "0")
    ann, stalled = await connect(node, "ann"), await connect.raw(node, "sleeper")
    await join(room, ann)
    await stalled.request("join", room=room)

    def waiting():
        """Bytes that wait for each slow consumer, by user."""
        return {x["user"]: x["outbox_bytes"] for x in look(node, "/top")["slow_consumers"]}

    for _ in range(400):
        await ann.request("publish", room=room, data="x" * 60_000, echo=False)
        if waiting().get("sleeper", 0) > 1_000_000:
            break
    assert list(waiting()) == ["sleeper"]
    assert look(node, "/top")["rooms"][0]["name"] == room
