"""Runs the same work against Atrium and what people would pick instead, in turns."""

import results
from servers import ATRIUM_1, ATRIUM_2, PEERS, Unavailable, generate, say

SCENARIOS = {
    "fanout, window 16": ["fanout", "--window", "16"],
    "fanout, 100 msg/s": ["fanout", "--rate", "100"],
    "chat, window 1": ["chat", "--window", "1"],
}


def measure_one(options, server, scenario, redis):
    """One run against a fresh server; returns the generator's report."""
    with server.running(redis, options.binary) as running:
        return generate(options, server.protocol, SCENARIOS[scenario], running)


def compare(options, peer, scenario, redis):
    """Runs a peer and Atrium in turns; returns their reports, in pairs."""
    atrium = ATRIUM_2 if peer.processes > 1 else ATRIUM_1
    pairs = []
    for number in range(options.rounds):
        ours = measure_one(options, atrium, scenario, redis)
        theirs = measure_one(options, peer, scenario, redis)
        pairs.append((ours, theirs))
        cost = "server_cpu_us_per_delivery"
        say(f"  {scenario}, round {number + 1}: atrium {ours[cost]:.2f} us, "
            f"{peer.name} {theirs[cost]:.2f} us")
    return pairs


def prepare(names):
    """Installs what the peers need; returns those that can run and why the others cannot."""
    ready, skipped = [], {}
    for name in names:
        try:
            PEERS[name].prepare()
            ready.append(PEERS[name])
        except Unavailable as reason:
            skipped[name] = str(reason)
            say(f"{name} is skipped: {reason}")
    return ready, skipped


def measure(options, redis):
    """Returns rows for the tables, the peers that ran, and why others did not."""
    peers, skipped = prepare(options.peers.split(","))
    rows = []
    for scenario in SCENARIOS:
        for peer in peers:
            try:
                rows.append(results.row(scenario, peer, compare(options, peer, scenario, redis)))
            except Unavailable as reason:
                skipped[f"{peer.name}, {scenario}"] = str(reason)
                say(f"{peer.name}: {scenario} is left out: {reason}")
    return rows, peers, skipped
