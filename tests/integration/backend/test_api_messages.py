"""What a back end publishes arrives, and what it asks is true."""

import base64
import json

import pytest

from support.api import Backend
from support.client import join, unique
from support.deadline import until
from support.metrics import Scrape
from support.node import binary

OPTIONS = ("--history", "kept-*=100,1h", "--presence", "told-*", "--presence", "crowd-*=count",
           "--presence-grace", "0")


@pytest.fixture(scope="module")
def node(start_shared_node):
    return start_shared_node(*OPTIONS)


@pytest.fixture(params=["alone", "redis"])
def pair(request, start_node, node):
    """The node of the API and the node of clients: one, or two that share Redis."""
    if request.param == "alone":
        return node, node
    redis = request.getfixturevalue("redis")
    space = ("--redis", redis.url, "--namespace", "api:test")
    return start_node(*space, *OPTIONS), start_node(*space, *OPTIONS)


@pytest.fixture
def api(pair):
    backend = Backend(pair[0])
    yield backend
    backend.close()


async def test_messages_reach_whom_they_are_for(pair, api, connect):
    room, user = unique("room"), unique("ann")
    ann = await connect(pair[1], user)
    bob = await connect(pair[1], unique("bob"))
    await join(room, ann)
    data = '{"n": 12345678901234567890, "a" : [1e2, "\\u00e9"]}'
    answer = api.post("/api/publish", f'{{"channel":"{room}","data":{data}}}')
    assert answer.json == {"result": {}}
    message = await ann.expect("message", scope="room", room=room)
    assert data in message.raw and "sender" not in message
    assert api("send", user=user, data=[1]) == {}
    assert (await ann.expect("message", scope="user"))["data"] == [1]
    assert api("broadcast_all", data="all") == {}
    for each in (ann, bob):
        assert (await each.expect("message", scope="all"))["data"] == "all"
    assert api("publish", channel=room, b64data=base64.b64encode(b'{"x":1}').decode()) == {}
    assert (await ann.expect("message", room=room))["data"] == {"x": 1}
    assert not bob.seen("message")


async def test_a_broadcast_goes_to_each_room(pair, api, connect):
    rooms = [unique("kept"), unique("room")]
    ann = await connect(pair[1], unique("ann"))
    for room in rooms:
        await join(room, ann)
    kept, other = api("broadcast", channels=rooms, data=7)["responses"]
    assert kept["result"]["offset"] == 1 and other == {"result": {}}
    for room in rooms:
        assert (await ann.expect("message", room=room))["data"] == 7


async def test_a_key_of_idempotency_is_the_id_of_the_event(pair, api, connect):
    room = unique("kept")
    ann = await connect(pair[1], unique("ann"))
    await join(room, ann)
    first = api("publish", channel=room, data=1, idempotency_key="order-7")
    assert api("publish", channel=room, data=1, idempotency_key="order-7") == first
    assert api("publish", channel=room, data=2)["offset"] == 2
    assert (await ann.expect("message"))["event_id"] == "order-7"
    assert (await ann.expect("message"))["data"] == 2


def test_what_is_kept_can_be_read_and_removed(api):
    room = unique("kept")
    for n in range(1, 6):
        place = api("publish", channel=room, data=n)
        assert place["offset"] == n
    epoch = place["epoch"]

    def numbers(**fields):
        result = api("history", channel=room, **fields)
        assert result["epoch"] == epoch and result["offset"] == 5
        return [x["data"] for x in result["publications"]]

    assert numbers() == []
    assert numbers(limit=2) == [1, 2]
    assert numbers(limit=-1, reverse=True) == [5, 4, 3, 2, 1]
    assert numbers(limit=10, since={"offset": 3, "epoch": epoch}) == [4, 5]
    assert numbers(limit=10, since={"offset": 3}) == [4, 5]
    assert numbers(limit=10, since={"offset": 3}, reverse=True) == [2, 1]
    assert numbers(limit=10, since={"offset": 9, "epoch": epoch}) == []
    assert api.error("history", channel=room, since={"offset": 3, "epoch": "another"}) == 112
    assert api("publish", channel=room, data=6, skip_history=True) == {}
    assert api("history_remove", channel=room) == {}
    assert numbers(limit=-1) == []
    assert numbers(limit=-1, since={"offset": 1, "epoch": epoch}) == []
    assert api("publish", channel=room, data=7) == {"offset": 6, "epoch": epoch}
    for method in ("history", "history_remove"):
        assert api.error(method, channel=unique("room")) == 108


async def test_the_sender_of_what_is_kept_is_told(pair, api, connect):
    room = unique("kept")
    ann = await connect(pair[1], unique("ann"))
    await join(room, ann)
    await ann.request("publish", room=room, data="hello")
    [message] = api("history", channel=room, limit=1)["publications"]
    assert message == {"data": "hello", "offset": 1,
                       "info": {"user": ann.user, "client": ann.connection}}


async def test_who_is_there_is_told(pair, api, connect):
    room, crowd, user = unique("told"), unique("crowd"), unique("ann")
    tabs = [await connect(pair[1], user) for _ in range(2)]
    await join(room, *tabs)
    await join(crowd, *tabs)
    assert api("presence", channel=room) == {"presence": {user: {"user": user, "client": user}}}
    assert api("presence_stats", channel=room) == {"num_clients": 2, "num_users": 1}
    assert api("presence_stats", channel=crowd)["num_users"] == 1
    assert api.error("presence", channel=crowd) == 108
    assert api.error("presence", channel=unique("room")) == 108
    assert api("presence_stats", channel=unique("told")) == {"num_clients": 0, "num_users": 0}
    nodes = api("info")["nodes"]
    assert {x["uid"] for x in nodes} >= {tabs[0].connection.split("-")[0]}


async def test_a_batch_answers_each_command(pair, api, connect):
    room = unique("kept")
    ann = await connect(pair[1], unique("ann"))
    await join(room, ann)
    commands = [{"publish": {"channel": room, "data": n}} for n in range(100)]
    commands += [{"history": {"channel": room, "limit": -1}}, {"publish": {"data": 1}},
                 {"nothing": {}}, {"rpc": {"method": "x", "data": 1}},
                 {"history_remove": {"channel": room}}, {"history": {"channel": room}}]
    for parallel in (False, True):
        answer = api.ask("batch", commands=commands, parallel=parallel)
        replies = answer["replies"]
        assert list(answer) == ["replies"] and len(replies) == len(commands)
        first = replies[0]["publish"]["offset"]
        assert [x["publish"]["offset"] for x in replies[:100]] == list(range(first, first + 100))
        assert [x["error"]["code"] for x in replies[101:104]] == [107, 104, 108]
        if not parallel:
            assert len(replies[100]["history"]["publications"]) == 100
            assert replies[105]["history"]["offset"] == 100
        assert [x["data"] for x in await ann.collect(100)] == list(range(100))


async def test_a_bus_that_is_away_is_an_overload(start_node, redis):
    node = start_node("--redis", redis.url, "--namespace", "away:test", "--bus-timeout", "1")
    api = Backend(node)
    redis.kill()
    answer = api.post("/api/publish", json.dumps({"channel": "a", "data": 1}))
    assert answer.status == 503 and answer.headers["Retry-After"] == "1"
    assert answer.json["error"]["code"] == 100
    batch = {"commands": [{"publish": {"channel": "a", "data": 1}}, {"rpc": {}}]}
    assert [x["error"]["code"] for x in api.ask("batch", **batch)["replies"]] == [100, 108]


async def test_a_room_that_does_not_answer_is_an_error_in_time(start_node):
    """The request of the back end has an end of its own. Then nobody waits, and the room ends."""
    program = binary().parents[1] / "tests" / "blocking_room"
    node, room = start_node("--bus-timeout", "1", program=program), unique("late:")
    api = Backend(node)
    answer = api.post("/api/publish", json.dumps({"channel": room, "data": 1}))
    error = {"code": 100, "message": "the room has not answered in time"}
    assert (answer.status, answer.json) == (503, {"error": error})
    commands = [{"publish": {"channel": name, "data": 1}} for name in (room, unique("lobby"))]
    late, other = api.ask("batch", commands=commands)["replies"]
    assert late["error"] == error and other == {"publish": {}}
    await until(lambda: Scrape(node)("atrium_rooms") == 0, "the room has ended")
    api.close()


async def test_a_durable_message_waits_for_a_device(pair, api, connect):
    user = unique("ann")
    letter = {"user": user, "data": [1], "durable": True, "idempotency_key": "letter-1"}
    stored = api("send", **letter)
    assert api("send", **letter) == stored
    phone = await connect.at(pair[1].url(user, device="phone"))
    message = await phone.expect("message")
    assert (message["data"], message["inbox_id"]) == ([1], stored["inbox_id"])
    await phone.request("ack", inbox_id=stored["inbox_id"])
    assert not phone.seen("message")
