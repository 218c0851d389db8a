"""Dead letters: what operators see of durable messages that nobody has acknowledged, and do."""

import json

import pytest
from support.deadline import wait_until
from support.inspect_command import Inspected, rows
from support.inspector import HOSTILE, act, address, look, view_of

SPACE = "dead:letters"  # a namespace of these tests alone


def envelope(number, user):
    """A message to a user as nodes store it."""
    return "0:" + json.dumps({
        "type": "message", "v": 1, "event_id": f"event-{number}", "scope": "user", "user": user,
        "sender": {"user": "bob", "connection": "r-1"}, "ts": 1700000000000 + number,
        "data": {"secret": number}}, separators=(",", ":"))


def give_up(redis, user, count):
    """Puts dead letters where nodes keep them. Returns their ids."""
    channel = f"{{{SPACE}:user:{user}}}"
    ids = [redis.admin.xadd(f"{channel}:dead", {
        "m": f"{1000 + number}-0", "w": "expired", "d": envelope(number, user)}).decode()
        for number in range(count)]
    redis.admin.zadd(f"{{{SPACE}:inbox}}:dead", {user: 0})
    return ids


@pytest.fixture
def node(start_node, redis):
    for key in redis.admin.scan_iter(f"{{{SPACE}:*"):
        redis.admin.delete(key)
    return start_node("--redis", redis.url, "--namespace", SPACE)


def letters(node, user=None):
    target = f"/dead-letters/{user}" if user else "/dead-letters"
    return [(one["user"], one["event_id"]) for one in look(node, target)["dead_letters"]]


def test_they_are_listed_by_pages(node, redis):
    """Two users have dead letters.
    A page names the next one; what is in the messages is not shown."""
    give_up(redis, "ann", 3)
    give_up(redis, "zoe", 2)
    seen, after = [], ""
    for _ in range(10):
        page = look(node, f"/dead-letters?limit=2&after={after}".replace(" ", "%20"))
        seen += [(one["user"], one["event_id"]) for one in page["dead_letters"]]
        after = page["next"]
        if not after:
            break
    assert seen == [("ann", f"event-{n}") for n in range(3)] + [
        ("zoe", f"event-{n}") for n in range(2)]
    first = look(node, "/dead-letters/zoe")["dead_letters"][0]
    assert (first["why"], first["from"], first["sent"]) == ("expired", "bob", 1700000000000)
    assert "secret" not in json.dumps(first)
    assert letters(node, "nobody") == []


def test_they_are_replayed_and_purged(node, redis):
    """An administrator replays one, then purges another one, then all.
    What was replayed is in the inbox; what is not there is a 404."""
    ids = give_up(redis, "ann", 4)
    assert act(node, f"/dead-letters/ann/replay/{ids[1]}") == (200, {"replayed": 1})
    assert act(node, f"/dead-letters/ann/purge/{ids[0]}") == (200, {"purged": 1})
    assert act(node, f"/dead-letters/ann/purge/{ids[0]}")[0] == 404
    assert letters(node) == [("ann", "event-2"), ("ann", "event-3")]
    [(_, stored)] = redis.admin.xrange(f"{{{SPACE}:user:ann}}:in")
    assert stored[b"d"].decode() == envelope(1, "ann")
    assert act(node, "/dead-letters/ann/replay") == (200, {"replayed": 2})
    assert act(node, "/dead-letters/ann/purge") == (200, {"purged": 0})
    assert act(node, "/dead-letters/ann/purge/x")[0] == 400
    assert act(node, "/dead-letters/ann/burn")[0] == 404
    assert letters(node) == []
    # Nobody has anything to look for there any more.
    wait_until(lambda: redis.admin.zcard(f"{{{SPACE}:inbox}}:dead") == 0, "the index is empty")


@pytest.fixture
def full(start_node, redis, node):
    """A node whose inboxes have room for two messages; ann has three dead letters."""
    node = start_node("--redis", redis.url, "--namespace", SPACE, "--inbox-max", "2")
    return node, give_up(redis, "ann", 3)


def test_where_there_is_no_room_the_answer_says_so(full):
    """An administrator replays all, as far as there is room, then the last one."""
    node, ids = full
    stayed = {"stayed": 1, "reason": "the inbox is full (--inbox-max)"}
    assert act(node, "/dead-letters/ann/replay") == (200, {"replayed": 2, **stayed})
    assert act(node, f"/dead-letters/ann/replay/{ids[2]}") == (200, {"replayed": 0, **stayed})
    assert act(node, f"/dead-letters/ann/replay/{ids[0]}")[0] == 404
    assert letters(node) == [("ann", "event-2")]


def test_the_command_says_what_was_not_replayed(full):
    tool = Inspected(lambda: full[0])
    assert tool.show("dead-letters", "ann", "--replay") == (
        "replayed 2 dead letters\n"
        "not replayed: 1 dead letter, for the inbox is full (--inbox-max)\n")


def test_the_page_says_what_was_not_replayed(browser, full):
    browser.open(address(full[0], view_of("dead-letters", "ann")))
    browser.click("button", "Replay all")
    browser.click("dialog button[type=submit]", "Replay")
    browser.reads("#outcome", "not replayed: 1 message, for the inbox is full")


def test_acts_need_the_token(start_node, redis, tmp_path):
    """The node wants an administrator's token.
    Everybody may look, nobody may act without it."""
    secret = tmp_path / "token"
    secret.write_text("a-token-of-administrators\n")
    node = start_node("--redis", redis.url, "--namespace", SPACE,
                      "--admin-token-file", str(secret))
    give_up(redis, "ann", 1)
    assert ("ann", "event-0") in letters(node)
    assert act(node, "/dead-letters/ann/purge")[0] == 401
    status, _ = act(node, "/dead-letters/ann/purge",
                    Authorization="Bearer a-token-of-administrators")
    assert status == 200


def test_a_node_without_inboxes_says_so(start_node):
    """No message is durable.
    There is no list, and the node does not say what an inbox has."""
    node = start_node("--inbox-max", "0")
    assert act(node, "/dead-letters/ann/purge")[0] == 404
    assert look(node, "")["inbox"] is None


def test_the_command_lists_and_acts(start_node, redis, node):
    """The same with `atrium inspect`: a table, then one is purged, the rest replayed."""
    ids = give_up(redis, "ann", 3)
    give_up(redis, "zoe", 1)
    tool = Inspected(lambda: node)
    assert [(row[0], row[1], row[2]) for row in rows(tool.show("dead-letters"))][0] == (
        "ann", ids[0], "expired")
    assert len(rows(tool.show("dead-letters", "--all"))) == 4
    assert len(rows(tool.show("dead-letters", "ann"))) == 3
    assert tool.show("dead-letters", "ann", "--purge", ids[0]) == "purged 1 dead letter\n"
    assert tool.show("dead-letters", "ann", "--replay") == "replayed 2 dead letters\n"
    assert "no such dead letter" in tool.fail("dead-letters", "ann", ids[0], "--purge")
    assert len(rows(tool.show("dead-letters"))) == 1


def test_the_page_shows_them_and_acts(browser, node, redis):
    """A user has two; an administrator purges one of them in a browser.
    The other one is left, and its event is named."""
    give_up(redis, "ann", 2)
    browser.open(address(node, "dead-letters"))
    wait_until(lambda: len(browser.rows("Dead letters")) == 2, "both are shown")
    assert browser.rows("Dead letters")[0]["Event"] == "event-0"
    browser.open(address(node, view_of("dead-letters", "ann")))
    browser.reads("#title", "ann")
    browser.click("tbody tr:first-child button.danger", "Purge")
    browser.click("dialog button[type=submit]", "Purge")
    browser.reads("#outcome", "Removed 1 message")
    wait_until(lambda: [row["Event"] for row in browser.rows("Dead letters")] == ["event-1"],
               "one is left")
    browser.open(address(node, view_of("dead-letters", HOSTILE)))
    browser.reads("#title", HOSTILE)
