"""`examples/client`, in a browser, knows who is in a room."""

import pytest

from support.scripted_client import ScriptedClient, served_modules


@pytest.fixture(scope="module")
def address():
    with served_modules() as served:
        yield served


@pytest.fixture
def client(browser, address):
    return ScriptedClient(browser, address)


def present(client):
    """What the page was told since the last time: numbers, and names in their order."""
    return [[what[2], what[3] and sorted(what[3])] for what in client.told("present")]


def asks(client):
    return [frame for frame in client.sent() if frame["type"] == "presence"]


def test_it_keeps_a_list(client):
    client.enter("chat", present=1)
    client.asked_who("ann", "bob")
    client.change("chat", "join", "cid", 3)
    client.change("chat", "leave", "ann", 2)
    assert present(client) == [[2, ["ann", "bob"]], [3, ["ann", "bob", "cid"]], [2, ["bob", "cid"]]]
    assert asks(client) == []


def test_what_comes_while_it_asks_is_applied_to_the_answer(client):
    """Whether it is in the answer already or not."""
    client.enter("chat", present=1)
    client.change("chat", "join", "bob", 2)
    client.change("chat", "leave", "ann", 1)
    client.change("chat", "join", "cid", 2)
    client.asked_who("ann", "bob")
    assert present(client)[-1] == [2, ["bob", "cid"]]


def test_it_asks_again_after_a_reconnect_and_a_gap(client):
    client.enter("chat", present=1)
    client.asked_who("ann")
    client.reconnect()
    client.joined("chat", present=3)
    client.asked_who("ann", "bob", "cid")
    client.come("gap", scope="room", room="chat", from_ts=1, to_ts=2)
    client.asked_who("bob")
    assert present(client) == [[1, ["ann"]], [3, ["ann", "bob", "cid"]], [1, ["bob"]]]


def test_it_asks_again_after_a_gap_in_a_history(client):
    client.enter("chat", epoch="e1", offset=3, present=1)
    client.asked_who("ann")
    client.come("gap", scope="room", room="chat", from_ts=1, to_ts=2)
    client.asked_who("bob")
    assert present(client)[-1] == [1, ["bob"]]


def test_of_a_room_that_it_has_left_it_tells_nothing(client):
    client.enter("chat", present=1)
    client.call("client.room('chat').leave().catch(() => {})")
    client.asked_who("ann")
    assert present(client) == []


def test_an_answer_of_the_connection_before_counts_no_more(client):
    client.enter("chat", present=1)
    client.reconnect()
    client.joined("chat", present=2)
    client.asked_who("ann", "bob")
    client.change("chat", "join", "cid", 3)
    assert present(client)[-1] == [3, ["ann", "bob", "cid"]]


def test_it_sees_that_events_were_lost(client):
    client.enter("chat", present=1)
    client.asked_who("ann")
    client.change("chat", "join", "cid", 3)
    client.asked_who("ann", "bob", "cid")
    assert present(client)[-1] == [3, ["ann", "bob", "cid"]]


def test_of_many_it_knows_only_some(client):
    """Then the number of names says nothing about lost events."""
    client.enter("chat", present=5000)
    client.asked_who("ann", "bob", present=5000)
    client.change("chat", "join", "cid", 5001)
    assert present(client) == [[5000, ["ann", "bob"]], [5001, ["ann", "bob", "cid"]]]


def test_a_room_that_only_counts_has_no_names(client):
    client.enter("huge", present=70_000)
    client.asked_who(present=70_000)
    assert present(client) == [[70_000, None]]


def test_it_does_not_ask_a_room_that_tells_nothing(client):
    client.enter("quiet")
    assert asks(client) == [] and present(client) == []


def test_an_event_shows_that_a_room_tells_it(client):
    """The node could not say how many there are when the client joined."""
    client.enter("chat")
    client.change("chat", "join", "ann", 1)
    client.asked_who("ann")
    assert present(client)[-1] == [1, ["ann"]]


def test_it_asks_again_when_the_node_could_not_answer(client):
    client.enter("chat", present=1)
    request, = asks(client)
    client.come("error", id=request["id"], code="bus_unavailable")
    client.change("chat", "join", "bob", 2)
    client.asked_who("ann", "bob")
    assert present(client)[-1] == [2, ["ann", "bob"]]


def test_it_asks_again_also_when_nobody_comes(client):
    """As after a gap, while the node has no link to ask by: in a quiet room no event would help."""
    client.enter("chat", present=1)
    client.asked_who("ann", "bob")
    client.come("gap", scope="room", room="chat", from_ts=1, to_ts=2)
    for code in ("bus_unavailable", "timeout"):
        client.refused_who(code)
    client.asked_who("ann")
    assert present(client)[-1] == [1, ["ann"]]


def test_gaps_while_it_asks_are_one_more_question(client):
    client.enter("chat", present=1)
    for _ in range(3):
        client.come("gap", scope="room", room="chat", from_ts=1, to_ts=2)
    client.asked_who("ann", "bob")
    client.asked_who("ann")
    assert present(client)[-1] == [1, ["ann"]] and asks(client) == []


def test_it_takes_no_for_an_answer(client):
    client.enter("chat", present=1)
    request, = asks(client)
    client.come("error", id=request["id"], code="forbidden")
    client.change("chat", "join", "bob", 2)
    assert asks(client) == [] and present(client) == []
