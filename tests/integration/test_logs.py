"""No secret, token or payload in any log at any level: everything a node hears is marked."""

import json

import pytest

import redis_server
from client import unique
from deadline import until, wait_until
from node import run_node
from raw_socket import BINARY, TEXT, frame
from redis_server import RedisServer

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
         frame(TEXT, PAYLOAD, masked=False)]

NOT_HTTP = [PAYLOAD.encode() + b"\r\n\r\n",
            b"GET /" + PAYLOAD.encode() + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            b"GET / HTTP/1.1\r\nAuthorization : Bearer " + TOKEN.encode() + b"\r\n\r\n"]

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


async def say_everything(node, connect):
    """A scripted session: requests that succeed, requests that fail, and everything between."""
    room = unique("room")
    ann, bob = await connect(node), await connect(node, extra_headers=CREDENTIALS)
    for client in (ann, bob):
        await client.request("join", room=room)
    await ann.request("publish", room=room, data=PAYLOAD, event_id=PAYLOAD, trace_id=PAYLOAD)
    await ann.request("send", user=bob.user, data={"secret": PAYLOAD})
    await ann.request("broadcast", data=[PAYLOAD])
    await bob.collect(3)
    for text in REFUSED:
        await ann.send(text)
    await ann.collect(len(REFUSED), "error")
    for bad in FATAL:
        raw = await connect.raw(node, token=TOKEN)
        await raw.send(bad)
        assert await raw.close_code() in (1002, 1003, 1007, 1009)
    for bad in NOT_HTTP:
        raw = await connect.tcp(node)
        await raw.send(bad)
        raw.end_sending()
        await raw.read_to_end()
    for path, headers in {f"/ws?user=a%00&token={TOKEN}": {}, f"/ws?token={TOKEN}": {
            "Origin": f"http://{TOKEN}.example"}}.items():
        _, status, _, body = await connect.http(node, path, {**CREDENTIALS, **headers})
        assert status in (400, 403) and TOKEN.encode() not in body


async def test_a_session_leaves_no_secrets_in_the_log(start_node, start_redis, connect):
    """A node logs at its most talkative level while clients do all that they can do.
    The log has neither what they said nor what they, or the node, prove themselves with."""
    server = start_redis()
    server.admin.config_set("requirepass", PASSWORD)
    node = start_node("--redis", url(server), log_level="trace")
    await say_everything(node, connect)
    assert "is up" in node.log
    server.disconnect("normal")
    await until(lambda: node.log.count("cmd link") == 3, "the node is back")
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
        error = await ann.refusal("broadcast", data=PAYLOAD, event_id=PAYLOAD)
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
