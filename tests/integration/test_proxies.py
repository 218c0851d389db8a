"""Behind a proxy: whose word about where a client comes from is believed."""

import json
import socket
import struct

import pytest

from raw_socket import RawSocket, upgrade_request

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


@pytest.mark.parametrize("words", [
    b"GET /ready HTTP/1.1\r\nHost: a\r\n\r\n",
    b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
    SIGNATURE + b"\x21\x11\xff\xff",
    SIGNATURE + b"\x21\x11\x00\x04abcd",
    SIGNATURE[:7],
])
async def test_without_a_header_nobody_is_answered(proxied, words):
    raw = await speak(proxied, words)
    assert await raw.read_to_end() == b""


async def test_a_proxy_asks_for_itself(proxied):
    raw = await speak(proxied, proxy_header(command=0x20),
                      b"GET /ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    status, _, body = await raw.read_response()
    assert (status, json.loads(body)) == (200, {"ready": True})
