"""A log that nobody reads, and lines that strangers cause without end."""

import asyncio
import os
import re
import resource
import signal
import subprocess
from types import SimpleNamespace

from support.deadline import until
from support.node import INTERNAL, LISTENING, binary, environment, fetch


async def test_a_log_that_nobody_reads_holds_nobody_up(start_node, connect, tmp_path):
    """stderr is a pipe, and whoever should read it has hung.
    Clients are served, what is dropped is counted, and a signal still ends the node well."""
    node, reader = piped_node("--log-level", "trace", "--grace", "2", "--errors-per-minute", "0")
    try:
        ann = await connect.at(f"ws://127.0.0.1:{node.port}/ws?user=ann")
        def dropped():
            text = fetch(node.internal_port, "/metrics")[2].decode()
            return float(re.search(r'lost_total{reason="stderr_full"} (\S+)', text)[1])

        for number in range(20_000):
            if number % 1000 == 0 and dropped() > 0:
                break
            await ann.ask("leave", room=f"nowhere-{number}-" + "x" * 100)
        assert dropped() > 0
        node.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(node.process.wait, 15) == 0
    finally:
        node.process.kill()
        reader.close()


def piped_node(*options):
    """A node whose stderr is a pipe that is read until it listens, and then not any more."""
    process = subprocess.Popen(
        [binary(), "node", "--listen", "127.0.0.1:0", *options], env=environment(),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    text = b""
    while b"listening on" not in text:
        text += os.read(process.stderr.fileno(), 65_536)
    ports = [int(pattern.search(text.decode())[2]) for pattern in (LISTENING, INTERNAL)]
    return SimpleNamespace(process=process, port=ports[0], internal_port=ports[1]), process.stderr


async def test_what_strangers_cause_again_and_again_is_logged_now_and_then(start_node, connect):
    """Out of file descriptors accepting fails ten times a second, for as long as that lasts.
    The log has some of these lines, how many were left out, and the cause."""
    node = start_node(log_level="info")
    limit = (3, resource.prlimit(node.process.pid, resource.RLIMIT_NOFILE)[1])
    before = resource.prlimit(node.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(node.process.pid, resource.RLIMIT_NOFILE, limit)
    waiting = [await connect.tcp(node) for _ in range(3)]
    lines = lambda: re.findall(r"listener_paused: .*", node.log)
    await until(lambda: any("suppressed=" in x for x in lines()), "some are left out")
    assert len(lines()) < 30 and "ulimit -n" in lines()[0]
    resource.prlimit(node.process.pid, resource.RLIMIT_NOFILE, before)
    assert waiting and await connect(node)
