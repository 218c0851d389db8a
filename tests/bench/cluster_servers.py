"""Redis as nodes share it: a Cluster of several masters, servers that do not know each other."""

import contextlib
import pathlib
import sys
import tempfile
from collections import namedtuple

from installs import ROOT, Unavailable
from servers import Redis, tool

sys.path.append(str(ROOT / "tests/integration"))

from support.redis_cluster import RedisCluster

# The usual one of Redis. In the tests they ping each other far more often.
NODE_TIMEOUT = 15_000  # ms

# Servers that run: their processes, and what a node is started with that shall use them.
Shared = namedtuple("Shared", "pids words")


@contextlib.contextmanager
def cluster(masters):
    """Starts a Redis Cluster of so many masters without replicas."""
    tool("redis-server", "redis-server")
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = RedisCluster(pathlib.Path(folder), masters=masters, node_timeout=NODE_TIMEOUT)
        except (AssertionError, RuntimeError) as error:
            raise Unavailable(f"there is no Redis Cluster: {error}") from error
        with contextlib.closing(found):
            yield Shared([x.process.process.pid for x in found.servers], found.node_options())


@contextlib.contextmanager
def several(number):
    """Starts so many servers; each has some of the rooms."""
    with contextlib.ExitStack() as stack:
        found = [stack.enter_context(Redis()) for _ in range(number)]
        yield Shared([pid for x in found for pid in x.pids],
                     [word for x in found for word in x.words])
