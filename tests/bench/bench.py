"""Measures Atrium on this machine, alone or in turns with other servers.

Everything is on 127.0.0.1 and driven by `atrium bench`, with the Redis bus on. With --peers each
peer takes turns with Atrium (A B A B), so that the drift of the machine cancels; what counts are
the ratios. What a peer needs is installed below build/peers; one that cannot be had is skipped
with its reason. What was measured is kept there as well, as long as the program is the same: the
page shows the latest of each part.

    ./dev bench [--seconds 5] [--parts lanes]
    ./dev bench --redis-cluster [--rounds 3]
    ./dev bench --peers [floor,bun,...] [--seconds 5] [--rounds 2] [--output RESULTS.md]
    ./dev bench --peers floor,bun_redis --parts goals --rounds 5
    ./dev bench --instructions [--record]
"""

import argparse
import os
import pathlib
import sys

import alone
import api
import cluster
import history
import homes
import instructions
import padding
import peers
import presence
import results
from installs import ROOT
from record import Record
from servers import PEERS, Redis

ALONE = {
    "scenarios": alone.measure_scenarios,
    "growth": alone.measure_growth,
    "lanes": alone.measure_lanes,
    "history": history.measure_cost,
    "recovery": history.measure_recovery,
    "presence": presence.measure,
    "homes": homes.measure,
    "cluster": cluster.measure,
}
WITH_PEERS = {
    "goals": peers.measure_goals,
    "padding": padding.measure,
    "turns": peers.measure_turns,
    "latency": peers.measure_latency,
    "recoveries": history.measure_peers,
    "api": api.measure,
}


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench",
                                     description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--binary", type=pathlib.Path,
                        default=ROOT / "build/release/net/atrium", help="the program atrium")
    parser.add_argument("--seconds", type=float, default=5, help="measured in each run")
    parser.add_argument("--rounds", type=int, default=2, help="runs of each of a pair")
    parser.add_argument("--peers", nargs="?", const=",".join(PEERS),
                        help="compare with these, separated by commas; without a value: all")
    parser.add_argument("--parts",
                        help=f"measure only these of {', '.join([*ALONE, *WITH_PEERS])}")
    parser.add_argument("--redis-cluster", action="store_true",
                        help="measure only the part cluster, in more and shorter runs: two minutes")
    parser.add_argument("--output", type=pathlib.Path,
                        help="file for the tables; with --peers tests/bench/RESULTS.md if not "
                             "given; - for none")
    parser.add_argument("--instructions", action="store_true",
                        help="count instructions of user code by callgrind instead, and fail if "
                             "they are well above the record")
    parser.add_argument("--record", action="store_true",
                        help="with --instructions: put what was counted on record")
    if "--redis-cluster" in arguments:
        parser.set_defaults(parts="cluster", seconds=cluster.SECONDS, rounds=cluster.ROUNDS)
    options = parser.parse_args(arguments)
    unknown = set((options.peers or "floor").split(",")) - set(PEERS)
    if unknown:
        parser.error(f"no such peer: {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}")
    known = [*ALONE, *(WITH_PEERS if options.peers else ())]
    options.parts = options.parts.split(",") if options.parts else known
    unknown = set(options.parts) - set(known)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(known)}"
                     + ("" if options.peers else ", and more with --peers"))
    options.binary = options.binary.resolve()  # a server starts in another folder
    if not os.access(options.binary, os.X_OK):
        parser.error(f"{options.binary} is not there; build it first: ./dev build release")
    if options.peers and not options.output:
        options.output = ROOT / "tests/bench/RESULTS.md"
    return options


def main():
    arguments = sys.argv[1:]
    options = parse(arguments)
    if options.instructions:
        return instructions.run(options)
    record = Record(options.binary, " ".join(["./dev bench", *arguments]))
    # Before the clock runs: compilers would be measured as well.
    ready = peers.prepare(options.peers.split(","), record) if options.peers else []
    with Redis() as redis:
        for part in options.parts:
            if part in ALONE:
                ALONE[part](options, redis, record)
            else:
                WITH_PEERS[part](options, redis, record, ready)
    text = results.page(record)
    print(text)
    if options.output and str(options.output) != "-":
        options.output.write_text(text, encoding="utf-8")
        print(f"written to {options.output}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
