"""What it costs to keep messages, and how soon clients have what they have missed."""

import re
import urllib.request

from alone import COST
from installs import Unavailable
from servers import ATRIUM, atrium, generate, say

# The greatest ratio wanted, CPU of a node per delivery with a history divided by that without.
GOALS = {"fanout, window 16": 1.15, "fanout, 100 msg/s": 1.15}
SECONDS = 5  # until all clients have everything

WORK = {
    "fanout, window 16": ["fanout", "--window", "16"],
    "fanout, 100 msg/s": ["fanout", "--rate", "100"],
    "chat, window 1": ["chat", "--window", "1"],
}

RECOVER = "recover, 10 000 connections"
PAGE = 1000  # messages that a node reads at a time, --history-page
READS = re.compile(r"^atrium_history_reads_total(?:{.*})? (\S+)$", re.MULTILINE)


def measure_cost(options, redis, record):
    """Runs each work with and without in turns, on one node; the record gets pairs."""
    for name, words in WORK.items():
        pairs = []
        with ATRIUM.running(redis, options.binary) as running:
            for number in range(options.rounds):
                pair = [generate(options, "atrium", [*words, *more], running)
                        for more in (["--history"], [])]
                pairs.append(pair)
                say(f"  {name}, round {number + 1}: with history {pair[0][COST]:.2f} us, "
                    f"without {pair[1][COST]:.2f} us")
        record.put("history", name, pairs)


def measure_recovery(options, redis, record):
    for nodes in 1, 2:
        record.put("recovery", f"atrium | {nodes}", recover(options, redis, atrium(internal=True),
                                                            nodes))


def measure_peers(options, redis, record, peers):
    """Only Centrifugo has a history that clients can ask for what they have missed."""
    for peer in peers:
        if peer.protocol == "centrifuge":
            try:
                report = recover(options, redis, peer, peer.processes)
                record.put("recovery", f"{peer.name} | {peer.processes}", report)
            except Unavailable as reason:
                record.put("skipped", f"recovery, {peer.name}", str(reason))
                say(f"recovery, {peer.name}, is left out: {reason}")


def recover(options, redis, server, processes):
    with server.running(redis, options.binary, processes) as running:
        report = generate(options, server.protocol, ["recover"], running)
        report["history_reads"] = reads(running)
    report["processes"] = processes
    asked = f", {report['history_reads']:.0f} reads" if report["history_reads"] else ""
    say(f"  {RECOVER}, {server.name}, processes {processes}: p99 "
        f"{report['complete_p99_ms']:,.0f} ms, max {report['complete_max_ms']:,.0f} ms{asked}")
    return report


def reads(running):
    """How often the nodes have asked the log; 0 if a server does not tell."""
    total = 0.0
    for address in running.internals:
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as page:
            found = READS.findall(page.read().decode())
            total += sum(float(x) for x in found)
    return total


def most_reads(report):
    """The goal: one reader of a page for all members of a room on a node, and one who asks where
    the room stands when its first member joins."""
    missed = report["replayed"] / max(report["connections"], 1)
    pages = -(-missed // PAGE)
    return report["rooms"] * report["processes"] * (pages + 1)


def is_whole(report):
    """Whether everybody has got everything once."""
    return (report["complete"] == report["connections"]
            and not any(report[key] for key in ("lost", "duplicated", "reordered",
                                                "not_recovered", "offsets_wrong")))
