"""Atrium by itself: every scenario, what a delivery costs as the work grows, and lanes."""

from servers import ATRIUM, atrium, generate, say

COST = "server_cpu_us_per_delivery"

SCENARIOS = {
    "fanout, window 16": ["fanout"],
    "fanout, 100 msg/s": ["fanout", "--rate", "100"],
    "chat, window 1": ["chat"],
    "direct, window 1": ["direct"],
    "broadcast, window 16": ["broadcast"],
    "idle, 10 000 connections": ["idle"],
    "idle, 10 000 connections, 2 000 users": ["idle", "--users", "2000"],
    "churn, 64 workers": ["churn"],
    "storm, 10 000 connections": ["storm"],
}

# One publisher each, so that the load on the machine is the same.
GROWTH = {
    "1 room of 10": ["fanout", "--connections", "10", "--window", "64"],
    "1 room of 100": ["fanout", "--connections", "100", "--window", "64"],
    "1 room of 1 000": ["fanout", "--connections", "1000", "--window", "64"],
    "1 room of 10 000": ["fanout", "--connections", "10000", "--window", "64"],
    "10 rooms of 10": ["chat", "--connections", "100", "--rooms", "10", "--publishers", "10"],
    "100 rooms of 10": ["chat", "--connections", "1000", "--rooms", "100", "--publishers", "100"],
    "1 000 rooms of 10": ["chat", "--connections", "10000", "--rooms", "1000",
                          "--publishers", "100"],
    "10 000 rooms of 1": ["chat", "--connections", "10000", "--rooms", "10000",
                          "--publishers", "100"],
}

LANES = [1, 2, 4]
ON_LANES = {
    "fanout, window 16": ["fanout"],
    "chat, window 1": ["chat"],
    "direct, window 1": ["direct"],
}

# What a report says of a scenario, and how to write it.
FIGURES = {
    COST: "{:.2f} µs server CPU per delivery",
    "deliveries_per_second": "{:,.0f} deliveries/s",
    "latency_p99_us": "p99 {:,.0f} µs",
    "server_rss_bytes_per_connection": "{:,.0f} bytes resident per connection",
    "server_cpu_us_per_connection_second": "{:.3f} µs CPU per connection and second",
    "cycles_per_second": "{:,.0f} cycles/s",
    "server_cpu_us_per_cycle": "{:,.0f} µs server CPU per cycle",
    "back_seconds": "all back in {:.2f} s",
    "refused": "{} refused",
}


def measure_scenarios(options, redis, record):
    for name, words in SCENARIOS.items():
        record.put("scenarios", name, run(options, redis, name, words))


def measure_growth(options, redis, record):
    for name, words in GROWTH.items():
        record.put("growth", name, run(options, redis, name, words))


def measure_lanes(options, redis, record):
    """Runs with each number of lanes in turns; the record gets a list per round."""
    for name, words in ON_LANES.items():
        rounds = [[run(options, redis, f"{name}, --lanes {lanes}", words, atrium(lanes))
                   for lanes in LANES] for _ in range(options.rounds)]
        record.put("lanes", name, rounds)


def run(options, redis, name, words, server=ATRIUM):
    with server.running(redis, options.binary) as running:
        report = generate(options, "atrium", words, running)
    say(f"  {name}: {summary(report)}")
    return report


def summary(report):
    if "connections_lost" in report and report["connections_lost"]:
        return f"{report['connections_lost']} connections lost"
    # The memory of a connection is what the scenario idle is for.
    skip = {"server_rss_bytes_per_connection"} - ({"server_rss_bytes_per_connection"}
                                                  if report["scenario"] == "idle" else set())
    return ", ".join(form.format(report[key]) for key, form in FIGURES.items()
                     if key in report and key not in skip)
