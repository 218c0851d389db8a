"""What a back end does to connections and rooms, wherever they are."""

import time

import pytest

from support.api import Backend
from support.client import join, unique
from support.deadline import until
from support.node import example


@pytest.fixture(scope="module")
def node(start_shared_node):
    return start_shared_node()


@pytest.fixture(params=["alone", "redis"])
def pair(request, start_node, node):
    """The node of the API and the node of clients: one, or two that share Redis."""
    if request.param == "alone":
        return node, node
    redis = request.getfixturevalue("redis")
    space = ("--redis", redis.url, "--namespace", "acts:test")
    return start_node(*space), start_node(*space)


@pytest.fixture
def api(pair):
    backend = Backend(pair[0])
    yield backend
    backend.close()


async def test_a_user_is_brought_into_a_room_and_out_of_it(pair, api, connect):
    room, user = unique("room"), unique("ann")
    tabs = [await connect(pair[1], user) for _ in range(2)]
    assert api("subscribe", user=user, channel=room) == {}
    for tab in tabs:
        await tab.expect("joined", room=room)
    assert api("publish", channel=room, data=1) == {}
    for tab in tabs:
        await tab.expect("message", room=room)
    one = tabs[0].connection
    assert api("unsubscribe", user=user, channel=room, client=one) == {}
    await tabs[0].expect("left", room=room)
    assert api("publish", channel=room, data=2) == {}
    assert (await tabs[1].expect("message", room=room))["data"] == 2
    assert not tabs[0].seen("message") and not tabs[1].seen("left")


async def test_connections_of_a_user_are_closed(pair, api, connect):
    user = unique("ann")
    first, second, third = [await connect(pair[1], user) for _ in range(3)]
    assert api("disconnect", user=user, client=first.connection,
               disconnect={"code": 4321, "reason": "enough"}) == {}
    assert await first.close_code() == 4321
    assert api("disconnect", user=user, whitelist=[third.connection]) == {}
    assert await second.close_code() == 4005
    await third.request("ping")
    assert api("refresh", user=user, expired=True) == {}
    assert await third.close_code() == 4001
    assert api("disconnect", user=unique("nobody")) == {}


async def test_a_connection_gets_another_end(pair, api, connect):
    ann = await connect(pair[1], unique("ann"))
    end = int(time.time()) + 3600
    assert api("refresh", user=ann.user, expire_at=end) == {}
    assert (await ann.expect("refreshed"))["expires_at"] == end * 1000
    assert api("refresh", user=ann.user) == {}
    assert "expires_at" not in await ann.expect("refreshed")


async def test_a_room_is_closed(pair, api, connect):
    room = unique("a room/with+signs")
    ann = await connect(pair[1], unique("ann"))
    await join(room, ann)
    name = "".join(f"%{byte:02X}" for byte in room.encode())
    assert api.post(f"/api/rooms/{name}/close", "").json == {"result": {}}
    assert (await ann.expect("error", room=room))["code"] == "room_died"
    await join(room, ann)
    assert api("publish", channel=room, data=1) == {}
    await ann.expect("message", room=room)


async def test_rooms_with_members_are_listed(pair, api, connect):
    stem = unique("listed")
    ann, bob = [await connect(pair[i], unique("user")) for i in range(2)]
    await join(stem + "-a", ann, bob)
    await join(stem + "-b", bob)

    async def listed():
        return api("channels", pattern=stem + "-*")["channels"] == {
            stem + "-a": {"num_clients": 2}, stem + "-b": {"num_clients": 1}}
    await until(listed, "both rooms are listed", 20)
    assert api("channels", pattern=stem + "-?x") == {"channels": {}}
    assert stem + "-a" in api("channels")["channels"]


def test_what_cannot_be_meant_is_named(api):
    def fault(method, **fields):
        error = api.ask(method, **fields)["error"]
        assert error["code"] == 107
        return error["message"]
    assert fault("subscribe", user="ann").startswith("channel:")
    assert fault("subscribe", channel="a").startswith("user:")
    assert fault("subscribe", user="ann", channel="a", expire_at=1).startswith("expire_at:")
    assert fault("disconnect", user="a", session="x").startswith("session:")
    assert fault("disconnect", user="a", disconnect={"code": 3000}).startswith("disconnect: code:")
    assert fault("refresh", user="a", expire_at=10**15).startswith("expire_at:")


async def test_a_room_with_logic_sees_messages_without_a_sender(start_node, connect):
    """The room of the example refuses what is long."""
    node = start_node(program=example("quiet"))
    api, room = Backend(node), unique("quiet:x")
    ann = await connect(node, unique("ann"))
    await join(room, ann)
    assert api("publish", channel=room, data="hush", idempotency_key="e-1") == {}
    message = await ann.expect("message")
    assert message["event_id"] == "e-1" and "sender" not in message
    answer = api.ask("publish", channel=room, data="x" * 300)
    assert answer["error"] == {"code": 103, "message": "be brief"}
    assert api("publish", channel=unique("quiet:nobody"), data=1) == {}
    kept = api("broadcast", channels=[room, "lobby"], data="x" * 300)["responses"]
    assert kept[0]["error"]["code"] == 103 and kept[1] == {"result": {}}
    assert api.error("publish", channel=room, data=1, skip_history=True) == 107
