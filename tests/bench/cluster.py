"""What a delivery costs with 1, 2 and 3 masters of a Redis Cluster, beside plain servers.

Two nodes each, and the same rooms, whose names spread them over the slots. Each master gets as many
publishes a second as the only one, far below what it can bear; the same of all masters together
goes through one plain server, since the CPU of a node depends on the rate. All of them run all the
time and take turns.
"""

import contextlib
import time
from collections import namedtuple

import cluster_servers
from load import Watch, cpu_of
from members import Crowd
from servers import Unavailable, atrium, say

# The least wanted: deliveries per second of Redis CPU, divided by those of one master.
GOAL = 0.9
SECONDS = 2  # of a run, so that 42 of them and what is between take two minutes
ROUNDS = 3
WARM_UP = 0.3
LIMIT = 20  # seconds for what should take one

ONE, SEVERAL = "one server", "independent servers"
NODES = 2
ROOMS = 48
RATE = 2000  # publishes a second for each master, or as many for a plain server
TOGETHER = 20  # of them at a time: how many share a wake-up shall not depend on the machine
REACHED = 0.9  # of RATE, or the CPU of a delivery says more of the machine than of Redis
WORK = {"plain": "bench-", "with a history": "kept:"}  # names of rooms begin with this

# Which Redis, and how many times RATE and TOGETHER it gets.
Case = namedtuple("Case", "redis times")
MASTERS = {times: Case(f"{times} master{'s' * (times > 1)}", times) for times in (1, 2, 3)}
CASES = [Case(ONE, 1), MASTERS[1], Case(ONE, 2), Case(SEVERAL, 2), MASTERS[2], Case(ONE, 3),
         MASTERS[3]]

REDIS = "redis_cpu_us_per_delivery"
NODE = "nodes_cpu_us_per_delivery"
BUSIEST = "busiest_server_percent"  # its part of the CPU of all servers
PUBLISHES = "published_per_second"


def text_of(case):
    """A case as the name of a report."""
    return f"{case.redis} | {case.times}"


def measure(options, redis, record):
    """Runs each work in all cases in turns; the record gets reports by case for each round."""
    with contextlib.ExitStack() as stack:
        nodes = {}
        for case in CASES:
            if case.redis not in nodes:
                nodes[case.redis] = start(options, redis, record, stack, case)
        for work in WORK:
            rounds = []
            for number in range(options.rounds):
                rounds.append(in_turns(options, nodes, record, work, number + 1))
                record.put("cluster", work, rounds)
                found = ", ".join(f"{name} {x[REDIS]:.2f} + {x[NODE]:.2f}"
                                  for name, x in rounds[-1].items())
                say(f"  cluster, {work}, round {number + 1}: us of Redis + nodes per delivery: "
                    f"{found}")


def start(options, redis, record, stack, case):
    """Nodes that share this Redis, until the stack ends; None: they are not to be had."""
    try:
        if case in MASTERS.values():
            redis = stack.enter_context(cluster_servers.cluster(case.times))
        elif case.redis == SEVERAL:
            redis = stack.enter_context(cluster_servers.several(case.times))
        running = stack.enter_context(atrium().running(redis, options.binary, NODES))
        record.drop("skipped", case.redis)
        return running
    except Unavailable as reason:
        record.put("skipped", case.redis, str(reason))
        say(f"cluster, {case.redis}, is left out: {reason}")
        return None


def in_turns(options, nodes, record, work, number):
    """Returns a round: reports by case, of those that could be measured."""
    found = {}
    for case in CASES:
        name = f"cluster, {work}, {text_of(case)}, round {number}"
        if nodes[case.redis]:
            try:
                found[text_of(case)] = run(options, nodes[case.redis], WORK[work], case.times)
                record.drop("skipped", name)
            except Unavailable as reason:
                record.put("skipped", name, str(reason))
                say(f"{name}, is left out: {reason}")
    return found


def run(options, running, prefix, times):
    """With a member of each room on each node; the publishers are on one and the other."""
    rooms = [f"{prefix}{time.monotonic_ns()}-{i}" for i in range(ROOMS)]
    with Crowd(running.urls, rooms, 1, time.monotonic() + LIMIT) as crowd:
        for number, room in enumerate(rooms):
            crowd.choose_publisher(room, number % NODES)
        publish(crowd, times, WARM_UP)
        watch = Watch(running.pids + running.helpers)
        before = reading(crowd, running)
        publish(crowd, times, options.seconds)
        seconds, published, deliveries, of_nodes, *of_servers = (
            b - a for a, b in zip(before, reading(crowd, running)))
        others = watch.figures()
    if published < REACHED * times * RATE * seconds:
        raise Unavailable(f"{published / seconds:,.0f} publishes a second instead of "
                          f"{times * RATE:,}: the machine has not enough left for it")
    return {REDIS: 1e6 * sum(of_servers) / deliveries, NODE: 1e6 * of_nodes / deliveries,
            BUSIEST: 100 * max(of_servers) / sum(of_servers), PUBLISHES: published / seconds,
            **others}


def publish(crowd, times, seconds):
    crowd.publish_at(times * RATE, seconds, times * TOGETHER)
    crowd.finish(LIMIT)


def reading(crowd, running):
    return (time.monotonic(), crowd.answered, crowd.delivered, sum(map(cpu_of, running.pids)),
            *map(cpu_of, running.helpers))
