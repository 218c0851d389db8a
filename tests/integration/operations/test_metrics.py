"""What /metrics counts is what has happened, to the last message."""

import json
import re
import shutil
import subprocess
import time

import pytest

from support.client import join, unique
from support.deadline import until, wait_until
from support.documents import section
from support.metrics import Scrape, fetch_metrics
from support.raw_socket import TEXT, frame

BIG = "x" * 60_000
# Metrics whose row of the table says what each value of the label means.
NAMED_IN_FULL = [
    "atrium_messages_received_total", "atrium_delivery_latency_seconds",
    "atrium_slow_consumers_total", "atrium_dropped_total", "atrium_bus_link_up",
    "atrium_bus_publishes_total", "atrium_user_limits_events_total",
    "atrium_node_registry_events_total", "atrium_room_tasks_total",
    "atrium_room_owner_events_total", "atrium_room_words_total",
    "atrium_log_lines_lost_total"]


@pytest.fixture(scope="module")
def node(start_shared_node):
    return start_shared_node("--lanes", "2")


def measured(scrape, path):
    return scrape("atrium_delivery_latency_seconds_count", path=path)


# -- the text -----------------------------------------------------------------


def test_every_metric_is_in_the_readme(node):
    """An operator looks a metric up.
    The table in net/monitoring/README.md has all names that a node serves, and no others."""
    table = section("net/monitoring/README.md", "Metrics\n")
    listed = re.findall(r"^\| `([a-z_]+)`", table, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == set(Scrape(node).types())


@pytest.mark.parametrize("name", NAMED_IN_FULL)
def test_every_label_value_is_in_the_readme(node, name):
    """An operator writes an alert about one reason, and later updates the node.
    The row of the metric has all values of its label that a node serves, and no others."""
    table = section("net/monitoring/README.md", "Metrics\n")
    label, text = re.search(rf"^\| `{name}` \| `(\w+)` \| (.*) \|$", table, re.MULTILINE).groups()
    assert set(re.findall(r"`([a-z_]+)`", text)) == Scrape(node).values(name, label)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="prometheus is not installed")
def test_prometheus_finds_nothing_wrong(node):
    """Prometheus' own tool reads the text and knows good manners.
    It has nothing to say."""
    checked = subprocess.run(["promtool", "check", "metrics"], input=Scrape(node).text, text=True,
                             capture_output=True, timeout=60)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_only_operators_may_ask(node):
    """Metrics are nobody else's business.
    They are on the internal listener, for GET and HEAD, and not on the public one."""
    status, headers, text = fetch_metrics(node)
    assert status == 200 and headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert text.endswith("\n")
    assert fetch_metrics(node, method="HEAD")[0] == 200
    assert fetch_metrics(node, method="POST")[0] == 405
    assert fetch_metrics(node, port=node.port)[0] == 404


def test_the_process_is_described_in_prometheus_own_names(node):
    """Every dashboard has these.
    They are about this process, which is young and has a few files open."""
    one = Scrape(node)
    assert 0 < time.time() - one("process_start_time_seconds") < 600
    assert 0 < one("process_cpu_seconds_total") < 600
    assert one("process_resident_memory_bytes") > 1 << 20
    assert 5 < one("process_open_fds") < one("process_max_fds")
    assert list(one.by("atrium_build_info", "version").values()) == [1]


# -- messages -----------------------------------------------------------------


async def test_a_known_load_gives_exactly_these_numbers(start_node, connect, room):
    """Four people on two lanes, one of them twice: ten messages to their room, three to the one
    with two devices, two to all. Every counter is what that comes to."""
    node = start_node("--lanes", "2")
    eve = unique("eve")
    members = [await connect(node) for _ in range(3)]
    devices = [await connect(node, eve) for _ in range(2)]
    ann = members[0]
    await join(room, *members)
    for number in range(10):
        await ann.request("publish", room=room, data=number)
    await ann.request("publish", room=room, data="no echo", echo=False)
    for number in range(3):
        await ann.request("send", user=eve, data=number)
    await ann.request("send", user=unique("nobody"), data="anybody?")
    for number in range(2):
        await ann.request("broadcast", data=number)
    for client, count in [(ann, 10 + 2), (members[1], 11 + 2), (devices[1], 3 + 2)]:
        await client.collect(count)

    local = 10 * 3 + 2 + 3 * 2 + 2 * 5
    await until(lambda: measured(Scrape(node), "local") == local, "all is measured")
    got = Scrape(node)
    assert got.by("atrium_messages_received_total", "scope") == {"room": 11, "user": 4, "all": 2}
    assert got.by("atrium_deliveries_total", "scope") == {"room": 32, "user": 6, "all": 10}
    assert measured(got, "remote") == 0
    assert got("atrium_delivery_latency_seconds_bucket", path="local", le="+Inf") == local
    assert 0 <= got("atrium_delivery_latency_seconds_sum", path="local") < local * 20
    assert got("atrium_connections") == got("atrium_connections_opened_total") == 5
    assert got.by("atrium_handshakes_total", "result") == {"accepted": 5}
    assert got("atrium_rooms") == 1
    assert got("atrium_users") == 4
    assert got.by("atrium_errors_total", "code") == {}
    # The room, four users, all, the node, all nodes, its probe.
    assert got("atrium_subscriptions") == 9
    assert got.by("atrium_mailbox_depth", "actor") == {}
    assert got.by("atrium_dropped_total", "reason") == {}

    for client in (*members, *devices):
        await client.close()
    await until(lambda: Scrape(node)("atrium_users") == 0, "nobody is left")
    got = Scrape(node)
    assert (got("atrium_connections"), got("atrium_rooms")) == (0, 0)
    assert got("atrium_connections_opened_total") == 5


async def test_refused_requests_are_counted_by_their_code(start_node, connect, room):
    """A client makes mistakes, each in its own way.
    Each is counted once under its code, and none is a message."""
    node = start_node("--max-rooms", "1")
    ann = await connect(node)
    await ann.refusal("publish", room=room, data="not in there")
    await ann.refusal("leave", room=room)
    await ann.send("{")
    await ann.request("join", room=room)
    await ann.refusal("join", room=room)
    await ann.refusal("join", room=unique("room"))
    await ann.refusal("dance")
    got = Scrape(node)
    assert got.by("atrium_errors_total", "code") == {
        "not_a_member": 2, "bad_json": 1, "already_joined": 1, "too_many_rooms": 1,
        "unknown_type": 1}
    assert got.by("atrium_messages_received_total", "scope") == {}


async def test_bytes_are_those_on_the_wire(start_node, connect):
    """A ping of the protocol and its pong, with the headers of WebSocket.
    Exactly these bytes are counted, in one write."""
    node = start_node("--lanes", "1")
    raw = await connect.raw(node)
    await raw.read_json(type="welcome")
    before = await frames_left(node, 2)  # the answer to the upgrade is one
    request = frame(TEXT, json.dumps({"type": "ping", "id": 1}))
    await raw.send(request)
    answer = await raw.read_frame()
    got = await frames_left(node, 3)

    def more(name, **labels):
        return got(name, **labels) - before(name, **labels)

    assert more("atrium_received_bytes_total") == len(request)
    assert more("atrium_sent_bytes_total") == 2 + len(answer.payload)
    assert more("atrium_lane_writes_total", lane="0") == 1


async def frames_left(node, count):
    """Waits until so many frames are counted, which is a moment after they have come."""
    await until(lambda: Scrape(node)("atrium_lane_frames_total", lane="0") == count, "they left")
    return Scrape(node)


# -- who comes in -------------------------------------------------------------


async def test_handshakes_are_counted_by_their_result(start_node, connect):
    """Two come in, others do not: the node is full, the page is a stranger's, the name is none.
    Each is counted once, also when it is told by a close code."""
    node = start_node("--max-connections", "2")

    async def status(path, **headers):
        return (await connect.http(node, path, headers))[1]

    assert await status("/ws?user=") == 400
    assert await status("/ws", Origin="http://elsewhere.example") == 403
    assert await status("/ws?reject=close", Origin="http://elsewhere.example") == 101
    assert await status("/ws", Upgrade="tea") == 426  # not a handshake at all
    for _ in range(2):
        await connect(node)
    assert await status("/ws") == 503
    got = Scrape(node)
    assert got.by("atrium_handshakes_total", "result") == {
        "accepted": 2, "overloaded": 1, "forbidden": 2, "user_name_invalid": 1}
    assert got.by("atrium_limits_hit_total", "limit") == {"max-connections": 1}
    assert got("atrium_connections_opened_total") == 2


# -- slow clients -------------------------------------------------------------


async def stall(connect, node, room):
    """A member who does not read, and one who has talked until something waits for the former."""
    talker, stalled = await connect(node), await connect.raw(node)
    await join(room, talker)
    assert (await stalled.request("join", room=room))["type"] == "joined"

    async def waits():
        await talker.request("publish", room=room, data=BIG, echo=False)
        return Scrape(node)("atrium_outbox_bytes") > 0

    await until(waits, "something waits")
    return talker, stalled


async def test_what_waits_for_slow_clients_is_seen(start_node, connect, room):
    """A client has stopped to read, so its outbox fills.
    It shows within a second or so, as the sum and as the deepest, and is gone with the client."""
    node = start_node("--outbox-bytes", str(64 << 20))
    _, stalled = await stall(connect, node, room)
    got = Scrape(node)
    assert 0 < got("atrium_outbox_bytes") == got("atrium_outbox_depth_bytes_max") < 64 << 20
    stalled.reset()
    await until(lambda: Scrape(node)("atrium_outbox_bytes") == 0, "nothing waits any more")
    got = Scrape(node)
    assert got("atrium_outbox_depth_bytes_max") == 0
    assert got.by("atrium_slow_consumers_total", "policy") == {}


async def test_a_slow_consumer_is_counted_once(start_node, connect, room):
    """A client that is far behind is closed.
    That is one slow consumer and one limit hit, and no message is dropped by another policy."""
    node = start_node("--outbox-bytes", "262144")
    talker = await connect(node)
    stalled = await connect.raw(node)
    await join(room, talker)
    await stalled.request("join", room=room)

    async def is_closed():
        await talker.request("publish", room=room, data=BIG, echo=False)
        return Scrape(node)("atrium_slow_consumers_total", policy="disconnect") > 0

    await until(is_closed, "the slow client is closed")
    got = Scrape(node)
    assert got.by("atrium_slow_consumers_total", "policy") == {"disconnect": 1}
    assert got.by("atrium_limits_hit_total", "limit") == {"outbox-bytes": 1}
    assert got.by("atrium_dropped_total", "reason") == {}


async def test_replaced_messages_are_counted_to_the_last(start_node, connect):
    """In a room where only the latest counts, five newer ones come while one waits.
    Five times the waiting one is dropped."""
    node = start_node("--outbox-policy", "ticker:*=latest_only", "--outbox-bytes", str(64 << 20))
    room = unique("ticker:")
    talker, _ = await stall(connect, node, room)
    await talker.request("publish", room=room, data="waits", echo=False)
    before = Scrape(node)
    for number in range(5):
        await talker.request("publish", room=room, data=number)
        await talker.expect("message", data=number)  # so it is in all outboxes of the room
    got = Scrape(node)
    for name, label in [("atrium_slow_consumers_total", "policy"),
                        ("atrium_dropped_total", "reason")]:
        assert got(name, **{label: "latest_only"}) - before(name, **{label: "latest_only"}) == 5
    assert got("atrium_slow_consumers_total", policy="disconnect") == 0


# -- several nodes ------------------------------------------------------------


async def test_deliveries_across_nodes_are_told_from_local_ones(start_node, redis, connect, room):
    """One member on the one node, two on the other; both nodes publish, by room, user and all.
    Each node knows exactly how many of its deliveries came from where."""
    here, there = [start_node("--redis", redis.url) for _ in range(2)]
    ann = await connect(here)
    bob, eve = await connect(there), await connect(there)
    await join(room, ann, bob, eve)
    for number in range(10):
        await ann.request("publish", room=room, data=number)
    for number in range(5):
        await bob.request("publish", room=room, data=number)
    await ann.request("send", user=eve.user, data="psst")
    await bob.request("broadcast", data="all hands")
    for client, count in [(ann, 16), (bob, 16), (eve, 17)]:
        await client.collect(count)

    def counts(node):
        scrape = Scrape(node)
        return measured(scrape, "local"), measured(scrape, "remote")

    await until(lambda: counts(here) == (10, 5 + 1), "the one node has measured all")
    await until(lambda: counts(there) == (5 * 2 + 2, 10 * 2 + 1), "so has the other")
    assert Scrape(here).by("atrium_messages_received_total", "scope") == {"room": 10, "user": 1}
    assert Scrape(there).by("atrium_deliveries_total", "scope") == {"room": 30, "user": 1, "all": 2}


def test_the_bus_is_seen_to_break_and_to_heal(start_node, redis):
    """Redis is restarted.
    The node's round trip is known; the links are counted as broken, and are up again."""
    node = start_node("--redis", redis.url, "--lanes", "1")
    wait_until(lambda: "atrium_bus_round_trip_seconds" in Scrape(node), "a message has come back")
    got = Scrape(node)
    assert 0 < got("atrium_bus_round_trip_seconds") < 20
    assert got("atrium_bus_connected") == 1 and got("atrium_bus_reconnects_total") == 0
    assert got("atrium_bus_publishes_total", result="ok") > 0
    assert got("atrium_bus_publishes_total", result="failed") == 0
    redis.kill()
    wait_until(lambda: Scrape(node)("atrium_bus_connected") == 0, "the bus is down")
    redis.start()
    wait_until(lambda: Scrape(node)("atrium_bus_connected") == 1, "the bus is up")
    assert Scrape(node)("atrium_bus_reconnects_total") == 6
    # Two links, two of the lane, and two of the internal listener.


def test_lanes_report_for_themselves(node):
    """A node has two lanes.
    Each has done something, and says which part of its time that took."""
    got = Scrape(node)
    for lane in ("0", "1"):
        assert 0 < got("atrium_lane_busy_seconds_total", lane=lane) < 600
        assert 0 <= got("atrium_lane_utilisation_ratio", lane=lane) <= 1
        assert got("atrium_mailbox_depth", actor=f"lane-{lane}") == 0
    wait_until(lambda: Scrape(node).by("atrium_lane_utilisation_ratio", "lane"), "time goes by")
