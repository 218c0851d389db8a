"""The port at which `atrium inspect` reaches a node: when it is there, and for whom."""

import os
import subprocess

import pytest

from deadline import DEADLINE
from inspecting import Inspected
from node import binary, environment, run_node
from redis_server import free_port


@pytest.fixture(scope="module")
def inspected(start_shared_node):
    return Inspected(start_shared_node, "--user-connections", "50")


def test_without_the_option_nothing_listens(start_node):
    node = start_node()
    assert "atrium inspect" not in node.log
    port = free_port()
    done = subprocess.run([binary(), "inspect", "--node", f"127.0.0.1:{port}", "node"],
                          env=environment(), timeout=DEADLINE, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == 1
    assert done.stderr == (f"atrium inspect: cannot reach 127.0.0.1:{port}: "
                           "is a node with --inspect-port there?\n")


def test_a_port_that_is_taken_stops_the_start(inspected):
    done = run_node("--listen", "127.0.0.1:0", "--inspect-port", str(inspected.port))
    assert done.returncode == 1
    assert f"inspect-port: cannot listen on 127.0.0.1:{inspected.port}" in done.stdout + done.stderr


def make_authority(folder, name):
    """A certificate authority; returns a function that makes files for the three options."""
    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)

    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *new_key, "-days", "2", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.pem")

    def issue(who, prefix):
        files = f"{name}-{who}"
        openssl("req", *new_key, "-subj", f"/CN={who}", "-keyout", f"{files}.key",
                "-out", f"{files}.csr")
        openssl("x509", "-req", "-in", f"{files}.csr", "-CA", f"{name}.pem", "-CAkey",
                f"{name}.key", "-CAcreateserial", "-days", "1", "-out", f"{files}.pem")
        return [f"--{prefix}cert", str(folder / f"{files}.pem"),
                f"--{prefix}key", str(folder / f"{files}.key"),
                f"--{prefix}ca", str(folder / f"{name}.pem")]

    return issue


def test_certificates_open_a_node_to_other_machines(start_node, tmp_path):
    """Only who has a certificate of the same authority gets in; files are read once."""
    ours, theirs = make_authority(tmp_path, "ours"), make_authority(tmp_path, "theirs")
    mine = ours("node", "inspect-")
    one = Inspected(start_node, "--inspect-host", "0.0.0.0", *mine)
    good = ours("tool", "")
    assert one.look("node", *good)["phase"] == "running"
    foreign = theirs("tool", "")
    assert "hangs up" in one.fail("node", *foreign)
    foreign[-1] = good[-1]  # believes the node, but is not believed
    assert "hangs up" in one.fail("node", *foreign)
    assert "wants a certificate (--cert)" in one.fail("node")
    for path in (mine[1], mine[3]):
        os.remove(path)
    assert one.look("node", *good)["phase"] == "running"


@pytest.mark.parametrize("options", [
    ["--inspect-port", "1", "--inspect-host", "0.0.0.0"],
    ["--inspect-port", "1", "--inspect-cert", "x"],
    ["--inspect-port", "70000"]])
def test_unsafe_or_half_options_are_refused(options):
    done = run_node(*options)
    assert done.returncode == 2 and "inspect-" in done.stderr


def test_certificates_that_are_of_no_use_stop_the_start(tmp_path):
    mine = make_authority(tmp_path, "ours")("node", "inspect-")
    mine[3] = str(tmp_path / "ours.key")  # not that of the certificate
    done = run_node("--listen", "127.0.0.1:0", "--inspect-port", "1", *mine)
    assert done.returncode == 1
    assert f"inspect-key: {mine[3]}: " in done.stdout + done.stderr
