"""TLS: what is spoken, by which certificate, and what is told to those who speak something else."""

import asyncio
import contextlib
import fcntl
import os
import pty
import signal
import socket
import ssl
import subprocess
import termios
import warnings

import pytest

from support.certificates import make_certificate, trusting
from support.client import Client, join, talk, unique
from support.deadline import DEADLINE, until
from support.node import binary, environment, run_node


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def secure(start_shared_node, certificate):
    cert, key = certificate
    return start_shared_node("--tls-cert", str(cert), "--tls-key", str(key))


def wss(node, user=None):
    return node.url(user).replace("ws://", "wss://")


@contextlib.asynccontextmanager
async def clients(node, certificate, *names):
    """Clients by TLS, closed in the end."""
    opened = []
    try:
        for name in names:
            opened.append(await Client.open(wss(node, name), ssl=trusting(certificate[0])))
        yield opened
    finally:
        for client in opened:
            await client.close()


async def test_clients_talk_through_tls(secure, certificate, room):
    async with clients(secure, certificate, unique("ann"), unique("bob")) as (ann, bob):
        await join(room, ann, bob)
        await talk(room, ann, bob)


async def test_large_and_many_messages_arrive_in_order(secure, certificate, room):
    async with clients(secure, certificate, unique("ann"), unique("bob")) as (ann, bob):
        await join(room, ann, bob)
        sizes = [60_000, 1, 16_384, 17_000, 0] + [7] * 200
        for number, size in enumerate(sizes):
            await ann.post("publish", room=room, data=[number, "x" * size], echo=False)
        got = await bob.collect(len(sizes))
        assert [each["data"][0] for each in got] == list(range(len(sizes)))
        assert [len(each["data"][1]) for each in got] == sizes


async def test_a_member_who_does_not_read_is_cut_and_nobody_else(
        start_node, certificate, room):
    node = start_node("--tls-cert", str(certificate[0]), "--tls-key", str(certificate[1]),
                      "--bytes-per-second", "0")
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # soon full
    small.connect(("127.0.0.1", node.port))
    async with clients(node, certificate, "ann", "bob") as (ann, bob):
        sleeper = await Client.open(wss(node, "sleeper"), ssl=trusting(certificate[0]), sock=small,
                                    server_hostname="127.0.0.1")
        await join(room, ann, bob, sleeper)
        sleeper._socket.transport.pause_reading()
        while "is a slow consumer" not in node.log:
            for _ in range(10):
                await ann.post("publish", room=room, data="x" * 60_000, echo=False)
            await bob.collect(10)
        await talk(room, ann, bob)
        await sleeper.abort()


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
async def test_present_versions_are_spoken(secure, certificate, version):
    number = getattr(ssl.TLSVersion, version)
    context = trusting(certificate[0], minimum_version=number, maximum_version=number)
    client = await Client.open(wss(secure), ssl=context)
    await client.request("ping")
    await client.close()


def test_versions_of_the_past_are_not(secure, certificate):
    context = trusting(certificate[0])
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", secure.port), DEADLINE) as raw:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(raw, server_hostname="127.0.0.1")


def test_ciphers_without_forward_secrecy_are_not(secure, certificate):
    context = trusting(certificate[0], maximum_version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers("AES128-SHA:AES128-GCM-SHA256")
    with socket.create_connection(("127.0.0.1", secure.port), DEADLINE) as raw:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(raw, server_hostname="127.0.0.1")


def test_http_1_is_chosen_for_who_offers_more(secure, certificate):
    context = trusting(certificate[0])
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", secure.port), DEADLINE) as raw:
        with context.wrap_socket(raw, server_hostname="127.0.0.1") as secured:
            assert secured.selected_alpn_protocol() == "http/1.1"
            secured.sendall(b"GET /ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            answer = b""
            while part := secured.recv(4096):
                answer += part
    assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b'{"ready":true}')


async def test_bare_http_gets_no_answer_and_harms_nobody(secure, certificate, connect):
    raw = await connect.tcp(secure)
    await raw.send(b"GET /ready HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"HTTP" not in await raw.read_to_end()
    await test_present_versions_are_spoken(secure, certificate, "TLSv1_3")


async def test_a_handshake_that_stops_half_way_is_cut(start_node, certificate, connect):
    node = start_node("--tls-cert", str(certificate[0]), "--tls-key", str(certificate[1]),
                      "--handshake-timeout", "1")
    raw = await connect.tcp(node)
    await raw.send(b"\x16\x03\x01\x02\x00\x01")
    await raw.read_to_end()  # ends, or else the test's deadline does


async def test_a_refused_upgrade_has_its_answer(secure, certificate):
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", secure.port, ssl=trusting(certificate[0]))
    writer.write(b"GET /ws HTTP/1.1\r\nHost: a\r\nOrigin: https://evil.example\r\n"
                 b"Upgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\n"
                 b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), DEADLINE)
    assert answer.startswith(b"HTTP/1.1 403 ")
    writer.close()


async def test_a_stop_tells_clients_through_tls(start_node, certificate):
    cert, key = certificate
    node = start_node("--tls-cert", str(cert), "--tls-key", str(key))
    client = await Client.open(wss(node), ssl=trusting(cert))
    node.interrupt()
    await client.expect("closing", code=1001)
    assert await client.close_code() == 1001
    assert await node.exit_code() == 0


async def test_a_new_certificate_is_taken_on_sighup_and_connections_stay(start_node, tmp_path):
    cert, key = make_certificate(tmp_path)
    node = start_node("--tls-cert", str(cert), "--tls-key", str(key))
    old = await Client.open(wss(node), ssl=trusting(cert))
    make_certificate(tmp_path)  # in the same files
    node.send_signal(signal.SIGHUP)
    await until(lambda: "has read its certificate anew" in node.log, "the node reloads")
    new = await Client.open(wss(node), ssl=trusting(cert))
    for client in (old, new):
        await client.request("ping")
        await client.close()


async def test_a_broken_certificate_changes_nothing(start_node, tmp_path):
    cert, key = make_certificate(tmp_path)
    before = tmp_path / "before.pem"
    before.write_bytes(cert.read_bytes())
    node = start_node("--tls-cert", str(cert), "--tls-key", str(key))
    cert.write_text("rubbish")
    node.send_signal(signal.SIGHUP)
    await until(lambda: "goes on with its old certificate" in node.log, "the node refuses")
    client = await Client.open(wss(node), ssl=trusting(before))
    await client.close()


@pytest.mark.parametrize("cert, key, complaint", [
    ("node", None, "one does not work without the other"),
    ("missing", "node", "tls-cert: "),
    ("node", "other", "tls-key: "),
    ("node", "missing", "tls-key: "),
    ("pipe", "node", "pipe.pem: is a pipe"),
    ("node", "pipe", "pipe.key: is a pipe"),
])
def test_a_node_does_not_start_with_half_of_it(tmp_path, cert, key, complaint):
    for name in ("node", "other"):
        make_certificate(tmp_path, name)
    for name in ("pipe.pem", "pipe.key"):
        os.mkfifo(tmp_path / name)
    options = ["--listen", "127.0.0.1:0", "--tls-cert", str(tmp_path / f"{cert}.pem")]
    if key:
        options += ["--tls-key", str(tmp_path / f"{key}.key")]
    ended = run_node(*options)
    assert ended.returncode != 0
    assert complaint in ended.stderr


def encrypt(key):
    """Puts a pass phrase on a key."""
    text = subprocess.run(["openssl", "pkcs8", "-topk8", "-in", key, "-passout", "pass:secret"],
                          check=True, capture_output=True).stdout
    key.write_bytes(text)


def test_an_encrypted_key_is_an_error_and_nobody_is_asked(tmp_path):
    """A key has a pass phrase, and the node a terminal on which it could ask for it.
    It does not, for a daemon would wait for ever: the error says what is wrong."""
    cert, key = make_certificate(tmp_path)
    encrypt(key)
    for command in ("node", "check-config"):
        terminal, other_end = pty.openpty()
        done = subprocess.run(
            [binary(), command, "--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key],
            stdin=other_end, capture_output=True, text=True, timeout=DEADLINE, env=environment(),
            preexec_fn=lambda: own_terminal(other_end))
        os.close(terminal)
        os.close(other_end)
        assert done.returncode in (1, 2)
        assert "the key is encrypted" in done.stderr, done.stderr


def own_terminal(descriptor):
    """Runs in the child: makes this its controlling terminal, as a shell's child has one."""
    os.setsid()
    fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)


async def test_an_encrypted_key_on_sighup_changes_nothing(start_node, tmp_path):
    cert, key = make_certificate(tmp_path)
    node = start_node("--tls-cert", str(cert), "--tls-key", str(key))
    encrypt(key)
    node.send_signal(signal.SIGHUP)
    await until(lambda: "the key is encrypted" in node.log, "the node refuses")
    client = await Client.open(wss(node), ssl=trusting(cert))
    await client.close()
