"""What the log says, and what it never says: secrets, tokens and messages.

For the latter everything that a node hears is marked."""

import json
import re
import signal

import pytest

from support import redis_server
from support.client import unique
from support.deadline import until, wait_until
from support.documents import section
from support.node import ROOT, run_node
from support.raw_socket import BINARY, CLOSE, TEXT, close_payload, frame
from support.redis_server import RedisServer

PASSWORD = "marked-password"
TOKEN = "marked-token"
PAYLOAD = "marked-payload"

# Frames that are refused, each for another reason.
REFUSED = [
    PAYLOAD,
    json.dumps({"type": PAYLOAD}),
    json.dumps({"type": "publish", "room": "elsewhere", "data": PAYLOAD}),
    json.dumps({"type": "publish", "room": PAYLOAD * 20, "data": PAYLOAD}),
    json.dumps({"type": "ping", "id": {"token": TOKEN}}),
    json.dumps({"type": "broadcast", "data": 1, "event_id": PAYLOAD + "!"}),
]

# What ends a connection.
FATAL = [frame(BINARY, PAYLOAD), frame(TEXT, PAYLOAD.encode() + b"\xff"),
         frame(TEXT, PAYLOAD, reserved=4), frame(TEXT, PAYLOAD * 10_000),
         frame(TEXT, PAYLOAD, masked=False), frame(CLOSE, close_payload(1000, PAYLOAD.encode()))]

NOT_HTTP = [PAYLOAD.encode() + b"\r\n\r\n",
            b"GET /" + PAYLOAD.encode() + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            b"GET / HTTP/1.1\r\nAuthorization : Bearer " + TOKEN.encode() + b"\r\n\r\n"]

NO_LIMIT = ("--user-connections", "0")  # a user comes again and again

CREDENTIALS = {"Authorization": f"Bearer {TOKEN}", "Cookie": f"session={TOKEN}",
               "Sec-WebSocket-Protocol": f"bearer, {TOKEN}"}


@pytest.fixture
def start_redis(tmp_path):
    """Starts a Redis of one test, with options of its own."""
    if not redis_server.AVAILABLE:
        pytest.skip("redis-server is not installed")
    servers = []

    def start(*options):
        servers.append(RedisServer(tmp_path, *options))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


def url(server, password=PASSWORD):
    return f"redis://:{password}@127.0.0.1:{server.port}"


def assert_nothing_is_logged(node):
    """The node has logged, but nothing that was marked."""
    node.stop()
    assert "node has stopped" in node.log
    for secret in (PASSWORD, TOKEN, PAYLOAD):
        assert secret not in node.log


async def say_everything(node, connect, room, ids=PAYLOAD):
    """A scripted session: requests that succeed, requests that fail, and everything between."""
    ann = await connect(node, "ann")
    bob = await connect(node, "bob", extra_headers={**CREDENTIALS, "traceparent": PAYLOAD})
    for client in (ann, bob):
        await client.request("join", room=room)
    await ann.request("publish", room=room, data=PAYLOAD, event_id=ids, trace_id=ids,
                      traceparent=PAYLOAD)
    await ann.request("send", user=bob.user, data={"secret": PAYLOAD})
    await ann.request("broadcast", data=[PAYLOAD])
    await bob.collect(3)
    for text in REFUSED:
        await ann.send(text)
    await ann.collect(len(REFUSED), "error")
    for bad in FATAL:
        raw = await connect.raw(node, "ann", token=TOKEN)
        await raw.send(bad)
        assert await raw.close_code() in (1000, 1002, 1003, 1007, 1009)
        await raw.close()
    for bad in NOT_HTTP:
        raw = await connect.tcp(node)
        await raw.send(bad)
        raw.end_sending()
        await raw.read_to_end()
    for path, headers in {f"/ws?user=a%00&token={TOKEN}": {}, f"/ws?token={TOKEN}": {
            "Origin": "http://foreign.example"}}.items():
        _, status, _, body = await connect.http(node, path, {**CREDENTIALS, **headers})
        assert status in (400, 403) and TOKEN.encode() not in body


async def test_a_session_leaves_no_secrets_in_the_log(start_node, start_redis, connect):
    """A node logs at its most talkative level while clients do all that they can do.
    The log has neither what they said nor what they, or the node, prove themselves with."""
    server = start_redis()
    server.admin.config_set("requirepass", PASSWORD)
    node = start_node("--redis", url(server), *NO_LIMIT, log_level="trace")
    await say_everything(node, connect, unique("room"))
    assert "is up" in node.log
    server.disconnect("normal")
    await until(lambda: node.log.count("link=cmd") == 3, "the node is back")
    assert_nothing_is_logged(node)


async def test_who_is_watched_says_nothing_to_the_log(start_node, connect, room):
    """Everything is told of a user and a room, but not what is said.
    Ids are: that is what they are for."""
    node = start_node("--trace-user", "ann", "--trace-room", room, *NO_LIMIT,
                      log_level="trace")
    await say_everything(node, connect, room, ids="an-id")
    assert "event_id=an-id trace_id=an-id" in node.log
    assert_nothing_is_logged(node)


def test_a_refused_password_is_not_logged(start_node, start_redis):
    """The node's password is wrong. Its log says what Redis has said, and not which it was."""
    server = start_redis()
    server.admin.config_set("requirepass", "another")
    node = start_node("--redis", url(server), log_level="trace")
    wait_until(lambda: "WRONGPASS" in node.log, "the node complains")
    assert_nothing_is_logged(node)


@pytest.mark.parametrize("command", ["AUTH", "PUBLISH"])
async def test_what_redis_repeats_is_not_logged(start_node, start_redis, connect, command):
    """To a command that it does not know Redis answers with the command's arguments.
    With a command of the node's renamed, these are a password, or messages."""
    server = start_redis("--rename-command", command, "")
    node = start_node("--redis", url(server) if command == "AUTH" else server.url,
                      log_level="trace")
    if command == "PUBLISH":
        ann = await connect(node)
        error = await ann.refusal("broadcast", data=PAYLOAD)
        assert PAYLOAD not in error["message"]
    await until(lambda: "unknown command" in node.log, "the node complains")
    assert_nothing_is_logged(node)


@pytest.mark.parametrize("bad", [f"redis://{PASSWORD}@h", f"redis://a:{PASSWORD}@h:0",
                                 f"redis://a:{PASSWORD}%4@h", f"{PASSWORD}"])
def test_an_option_that_is_refused_is_not_repeated(tmp_path, bad):
    """A mistake in the URL of Redis is named without its password,
    be it in a flag, a variable or the file."""
    file = tmp_path / "atrium.toml"
    file.write_text(f'redis = "{bad}"\n')
    for result in (run_node("--redis", bad), run_node(ATRIUM_REDIS=bad),
                   run_node("--config", str(file))):
        assert result.returncode == 2 and "redis" in (result.stdout + result.stderr).lower()
        assert PASSWORD not in result.stdout + result.stderr


# -- how lines look ------------------------------------------------------------

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
LEVELS = ("trace", "debug", "info", "warn", "error")
HOSTILE = "a\u2028b \"\\ room=x \U0001f600"
EVENT = re.compile(r'(?:log::(?:debug|info|error)|\b(?:warn|line)|log_to)\([^";{]*?"(\w+)"'
                   r'|either\("(\w+)", "(\w+)"\)'
                   r'|(?:impl_->|\w_\.|redis_task::)start\(\s*\{[^"]*"(\w+)"'
                   r'|\bscript_task\([^";{]*"(\w+)"')


def documented_events():
    """The names of events in the README, and what it says of their level."""
    table = section("net/monitoring/README.md", "Logs\n")
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", table, re.MULTILINE))


def events(node, name=None, **fields):
    """The lines of a node that logs JSON, each checked for what every line has."""
    found = []
    for line in node.log.split("\n")[:-1]:
        event = json.loads(line)
        assert TIME.fullmatch(event["time"]) and event["level"] in LEVELS and event["message"]
        assert event["event"] in documented_events(), f"{event['event']} is not in the README"
        if name in (None, event["event"]) and fields.items() <= event.items():
            found.append(event)
    return found


def test_every_event_is_in_the_readme():
    """An operator looks up what an event means.
    The table and the source name the same events."""
    named = set()
    for folder in ("broker", "actors", "net"):
        for path in (ROOT / folder).rglob("*.?pp"):
            named |= {name for names in EVENT.findall(path.read_text()) for name in names if name}
    assert named == set(documented_events())


async def test_json_has_an_object_a_line(start_node, connect, room):
    """A program reads the log of a session in which everything happens.
    Every line is an object with time, level, event and message, whatever names people have."""
    node = start_node("--log-format", "json", "--trace-user", HOSTILE, *NO_LIMIT,
                      log_level="trace")
    await say_everything(node, connect, room)
    eve = await connect(node, HOSTILE)
    await eve.request("join", room=HOSTILE)
    node.send_signal(signal.SIGUSR1)
    await until(lambda: events(node, "log_level_changed"), "the level changes")
    for bad in (1000, 1002, 1003, 1007, 1009):
        await until(lambda: events(node, "session_closed", code=bad), f"a close with {bad}")
    node.stop()
    assert events(node, "trace_joined", room=HOSTILE, user=HOSTILE, connection=eve.connection)
    assert [x["event"] for x in events(node)][-1] == "node_stopped"
    assert len(events(node, "node_started")) == 1
    assert {x["code"] for x in events(node, "request_refused")} >= {
        "bad_json", "unknown_type", "not_a_member", "room_name_invalid", "bad_request"}
    assert events(node, "handshake_refused", code="forbidden")


async def test_names_cannot_forge_lines_of_text(start_node, connect):
    """A name has spaces, quotes and what looks like a field.
    It stands in quotes, so that nobody takes a part of it for the node's word."""
    node = start_node()
    await connect(node, HOSTILE)
    quoted = 'user="a\\u2028b \\"\\\\ room=x \U0001f600"'
    await until(lambda: quoted in node.log, "the name is in the log")


# -- the level -----------------------------------------------------------------


@pytest.mark.parametrize("usual, other", [("info", "debug"), ("debug", "trace")])
async def test_a_signal_changes_the_level_and_changes_it_back(start_node, connect, usual, other):
    """An operator wants to see more for a while, without a restart.
    SIGUSR1 switches to debug, and back; where debug is usual, to trace. The log says so."""
    node = start_node("--log-format", "json", log_level=usual)
    for count, level in ((1, other), (2, usual)):
        node.send_signal(signal.SIGUSR1)
        await until(lambda: len(events(node, "log_level_changed")) == count, "the level changes")
        assert events(node, "log_level_changed")[-1]["to"] == level
        ann = await connect(node)
        await ann.close()
    ann = await connect(node)
    seen = {x["connection"] for x in events(node, "session_opened")}
    assert (ann.connection in seen) == (usual == "debug")
    node.stop()


# -- who is watched ------------------------------------------------------------


async def test_a_watched_user_and_room_are_told_at_the_usual_level(start_node, connect):
    """A user complains. The operator watches this user, without raising the level for everybody.
    All that the user does is in the log, and of others only what concerns the user."""
    ann_name, bob_name, room = unique("ann"), unique("bob"), unique("room")
    node = start_node("--log-format", "json", "--trace-user", ann_name, log_level="info")
    ann, bob = await connect(node, ann_name), await connect(node, bob_name)
    for client in (ann, bob):
        await client.request("join", room=room)
    reply = await ann.request("publish", room=room, data="psst", trace_id="t-1")
    await bob.expect("message")
    other = await bob.request("publish", room=room, data="hush")
    await ann.collect(2)
    await ann.refusal("join", room=room)
    await ann.refusal("dance")
    await ann.request("leave", room=room)
    await ann.close()
    await until(lambda: events(node, "trace_closed"), "the connection is gone")
    node.stop()
    of_ann = {"user": ann_name, "connection": ann.connection}
    ids = {"event_id": reply["event_id"], "trace_id": "t-1"}
    assert events(node, "trace_connected", address="127.0.0.1", **of_ann)
    assert [x["type"] for x in events(node, "trace_requested", **of_ann)] == [
        "join", "publish", "join", "leave"]
    assert events(node, "trace_published", room=room, bytes=6, **of_ann, **ids)
    assert events(node, "trace_delivered", room=room, receivers=2, **ids)
    assert events(node, "trace_received", room=room, event_id=other["event_id"], **of_ann)
    assert [x["code"] for x in events(node, "trace_refused", **of_ann)] == [
        "already_joined", "unknown_type"]
    assert events(node, "trace_joined", room=room, **of_ann)
    assert events(node, "trace_left", room=room, **of_ann)
    assert events(node, "trace_closed", code=1000, **of_ann)
    assert not events(node, user=bob_name)
    assert "psst" not in node.log and "hush" not in node.log


async def test_a_watched_room_is_told_on_every_node(start_node, redis, connect, room):
    """A message gets lost somewhere between two nodes.
    Watching the room on both shows its way, by its ids."""
    nodes = [start_node("--redis", redis.url, "--log-format", "json", "--trace-room", room,
                        log_level="info") for _ in range(2)]
    ann, bob = [await connect(node) for node in nodes]
    for client in (ann, bob):
        await client.request("join", room=room)
    reply = await ann.request("publish", room=room, data=1, trace_id="t-1", echo=False)
    await bob.expect("message")
    ids = {"event_id": reply["event_id"], "trace_id": "t-1", "room": room}
    await until(lambda: events(nodes[1], "trace_delivered", receivers=1, **ids), "bob's node tells")
    await until(lambda: events(nodes[0], "trace_delivered", receivers=0, **ids), "ann's node tells")
    assert events(nodes[0], "trace_published", user=ann.user, **ids)
    assert not events(nodes[1], "trace_published")
