"""More than a client, a queue or the node can take: who reads is not cut, and memory has bounds."""

import asyncio
import json
import pathlib
import re

from support.bench import UNPACED, bench
from support.certificates import make_certificate, trusting
from support.client import Client, join, talk
from support.deadline import until
from support.metrics import Scrape
from support.node import fetch, run_node
from support.raw_socket import CONTINUATION, PING, PONG, TEXT, frame
from support.tables import by_name

BURSTS = {
    "a window of large messages": ["--connections", "100", "--window", "32", "--size", "60000"],
    "many publishers at once": ["--connections", "300", "--publishers", "100", "--window", "1",
                                "--size", "20000"],
    "a crowd of publishers": ["--connections", "500", "--publishers", "200", "--window", "1",
                              "--size", "6000"],
}


@by_name("options", BURSTS)
def test_who_reads_is_not_too_slow(start_node, options):
    """More than --outbox-bytes is published to a room in one go, and all members read.
    Their sockets take it as it comes, so nobody is cut and nothing is lost."""
    node = start_node(*UNPACED, log_level="info")
    report = bench("fanout", [node], *options)
    assert report["lost"] == report.get("connections_lost", 0) == 0
    assert Scrape(node).by("atrium_slow_consumers_total", "policy") == {}


async def test_who_reads_is_not_too_slow_behind_tls(start_node, connect, room, tmp_path):
    """With TLS the node has to encrypt before it can write, which takes longer.
    What waits for that is not held against the clients."""
    cert, key = make_certificate(tmp_path)
    node = start_node(*UNPACED, "--tls-cert", str(cert), "--tls-key", str(key),
                      "--outbox-bytes", "131072", "--lanes", "1")
    url = f"wss://127.0.0.1:{node.port}/ws"
    members = [await Client.open(url, ssl=trusting(cert)) for _ in range(4)]
    await join(room, *members)
    for number in range(30):
        await members[0].post("publish", room=room, data=[number, "x" * 60_000])
    for member in members:
        heard = [message["data"][0] for message in await member.collect(30)]
        assert heard == list(range(30))
        await member.close()


async def test_who_does_not_read_is_cut_although_nothing_else_comes(start_node, connect, room):
    """A client is over the bound, and then its room falls silent.
    It is cut all the same: who does not read for most of a second is too slow."""
    node = start_node("--outbox-bytes", "262144")
    ann, stalled = await connect(node), await connect.raw(node)
    await join(room, ann)
    await stalled.request("join", room=room)

    async def is_cut():
        got = Scrape(node)
        if got("atrium_slow_consumers_total", policy="disconnect"):
            return True
        if got("atrium_outbox_bytes") <= 262_144:  # the kernel may still take some
            await ann.request("publish", room=room, data="x" * 30_000, echo=False)
        return False

    await until(is_cut, "the client is cut")


# -- messages that fit nowhere --------------------------------------------------

CONTRADICTIONS = {
    "a message larger than an outbox": ("--max-message-bytes", "4194304"),
    "an outbox smaller than a message": ("--outbox-bytes", "16384"),
    "a message larger than what may wait for Redis":
        ("--max-message-bytes", "262144", "--bus-pending-bytes", "131072"),
}


@by_name("options", CONTRADICTIONS)
def test_sizes_that_contradict_each_other_are_refused_at_the_start(options):
    done = run_node(*options)
    assert done.returncode == 2
    assert "max-message-bytes" in done.stderr and "bytes: " in done.stderr


async def test_a_message_as_large_as_allowed_cuts_nobody(start_node, connect, room):
    """The largest message that a client may send goes through the smallest outbox."""
    node = start_node("--outbox-bytes", "65536", "--max-message-bytes", "65536")
    ann, bob = await connect(node), await connect(node)
    await join(room, ann, bob)
    for _ in range(5):
        await ann.request("publish", room=room, data="x" * 65_400)
        await bob.expect("message")
    await talk(room, ann, bob)


@by_name("size, outbox, expected", {
    "more than an outbox": (200_000, 131_072, 413),
    "as much as an outbox": (131_000, 131_072, 200),
    "as much as the default": (1_048_500, 1_048_576, 200),
})
async def test_what_an_operator_publishes_cuts_nobody(
        start_node, connect, room, size, outbox, expected):
    node = start_node("--outbox-bytes", str(outbox))
    ann = await connect(node, max_size=None)
    await join(room, ann)
    body = json.dumps({"data": "x" * (size - len('{"data": ""}'))})
    status, _, text = fetch(node.internal_port, f"/inspect/rooms/{room}/publish", "POST", body,
                            {"Content-Type": "application/json"})
    assert status == expected, text[:200]
    if status == 200:
        await ann.expect("message")
    await talk(room, ann)


async def test_a_node_that_allows_more_cannot_cut_members_elsewhere(
        start_node, redis, connect, room):
    """One node lets large messages in, another has small outboxes.
    There the message becomes a gap, and everybody stays."""
    large = start_node("--redis", redis.url, "--max-message-bytes", "4194304",
                       "--outbox-bytes", "8388608")
    small = start_node("--redis", redis.url)
    ann, bob = await connect(large, max_size=None), await connect(small)
    await join(room, ann, bob)
    sent = await ann.request("publish", room=room, data="x" * 1_500_000)
    await ann.expect("message", event_id=sent["event_id"])
    gap = await bob.expect("gap", room=room)
    assert gap["from_ts"] == gap["to_ts"]
    assert Scrape(small)("atrium_dropped_total", reason="too_large") == 1
    await talk(room, ann, bob)


# -- memory -------------------------------------------------------------------

def resident(node):
    """The most memory that the node has ever had, in bytes."""
    status = pathlib.Path(f"/proc/{node.process.pid}/status").read_text()
    return int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[1]) << 10


async def send_in_vain(raw, bytes_, times):
    """Sends until the node reads no more for now, or has hung up."""
    for _ in range(times):
        try:
            if not await asyncio.wait_for(raw.send(bytes_), 1):
                return
        except (asyncio.TimeoutError, AssertionError):
            return


async def test_pings_without_a_reader_take_no_memory(start_node, connect, room):
    """Ten clients whose sockets take nothing any more ping on and on.
    Of the answers only the latest waits, so the node does not grow."""
    node = start_node(*UNPACED, "--outbox-bytes", str(32 << 20),
                      ASAN_OPTIONS="quarantine_size_mb=1")
    ann = await connect(node)
    flooding = [await connect.raw(node) for _ in range(10)]
    await join(room, ann)
    for raw in flooding:
        await raw.request("join", room=room)
    while Scrape(node)("atrium_outbox_bytes") < 10 * 100_000:
        await ann.request("publish", room=room, data="x" * 60_000, echo=False)
    grown, got = resident(node), Scrape(node)
    pings = frame(PING) * 50_000
    await asyncio.gather(*(send_in_vain(raw, pings, times=1) for raw in flooding))

    def are_read():
        now = Scrape(node)
        read = now("atrium_received_bytes_total") - got("atrium_received_bytes_total")
        return read >= len(flooding) * len(pings)

    await until(are_read, "all pings are read")
    assert resident(node) - grown < 16 << 20
    await talk(room, ann)


async def test_all_bounds_together_hold(start_node, connect, room):
    """Stalled readers, floods of pings, publishers without pause, all at once.
    The node takes what the README says, and those who behave are served."""
    outbox, message, queue, clients = 65_536, 16_384, 262_144, 60
    node = start_node(
        *UNPACED, "--outbox-bytes", str(outbox),
        "--max-message-bytes", str(message), "--room-queue-bytes", str(queue),
        "--bus-queue-bytes", str(2 * queue), "--lane-queue-bytes", str(2 * queue), "--lanes", "1",
        "--user-connections", "0", log_level="info", ASAN_OPTIONS="quarantine_size_mb=1")
    ann = await connect(node)
    await join(room, ann)
    bound = clients * (3 * outbox + 3 * message + 65_536) + 2 * queue + 2 * queue
    before = resident(node)
    crowd = [await connect.raw(node) for _ in range(clients)]
    for raw in crowd:
        await raw.send_frame(TEXT, json.dumps({"type": "join", "room": room}))
    publish = frame(TEXT, json.dumps({"type": "publish", "room": room, "data": "x" * 16_000}))
    await asyncio.gather(
        *(send_in_vain(raw, publish * 10, times=20) for raw in crowd[::2]),
        *(send_in_vain(raw, frame(PING) * 10_000, times=10) for raw in crowd[1::2]))
    assert resident(node) - before < bound + (16 << 20)
    await talk(room, ann)


# -- frames that are no messages ------------------------------------------------

FLOODS = {
    "pings": frame(PING),
    "pongs": frame(PONG, "unasked"),
    "empty fragments": frame(CONTINUATION, final=False),
    "fragments of a byte": frame(CONTINUATION, " ", final=False),
}


@by_name("flood", FLOODS)
async def test_frames_that_are_no_messages_have_a_rate(start_node, connect, flood):
    """Whoever sends nothing but control frames or fragments is read at the rate of messages.
    The rest stays with them; others are served, and the flood is not an error."""
    node = start_node("--messages-per-second", "50", "--max-message-bytes", "1048576")
    ann, busy = await connect(node), await connect.raw(node)
    await busy.send_frame(TEXT, '{"type":"ping"', final=False)
    sent = flood * 20_000
    await busy.send(sent)
    before = Scrape(node)("atrium_received_bytes_total")
    for _ in range(100):  # time enough to read all of it
        assert Scrape(node)("atrium_received_bytes_total") - before < len(sent) / 10
    assert (await ann.request("ping"))["type"] == "pong"
    await busy.close()
