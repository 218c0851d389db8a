"""What it costs to know who is in a room."""

from servers import atrium, generate, say

# The rooms of `atrium bench presence`. Nobody is kept who has left.
OPTIONS = ["--presence", "counted:*=count", "--presence", "present:*", "--presence-grace", "0"]
# With events each join is told to all who are in already: of 10 000 that would be 50 million.
KINDS = {"counted": ([], [10, 1_000, 10_000]), "with events": (["--events"], [10, 1_000])}
NODE = "server_cpu_us_per_change"
REDIS = "redis_cpu_us_per_change"


def measure(options, redis, record):
    """Runs each kind of room in each size, a node each."""
    server = atrium(more=OPTIONS)
    pids = [word for pid in redis.pids for word in ("--redis-pid", str(pid))]
    for kind, (words, sizes) in KINDS.items():
        for members in sizes:
            with server.running(redis, options.binary) as running:
                report = generate(options, "atrium", ["presence", "--connections", str(members),
                                                      *words, *pids], running)
            record.put("presence", f"{kind} | {members}", report)
            say(f"  presence, {kind}, {members} members: {report[NODE]:.0f} us of the node and "
                f"{report[REDIS]:.0f} us of Redis per change")
