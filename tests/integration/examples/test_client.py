"""`examples/client` in Node.js: alone, and with real nodes that come and go."""

import contextlib
import json
import re
import shutil
import signal
import subprocess
import sys

import pytest

from support import javascript
from support.client import join, unique
from support.deadline import wait_until
from support.documents import document
from support.javascript import NPM, PROGRAMS, Program
from support.network import Network
from support.node import ROOT, fetch
from support.redis_server import AVAILABLE, RedisServer

if why := javascript.missing():
    pytest.skip(why, allow_module_level=True)

CLIENT = ROOT / "examples" / "client"
KEPT = ["--history", "chat:*=100000,1h", "--inbox-max", "100000"]


def run(*words, **settings):
    return subprocess.run(words, capture_output=True, text=True, timeout=90, **settings)


@pytest.mark.parametrize("name", sorted(path.name for path in PROGRAMS.glob("*_test.js")))
def test_alone(name):
    done = run(*javascript.command("--test", PROGRAMS / name))
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.fixture(scope="module")
def compiler(tmp_path_factory):
    """The compiler of TypeScript, from npm."""
    if not shutil.which(NPM):
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("typescript")
    done = run(NPM, "install", "--no-audit", "--no-fund", "--prefix", folder, "typescript@5")
    if done.returncode != 0:
        pytest.skip(f"npm cannot install typescript: {done.stderr[-300:]}")
    return folder / "node_modules" / ".bin" / "tsc"


def test_the_types_are_those_of_the_uses(compiler):
    """A program that uses everything compiles; what is wrong in it on purpose does not."""
    done = run(compiler, "--noEmit", "--strict", "--target", "es2022", "--module", "nodenext",
               "--lib", "es2022,dom", PROGRAMS / "types.ts")
    assert done.returncode == 0, done.stdout


def snippets(language):
    """What the README shows."""
    return re.findall(rf"```{language}\n(.*?)```", document("examples/client/README.md"), re.DOTALL)


def test_the_lines_for_your_app_are_a_program(node, tmp_path):
    """A developer installs the folder, and copies the first lines. They say hello to a room, hear
    that, and go on listening."""
    modules = tmp_path / "node_modules"
    modules.mkdir()
    (modules / "atrium-client").symlink_to(CLIENT)
    first = snippets("js")[0]
    assert first.count("\n") <= 10 and "ws://127.0.0.1:8080/ws" in first
    program = tmp_path / "app.mjs"
    program.write_text(first.replace(":8080/", f":{node.port}/"))
    app = Program(tmp_path, program)
    try:
        wait_until(lambda: "ann hello" in app.log, "the program hears itself")
        assert "online" in app.log and not app.has_exited
    finally:
        app.kill()


async def test_the_lines_for_your_back_end_publish(start_node, connect, tmp_path):
    """A developer copies them, with a key of their own."""
    keys = tmp_path / "keys"
    keys.write_text("shop:0123456789abcdef:publish\n")
    node = start_node("--api-key-file", keys)
    bob = await connect(node, "bob")
    await join("lobby", bob)
    lines, = snippets("python")
    assert lines.count("\n") <= 6 and "http://127.0.0.1:9080/" in lines
    lines = lines.replace(":9080/", f":{node.internal_port}/")
    lines = lines.replace("the key of your back end", "0123456789abcdef")
    done = run(sys.executable, "-c", lines)
    assert done.returncode == 0 and done.stdout == "{'result': {}}\n", done.stderr
    message = await bob.expect("message", room="lobby")
    assert message["data"]["text"] and "sender" not in message


@pytest.fixture
def ways(start_node, shared_redis):
    """Two nodes with Redis, and a way to them for each of two programs."""
    nodes = [start_node("--redis", shared_redis.url, *KEPT) for _ in range(2)]
    with contextlib.ExitStack() as stack:
        yield nodes, [stack.enter_context(contextlib.closing(Network(nodes[0].port)))
                      for _ in range(2)]


@pytest.fixture
def start(tmp_path):
    """Starts programs that end with the test."""
    with contextlib.ExitStack() as stack:
        def started(what, way, *words):
            url = f"ws://127.0.0.1:{way.port}/ws"
            program = Program(tmp_path, PROGRAMS / "traffic.js", what, url, *words)
            stack.callback(program.kill)
            return program

        yield started


def ask_api(node, method, **fields):
    status, _, body = fetch(node.internal_port, f"/api/{method}", "POST", json.dumps(fields))
    assert (status, json.loads(body)) == (200, {"result": {}})


def test_it_follows_the_back_end(node, start):
    """Into a room and out of it; after its goodbye it does not come back."""
    ann, room = unique("ann"), unique("team")
    client = start("idle", node, ann)
    wait_until(lambda: ["online"] in [x[:1] for x in client.said("state")], "ann is online")
    ask_api(node, "subscribe", user=ann, channel=room)
    wait_until(lambda: client.said("put into") == [[room]], "ann is in the room")
    ask_api(node, "unsubscribe", user=ann, channel=room)
    wait_until(lambda: client.said("left") == [[room]], "ann is out of the room")
    ask_api(node, "disconnect", user=ann, disconnect={"code": 4321, "reason": "bye"})
    wait_until(lambda: client.said("state")[-1][0] == "stopped", "the client stops")
    assert client.said("state")[-1][1:] == ["bye", 4321]


def more(program, kind, count=50):
    """Waits until the program has said so many more."""
    before = len(program.said(kind))
    wait_until(lambda: len(program.said(kind)) >= before + count, f"{count} more {kind}")


def end(program):
    """The program finishes what is under way."""
    program.send_signal(signal.SIGTERM)
    wait_until(lambda: program.said("over"), "the program ends")


def disturb(nodes, ways, redis, publisher, start_node):
    """Cuts, a crash, a new node, and Redis without its connections; each meets traffic."""
    first, second = nodes
    for way in ways:
        way.reset()
        more(publisher, "accepted")
    ways[1].cut()
    more(publisher, "accepted", 200)
    ways[1].mend()
    first.crash()
    for way in ways:
        way.lead_to(second.port)
    more(publisher, "accepted")
    redis.disconnect("normal")
    redis.disconnect("pubsub")
    more(publisher, "accepted")
    again = start_node("--redis", redis.url, *KEPT)
    for way in ways:
        way.lead_to(again.port)
    second.interrupt()
    more(publisher, "accepted")


def test_what_was_accepted_arrives_once_and_in_order(ways, start, redis, start_node):
    nodes, (one, other) = ways
    room = unique("chat:")
    follower = start("follow", other, unique("bob"), room)
    wait_until(lambda: ["online"] in [x[:1] for x in follower.said("state")], "bob is online")
    publisher = start("publish", one, unique("ann"), room)
    more(publisher, "accepted")
    disturb(nodes, (one, other), redis, publisher, start_node)
    end(publisher)
    accepted = dict(publisher.said("accepted"))
    newest = max(accepted.values())
    wait_until(lambda: [x for x in follower.said("message") if x[1] == newest], "bob has all")
    heard = follower.said("message")
    assert len(publisher.said("state")) > 8 and publisher.said("failed") == []
    assert follower.said("missed") == []
    assert [offset for _, offset in heard] == list(range(heard[0][1], newest + 1))
    assert {data: offset for data, offset in heard} == accepted
    assert len(heard) == len(accepted)


@pytest.fixture
def lasting_redis(tmp_path_factory):
    """A Redis that has everything again after it was killed."""
    if not AVAILABLE:
        pytest.skip("redis-server is not installed")
    server = RedisServer(tmp_path_factory.mktemp("lasting"), "--appendonly", "yes",
                         "--appendfsync", "always")
    yield server
    server.kill()


def publish(node, room, number):
    """Publishes once, as soon as the node can; returns the place of the message."""
    fields = {"channel": room, "data": number, "idempotency_key": f"n{number}"}

    def accepted():
        status, _, body = fetch(node.internal_port, "/api/publish", "POST", json.dumps(fields))
        return status == 200 and json.loads(body).get("result")

    return wait_until(accepted, f"{number} is accepted")["offset"]


def goes_on(redis, room, offset):
    pass


def lost(redis, room, offset):
    """Nobody notices that this message is gone, but for whoever gets the next one."""
    stream, = redis.admin.scan_iter(f"*{room.removeprefix('chat:')}*:h", count=10_000)
    assert redis.admin.xdel(stream, f"{offset}-0") == 1


@pytest.mark.parametrize("fate", [goes_on, lost])
def test_a_redis_that_has_started_anew_leaves_numbers_out(start_node, start, lasting_redis, fate):
    """bob is away while two messages come and Redis is killed. The next one has a number that
    does not follow: bob has missed something only where a message is gone."""
    node = start_node("--redis", lasting_redis.url, *KEPT)
    room = unique("chat:")
    with contextlib.closing(Network(node.port)) as way:
        bob = start("follow", way, unique("bob"), room)
        wait_until(lambda: bob.said("joined"), "bob is in the room")
        publish(node, room, 1)
        wait_until(lambda: bob.said("message"), "bob hears what is said")
        way.cut()
        wait_until(lambda: bob.said("state")[-1][0] != "online", "bob is away")
        places = [publish(node, room, number) for number in (2, 3)]
        fate(lasting_redis, room, places[1])
        lasting_redis.restart()
        places.append(publish(node, room, 4))
        way.mend()
        wait_until(lambda: places[2] in [x[1] for x in bob.said("message")], "bob has the newest")
        lasting_redis.restart()
        places.append(publish(node, room, 5))
        wait_until(lambda: places[3] in [x[1] for x in bob.said("message")], "and hears the next")
    assert places[1] + 1 < places[2] and places[2] + 1 < places[3]
    heard = [number for number, _ in bob.said("message")]
    missed = [(x["after"]["offset"], x["upTo"]["offset"], x["isLost"])
              for x, in bob.said("missed")]
    if fate is goes_on:
        assert (heard, missed) == ([1, 2, 3, 4, 5], [])
    else:
        assert (heard, missed) == ([1, 2, 4, 5], [(places[0], places[1], False)])


def test_a_durable_message_waits_for_a_device_that_is_off(ways, start, redis, start_node):
    """The phone is off while messages are sent and the node on which it was dies; on another node
    it gets each of them once, in the order in which they were stored."""
    (first, second), (one, other) = ways
    ann = unique("ann")
    phone = start("receive", other, ann, "phone")
    wait_until(lambda: ["online"] in [x[:1] for x in phone.said("state")], "the phone is on")
    one.lead_to(second.port)
    sender = start("send", one, unique("bob"), ann)
    more(phone, "durable")
    phone.send_signal(signal.SIGTERM)
    wait_until(lambda: phone.said("over"), "the phone is off")
    first.crash()
    more(sender, "accepted", 200)
    other.lead_to(second.port)
    later = start("receive", other, ann, "phone")
    more(later, "durable")
    for _ in range(3):
        other.reset()
        one.reset()
        more(later, "durable")
    end(sender)
    accepted = [number for number, _ in sender.said("accepted")]
    assert sender.said("failed") == []
    wait_until(lambda: set(accepted) <= {*numbers(phone), *numbers(later)}, "everything is there")
    for each in (phone, later):
        assert len(numbers(each)) == len(set(numbers(each)))
        places = [tuple(map(int, place.split("-"))) for _, place in each.said("durable")]
        assert places == sorted(places)
    # What was handled, but not yet acknowledged when the phone went off, comes again: first.
    again = [number for number in numbers(later) if number in set(numbers(phone))]
    assert again == numbers(later)[:len(again)]
    assert later.said("error") == []


def numbers(phone):
    return [number for number, _ in phone.said("durable")]
