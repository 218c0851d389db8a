"""The load generator, `atrium bench`, against the nodes of a test."""

import json

from .deadline import DEADLINE
from .node import run_atrium

SHORT = ["--duration", "1", "--warmup", "0.1"]
# One publisher is more than one client may be.
UNPACED = ["--messages-per-second", "0", "--bytes-per-second", "0"]


def words_for(scenario, nodes, *options):
    """The command line for a scenario on these nodes, whose processes are measured too."""
    urls = [word for node in nodes for word in ("--url", f"ws://127.0.0.1:{node.port}/ws")]
    pids = [word for node in nodes for word in ("--pid", str(node.process.pid))]
    return ["bench", scenario, *urls, *pids, *options]


def run(*words):
    return run_atrium(*words, seconds=2 * DEADLINE)


def bench(scenario, nodes, *options):
    """Runs a scenario for a second; returns its report."""
    done = run(*words_for(scenario, nodes, *SHORT, "--json", *options))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)
