"""Publishing over the HTTP API, in turns with Centrifugo, which has the same one."""

from installs import Unavailable
from servers import atrium, generate, say

COST = "server_cpu_us_per_publish"
TAIL = "request_p99_us"
# The greatest ratios wanted, Atrium divided by Centrifugo.
GOALS = {COST: 0.5, TAIL: 1.0}
WORK = {
    "single publishes": [],
    "batches of 100": ["--batch", "100"],
    "single publishes, kept": ["--history"],
}
ATRIUM = atrium(internal=True)


def measure(options, redis, record, peers):
    """Runs each work on both servers in turns, one process each; the record gets pairs."""
    theirs = [peer for peer in peers if peer.protocol == "centrifuge"]
    for peer in theirs:
        for name, words in WORK.items():
            try:
                record.put("api", f"{peer.name} | {name}",
                           [turn(options, redis, peer, name, words, number)
                            for number in range(options.rounds)])
            except Unavailable as reason:
                record.put("skipped", f"api, {name}", str(reason))
                say(f"api, {name}, is left out: {reason}")


def turn(options, redis, peer, name, words, number):
    pids = [word for pid in redis.pids for word in ("--redis-pid", str(pid))]
    pair = []
    for server in ATRIUM, peer:
        with server.running(redis, options.binary, 1) as running:
            pair.append(generate(options, server.protocol, ["api", *words, *pids], running,
                                 [api_of(running)]))
    ours, theirs = pair
    say(f"  api, {name}, round {number + 1}: atrium {ours[COST]:.1f} us, {peer.name} "
        f"{theirs[COST]:.1f} us of CPU per publish; p99 {ours[TAIL]:,.0f} and "
        f"{theirs[TAIL]:,.0f} us")
    return pair


def api_of(running):
    """Atrium serves the API to operators, Centrifugo to everybody."""
    if running.internals:
        return f"http://{running.internals[0]}/api"
    return running.urls[0].replace("ws://", "http://").replace(running.path, "/api")
