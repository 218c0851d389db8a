"""What a publish costs in a room with one home, measured beside a room with a home on each node.

Both kinds have the same logic (homes_node.cpp) and take turns on the same two nodes. Publishers
are on the node that does not own the room, so that every request has the whole way to go.
"""

import json
import time
import urllib.request
from collections import namedtuple

from load import Watch, cpu_of
from members import Crowd
from servers import Unavailable, atrium, say

# The greatest ratio wanted, CPU of both nodes per publish with one home divided by that with each.
GOAL = 1.5
KINDS = "one", "each"
NODES = 2
WARM_UP = 1  # seconds
LIMIT = 20  # seconds for what should take one
CPU = "nodes_cpu_us_per_publish"
REDIS = "redis_cpu_us_per_publish"

# Rooms, each with so many members on each node, one of whom publishes: so many requests at a time,
# or, of all of them together, so many a second. Only at a rate both kinds have as much to do: with
# a window the one with shorter ways gets more of it done, and more messages share a wake-up.
# `thread` is where the logic runs, as the names of the rooms say it.
Work = namedtuple("Work", "rooms members window rate thread", defaults=[0, 0, ""])
WORK = {
    "1 room of 2, 2 000 msg/s": Work(1, 1, rate=2000),
    "1 room of 20, 1 000 msg/s": Work(1, 10, rate=1000),
    "1 room of 200, 200 msg/s": Work(1, 100, rate=200),
    "10 rooms of 20, 1 000 msg/s": Work(10, 10, rate=1000),
    "10 rooms of 20, window 1": Work(10, 10, window=1),
    "1 room of 20, window 16": Work(1, 10, window=16),
    "1 room of 2, 2 000 msg/s, on lanes": Work(1, 1, rate=2000, thread="-lane"),
    "1 room of 20, 1 000 msg/s, on lanes": Work(1, 10, rate=1000, thread="-lane"),
}


def measure(options, redis, record):
    """Runs each work in both kinds of rooms in turns; the record gets pairs."""
    program = options.binary.parents[1] / "tests/homes_node"
    if not program.exists():
        record.put("skipped", "homes", f"{program} is not there")
        return
    with atrium(internal=True).running(redis, program, NODES) as running:
        for name, work in WORK.items():
            pairs = []
            for number in range(options.rounds):
                pairs.append([run(options, running, kind, work) for kind in KINDS])
                one, each = (f"{x[CPU]:.1f} + {x[REDIS]:.1f}" for x in pairs[-1])
                say(f"  homes, {name}, round {number + 1}: us of the nodes + Redis per publish: "
                    f"one {one}, each {each}")
            record.put("homes", name, pairs)


def run(options, running, kind, work):
    rooms = [f"{kind}{work.thread}:{time.monotonic_ns()}-{i}" for i in range(work.rooms)]
    with Crowd(running.urls, rooms, work.members, time.monotonic() + LIMIT) as crowd:
        for name in rooms:
            crowd.choose_publisher(name, 1 - owner(running, crowd, name))
        publish(crowd, work, WARM_UP)
        watch = Watch(running.pids + running.helpers)
        before = reading(running, crowd)
        publish(crowd, work, options.seconds)
        nodes, of_redis, published, seconds = (
            b - a for a, b in zip(before, reading(running, crowd)))
        others = watch.figures()
        crowd.finish(LIMIT)
    published = max(published, 1)
    return {CPU: 1e6 * nodes / published, REDIS: 1e6 * of_redis / published,
            "published_per_second": published / seconds, **others}


def publish(crowd, work, seconds):
    if work.rate:
        crowd.publish_at(work.rate, seconds)
    else:
        crowd.publish(work.window, seconds)


def reading(running, crowd):
    return (sum(cpu_of(pid) for pid in running.pids), sum(cpu_of(pid) for pid in running.helpers),
            crowd.answered, time.monotonic())


def owner(running, crowd, room):
    """The number of the node that owns a room; of a room with a home on each node any."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        path = f"http://{running.internals[0]}/inspect/rooms/{room}?local=1"
        with urllib.request.urlopen(path, timeout=LIMIT) as page:
            view = json.load(page)["state"]
        if view["home"] != "one":
            return 0
        if view["owner"]:
            return crowd.runs.index(view["owner"])
        time.sleep(0.05)
    raise Unavailable(f"nobody owns {room}")
