"""Programs of others use the API: Centrifugo's libraries for Python and Go, a tester of
descriptions."""

import os
import shutil
import subprocess

import pytest

from support.api import KEY, write_keys
from support.client import join, unique
from support.packages import install

OPTIONS = ("--history", "kept-*=100,1h", "--presence", "told-*")

# Every call of the documentation of `cent`, with what it returns.
CALLS = """
import sys
from cent import *

url, key, room, user = sys.argv[1:]
client = Client(url, key, timeout=10)
message = PublishRequest(channel=room, data={"n": 1}, idempotency_key="first")
first = client.publish(message)
assert first.offset == 1 and first.epoch, first
assert client.publish(message) == first
assert client.publish(
    PublishRequest(channel=room, data={"n": 2}, skip_history=True)).offset == 0
both = client.broadcast(BroadcastRequest(channels=[room, "other"], data={"n": 3}))
assert both.responses[0].result.offset == 2 and both.responses[1].result.offset == 0, both
found = client.presence(PresenceRequest(channel="told-" + room))
assert found.presence[user].user == user, found
stats = client.presence_stats(PresenceStatsRequest(channel="told-" + room))
assert (stats.num_clients, stats.num_users) == (1, 1), stats
found = client.history(HistoryRequest(
    channel=room, limit=10, since=StreamPosition(offset=1, epoch=first.epoch)))
assert [x.data for x in found.publications] == [{"n": 3}], found
newest = client.history(HistoryRequest(channel=room, limit=1, reverse=True))
assert newest.publications[0].offset == 2
assert client.info(InfoRequest()).nodes[0].num_clients == 1
replies = client.batch(BatchRequest(requests=[
    PublishRequest(channel=room, data={"n": 4}), BroadcastRequest(channels=[room], data=5),
    HistoryRequest(channel=room, limit=-1)])).replies
assert replies[0].offset == 3 and len(replies[2].publications) == 4, replies
client.history_remove(HistoryRemoveRequest(channel=room))
assert client.history(HistoryRequest(channel=room, limit=-1)).publications == []
for call in (lambda: client.presence(PresenceRequest(channel="nowhere")),
             lambda: client.history(HistoryRequest(channel="nowhere"))):
    try:
        call()
    except CentApiResponseError as error:
        assert error.code == 108, error
    else:
        raise AssertionError("there is nothing to tell")
try:
    Client(url, "wrong", timeout=10).info(InfoRequest())
except CentUnauthorizedError:
    pass
else:
    raise AssertionError("the key is wrong")
assert client.channels(ChannelsRequest(pattern=room)).channels[room].num_clients == 1
client.subscribe(SubscribeRequest(user=user, channel="brought-" + room))
client.unsubscribe(UnsubscribeRequest(user=user, channel="brought-" + room))
client.refresh(RefreshRequest(user=user, expire_at=4000000000))
client.disconnect(DisconnectRequest(user=user, disconnect=Disconnect(code=4100, reason="done")))
print("all calls are done")
"""

# The same in short with `gocent`, whose requests are lines of JSON.
GO = "go"  # not among the packages that the tests need: they do without
GO_CALLS = """
package main

import ("context"; "fmt"; "os"; "github.com/centrifugal/gocent/v3")

func check(ok bool, what ...interface{}) {
	if !ok { fmt.Println(what...); os.Exit(1) }
}

func main() {
	c := gocent.New(gocent.Config{Addr: os.Args[1], Key: os.Args[2]})
	ctx, room, user := context.Background(), os.Args[3], os.Args[4]
	at, err := c.Publish(ctx, room, []byte(`{"n":1}`))
	check(err == nil && at.Offset == 1, at, err)
	both, err := c.Broadcast(ctx, []string{room, "other"}, []byte("2"))
	check(err == nil && both.Responses[0].Result.Offset == 2, both, err)
	kept, err := c.History(ctx, room, gocent.WithLimit(gocent.NoLimit))
	check(err == nil && len(kept.Publications) == 2, kept, err)
	stats, err := c.PresenceStats(ctx, "told-" + room)
	check(err == nil && stats.NumUsers == 1, stats, err)
	there, err := c.Presence(ctx, "told-" + room)
	check(err == nil && there.Presence[user].User == user, there, err)
	info, err := c.Info(ctx)
	check(err == nil && len(info.Nodes) == 1, info, err)
	found, err := c.Channels(ctx, gocent.WithPattern(room))
	check(err == nil && len(found.Channels) == 1, found, err)
	pipe := c.Pipe()
	pipe.AddPublish(room, []byte("3"))
	pipe.AddHistoryRemove(room)
	replies, err := c.SendPipe(ctx, pipe)
	check(err == nil && len(replies) == 2 && replies[1].Error == nil, replies, err)
	check(c.Disconnect(ctx, user) == nil)
	fmt.Println("all calls are done")
}
"""


@pytest.fixture(scope="module")
def go_program(tmp_path_factory):
    """The calls in Go, compiled."""
    go = shutil.which(GO, path=os.environ.get("PATH", "") + ":/usr/local/go/bin")
    if go is None:
        pytest.skip("there is no Go")
    home = tmp_path_factory.mktemp("go")
    (home / "main.go").write_text(GO_CALLS)
    variables = {**os.environ, "HOME": str(home), "GOFLAGS": "-mod=mod -modcacherw",
                 "GOTOOLCHAIN": "local"}
    for step in (["mod", "init", "calls"], ["get", "github.com/centrifugal/gocent/v3@v3.3.0"],
                 ["build", "-o", "calls", "."]):
        try:
            subprocess.run([go, *step], cwd=home, env=variables, check=True, timeout=240,
                           capture_output=True, stdin=subprocess.DEVNULL)
        except subprocess.SubprocessError as problem:
            pytest.skip(f"gocent cannot be built: {problem}")
    return home / "calls"


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    return install(tmp_path_factory.mktemp("programs"), "cent>=5,<6", "schemathesis>=4,<5")


@pytest.fixture
def node(start_node, tmp_path):
    return start_node("--api-key-file", write_keys(tmp_path / "keys", f"shop:{KEY}"), *OPTIONS)


async def test_all_calls_of_cent_work(programs, node, connect):
    room, ann = unique("kept"), await connect(node, unique("ann"))
    await join("told-" + room, ann)
    await join(room, ann)
    done = subprocess.run(
        [programs / "python", "-c", CALLS, f"http://127.0.0.1:{node.internal_port}/api", KEY,
         room, ann.user], timeout=60, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert "all calls are done" in done.stdout, done.stderr
    heard = [x["data"] for x in await ann.collect(5)]
    assert heard == [{"n": 1}, {"n": 2}, {"n": 3}, {"n": 4}, 5]
    for kind in ("joined", "left", "refreshed"):
        await ann.expect(kind)
    assert await ann.close_code() == 4100


async def test_the_calls_of_gocent_work(go_program, node, connect):
    room, ann = unique("kept"), await connect(node, unique("ann"))
    await join("told-" + room, ann)
    await join(room, ann)
    done = subprocess.run(
        [go_program, f"http://127.0.0.1:{node.internal_port}/api", KEY, room, ann.user],
        timeout=60, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert "all calls are done" in done.stdout, done.stdout + done.stderr
    assert [x["data"] for x in await ann.collect(3)] == [{"n": 1}, 2, 3]
    assert await ann.close_code() == 4005


def test_the_api_is_as_it_is_described(programs, node, tmp_path):
    """Requests that are made of the description, many of them not in order: no answer is a 5xx,
    and each is described."""
    base = f"http://127.0.0.1:{node.internal_port}"
    # What HTTP has to say to methods that nobody knows is no matter of the API.
    (tmp_path / "schemathesis.toml").write_text(
        '[phases.coverage]\nunexpected-methods = ["get", "put", "delete", "patch"]\n')
    done = subprocess.run(
        [programs / "schemathesis", "run", base + "/api/openapi.json", "--url", base,
         "-H", f"X-API-Key: {KEY}", "--max-examples", "25", "--seed", "13", "--no-color",
         "--phases", "examples,coverage,fuzzing", "--max-failures", "5",
         "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,"
                     "response_schema_conformance,response_headers_conformance"],
        timeout=240, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert node.is_ready()
