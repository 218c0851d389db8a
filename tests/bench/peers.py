"""Runs the same work against Atrium and what people would pick instead, in turns."""

from collections import namedtuple

from alone import COST
from installs import Unavailable
from servers import ATRIUM, PEERS, generate, say

SCENARIOS = {
    "fanout, window 16": ["fanout", "--window", "16"],
    "fanout, 100 msg/s": ["fanout", "--rate", "100"],
    "chat, window 1": ["chat", "--window", "1"],
}

# As many processes of Atrium as of the peer.
Comparison = namedtuple("Comparison", "scenario peer processes")

# The greatest ratio wanted, CPU of Atrium per delivery divided by the peer's.
GOALS = {
    Comparison("chat, window 1", "bun_redis", 2): 1.0,
    Comparison("chat, window 1", "floor", 1): 1.4,
    Comparison("fanout, window 16", "bun_redis", 1): 0.9,
    Comparison("fanout, 100 msg/s", "bun_redis", 1): 1.0,
}

# Of its own capacity each server gets this much where latency is measured.
LOAD = 0.7


def text_of(comparison):
    """A comparison as the name of a report."""
    return " | ".join(str(field) for field in comparison)


def comparison_of(text):
    scenario, peer, processes = text.split(" | ")
    return Comparison(scenario, peer, int(processes))


def prepare(names, record):
    """Installs what the peers need; returns those that can run."""
    ready = []
    for name in names:
        try:
            PEERS[name].prepare()
            record.put("versions", name, PEERS[name].version())
            record.drop("skipped", name)
            ready.append(PEERS[name])
        except Unavailable as reason:
            record.put("skipped", name, str(reason))
            say(f"{name} is skipped: {reason}")
    return ready


# -- in turns -----------------------------------------------------------------


def measure_goals(options, redis, record, peers):
    names = [peer.name for peer in peers]
    compare_all(options, redis, record, [x for x in GOALS if x.peer in names])


def measure_turns(options, redis, record, peers):
    usual = (Comparison(scenario, peer.name, peer.processes)
             for scenario in SCENARIOS for peer in peers)
    compare_all(options, redis, record, [x for x in usual if x not in GOALS])


def compare_all(options, redis, record, comparisons):
    for comparison in comparisons:
        name = text_of(comparison)
        try:
            record.put("turns", name, compare(options, comparison, redis))
            record.drop("skipped", name)
        except Unavailable as reason:
            record.put("skipped", name, str(reason))
            say(f"{name} is left out: {reason}")


def compare(options, comparison, redis):
    """Runs Atrium and a peer in turns; returns their reports, in pairs."""
    words = SCENARIOS[comparison.scenario]
    pairs = []
    for number in range(options.rounds):
        pair = []
        for server in ATRIUM, PEERS[comparison.peer]:
            with server.running(redis, options.binary, comparison.processes) as running:
                pair.append(generate(options, server.protocol, words, running))
        pairs.append(pair)
        ours, theirs = pair
        say(f"  {text_of(comparison)}, round {number + 1}: atrium {ours[COST]:.2f} us, "
            f"{comparison.peer} {theirs[COST]:.2f} us, "
            f"others {ours['other_cpu_percent']:.0f} and {theirs['other_cpu_percent']:.0f} %")
    return pairs


# -- latency at a given load --------------------------------------------------


def measure_latency(options, redis, record, peers):
    """Keeps a list per server: for each round its capacity and what it does at a given rate.

    A closed loop finds the capacity of a server. An open loop at 70 % of that follows against
    the same processes, so that what the machine had to spare was much the same; then one at
    the rate that Atrium had in this round, if the server can bear that.
    """
    rounds = {}
    for number in range(options.rounds):
        for processes in sorted({peer.processes for peer in peers}):
            common = None
            for server in ATRIUM, *(x for x in peers if x.processes == processes):
                name = f"{server.name} | {processes}"
                try:
                    found = at_load(options, redis, server, processes, common)
                except Unavailable as reason:
                    record.put("skipped", f"latency, {name}", str(reason))
                    say(f"latency, {name}, is left out: {reason}")
                    continue
                if server is ATRIUM:
                    common = found["rate"]
                rounds.setdefault(name, []).append(found)
                record.put("latency", name, rounds[name])
                say(f"  latency, {name}, round {number + 1}: {found['rate']:,.0f} messages/s, "
                    f"p99 {found['own']['latency_p99_us']:,.0f} us")


def at_load(options, redis, server, processes, common):
    """Returns the capacity of a server, its rate, and the reports at this and the common rate."""
    with server.running(redis, options.binary, processes) as running:
        def fanout(*words):
            return generate(options, server.protocol, ["fanout", *words], running)

        capacity = fanout("--window", "16")["published_per_second"]
        rate = max(LOAD * capacity, 1)
        own = fanout("--rate", f"{rate:.3f}")
        bears = common is not None and common < capacity
        same = fanout("--rate", f"{common:.3f}") if bears else None
    return {"capacity": capacity, "rate": rate, "own": own, "same": same}
