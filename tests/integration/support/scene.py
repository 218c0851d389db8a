"""Three nodes on one Redis, with ways between all of them that a fault may break."""

import contextlib
import math
import random
import shutil
import time

from .deadline import until
from .network import Network
from .redis_server import RedisServer

# A restart loses nothing. DEBUG is for the fault of that name.
DURABLE = ["--appendonly", "yes", "--appendfsync", "always", "--enable-debug-command", "local"]


class Site:
    """A node behind two networks: one to its Redis, one from its clients."""

    def __init__(self, start, redis, options):
        self._start, self._redis, self._options = start, redis, options
        self.link = Network(redis.port)
        self._run()
        self.door = Network(self.node.port)

    @property
    def has_exited(self):
        return self.node.has_exited

    @property
    def internal_port(self):
        return self.node.internal_port

    def url(self, user=None, **query):
        return f"ws://127.0.0.1:{self.door.port}{self.node.path(user, **query)}"

    def restart(self):
        """The node after a crash: a new one."""
        self._run()
        self.door.lead_to(self.node.port)

    def close(self):
        self.link.close()
        self.door.close()

    def _run(self):
        url = f"redis://127.0.0.1:{self.link.port}"
        self.node = self._start("--redis", url, *self._options)


class Scene:
    """What a fault has to work with. `start` starts a node with options; whoever gives it stops
    the nodes. `longest` (s) bounds each fault, `chance` says whom it hits."""

    SITES = 3

    def __init__(self, start, redis, options, longest=math.inf, chance=random):
        self.redis, self.longest, self.chance = redis, longest, chance
        self.sites = [Site(start, redis, options) for _ in range(self.SITES)]

    @property
    def nodes(self):
        return [site.node for site in self.sites]

    async def last(self, seconds):
        """Lets a fault last, in tests not as long as in the soak."""
        end = time.monotonic() + min(seconds, self.longest)
        await until(lambda: time.monotonic() >= end, "the fault is over", seconds + 10)

    def is_whole(self):
        """Whether all nodes believe that all is well."""
        with contextlib.suppress(OSError):
            return all(node.is_ready() for node in self.nodes)

    def links(self):
        """The connections of nodes that Redis knows: id, to a dictionary about it."""
        return {x["id"]: x for x in self.redis.admin.client_list()
                if x["name"].startswith("atrium-")}

    def close(self):
        for site in self.sites:
            site.close()


def durable_redis(directory):
    return RedisServer(directory, *DURABLE)


class Backup:
    """A copy of what Redis has stored, to come back after a restart that loses the rest."""

    def __init__(self, redis):
        self._there = redis.directory / "appendonlydir"
        self._copy = redis.directory / "backup"
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self._there, self._copy)

    def restore(self):
        shutil.rmtree(self._there)
        self._copy.rename(self._there)
