"""What makes of a ratio that a message of Atrium is longer: the same with longer data for peers."""

from alone import COST
from installs import Unavailable
from peers import GOALS, SCENARIOS, text_of
from servers import ATRIUM, PEERS, generate, say
from tables import OTHERS, median, ratios, span, table

DATA = 128  # bytes, unless `--size` says otherwise

ABOUT = f"""\
A message of Atrium says more than those of the peers. Here Atrium, the peer, and the peer once
more took turns, and the last time the data of the peer, otherwise {DATA} bytes, was longer by as
many bytes as its message had been shorter: then both write the same. What the longer data costs
where it is published is part of it; it is read once for each room.
"""


def measure(options, redis, record, peers):
    """Keeps for each comparison with a goal a list of rounds: Atrium, the peer, the peer padded."""
    names = [peer.name for peer in peers]
    for comparison in (x for x in GOALS if x.peer in names):
        name = text_of(comparison)
        try:
            rounds = [in_turns(options, redis, comparison) for _ in range(options.rounds)]
        except Unavailable as reason:
            record.put("skipped", f"padding, {name}", str(reason))
            say(f"padding, {name}, is left out: {reason}")
            continue
        record.put("padding", name, rounds)
        record.drop("skipped", f"padding, {name}")


def in_turns(options, redis, comparison):
    def run(server, *words):
        with server.running(redis, options.binary, comparison.processes) as running:
            return generate(options, server.protocol, [*SCENARIOS[comparison.scenario], *words],
                            running)

    ours = run(ATRIUM)
    theirs = run(PEERS[comparison.peer])
    missing = max(round(size_of(ours) - size_of(theirs)), 0)
    padded = run(PEERS[comparison.peer], "--size", str(DATA + missing))
    say(f"  padding, {text_of(comparison)}: " + ", ".join(
        f"{who} {report[COST]:.2f} us for {size_of(report):.0f} bytes" for who, report in (
            ("atrium", ours), ("peer", theirs), ("padded", padded))))
    return [ours, theirs, padded]


def size_of(report):
    """Bytes that a member gets for a message, with the head of the frame."""
    return report["bytes_per_second"] / max(report["deliveries_per_second"], 1)


def section(record):
    rows = []
    for name, rounds in record.part("padding").items():
        ours, theirs, padded = zip(*rounds)
        sizes = (f"{median([size_of(x) for x in reports]):.0f}" for reports in zip(*rounds))
        plain, same = (ratios(list(zip(ours, x)), COST) for x in (theirs, padded))
        scenario, peer, processes = name.split(" | ")
        rows.append([scenario, processes, peer, *sizes, f"{median(plain):.2f}", span(plain, ".2f"),
                     f"{median(same):.2f}", span(same, ".2f"),
                     span([x[OTHERS] for reports in rounds for x in reports], ".0f")])
    if not rows:
        return []
    return ["### With messages of the same length", "", *ABOUT.splitlines(), "",
            *table(["scenario", "processes each", "peer", "bytes per delivery: Atrium", "peer",
                    "peer, padded", "ratio", "in the rounds", "ratio, padded", "in the rounds",
                    "other CPU, %"], rows)]
