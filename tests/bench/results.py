"""What was measured, as a page of Markdown."""

import os
import pathlib
import re

import alone
import api
import cluster_page
import history
import homes
import padding
import peers
import presence
from alone import COST
from tables import OTHERS, column, median, others, ratios, span, table

TAIL = "latency_p99_us"

ABOUT_TURNS = """\
CPU time of the server processes per delivery, and latency from when a message was due until its
receiver had it: 1000 connections, 128 bytes of data. Atrium, with the Redis bus on, and the peer
took turns; a figure is the median of the rounds, a ratio is Atrium's divided by the peer's, the
median of adjacent runs: below 1 Atrium is better. Both had the same number of processes; the CPU
of Redis is not counted. A message of Atrium has more in it than those of the peers (event id,
connection: some 320 bytes on the wire against 220 of Bun's and 132 of the floor's). With Sockudo
the publisher does not get its own message, so that a publish in `chat` has 9 deliveries in place
of 10.
"""

ABOUT_LATENCY = """\
One room of 1000. A closed loop (window 16) finds a server's capacity; then, against the same
processes, an open loop publishes at 70 % of that. A latency counts from when the message was due,
whether the generator or the server was late, and a message that came after the end counts as
well. Each server has a rate of its own there; the last column has all of them at 70 % of what
Atrium can do with as many processes, where they can bear that. Medians of the rounds, in ms: p50,
p99 and p99.9.
"""

ABOUT_LANES = """\
One process each, in turns. Two processors serve the node, Redis and the generator, so that more
lanes cannot add throughput here; what shows is what they cost. Where others take most of the
machine, more threads also get more of what is left.
"""


ABOUT_HISTORY = """\
One node, in turns: rooms that keep the newest 1000 messages, and rooms that keep none. The CPU of
Redis is not counted.
"""

ABOUT_RECOVERY = f"""\
10 000 clients in 100 rooms lose their connections at once; 100 messages are published in each
room; all clients come back at once with their position and get what they have missed. Times count
from the first connect; the goal is {history.SECONDS} s for all. The cost of a message includes
that of the connections. Reads include one for each room and node that asks where the room stands.
"""

ABOUT_PRESENCE = """\
One room, of whose members five leave and come back all the time; each leave and each join is a
change, also where a user is back before the node has told Redis of the leave. A room that only counts tells its members nothing; in the
other one every change is an event to every member, which is most of what the node does then.
"""

ABOUT_HOMES = """\
Two nodes and rooms with the same logic, in turns: with one home, where all publishers are on the
node that does not own the room, and with a home on each node. Each room has one publisher, and as
many members on both nodes. The ratio is of the CPU of both nodes.
"""

ABOUT_API = """\
64 connections publish 128 bytes to 100 rooms without members, each its next request when the last
one is answered; one process each, in turns, with the Redis bus on. Medians of the rounds and of
the ratios of adjacent runs. The CPU of Redis is not counted.
"""


def machine():
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"model name\s*: (.*)", text)
    return f"{os.cpu_count()} x {model[1] if model else 'unknown CPU'}, Linux {os.uname().release}"


def trouble(reports):
    """What a reader has to know about some of the runs of a server."""
    found = set()
    for report in reports:
        if report["lost"] or report["duplicated"]:
            found.add(f"lost {report['lost']}, duplicated {report['duplicated']}")
        if report.get("connections_lost"):
            found.add(f"lost {report['connections_lost']} connections")
        found.update(note for note in report["notes"] if "bottleneck" in note)
    return sorted(found)


# -- the parts of the page ----------------------------------------------------


def goals(record):
    rows = []
    for comparison, goal in peers.GOALS.items():
        pairs = record.part("turns").get(peers.text_of(comparison))
        if pairs:
            found = ratios(pairs, COST)
            rows.append([comparison.scenario, str(comparison.processes), comparison.peer,
                         f"{median(found):.2f}", span(found, ".2f"), f"{goal:.2f}",
                         "met" if median(found) <= goal else "missed",
                         span([report[OTHERS] for pair in pairs for report in pair], ".0f")])
    if not rows:
        return []
    return ["## Goals", "", "Server CPU per delivery, Atrium's divided by the peer's.", "",
            *table(["scenario", "processes each", "peer", "ratio", "in the rounds", "goal", "",
                    "other CPU, %"], rows)]


def by_itself(record):
    scenarios, growth = record.part("scenarios"), record.part("growth")
    lines = ["## Atrium by itself", "", "One process with the Redis bus on.", ""]
    if scenarios:
        lines += table(["scenario", "", "other CPU, %"],
                       [[name, alone.summary(report), others(report)]
                        for name, report in scenarios.items()])
    if growth:
        lines += ["What a delivery costs as the work grows (rooms: one message of each publisher",
                  "on its way, window 1; one room: window 64):", "",
                  *table(["work", "µs server CPU per delivery", "per published message",
                          "deliveries/s", "other CPU, %"],
                         [growth_row(name, report) for name, report in growth.items()])]
    return lines + lanes(record) + kept(record)


def growth_row(name, report):
    published = report["deliveries_per_second"] / max(report["published_per_second"], 1e-9)
    return [name, f"{report[COST]:.2f}", f"{report[COST] * published:,.1f}",
            f"{report['deliveries_per_second']:,.0f}", others(report)]


def lanes(record):
    rows = []
    for name, rounds in record.part("lanes").items():
        for number, reports in zip(alone.LANES, zip(*rounds)):
            rows.append([name, str(number), f"{column(reports, COST):.2f}",
                         f"{column(reports, 'deliveries_per_second'):,.0f}",
                         f"{column(reports, TAIL) / 1e3:.1f}", f"{column(reports, OTHERS):.0f}"])
    if not rows:
        return []
    return ["### Lanes", "", *ABOUT_LANES.splitlines(), "",
            *table(["scenario", "`--lanes`", "µs server CPU per delivery", "deliveries/s",
                    "p99 in ms", "other CPU, %"], rows)]


def kept(record):
    rows = []
    for name, pairs in record.part("history").items():
        found = ratios(pairs, COST)
        ours, theirs = zip(*pairs)
        goal = history.GOALS.get(name)
        rows.append([name, f"{column(ours, COST):.2f}", f"{column(theirs, COST):.2f}",
                     f"{median(found):.2f}", f"{min(found):.2f} to {max(found):.2f}",
                     f"{goal:.2f}" if goal else "–",
                     ("met" if median(found) <= goal else "missed") if goal else "",
                     f"{column(ours, OTHERS):.0f} / {column(theirs, OTHERS):.0f}"])
    lines = ["### History", ""] if rows else []
    if rows:
        lines += [*ABOUT_HISTORY.splitlines(), "",
                  *table(["work", "µs server CPU per delivery: with", "without", "ratio",
                          "in the rounds", "goal", "", "other CPU, %: with / without"], rows)]
    return [*lines, *recovery(record), *company(record), *one_home(record),
            *cluster_page.section(record)]


def recovery(record):
    rows = []
    for name, x in record.part("recovery").items():
        server, processes = name.split(" | ")
        reads = f"{x['history_reads']:.0f} of {history.most_reads(x):.0f}"
        rows.append([server, processes, f"{x['complete_p50_ms'] / 1e3:.2f}",
                     f"{x['complete_p99_ms'] / 1e3:.2f}", f"{x['complete_max_ms'] / 1e3:.2f}",
                     "yes" if history.is_whole(x) else "no",
                     f"{x['server_cpu_us_per_replayed_message']:.2f}",
                     reads if x["history_reads"] else "–", others(x)])
    if not rows:
        return []
    return ["### Recovery", "", *ABOUT_RECOVERY.splitlines(), "",
            *table(["server", "processes", "complete p50 in s", "p99", "all", "all once",
                    "µs server CPU per message", "reads of the log, at most", "other CPU, %"],
                   rows)]


def company(record):
    rows = []
    for name, x in record.part("presence").items():
        kind, members = name.split(" | ")
        rows.append([kind, f"{int(members):,}", f"{x[presence.NODE]:,.0f}",
                     f"{x[presence.REDIS]:,.0f}", f"{x['changes_per_second']:,.0f}",
                     f"{x['change_p99_ms']:.1f}", f"{x['events_per_change']:.2f}", others(x)])
    if not rows:
        return []
    return ["### Presence", "", *ABOUT_PRESENCE.splitlines(), "",
            *table(["room", "members", "µs server CPU per change", "µs Redis CPU", "changes/s",
                    "p99 in ms", "events to a member per change", "other CPU, %"], rows)]


def one_home(record):
    rows = []
    for name, pairs in record.part("homes").items():
        ours, theirs = zip(*pairs)
        found = ratios(pairs, homes.CPU)
        cells = [f"{column(reports, key):{form}}" for key, form in (
            (homes.CPU, ".1f"), (homes.REDIS, ".1f"), ("published_per_second", ",.0f"),
            (OTHERS, ".0f")) for reports in (ours, theirs)]
        rows.append([name, *cells[:2], f"{median(found):.2f}", span(found, ".2f"),
                     f"{homes.GOAL:.2f}", "met" if median(found) <= homes.GOAL else "missed",
                     *cells[2:]])
    if not rows:
        return []
    return ["### Rooms with one home", "", *ABOUT_HOMES.splitlines(), "",
            *table(["work", "µs CPU of the nodes per publish: one home", "each", "ratio",
                    "in the rounds", "goal", "", "µs Redis CPU: one home", "each",
                    "publishes/s: one home", "each", "other CPU, %: one home", "each"], rows)]


def turns(record):
    found = {peers.comparison_of(name): pairs for name, pairs in record.part("turns").items()}
    lines = ["## Atrium and its peers", "", *ABOUT_TURNS.splitlines(), ""] if found else []
    for scenario in peers.SCENARIOS:
        of_it = {x: found[x] for x in sorted(found, key=order) if x.scenario == scenario}
        if of_it:
            lines += [f"### {scenario}", "",
                      *table(["peer", "processes each", "µs per delivery: Atrium", "peer", "ratio",
                              "p99 in ms: Atrium", "peer", "ratio", "deliveries/s: Atrium", "peer",
                              "other CPU, %: Atrium", "peer"],
                             [turn_row(x, pairs) for x, pairs in of_it.items()])]
            notes = [f"* {who}, {x.peer}: {text}" for x, pairs in of_it.items()
                     for who, reports in zip(("Atrium", "peer"), zip(*pairs))
                     for text in trouble(reports)]
            lines += [*notes, ""] if notes else []
    return lines


def order(comparison):
    """Peers stay in their order, however the parts were measured."""
    return list(peers.PEERS).index(comparison.peer), comparison.processes


def turn_row(comparison, pairs):
    ours, theirs = zip(*pairs)
    cells = [comparison.peer, str(comparison.processes)]
    for key, scale, form in (COST, 1, "{:.2f}"), (TAIL, 1e3, "{:.1f}"):
        cells += [form.format(column(reports, key) / scale) for reports in (ours, theirs)]
        cells.append(f"{median(ratios(pairs, key)):.2f}")
    for key in "deliveries_per_second", OTHERS:
        cells += [f"{column(reports, key):,.0f}" for reports in (ours, theirs)]
    return cells


def latency(record):
    rows, notes = [], []
    for name, rounds in sorted(record.part("latency").items(), key=latency_order):
        server, processes = name.split(" | ")
        same = [x["same"] for x in rounds if x["same"]]
        rows.append([server, processes, f"{column(rounds, 'capacity'):,.0f}",
                     f"{column(rounds, 'rate'):,.0f}",
                     percentiles([x["own"] for x in rounds]),
                     f"{median([x['own'][OTHERS] for x in rounds]):.0f}",
                     percentiles(same) if same else "–"])
        notes += [f"* {server}: {text}" for text in trouble([x["own"] for x in rounds])]
    if not rows:
        return []
    return ["## Latency at 70 % of what a server can do", "", *ABOUT_LATENCY.splitlines(), "",
            *table(["server", "processes", "capacity, messages/s", "rate", "at this rate",
                    "other CPU, %", "at Atrium's rate"], rows), *notes, *([""] if notes else [])]


def latency_order(item):
    server, processes = item[0].split(" | ")
    return int(processes), ["atrium", *peers.PEERS].index(server)


def percentiles(reports):
    keys = "latency_p50_us", "latency_p99_us", "latency_p999_us"
    return " / ".join(f"{column(reports, key) / 1e3:.1f}" for key in keys)


def api_load(record):
    rows = []
    for name, pairs in record.part("api").items():
        ours, theirs = zip(*pairs)
        cells = list(reversed(name.split(" | ")))
        for key, form in ((api.COST, "{:.1f}"), (api.TAIL, "{:,.0f}")):
            cells += [form.format(column(reports, key)) for reports in (ours, theirs)]
            cells.append(f"{median(ratios(pairs, key)):.2f} of {api.GOALS[key]}")
        for key in "publishes_per_second", OTHERS:
            cells += [f"{column(reports, key):,.0f}" for reports in (ours, theirs)]
        rows.append(cells)
    if not rows:
        return []
    return ["## The HTTP API", "", *ABOUT_API.splitlines(), "",
            *table(["work", "peer", "µs CPU per publish: Atrium", "peer", "ratio, goal",
                    "p99 in µs: Atrium", "peer", "ratio, goal", "publishes/s: Atrium", "peer",
                    "other CPU, %: Atrium", "peer"], rows)]


def versions(record):
    lines = [f"* {name}: {text}" for name, text in record.part("versions").items()]
    lines += [f"* {name}: skipped, {text}" for name, text in record.part("skipped").items()]
    return ["### Versions", "", *lines] if lines else []


def page(record):
    lines = [
        "# Results", "",
        f"{machine()}; Atrium {record.revision}. Made by:", "",
        *(f"* {command}" for command in record.commands), "",
        "\"Other CPU\" is what neither the servers, Redis nor the generator took of all processors",
        "in the run: figures of a busy machine say little, ratios of adjacent runs more.",
        "What was found on the way there, and what was tried in vain: [NOTES.md](NOTES.md).", "",
        *goals(record), *padding.section(record), *by_itself(record), *turns(record),
        *latency(record), *api_load(record), *versions(record),
    ]
    return "\n".join(lines).rstrip() + "\n"
