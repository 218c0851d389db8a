"""Behind a proxy: whose word about where a client comes from is believed."""

import json
import socket
import struct

import pytest

from support.deadline import until
from support.raw_socket import RawSocket, upgrade_request
from support.tables import by_name

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"


def proxy_header(client="198.51.100.7", command=0x21):
    """The PROXY protocol's words for a client of this address."""
    addresses = socket.inet_aton(client) + socket.inet_aton("127.0.0.1") + struct.pack("!HH", 1, 2)
    return SIGNATURE + struct.pack("!BBH", command, 0x11, len(addresses)) + addresses


@pytest.fixture(scope="module")
def behind_proxy(start_shared_node):
    """Believes this machine, and lets one client in from each address."""
    return start_shared_node("--trusted-proxy", "127.0.0.0/8", "--connections-per-address", "1")


async def statuses(connect, node, *addresses):
    """What happens to clients who come, one after the other, from these addresses."""
    found = []
    for address in addresses:
        _, status, _, _ = await connect.http(node, "/ws", {"X-Forwarded-For": address})
        found.append(status)
    return found


async def test_a_trusted_proxy_names_the_client(behind_proxy, connect):
    assert await statuses(connect, behind_proxy, "203.0.113.1", "203.0.113.2", "203.0.113.1",
                          "evil, 203.0.113.2", "2001:db8::1", "2001:db8::2") \
        == [101, 101, 429, 429, 101, 429]


async def test_nobody_else_is_believed(start_node, connect):
    node = start_node("--connections-per-address", "1")
    assert await statuses(connect, node, "203.0.113.1", "203.0.113.2") == [101, 429]


async def speak(node, *parts):
    """A TCP connection over which this is sent at once, in parts."""
    raw = await RawSocket.open(node.port)
    for part in parts:
        await raw.send(part)
    return raw


@pytest.fixture(scope="module")
def proxied(start_shared_node):
    return start_shared_node("--trusted-proxy", "127.0.0.1", "--proxy-protocol",
                             "--connections-per-address", "1", "--handshake-timeout", "3")


async def test_the_proxy_protocol_names_the_client(proxied, connect):
    request = upgrade_request("/ws", {"Host": f"127.0.0.1:{proxied.port}"}, "GET")
    found = []
    for client in ("198.51.100.1", "198.51.100.1", "198.51.100.2"):
        header = proxy_header(client)
        raw = connect._keep(await speak(proxied, header[:5], header[5:20], header[20:] + request))
        found.append((await raw.read_response())[0])
    assert found == [101, 429, 101]


BAD_HEADERS = {
    "none": (b"GET /ready HTTP/1.1\r\nHost: a\r\n\r\n", "begins neither"),
    "TLS": (b"\x16\x03\x01", "begins neither"),
    "a bad line": (b"PROXY TCP4 1.2.3.4 ::1 1 2\r\n", "has not two addresses"),
    "another protocol": (b"PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n", "is neither TCP4"),
    "an endless line": (b"PROXY UNKNOWN " + b"x" * 200, "is a line without an end"),
    "too long": (SIGNATURE + b"\x21\x11\xff\xff", "is longer than"),
    "no addresses": (SIGNATURE + b"\x21\x11\x00\x04abcd", "is shorter than its addresses"),
    "another version": (SIGNATURE + b"\x31\x11\x00\x00", "is of another version"),
    "a part": (SIGNATURE[:7], "says only a part"),
    "a part of a line": (b"PROXY TCP4 1.2", "says only a part"),
}


@by_name("case", BAD_HEADERS)
async def test_without_a_header_nobody_is_answered_and_the_log_says_why(start_node, case):
    """A balancer that is set up in another way than the node: its operator finds the reason."""
    words, reason = case
    node = start_node("--trusted-proxy", "127.0.0.1", "--proxy-protocol",
                      "--handshake-timeout", "1", log_level="info")
    raw = await speak(node, words)
    assert await raw.read_to_end() == b""
    await until(lambda: "proxy_refused" in node.log, "the log tells of it")
    line = next(x for x in node.log.splitlines() if "proxy_refused" in x)
    assert " warn " in line and reason in line and "address=127.0.0.1" in line


async def test_probes_and_strangers(start_node):
    """Who opens a connection and says nothing is a probe, of which the log does not tell; who is
    no trusted proxy is cut off whatever it says, and the log tells."""
    node = start_node("--trusted-proxy", "127.0.0.1", "--proxy-protocol", log_level="info")
    probe = await speak(node)
    probe.end_sending()
    assert await probe.read_to_end() == b""
    assert "proxy_refused" not in node.log
    node = start_node("--trusted-proxy", "10.0.0.0/8", "--proxy-protocol", log_level="info")
    raw = await speak(node, b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n")
    assert await raw.read_to_end() == b""
    await until(lambda: "is no trusted proxy" in node.log, "the log tells of it")


LINES = [b"PROXY TCP4 198.51.100.%d 127.0.0.1 1 2\r\n", b"PROXY TCP6 2001:db8:%d::1 ::1 1 2\r\n"]


@pytest.mark.parametrize("line", LINES)
async def test_version_1_names_the_client_too(proxied, connect, line):
    """nginx and HAProxy speak the older version by default: a line, here in pieces, too."""
    request = upgrade_request("/ws", {"Host": f"127.0.0.1:{proxied.port}"}, "GET")
    found = []
    for client in (11, 11, 12):
        words = line % client
        raw = connect._keep(await speak(proxied, words[:3], words[3:30], words[30:] + request))
        found.append((await raw.read_response())[0])
    assert found == [101, 429, 101]


@pytest.mark.parametrize("words", [b"PROXY UNKNOWN\r\n", b"PROXY UNKNOWN a b c\r\n",
                                   SIGNATURE + b"\x21\x00\x00\x00"])
async def test_a_proxy_need_not_know_the_client(proxied, words):
    """Then the proxy's own address is the client's."""
    raw = await speak(proxied, words, b"GET /ready HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (await raw.read_response())[0] == 200


async def test_nobody_names_themselves_behind_a_proxy(start_node, connect):
    """A proxy that passes on TCP writes no X-Forwarded-For: what stands there is the client's own
    word, and does not count where the proxy knows no client."""
    node = start_node("--trusted-proxy", "127.0.0.1", "--proxy-protocol",
                      "--connections-per-address", "1")
    found = []
    for client in ("203.0.113.21", "203.0.113.22"):
        request = upgrade_request("/ws", {"X-Forwarded-For": client})
        raw = connect._keep(await speak(node, b"PROXY UNKNOWN\r\n", request))
        found.append((await raw.read_response())[0])
    assert found == [101, 429]


async def test_an_unclear_forwarded_for_is_told(start_node, connect):
    """What a trusted proxy appends has to be an address, or the log says that it is not."""
    node = start_node("--trusted-proxy", "127.0.0.1", log_level="info")
    assert await statuses(connect, node, "rubbish, 203.0.113.1") == [101]
    assert "forwarded_for_unclear" not in node.log
    assert await statuses(connect, node, "203.0.113.1, unknown") == [101]
    await until(lambda: "forwarded_for_unclear" in node.log, "the log tells of it")
    assert "entry=unknown" in node.log


async def test_a_proxy_asks_for_itself(proxied):
    raw = await speak(proxied, proxy_header(command=0x20),
                      b"GET /ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    status, _, body = await raw.read_response()
    assert (status, json.loads(body)) == (200, {"ready": True})
