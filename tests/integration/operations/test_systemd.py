"""What systemd is told of a node that it has started, over the socket that it names."""

import signal
import socket

import pytest

from support.deadline import DEADLINE


@pytest.fixture
def manager(tmp_path):
    """The socket of a service manager; its name is its path."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(DEADLINE)
        yield listener


def words(listener, until):
    """What is said, up to the first message that begins with `until`."""
    said = []
    while not said or not said[-1].startswith(until):
        said.append(listener.recv(4096).decode())
    return said


def start(start_node, manager, **variables):
    return start_node(NOTIFY_SOCKET=manager.getsockname(), **variables)


def test_a_node_says_when_it_is_ready_reloads_and_stops(start_node, manager):
    node = start(start_node, manager)
    assert words(manager, "READY=1") == ["READY=1"]
    node.send_signal(signal.SIGHUP)
    reloading = words(manager, "RELOADING=1")[-1]
    assert reloading.split("\n")[1].startswith("MONOTONIC_USEC=")
    assert words(manager, "READY=1") == ["READY=1"]
    node.interrupt()
    assert words(manager, "STOPPING=1") == ["STOPPING=1"]
    assert node.wait_exit_code() == 0


def test_a_watched_node_gives_signs_of_life(start_node, manager):
    start(start_node, manager, WATCHDOG_USEC="30000000")
    words(manager, "READY=1")
    for _ in range(2):
        assert words(manager, "WATCHDOG=1") == ["WATCHDOG=1"]


def test_a_node_that_fails_to_start_is_never_ready(start_node, manager):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(AssertionError, match="did not start"):
            start_node(listen=f"127.0.0.1:{taken.getsockname()[1]}",
                       NOTIFY_SOCKET=manager.getsockname())
    manager.settimeout(0)
    with pytest.raises(BlockingIOError):
        manager.recv(4096)
