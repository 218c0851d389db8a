"""examples/backend: a table of who is online that survives crashes, its own and those of nodes."""

import json
import sys
import urllib.request

import pytest

from support.child import Child
from support.client import join
from support.deadline import until, wait_until
from support.node import ROOT
from support.redis_server import free_port

STREAM = "{dev:atrium}:events"


@pytest.fixture
def start(start_node, redis):
    redis.admin.flushall()
    return lambda *options: start_node("--redis", redis.url, "--lease", "2", "--events",
                                       "redis-stream,1000", *options)


class Example:
    """The example as a process."""

    def __init__(self, redis, directory):
        self.port = free_port()
        self.child = Child(f"online-{self.port}", [
            sys.executable, str(ROOT / "examples/backend/online.py"), "--redis", redis.url,
            "--listen", f"127.0.0.1:{self.port}"], directory)
        wait_until(lambda: "who is online" in self.child.log, "the example serves")

    def table(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5) as answer:
            return json.load(answer)

    async def shows(self, **expected):
        def is_right():
            self.seen = self.table()
            return all(self.seen[key] == value for key, value in expected.items())
        await until(is_right, f"the table shows {expected}", 30)


@pytest.fixture
def run(redis, tmp_path):
    """Starts the example; its database is that of the run before."""
    running = []

    def begin():
        running.append(Example(redis, tmp_path))
        return running[-1]
    yield begin
    for each in running:
        each.child.kill()


def event_of(entries):
    """That of one entry; of nothing where there is none."""
    return json.loads(entries[0][1][b"d"]) if entries else {}


def is_newest(redis, **expected):
    return event_of(redis.admin.xrevrange(STREAM, count=1)).items() >= expected.items()


async def test_the_table_survives_crashes(start, connect, run, redis):
    """Browsers come and go while the example is killed, twice, once with events that it was given
    and has not taken; then a node is killed. The table is right each time."""
    one, two = start(), start()
    example = run()
    ann, bob = await connect(one, "ann"), await connect(two, "bob")
    await join("lobby", ann, bob)
    await example.shows(users={"ann": 1, "bob": 1}, rooms={"lobby": ["ann", "bob"]})
    example.child.kill()
    tab = await connect(two, "ann")
    await bob.close()
    await until(lambda: redis.admin.xlen(STREAM) == 8, "nobody has read that")
    # Given out and not taken, as when the example dies in the middle; by another name.
    redis.admin.xreadgroup("online", "somebody", {STREAM: ">"}, count=2)
    example = run()
    await example.shows(users={"ann": 2}, rooms={"lobby": ["ann"]}, missed=0)
    # The table has an event before the group hears of it.
    await until(lambda: redis.admin.xpending(STREAM, "online")["pending"] == 0,
                "what was given out is taken")
    two.crash()
    example.child.kill()
    example = run()
    await example.shows(users={"ann": 1}, rooms={"lobby": ["ann"]}, missed=0)
    one.crash()
    three = start()
    await example.shows(users={}, rooms={}, missed=0)
    await connect(three, "cid")
    await example.shows(users={"cid": 1})
    del tab


async def test_repeats_are_dropped(start, connect, run, redis):
    """Events that were taken are given out once more, as after a crash before the group hears
    of it."""
    node = start()
    ann = await connect(node, "ann")
    await ann.close()
    bob = await connect(node, "bob")
    example = run()
    await example.shows(users={"bob": 1}, n=3)
    example.child.kill()
    redis.admin.xgroup_setid(STREAM, "online", "0")
    redis.admin.xreadgroup("online", "only", {STREAM: ">"})
    example = run()
    await bob.close()
    await example.shows(users={}, n=4, missed=0)


async def test_a_gap_is_noticed(start, connect, run, redis):
    """Events are trimmed while the example is away: it says so and counts them."""
    node = start()
    await connect(node, "ann")
    example = run()
    await example.shows(users={"ann": 1}, n=1)
    example.child.kill()
    for _ in range(2):
        await (await connect(node, "bob")).close()
    await until(lambda: redis.admin.xlen(STREAM) == 5, "bob's visits are told")
    redis.admin.xtrim(STREAM, maxlen=1, approximate=False)
    example = run()
    await example.shows(n=5, missed=3)
    assert "events 2 to 4 are gone" in example.child.log


async def test_a_redis_that_has_lost_everything(start, connect, run, redis):
    """The table begins anew, and has who is there."""
    node = start()
    ann, bob = await connect(node, "ann"), await connect(node, "bob")
    await join("lobby", ann)
    example = run()
    await example.shows(users={"ann": 1, "bob": 1}, n=4)
    redis.kill()
    await bob.close()
    redis.start()
    await example.shows(users={"ann": 1}, rooms={"lobby": ["ann"]})
    assert "lost its data" in example.child.log


async def test_it_comes_late_to_a_redis_that_has_lost_everything(start, connect, run, redis):
    """What tells of the new beginning was trimmed before the example came: ann and bob are of the
    time before. Numbers are higher than before by then."""
    node = start()
    ann, bob = await connect(node, "ann"), await connect(node, "bob")
    example = run()
    await example.shows(users={"ann": 1, "bob": 1}, n=2)
    example.child.kill()
    redis.admin.flushall()
    await ann.close()
    await bob.close()
    for _ in range(3):
        await (await connect(node, "cid")).close()
    await connect(node, "dora")
    await until(lambda: is_newest(redis, type="connected", user="dora"), "dora's coming is told", 30)
    redis.admin.xtrim(STREAM, maxlen=1, approximate=False)
    first = event_of(redis.admin.xrange(STREAM, count=1))["n"]
    example = run()
    await example.shows(users={"dora": 1}, missed=first - 1)
    assert "lost its data" in example.child.log


def is_past_newest(redis):
    """Whether an entry that is added now has another time in its id than the newest has."""
    newest = redis.admin.xrevrange(STREAM, count=1)
    seconds, micros = redis.admin.time()
    return newest and seconds * 1000 + micros // 1000 > int(newest[0][0].split(b"-")[0])


async def test_a_redis_that_gives_out_ids_again(start, connect, run, redis):
    """It has lost the latest entries, and its clock was set back: what comes has lower ids than
    what the table has."""
    node = start()
    await connect(node, "ann")
    await until(lambda: is_past_newest(redis), "ann is in the stream, and a millisecond is over")
    bob = await connect(node, "bob")
    example = run()
    await example.shows(users={"ann": 1, "bob": 1}, n=2)
    example.child.kill()
    node.crash()
    (last, fields), (before, _) = redis.admin.xrevrange(STREAM, count=2)
    redis.admin.xdel(STREAM, last)
    redis.admin.execute_command("XSETID", STREAM, before)
    redis.admin.xgroup_setid(STREAM, "online", before)
    time, number = before.split(b"-")
    again = json.loads(fields[b"d"]) | {"user": "cid", "connection": "c-1"}
    redis.admin.xadd(STREAM, {"d": json.dumps(again)}, id=f"{int(time)}-{int(number) + 1}")
    example = run()
    await example.shows(users={"ann": 1, "bob": 1, "cid": 1}, n=2, missed=0)
    del bob


async def test_a_group_that_somebody_has_removed(start, connect, run, redis):
    """The events are there: nothing is lost, and what was taken is not taken again."""
    node = start()
    await connect(node, "ann")
    example = run()
    await example.shows(users={"ann": 1}, n=1)
    example.child.kill()
    redis.admin.xgroup_destroy(STREAM, "online")
    await connect(node, "bob")
    example = run()
    await example.shows(users={"ann": 1, "bob": 1}, n=2, missed=0)
    assert "lost its data" not in example.child.log
