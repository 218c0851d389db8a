"""The load generator, `atrium bench`, against the nodes of a test."""

import json
import subprocess

from .deadline import DEADLINE
from .node import binary, environment

SHORT = ["--duration", "1", "--warmup", "0.1"]
UNPACED = ["--messages-per-second", "0"]  # one publisher is more than one client may be


def command(scenario, nodes, *options):
    urls = [word for node in nodes for word in ("--url", f"ws://127.0.0.1:{node.port}/ws")]
    pids = [word for node in nodes for word in ("--pid", str(node.process.pid))]
    return [binary(), "bench", scenario, *urls, *pids, *options]


def run(words):
    return subprocess.run(words, env=environment(), timeout=2 * DEADLINE,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)


def bench(scenario, nodes, *options):
    """Runs a scenario for a second; returns its report."""
    done = run(command(scenario, nodes, *SHORT, "--json", *options))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)
