"""What happens to connections and rooms, posted to a back end: by its good and its bad answers."""

import json

import pytest

from support.back_end import BackEnd
from support.certificates import make_certificate
from support.client import join
from support.deadline import until
from support.metrics import Scrape
from support.node import run_node

KEY = b"a key of more than sixteen bytes"


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "key"
    path.write_bytes(KEY + b"\n")
    return path


async def back_end_and_node(start_node, *options, **more):
    """A back end in the event loop of the test, and a node that tells it everything."""
    back_end = BackEnd()
    port = await back_end.start()
    return back_end, start_node("--events", f"http://127.0.0.1:{port}/hear?x=1", *options, **more)


async def test_a_visit_is_told(start_node, connect, key_file):
    """A client comes, joins a room, leaves it and goes; another one just goes away.
    The back end hears all that in order, signed, in few requests of which one is under way."""
    back_end, node = await back_end_and_node(start_node, "--events-secret-file", str(key_file))
    back_end.key = KEY
    ann, bob = await connect(node, "ann"), await connect(node, "bob")
    await join("lobby", ann)
    await ann.request("leave", room="lobby")
    await ann.close()
    await until(lambda: len(back_end.events) == 7, "ann's visit is told")
    await bob.abort()
    await until(lambda: len(back_end.events) == 8, "bob is gone")
    assert back_end.gists() == [
        "connected ann", "connected bob", "joined ann lobby", "room_occupied lobby",
        "left ann lobby", "room_vacated lobby", "disconnected ann 1000", "disconnected bob 1006"]
    assert [x["n"] for x in back_end.events] == list(range(1, 9))
    assert back_end.events[0]["connection"] == ann.connection
    assert back_end.most_open == 1
    name = node.report("/inspect")[1]["node"]
    assert {json.loads(body)["node"] for body in back_end.taken} == {name}


async def test_the_code_of_the_node_is_told(start_node, connect):
    """A client breaks the protocol: the code with which the node closes is in the event."""
    back_end, node = await back_end_and_node(start_node)
    ann = await connect(node, "ann")
    await ann._socket.send(b"binary")
    await until(lambda: len(back_end.events) == 2, "ann is gone")
    assert back_end.gists()[1] == "disconnected ann 1003"


async def test_what_fails_is_repeated_until_it_is_taken(start_node, connect):
    """The back end fails in every way that may pass. The same batch comes again, and nothing
    before it is taken; the log tells of it once, and once when it is over."""
    back_end, node = await back_end_and_node(start_node)
    back_end.answers.extend([500, b"", b"HTTP/1.1 429 X\r\nRetry-After: 1\r\n"
                             b"Content-Length: 0\r\n\r\n", b"rubbish\r\n\r\n"])
    ann = await connect(node, "ann")
    await until(lambda: len(back_end.asked) > 1, "the batch is repeated")
    await join("lobby", ann)
    await until(lambda: len(back_end.events) == 3, "all is told")
    assert len(set(back_end.asked[:5])) == 1
    assert back_end.gists() == ["connected ann", "joined ann lobby", "room_occupied lobby"]
    assert node.log.count("events_failed") == 1
    await until(lambda: node.log.count("events_taken") == 1, "the log says that it is over")
    # The back end has taken them before the node hears so.
    await until(lambda: Scrape(node)("atrium_events_delivered_total") == 3, "the node hears so")
    metrics = Scrape(node)
    assert metrics("atrium_events_retries_total") == 4
    assert metrics("atrium_events_up") == 1


async def test_what_is_refused_is_dropped(start_node, connect):
    """The back end answers 400: that batch is lost, counted and logged, the next one comes."""
    back_end, node = await back_end_and_node(start_node)
    back_end.answers.append(400)
    ann = await connect(node, "ann")
    await until(lambda: "events_refused" in node.log, "the log says so")
    await ann.close()
    await until(lambda: len(back_end.events) == 1, "the next batch is taken")
    assert back_end.gists() == ["disconnected ann 1000"]
    assert Scrape(node)("atrium_events_dropped_total", reason="refused") == 1

    def seen():
        events = node.report("/inspect")[1]["events"]
        return events["delivered"], events["refused"], events["connected"]
    await until(lambda: seen() == (1, 1, True), "the inspector shows that")


async def test_a_back_end_may_be_away(start_node, connect):
    """Nobody listens for a while, as the node starts and later: nothing is lost. Clients do not
    notice."""
    back_end, node = await back_end_and_node(start_node)
    await back_end.stop()
    ann = await connect(node, "ann")
    await until(lambda: "events_failed" in node.log, "the node has tried")
    await until(lambda: Scrape(node)("atrium_events_up") == 0, "the metrics say so")
    await ann.close()
    await back_end.start(back_end.port)
    await until(lambda: len(back_end.events) == 2, "all is told")


async def test_too_much_is_dropped_and_counted(start_node, connect):
    """The back end is away for long. Newcomers are dropped in the end; those of whom it hears
    then are gone, all of them."""
    back_end, node = await back_end_and_node(start_node, "--events-max-bytes", "65536",
                                             "--max-rooms", "10000")
    await back_end.stop()
    ann = await connect(node, "ann")
    rooms = [f"room-{i}-{'x' * 100}" for i in range(3000)]
    for i, room in enumerate(rooms):
        await ann.post("join", room=room, id=str(i))
    await ann.take(id=str(len(rooms) - 1))
    dropped = Scrape(node)("atrium_events_dropped_total", reason="full")
    assert dropped > 0
    await until(lambda: node.log.count("events_dropped") == 1, "the log says so")
    await ann.close()
    await back_end.start(back_end.port)
    await until(lambda: "disconnected ann 1000" in back_end.gists()
                and sum(x["type"] == "left" for x in back_end.events)
                == sum(x["type"] == "joined" for x in back_end.events), "all is told")
    told = [x["type"] for x in back_end.events]
    assert told.count("joined") == 3000 - dropped
    assert told.count("room_vacated") == told.count("room_occupied") == told.count("joined")


async def test_a_stop_tells_of_everybody(start_node, connect):
    """A node stops with clients in a room: the back end hears that they have gone, with the code
    that they got, before the node ends."""
    back_end, node = await back_end_and_node(start_node, "--drain-window", "0")
    clients = [await connect(node, f"user-{i}") for i in range(20)]
    await join("lobby", *clients)
    node.interrupt()
    assert await node.exit_code() == 0
    told = back_end.gists()
    assert sorted(x for x in told if x.startswith("disc")) == sorted(
        f"disconnected user-{i} 1001" for i in range(20))
    assert told.count("room_vacated lobby") == 1
    assert "events_lost" not in node.log


async def test_a_stop_does_not_wait_for_ever(start_node, connect):
    """The back end hangs: the node ends in time, and says what it has not told."""
    back_end, node = await back_end_and_node(start_node, "--drain-window", "0", "--grace", "2")
    back_end.answers.extend(["silence"] * 9)
    await connect(node, "ann")
    await until(lambda: back_end.asked, "the node has asked")
    node.interrupt()
    assert await node.exit_code() == 0
    assert "events_lost" in node.log


async def test_by_tls_to_whom_is_trusted(start_node, connect, tmp_path):
    """The certificate is that of an authority which the machine trusts, or not."""
    certificate = make_certificate(tmp_path)
    back_end = BackEnd()
    port = await back_end.start(certificate=certificate)
    url = f"https://127.0.0.1:{port}/hear?x=1"
    stranger = start_node("--events", url)
    await connect(stranger, "ann")
    await until(lambda: "events_failed" in stranger.log, "the node refuses the certificate")
    assert not back_end.asked
    friend = start_node("--events", url, SSL_CERT_FILE=str(certificate[0]))
    await connect(friend, "bob")
    await until(lambda: back_end.gists() == ["connected bob"], "the node trusts it")
    other = start_node("--events", url.replace("127.0.0.1", "localhost"),
                       SSL_CERT_FILE=str(certificate[0]))
    await connect(other, "cid")
    await until(lambda: "events_failed" in other.log, "the certificate is for another name")


async def test_the_key_may_change(start_node, connect, key_file):
    """SIGHUP reads the key anew; a file that is too short leaves the old one."""
    back_end, node = await back_end_and_node(start_node, "--events-secret-file", str(key_file))
    for key, taken in ((b"too short", False), (b"another one of enough bytes", True)):
        key_file.write_bytes(key)
        before = node.log.count("SIGHUP") + node.log.count("_reload")
        node.interrupt(1)
        await until(lambda: node.log.count("SIGHUP") + node.log.count("_reload") > before,
                    "the node has read it")
        back_end.key = key if taken else KEY
        seen = len(back_end.events)
        client = await connect(node)
        await client.close()
        await until(lambda: len(back_end.events) == seen + 2, "it is signed by the right key")


def test_options_are_checked(tmp_path):
    for words, error in (
            (["--events", "redis-stream"], "needs --redis"),
            (["--events", "ftp://x"], "is not like"),
            (["--events-secret-file", str(tmp_path)], "only what is posted"),
            (["--events", "http://x", "--events-secret-file", str(tmp_path / "none")],
             "cannot read the file")):
        ended = run_node("--listen", "127.0.0.1:0", *words)
        assert ended.returncode != 0
        assert error in ended.stderr


async def test_off_is_off(start_node, connect):
    """Without the option nothing is counted, and the inspector shows nothing."""
    node = start_node()
    await (await connect(node, "ann")).close()
    assert "atrium_events_up" not in Scrape(node)
    assert node.report("/inspect")[1]["events"] is None
