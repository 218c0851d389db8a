"""`examples/client`, in a browser, does what the protocol asks of clients in rooms with a history."""

import pytest

from support.scripted_client import ScriptedClient, served_modules

HERE = {"epoch": "e1", "offset": 3}


@pytest.fixture(scope="module")
def address():
    with served_modules() as served:
        yield served


@pytest.fixture
def client(browser, address):
    return ScriptedClient(browser, address)


def place(offset, epoch="e1"):
    return {"epoch": epoch, "offset": offset}


def test_it_comes_back_with_its_position(client):
    """The position is that of `joined`, and then that of each message."""
    assert "since" not in client.enter("chat", **HERE)
    client.message("chat", 4)
    client.message("chat", 5)
    client.reconnect()
    assert client.joined("chat", **place(5), recovered=True)["since"] == place(5)
    client.message("chat", 6)
    client.reconnect()
    assert client.joined("chat", **place(6), recovered=True)["since"] == place(6)
    assert client.told("joined", "missed") == [
        ["joined", "chat", place(3)], ["joined", "chat", place(5)], ["joined", "chat", place(6)]]


def test_it_follows_from_where_a_replay_begins(client):
    """The connection breaks while missed messages come: the rest is asked for."""
    client.enter("chat", **HERE)
    client.reconnect()
    client.joined("chat", **HERE, recovered=True)
    client.message("chat", 4)
    client.reconnect()
    assert client.joined("chat", **place(4), recovered=True)["since"] == place(4)


def test_it_says_where_the_history_could_not_help(client):
    client.enter("chat", **HERE)
    client.reconnect()
    client.joined("chat", **place(90), recovered=False)
    client.message("chat", 91)
    told = client.told("missed", "push")
    assert told[0] == ["missed", "chat", place(3), place(90), True]
    assert told[1][1]["offset"] == 91
    client.reconnect()
    assert client.joined("chat", **place(91), recovered=True)["since"] == place(91)


def test_it_says_where_the_history_has_lost_messages(client):
    """A gap with a position: from there it goes on."""
    client.enter("chat", **HERE)
    client.come("gap", scope="room", room="chat", from_ts=1, to_ts=2, **place(1, "e2"))
    client.message("chat", 2)
    assert [what[0] for what in client.told("missed", "push")] == ["missed", "push"]
    client.reconnect()
    assert client.joined("chat", **place(2, "e2"), recovered=True)["since"] == place(2, "e2")


def test_it_sees_where_a_slow_client_was_skipped(client):
    """The gap comes behind newer messages: what is missing is where numbers are left out."""
    client.enter("chat", **HERE)
    client.message("chat", 4)
    client.message("chat", 9)
    client.come("gap", scope="room", room="chat", from_ts=1, to_ts=2)
    told = client.told("missed", "push")
    assert told[1] == ["missed", "chat", place(4), place(8), False]
    assert [what[0] for what in told] == ["push", "missed", "push"]


def test_it_gets_what_came_after_a_position_that_was_kept(client):
    """A page or an app has kept what it has shown, and starts anew."""
    client.call("client.join('chat', { since: { epoch: 'e1', offset: 3 } })")
    assert client.joined("chat", **place(9), recovered=False)["since"] == HERE
    assert client.told("missed") == [["missed", "chat", HERE, place(9), True]]


def test_a_room_without_a_history_is_as_before(client):
    client.enter("quiet")
    client.come("message", scope="room", room="quiet", data="hello")
    client.come("gap", scope="room", room="quiet", from_ts=1, to_ts=2)
    client.reconnect()
    assert "since" not in client.joined("quiet")
    told = client.told("push", "joined", "missed")
    assert [what[0] for what in told] == ["joined", "push", "push", "joined"]
    assert told[3] == ["joined", "quiet", None]


def test_it_comes_back_to_a_room_that_died(client):
    client.enter("chat", **HERE)
    client.message("chat", 4)
    client.come("error", code="room_died", room="chat")
    client.message("chat", 5)  # of no membership
    assert client.joined("chat", **place(4), recovered=True)["since"] == place(4)
    assert [what[1]["type"] for what in client.told("push")] == ["message", "error"]


def test_what_comes_after_the_leave_counts_no_more(client):
    client.enter("chat", **HERE)
    client.call("(client.room('chat').leave().catch(() => {}), client.join('chat'))")
    client.message("chat", 4)
    assert "since" not in client.joined("chat", **place(4))
    client.message("chat", 5)
    assert [what[1]["offset"] for what in client.told("push")] == [5]


def test_it_publishes_again_what_nobody_has_confirmed(client):
    """Under the same ids, in the same order, and when it is a member again."""
    client.enter("chat", **HERE)
    client.call("(publish('chat', 'one'), publish('chat', 'two'))")
    first = client.sent()
    client.lose()
    client.call("publish('chat', 'three')")
    client.come_back()
    assert client.told("published", "failed") == []
    client.joined("chat", **HERE, recovered=True)
    again = client.sent()
    assert [x["data"] for x in again] == ["one", "two", "three"]
    assert [x["event_id"] for x in again[:2]] == [x["event_id"] for x in first]
    assert len({x["event_id"] for x in again}) == 3
    for offset, request in enumerate(again, 4):
        client.come("published", id=request["id"], room="chat", offset=offset)
    assert client.told("published", "failed") == [
        ["published", "one", 4], ["published", "two", 5], ["published", "three", 6]]


def test_it_publishes_again_what_the_node_could_not_take(client):
    client.enter("chat", **HERE)
    client.call("publish('chat', 'one')")
    refused, = client.sent()
    client.come("error", id=refused["id"], code="rate_limited", retry_after_ms=1)
    again = client.awaited("publish")
    assert again["event_id"] == refused["event_id"]
    client.come("error", id=again["id"], code="forbidden")
    assert client.told("published", "failed") == [["failed", "one", "forbidden"]]


def test_it_publishes_once_where_nobody_would_notice_a_second_time(client):
    client.enter("quiet")
    client.call("publish('quiet', 'one')")
    client.reconnect()
    client.joined("quiet")
    assert client.sent() == []
    assert client.told("published", "failed") == [["failed", "one", "offline"]]


def test_it_repeats_no_longer_than_the_history_compares(client):
    """After five minutes a message that has arrived already would be there twice."""
    client.enter("chat", **HERE)
    client.call("publish('chat', 'one')")
    client.call("(Date.now = ((now) => () => now + 300000)(Date.now()))")
    client.reconnect()
    client.joined("chat", **HERE, recovered=True)
    assert client.sent() == []
    assert client.told("published", "failed") == [["failed", "one", "too_late"]]


def test_it_does_not_repeat_what_was_said_in_a_room_that_it_left(client):
    client.enter("chat", **HERE)
    client.call("(publish('chat', 'one'), client.room('chat').leave().catch(() => {}))")
    client.reconnect()
    assert client.sent() == []
    assert client.told("published", "failed") == [["failed", "one", "not_a_member"]]


def test_only_so_many_messages_wait(client):
    client.enter("chat", **HERE)
    client.lose()
    client.call("Array.from({ length: 101 }, (_, i) => publish('chat', i))")
    assert client.told("failed") == [["failed", 100, "too_many"]]
    client.come_back()
    client.joined("chat", **HERE, recovered=True)
    for offset, request in enumerate(client.sent(), 4):
        client.come("published", id=request["id"], room="chat", offset=offset)
    client.lose()
    client.call("Array.from({ length: 101 }, (_, i) => publish('chat', i))")
    assert client.told("failed") == [["failed", 100, "too_many"]]
    client.call("client.room('chat').leave().catch(() => {})")
    assert [what[2] for what in client.told("failed")] == ["not_a_member"] * 100
