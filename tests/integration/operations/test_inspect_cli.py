"""`atrium inspect` against real nodes: what it shows and does, and how it ends when a node does
not answer as it should."""

import http.server
import json
import signal
import subprocess
import threading
import time

import pytest

from support.client import join, unique
from support.deadline import DEADLINE, until, wait_until
from support.inspect_command import Inspected, Watch, rows
from support.node import run_atrium, run_node
from support.redis_server import free_port

ESCAPE = "\x1b"


@pytest.fixture
def strange_server():
    """Returns a function that serves a body for every request, and its address."""
    servers = []

    def serve(body):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def inspected(start_shared_node):
    return Inspected(start_shared_node, "--user-connections", "50")


async def test_the_node_and_what_is_on_it_are_shown(start_node, connect):
    """An operator looks at each part of a node; tables for people, JSON for programs."""
    one = Inspected(start_node, "--lanes", "2", "--node-id", "node-a")
    ann, bob = await connect(one.node, "ann"), await connect(one.node, "bob")
    await join("lobby", ann, bob)
    await join("game:1", ann)
    shown = one.look("node")
    assert (shown["node"], shown["connections"], shown["rooms"]) == ("node-a", 2, 2)
    text = one.show("node")
    assert text.splitlines()[0].split() == ["node", "node-a"] and "lane-1" in text
    assert [row[0] for row in rows(one.show("rooms"))] == ["game:1", "lobby"]
    assert [row[0] for row in rows(one.show("rooms", "--prefix", "ga"))] == ["game:1"]
    assert [row[0] for row in rows(one.show("users"))] == ["ann", "bob"]
    assert one.show("room", "lobby").startswith("room lobby: 2 members\n\non node-a\n")
    assert one.show("user", "ann").startswith("user ann: 1 connection\n")
    members = rows(one.show("members", "lobby"))
    assert [row[:2] for row in members] == [["ann", ann.connection], ["bob", bob.connection]]
    connections = rows(one.show("connections"))
    assert [row[0] for row in connections] == [ann.connection, bob.connection]
    shown = one.look("connection", ann.connection)["connection"]
    assert shown["user"] == "ann" and set(shown["rooms"]) == {"lobby", "game:1"}
    number = str(one.look("rooms")["rooms"][1]["id"])
    assert one.look("actor", number)["actor"]["name"] == "lobby"
    assert rows(one.show("find", "obb")) == [["room", "lobby"]]
    assert "node-a" in one.show("cluster") and "this one" in one.show("cluster")
    tree = one.show("tree")
    assert tree.startswith("node node-a\n") and "─ room lobby" in tree and "─ user bob" in tree
    assert one.show("top").splitlines()[0].split()[0] == "ROOM"


async def test_lists_are_followed_page_by_page(start_node, connect):
    """More rooms than a page of the node has: 50 rows, or as many as are wanted, or all."""
    one = Inspected(start_node, "--max-rooms", "700")
    ann = await connect(one.node)
    names = [f"room-{number:03}" for number in range(520)]
    for name in names:
        await ann.request("join", room=name)
    done = one.run("rooms")
    assert [row[0] for row in rows(done.stdout)] == names[:50]
    assert "the first 50 of 520" in done.stderr
    assert [row[0] for row in rows(one.show("rooms", "--limit", "505"))] == names[:505]
    assert [row[0] for row in rows(one.show("rooms", "--all"))] == names
    pages = [json.loads(line) for line in one.show("rooms", "--all", "--json").splitlines()]
    assert [row["name"] for page in pages for row in page["rooms"]] == names
    tree = one.show("tree", "--all")
    assert tree.count("─ room ") == 520 and tree.count("─ user ") == 1


@pytest.mark.parametrize("name", [
    "a b/c?d", "100%", "Grüße", "--json", "users", "日本", "a\u202Eb", "back\\slash"])
async def test_any_name_can_be_asked_for(inspected, connect, name):
    ann = await connect(inspected.node)
    await ann.request("join", room=name)
    assert inspected.look("room", "--", name)["room"] == name
    text = inspected.show("room", "--", name)
    assert "\u202e" not in text
    await ann.request("leave", room=name)


async def test_names_cannot_command_the_terminal(inspected, connect):
    """Where escape sequences are no name of a room, invisible characters still are."""
    ann = await connect(inspected.node)
    name = unique("\u202eroom\u200b")
    await ann.request("join", room=name)
    shown = inspected.show("rooms", "--prefix", "\u202e")
    assert "\\u{202e}room\\u{200b}" in shown and "\u202e" not in shown and ESCAPE not in shown


async def test_an_administrator_disconnects(inspected, connect):
    ann, bob = await connect(inspected.node), await connect(inspected.node)
    assert inspected.show("disconnect", "connection", ann.connection) == "closed 1 connection\n"
    assert await ann.close_code() == 4005
    assert inspected.show("disconnect", "user", bob.user) == "closed 1 connection\n"
    assert await bob.close_code() == 4005
    await until(lambda: inspected.run("user", bob.user).returncode == 1, "bob is gone")
    assert "nothing of that name" in inspected.fail("disconnect", "user", bob.user)


async def test_an_administrator_speaks_to_a_room(inspected, connect, room):
    ann = await connect(inspected.node)
    await join(room, ann)
    event = inspected.look("publish", room, '{"big": 12345678901234567890}')["event_id"]
    message = await ann.expect("message", event_id=event)
    assert '"data":{"big": 12345678901234567890}' in message.raw and "sender" not in message
    assert inspected.show("publish", room, "1").startswith("published as ")


@pytest.mark.parametrize("words", [
    ["room", "nowhere"], ["user", "nobody"], ["connection", "none-1"], ["actor", "999999999"],
    ["members", "nowhere"], ["disconnect", "connection", "none-1"]])
def test_what_is_not_there_is_said(inspected, words):
    assert "nothing of that name" in inspected.fail(*words)


@pytest.mark.parametrize("words", [
    [], ["cheese"], ["room"], ["rooms", "--limit", "0"], ["publish", "a", "{"],
    ["node", "--node", "nowhere"], ["node", "--ca", "x"]])
def test_bad_options_are_refused(words):
    done = run_atrium("inspect", *words)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("atrium inspect: ") and done.stderr.count("\n") == 1


def test_the_variable_names_the_node(inspected):
    """Somebody sets ATRIUM_INSPECT_NODE once; a node started there does not mind."""
    variables = {"ATRIUM_INSPECT_NODE": inspected.address, "ATRIUM_INSPECT_TOKEN": "secret"}
    done = run_atrium("inspect", "node", **variables)
    assert done.returncode == 0, done.stderr
    assert run_node("--version", **variables).returncode == 0


def test_nobody_there_is_said():
    address = f"http://127.0.0.1:{free_port()}"
    done = run_atrium("inspect", "--node", address, "node")
    assert done.returncode == 1
    assert done.stderr == f"atrium inspect: cannot reach {address}: Connection refused\n"


def test_a_port_of_clients_is_no_listener_of_operators(inspected):
    """Somebody takes the wrong one of the two ports."""
    wrong = inspected.at(f"http://127.0.0.1:{inspected.node.port}")
    assert "there is nothing here" in wrong.fail("node")


async def test_an_act_needs_the_token_of_administrators(start_node, connect, tmp_path):
    """Who has it, in a file or a variable, acts; everybody looks."""
    secret, wrong = tmp_path / "token", tmp_path / "wrong"
    secret.write_text("a-long-enough-token\n")
    wrong.write_text("a-long-enough-tokem\n")
    one = Inspected(start_node, "--admin-token-file", str(secret))
    ann, bob = await connect(one.node, "ann"), await connect(one.node, "bob")
    assert one.look("user", "ann")["connections"] == 1
    act = ["disconnect", "user"]
    assert "--token-file" in one.fail(*act, "ann")
    assert "does not take this token" in one.fail("--token-file", str(wrong), *act, "ann")
    assert "No such file" in one.fail("--token-file", str(tmp_path / "none"), *act, "ann")
    assert one.show("--token-file", str(secret), *act, "ann") == "closed 1 connection\n"
    assert await ann.close_code() == 4005
    done = one.run(*act, "bob", ATRIUM_INSPECT_TOKEN=secret.read_text().strip())
    assert done.returncode == 0, done.stderr
    assert await bob.close_code() == 4005


async def test_where_others_reach_the_node_nobody_acts_without_a_token(start_node, connect):
    one = Inspected(start_node, "--internal", "0.0.0.0:0")
    await connect(one.node, "ann")
    assert one.look("user", "ann")["connections"] == 1
    assert "--admin-token-file" in one.fail("disconnect", "user", "ann")


async def test_one_node_shows_what_others_have(start_node, shared_redis, connect, room):
    one = Inspected(start_node, "--redis", shared_redis.url, "--node-id", unique("one"))
    two = start_node("--redis", shared_redis.url, "--node-id", unique("two"))
    ann, bob = await connect(one.node, "ann"), await connect(two, "bob")
    await join(room, ann, bob)

    def both():
        shown = one.run("room", room, "--json")
        return shown.returncode == 0 and json.loads(shown.stdout)["members"] == 2

    await until(both, "both nodes answer")
    text = one.show("room", room)
    assert text.startswith(f"room {room}: 2 members") and text.count("\non ") == 2
    assert len(rows(one.show("cluster"))) >= 2
    assert one.look("connection", bob.connection)["connection"]["user"] == "bob"
    assert one.show("disconnect", "user", "bob") == "closed 1 connection\n"
    assert await bob.close_code() == 4005


@pytest.mark.parametrize("words", [["node"], ["watch"]])
def test_a_node_that_hangs_is_given_up(start_node, words):
    """A stopped process still accepts connections; nobody waits for it for ever."""
    one = Inspected(start_node)
    one.node.send_signal(signal.SIGSTOP)
    try:
        started = time.monotonic()
        assert "does not answer within 1 s" in one.fail("--timeout", "1", *words)
        assert time.monotonic() - started < DEADLINE / 2
    finally:
        one.node.send_signal(signal.SIGCONT)


NESTED = '{"tree":' + '{"children":[' * 50_000 + "]}" * 50_000 + "}"
STRANGE = [
    NESTED,
    "[]",
    "null",
    "{",
    '{"tree":{"children":[{"children":[],"children_total":"many"}]},"next":"user:"}',
    '{"mailboxes":[1],"rooms":[2],"events":[3],"users":[4]}',
    '{"mailboxes":1,"rooms":"2","events":{"a":3},"actors":true,"node":[]}',
    '{"events":[{"time":"x","kind":[]}],"next":{},"missed":[]}',
]


SHOWN = ["tree"], ["rooms"], ["node"], ["top"], ["actor", "1"]
WORDS = [*SHOWN, *([*words, "--json"] for words in SHOWN), ["watch"]]


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
@pytest.mark.parametrize("body", STRANGE, ids=range(len(STRANGE)))
def test_whatever_a_server_answers_the_tool_ends_in_order(strange_server, words, body):
    """It may show what there is, or complain, but it is no signal that ends it."""
    try:
        ended = run_atrium("inspect", "--node", strange_server(body), *words,
                           seconds=2 if words == ["watch"] else DEADLINE)
    except subprocess.TimeoutExpired:
        assert words == ["watch"]  # nothing is wrong with no events
        return
    assert ended.returncode in (0, 1), (ended.returncode, ended.stderr)
    if ended.returncode == 1:
        assert ended.stderr.startswith("atrium inspect: ")


@pytest.fixture
def watch(tmp_path):
    started = []

    def start(*arguments, **settings):
        started.append(Watch(*arguments[:1], tmp_path / f"watch-{len(started)}", *arguments[1:],
                             **settings))
        return started[-1]

    yield start
    for each in started:
        each.close()


async def join_until_seen(client, room, seen):
    """Comes and goes until the watcher, who sees what happens while it watches, has seen it."""
    async def seen_after_a_visit():
        await client.request("join", room=room)
        await client.request("leave", room=room)
        return seen()

    await until(seen_after_a_visit, "the event is seen")


async def test_watch_prints_a_line_for_each_event(inspected, connect, watch, room):
    """In a pipe: lines for people, and lines of JSON for programs. Ctrl-C is a good end."""
    lines, objects = watch(inspected), watch(inspected, "--json")
    ann = await connect(inspected.node, "ann")
    wanted = f"joined  room {room}  user ann  connection {ann.connection}\n"
    await join_until_seen(ann, room, lambda: wanted in lines.read() and room in objects.read())
    for each in (lines, objects):
        each.process.send_signal(signal.SIGINT)
        assert each.end() == (0, "")
    assert ESCAPE not in lines.read()
    events = [json.loads(line) for line in objects.read().splitlines()]
    assert {"event": "joined", "kind": "room", "name": room, "user": "ann"}.items() <= \
        next(each for each in events if each["event"] == "joined").items()


async def test_watch_paints_a_screen(inspected, connect, watch, room):
    """On a terminal: the node above, events below; the terminal is given back as it was."""
    seen = watch(inspected, terminal=True)
    ann = await connect(inspected.node, "ann")
    await join_until_seen(ann, room, lambda: f"joined  room {room}" in seen.read())
    assert "EVENTS (UTC)" in seen.read() and "connections " in seen.read()
    assert seen.text.startswith("\x1b[?1049h")
    seen.process.send_signal(signal.SIGINT)
    assert seen.end() == (0, "")
    assert seen.text.endswith("\x1b[?25h\x1b[?1049l")


@pytest.mark.parametrize("terminal", [False, True])
def test_watch_ends_when_the_node_goes_away(start_node, watch, terminal):
    one = Inspected(start_node)
    seen = watch(one, terminal=terminal)
    if terminal:
        wait_until(lambda: "EVENTS" in seen.read(), "the screen is there")
    else:
        one.show("node")
    one.node.crash()
    code, errors = seen.end()
    assert code == 1
    assert "cannot reach" in errors or "hangs up" in errors


def test_a_tool_does_not_hold_up_the_end_of_a_node(start_node, watch):
    """A node stops with a tool connected, and at once."""
    one = Inspected(start_node)
    seen = watch(one, terminal=True)
    wait_until(lambda: "EVENTS" in seen.read(), "the screen is there")
    one.node.interrupt()
    assert one.node.wait_exit_code() == 0
    assert seen.end()[0] == 1
