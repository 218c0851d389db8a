"""The ways to a node's listener for operators, and what `atrium inspect` makes of them."""

import contextlib
import json
import os
import socket
import stat
from random import Random

import pytest

from support.certificates import make_certificate
from support.deadline import wait_until
from support.inspect_command import Inspected
from support.node import run_node


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "node.sock")


class AtSocket(Inspected):
    """A node whose operators come by a Unix socket."""

    def __init__(self, start, path, *options):
        self.node = start("--internal", f"unix://{path}", *options)
        self.address = f"unix://{path}"


async def test_a_node_is_asked_at_a_unix_socket(start_node, connect, path):
    """Whoever may open the socket may do what this machine may."""
    one = AtSocket(start_node, path, "--node-id", "node-a")
    assert f"serving operators on unix://{path}" in one.node.log
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o660
    assert one.look("node")["node"] == "node-a"
    ann = await connect(one.node, "ann")
    assert one.show("disconnect", "user", "ann") == "closed 1 connection\n"
    assert await ann.close_code() == 4005
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_page_does_not_come_by_a_tunnel_to_the_socket(start_node, path):
    """A page whose name was bound anew to this machine is as foreign there as at a port."""
    AtSocket(start_node, path)
    for host, status in (("evil.example:9080", 403), ("localhost", 200)):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            client.sendall(f"GET /inspect HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            assert client.recv(65536).startswith(b"HTTP/1.1 %d " % status)


def test_the_socket_goes_with_the_node(start_node, path):
    one = AtSocket(start_node, path)
    one.node.stop()
    assert not os.path.lexists(path)
    assert one.fail("node").endswith(f"cannot reach unix://{path}: No such file or directory\n")


def test_what_a_crash_has_left_does_not_stop_the_next_node(start_node, path):
    AtSocket(start_node, path).node.crash()
    assert os.path.lexists(path)
    assert AtSocket(start_node, path).look("node")["phase"] == "running"


def test_a_path_in_use_is_a_clear_error(start_node, path, tmp_path):
    one = AtSocket(start_node, path)
    done = run_node("--listen", "127.0.0.1:0", "--internal", f"unix://{path}")
    assert done.returncode == 1
    assert f"cannot listen on unix://{path}: another process listens there" in done.stderr
    assert one.look("node")["phase"] == "running"  # and nobody has taken its socket away
    precious = tmp_path / "precious"
    precious.write_text("data")
    done = run_node("--listen", "127.0.0.1:0", "--internal", f"unix://{precious}")
    assert done.returncode == 1 and "something else than a socket" in done.stderr
    assert precious.read_text() == "data"


@pytest.mark.parametrize("options, reason", [
    (["--internal", "unix://relative"], "is no path of a Unix socket"),
    (["--internal", "unix:///" + "x" * 108], "is no path of a Unix socket"),
    (["--internal-tls-cert", "x"], "does not work without the other"),
    (["--internal-tls-cert", "x", "--internal-tls-key", "x", "--internal", "off"], "no use"),
    (["--internal-tls-cert", "x", "--internal-tls-key", "x", "--internal", "unix:///x"], "no use")])
def test_options_that_make_no_sense_are_refused(options, reason):
    done = run_node(*options)
    assert done.returncode == 2 and reason in done.stderr


class BySecureWay(Inspected):
    """A node whose operators come by TLS."""

    def __init__(self, start, certificate, *options):
        cert, key = certificate
        super().__init__(start, "--internal-tls-cert", str(cert), "--internal-tls-key", str(key),
                         *options)
        self.address = self.address.replace("http:", "https:")


async def test_other_machines_act_by_tls_and_with_the_token(start_node, connect, tmp_path):
    """An administrator elsewhere has the authority's certificate and the token, and needs both."""
    certificate = make_certificate(tmp_path)
    stranger = str(make_certificate(tmp_path, "stranger")[0])
    ours = str(certificate[0])
    token = tmp_path / "token"
    token.write_text("a-long-enough-token")
    one = BySecureWay(start_node, certificate, "--internal", "0.0.0.0:0",
                      "--admin-token-file", str(token))
    assert "serving operators on https://" in one.node.log
    ann = await connect(one.node, "ann")
    assert one.look("--ca", ours, "user", "ann")["connections"] == 1
    assert "is not good: self-signed certificate" in one.fail("--ca", stranger, "node")
    assert "is not good: self-signed certificate" in one.fail("node")
    elsewhere = one.at(one.address.replace("127.0.0.1", "localhost"))
    assert "is not good: hostname mismatch" in elsewhere.fail("--ca", ours, "node")
    assert "--token-file" in one.fail("--ca", ours, "disconnect", "user", "ann")
    assert one.show("--ca", ours, "--token-file", str(token), "disconnect", "user", "ann") == \
        "closed 1 connection\n"
    assert await ann.close_code() == 4005
    assert "hangs up" in one.at(one.address.replace("https:", "http:")).fail("node")


def test_a_new_certificate_for_operators_counts_after_a_hangup(start_node, tmp_path):
    certificate = make_certificate(tmp_path)
    one = BySecureWay(start_node, certificate)
    old = (tmp_path / "old.pem")
    old.write_bytes(certificate[0].read_bytes())
    make_certificate(tmp_path)
    one.node.interrupt(1)  # SIGHUP
    wait_until(lambda: "certificate for operators anew" in one.node.log, "the node reads it")
    assert one.look("--ca", str(certificate[0]), "node")["phase"] == "running"
    assert "is not good" in one.fail("--ca", str(old), "node")


@pytest.mark.parametrize("way", ["tcp", "tls", "unix"])
def test_rubbish_at_the_port_of_operators_ends_nothing(start_node, tmp_path, path, way):
    """The port that `atrium inspect` once had died of 588 bytes."""
    one = {"tcp": lambda: Inspected(start_node),
           "tls": lambda: BySecureWay(start_node, make_certificate(tmp_path)),
           "unix": lambda: AtSocket(start_node, path)}[way]()
    where = path if way == "unix" else ("127.0.0.1", one.node.internal_port)
    random = Random(588)
    unfinished = b"POST /inspect/rooms/x/publish HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n{"
    for number in range(200):
        with socket.socket(socket.AF_UNIX if way == "unix" else socket.AF_INET) as client:
            client.connect(where)
            with contextlib.suppress(ConnectionError):  # cut off before the end
                client.sendall(unfinished if number % 2 else random.randbytes(random.choice(
                    [1, 588, 5_000])))
    trust = ["--ca", str(tmp_path / "node.pem")] if way == "tls" else []
    assert one.look(*trust, "node")["phase"] == "running"


def test_the_others_know_how_a_node_is_reached(start_node, redis, tmp_path):
    """The registry has the address for operators, with TLS where it is, and no file's."""
    space = ["--redis", redis.url, "--namespace", "ways:test"]
    plain = Inspected(start_node, *space, "--node-id", "plain")
    secure = BySecureWay(start_node, make_certificate(tmp_path), *space, "--node-id", "secure")
    AtSocket(start_node, tmp_path / "x.sock", *space, "--node-id", "file")

    def ways():
        nodes = json.loads(plain.show("--json", "cluster"))["nodes"]
        return {row["node"]: row["internal"] for row in nodes}

    wait_until(lambda: len(ways()) == 3, "all three are in the registry")
    assert ways() == {"plain": plain.address[7:], "secure": secure.address, "file": ""}
