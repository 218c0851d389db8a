"""What the page of results says of Redis Cluster."""

import cluster
from tables import OTHERS, column, median, ratios, span, table

ABOUT = f"""\
Two nodes and {cluster.ROOMS} rooms of two members, one on each. Each master gets {cluster.RATE:,}
publishes a second, {cluster.TOGETHER} at a time, and so does each independent server; one server
gets the same as all of them. All take turns. The goal is of the deliveries for a second of Redis
CPU, that of all masters, divided by those of one master in the same round. The CPU of the nodes is
divided by that with one server at the same rate.
"""


def section(record):
    rows = [row(work, rounds, case) for work, rounds in record.part("cluster").items()
            for case in cluster.CASES if pairs(rounds, case, case)]
    if not rows:
        return []
    return ["### Redis Cluster", "", *ABOUT.splitlines(), "",
            *table(["work", "Redis", "publishes/s", "µs Redis CPU per delivery",
                    "deliveries per second of it, to one master's", "in the rounds", "goal", "",
                    "busiest server, %", "µs CPU of the nodes per delivery", "to one server's",
                    "in the rounds", "other CPU, %"], rows)]


def row(work, rounds, case):
    reports = [x for x, _ in pairs(rounds, case, case)]
    beside = cluster.Case(cluster.ONE, case.times)
    nodes = [] if case == beside else ratios(pairs(rounds, case, beside), cluster.NODE)
    return [work, case.redis, f"{column(reports, cluster.PUBLISHES):,.0f}",
            f"{column(reports, cluster.REDIS):.2f}", *to_one_master(rounds, case),
            f"{column(reports, cluster.BUSIEST):.0f}", f"{column(reports, cluster.NODE):.2f}",
            *spread(nodes), f"{column(reports, OTHERS):.0f}"]


def to_one_master(rounds, case):
    """Also of plain servers: so much the Cluster itself costs."""
    # Less CPU for a delivery is more deliveries for a second of it.
    found = ratios(pairs(rounds, cluster.MASTERS[1], case), cluster.REDIS)
    if not found or case.times == 1 or case not in cluster.MASTERS.values():
        return [*spread(found), "–", ""]
    verdict = "met" if median(found) >= cluster.GOAL else "missed"
    return [*spread(found), f"{cluster.GOAL:.2f}", verdict]


def spread(found):
    return [f"{median(found):.2f}", span(found, ".2f")] if found else ["–", "–"]


def pairs(rounds, *cases):
    """The reports of two cases in each round that has both."""
    names = [cluster.text_of(case) for case in cases]
    return [[x[name] for name in names] for x in rounds if all(name in x for name in names)]
