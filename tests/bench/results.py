"""What the comparison has found, as a page of Markdown."""

import datetime
import os
import pathlib
import re
import statistics
import subprocess
from collections import namedtuple

import alone

ROOT = pathlib.Path(__file__).resolve().parents[2]
COST = "server_cpu_us_per_delivery"
TAIL = "latency_p99_us"

# The goals for `COST` and `TAIL`, Atrium's divided by the peer's.
GOALS = {
    ("fanout, window 16", "floor"): (1.2, None),
    ("fanout, window 16", "bun_redis"): (0.85, None),
    ("fanout, window 16", "socketio_redis"): (1 / 15, None),
    ("fanout, window 16", "fastapi_redis"): (1 / 40, None),
    ("fanout, window 16", "centrifugo_redis"): (1 / 3, None),
    ("fanout, 100 msg/s", "floor"): (1.15, None),
    ("fanout, 100 msg/s", "bun_redis"): (0.9, 1.0),
    ("chat, window 1", "floor"): (1.25, None),
    ("chat, window 1", "bun_redis"): (0.8, 1.0),
    ("chat, window 1", "socketio_redis"): (1 / 3, None),
}

Row = namedtuple("Row", "scenario peer pairs cost tail goals trouble")


def row(scenario, peer, pairs):
    """Sums up pairs of reports, Atrium's and the peer's."""
    def ratio(key):
        return statistics.median(ours[key] / max(theirs[key], 1e-9) for ours, theirs in pairs)

    goals = GOALS.get((scenario, peer.name), (None, None))
    return Row(scenario, peer.name, pairs, ratio(COST), ratio(TAIL), goals, trouble(pairs))


def trouble(pairs):
    """What a reader has to know about some of the runs."""
    found = set()
    for pair in pairs:
        for name, report in zip(("Atrium", "peer"), pair):
            if report["lost"] or report["duplicated"]:
                found.add(f"{name} lost {report['lost']}, duplicated {report['duplicated']}")
            if report.get("connections_lost"):
                found.add(f"{name} lost {report['connections_lost']} connections")
            found.update(f"{name}: {note}" for note in report["notes"]
                         if "bottleneck" in note)
    return sorted(found)


def median(pairs, which, key):
    return statistics.median(pair[which][key] for pair in pairs)


def judged(ratio, goal):
    if goal is None:
        return f"{ratio:.2f}"
    sign = "met" if ratio <= goal else "missed"
    return f"{ratio:.2f} ({sign}: {goal:.3g})"


def table(rows):
    lines = [
        "| peer | µs per delivery: Atrium | peer | ratio (goal) | p99 in ms: Atrium | peer "
        "| ratio (goal) | deliveries/s: Atrium | peer |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for x in rows:
        def number(key, which, scale=1.0, x=x):
            return median(x.pairs, which, key) / scale
        lines.append(
            f"| {x.peer} | {number(COST, 0):.2f} | {number(COST, 1):.2f} "
            f"| {judged(x.cost, x.goals[0])} | {number(TAIL, 0, 1e3):.1f} "
            f"| {number(TAIL, 1, 1e3):.1f} | {judged(x.tail, x.goals[1])} "
            f"| {number('deliveries_per_second', 0):,.0f} "
            f"| {number('deliveries_per_second', 1):,.0f} |")
    return lines


def machine():
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"model name\s*: (.*)", text)
    return f"{os.cpu_count()} x {model[1] if model else 'unknown CPU'}, Linux {os.uname().release}"


def revision():
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, text=True,
                          capture_output=True, check=False)
    return done.stdout.strip() or "unknown"


def by_itself(found):
    cost = alone.COST
    lines = ["## Atrium by itself", "", "One process with the Redis bus on.", "",
             "| scenario | |", "|---|---|"]
    lines += [f"| {name} | {alone.summary(report)} |" for name, report in found.scenarios.items()]
    lines += ["", "What a delivery costs as the work grows (rooms: one message of each publisher",
              "on its way, window 1; one room: window 64):", "",
              "| work | µs server CPU per delivery | per published message | deliveries/s |",
              "|---|---|---|---|"]
    for name, report in found.growth.items():
        published = report["deliveries_per_second"] / max(report["published_per_second"], 1e-9)
        lines.append(f"| {name} | {report[cost]:.2f} | {report[cost] * published:,.1f} "
                     f"| {report['deliveries_per_second']:,.0f} |")
    return [*lines, ""]


def compared(rows, peers, skipped):
    lines = [
        "## Atrium and its peers", "",
        "CPU time of the server processes per delivery, and latency from when a message was due",
        "until its receiver had it: 1000 connections, 128 bytes of data. Atrium, with the Redis",
        "bus on, and the peer took turns; a figure is the median of the rounds, a ratio is",
        "Atrium's divided by the peer's, the median of adjacent runs: below 1 Atrium is better.",
        "Peers with Redis ran as two processes, and so did Atrium against them; the CPU of Redis",
        "is not counted. Absolute numbers depend on what else the machine was doing. A message of",
        "Atrium has more in it than those of the peers (event id, connection: some 325 bytes",
        "against 215; the floor's is the bare 128).", "",
    ]
    for scenario in dict.fromkeys(x.scenario for x in rows):
        of_it = [x for x in rows if x.scenario == scenario]
        lines += [f"### {scenario}", "", *table(of_it), ""]
        notes = [f"* {x.peer}: {text}" for x in of_it for text in x.trouble]
        lines += [*notes, ""] if notes else []
    lines += ["### Versions", ""]
    lines += [f"* {peer.name}: {peer.version()}" for peer in peers]
    lines += [f"* {name}: skipped, {reason}" for name, reason in skipped.items()]
    return lines


def page(found, rows, peers, skipped, command):
    lines = [
        "# Results", "",
        f"Made by `{command}` on {datetime.date.today()}; {machine()}; Atrium {revision()}.",
        "What was found on the way there, and what was tried in vain: [NOTES.md](NOTES.md).", "",
        *by_itself(found),
    ]
    if peers:
        lines += compared(rows, peers, skipped)
    return "\n".join(lines).rstrip() + "\n"
