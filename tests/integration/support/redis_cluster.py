"""A Redis Cluster of the tests' own, whose slots can be moved and whose servers can be cut off."""

import contextlib

import redis

from .deadline import until, wait_until
from .network import Network
from .redis_server import START_ATTEMPTS, RedisServer, free_port

SLOTS = 16384
OPTIONS = ["--cluster-enabled", "yes", "--cluster-require-full-coverage", "no",
           "--cluster-announce-ip", "127.0.0.1", "--repl-diskless-sync-delay", "0",
           "--protected-mode", "no"]  # only 127.0.0.1 would be taken for this machine
WITH_TLS = ["--tls-cluster", "yes", "--tls-replication", "yes", "--cluster-announce-hostname",
            "localhost", "--cluster-preferred-endpoint-type", "hostname"]


class Bus(Network):
    """The way on which others reach the bus of a server. It knows them by the addresses that they
    come from, and carries nothing of those in `cut_off`."""

    def __init__(self, port):
        self.cut_off = set()
        super().__init__(port)

    async def _connect(self, *here):
        if here[1].get_extra_info("peername")[0] in self.cut_off:
            self._abort(here[1])
        else:
            await super()._connect(*here)


class Member(RedisServer):
    """One server. If it is `cuttable`, it comes to the others from an address of its own, and they
    come to it by a `Bus`, which takes its time."""

    def __init__(self, directory, number, cuttable, *options, **settings):
        directory.mkdir(parents=True)
        self.bus, self.bus_port = None, free_port()
        self.is_stalled = False
        options = [*OPTIONS, "--cluster-port", str(self.bus_port), *options]
        if cuttable:
            self.address = f"127.0.1.{number + 1}"
            self.bus = Bus(self.bus_port)
            self.bus_port = self.bus.port
            options += ["--cluster-announce-bus-port", str(self.bus_port),
                        "--bind-source-addr", self.address]
        try:
            super().__init__(directory, *options, **settings)
        except BaseException:
            self._close_bus()
            raise
        self.id = self.says("MYID")

    def says(self, *words):
        """The reply to a CLUSTER command, as text or number; an error as its text."""
        try:
            reply = self.admin.execute_command("CLUSTER", *words)
        except redis.ResponseError as error:
            return str(error)
        return reply.decode() if isinstance(reply, bytes) else reply

    def nodes(self):
        """What it knows: the words of CLUSTER NODES about each server, by id."""
        return {line.split()[0]: line.split() for line in self.says("NODES").splitlines()}

    def owns(self, slot, who=None):
        """Whether a server, or it itself, has the slot as far as it knows."""
        ranges = (word.partition("-") for word in self.nodes()[who or self.id][8:]
                  if not word.startswith("["))
        return any(int(first) <= slot <= int(last or first) for first, _, last in ranges)

    @property
    def runs(self):
        return not self.process.has_exited and not self.is_stalled

    def stall(self):
        super().stall()
        self.is_stalled = True

    def resume(self):
        super().resume()
        self.is_stalled = False

    def close(self):
        if not self.process.has_exited:
            self.resume()
        self.kill()
        self._close_bus()

    def _close_bus(self):
        if self.bus is not None:
            self.bus.close()


class RedisCluster:
    """`masters` that share the slots, each with `replicas`; whoever is silent for `node_timeout`
    (ms) is down. `servers` has first the masters, then the replicas in the order of their masters.
    Those of a `cuttable` one can be cut off from the others. Constructed means that it is whole,
    after the two seconds for which Redis always waits."""

    def __init__(self, directory, *options, masters=3, replicas=0, node_timeout=1000,
                 cuttable=False, **settings):
        self.tls, self.masters, self.replicas = settings.get("tls"), masters, replicas
        self._options = ["--cluster-node-timeout", str(node_timeout), *options,
                         *(WITH_TLS if self.tls else [])]
        if password := settings.get("password"):
            self._options += ["--masterauth", password]
        self.servers = []
        for attempt in range(1, START_ATTEMPTS + 1):
            try:
                for number in range(masters * (1 + replicas)):
                    self.servers.append(Member(directory / f"{attempt}-{number}", number,
                                               cuttable, *self._options, **settings))
                break
            except RuntimeError:  # another process has taken the port of a bus
                self.close()
                if attempt == START_ATTEMPTS:
                    raise
        try:
            self._assign()
        except BaseException:
            self.close()
            raise

    @property
    def url(self):
        scheme, host = ("rediss-cluster", "localhost") if self.tls else (
            "redis-cluster", "127.0.0.1")
        return f"{scheme}://{','.join(f'{host}:{x.port}' for x in self.servers[:self.masters])}"

    def node_options(self):
        """What a node is started with that shall use it; a password is not among them."""
        return ["--redis", self.url, *(self.tls.of_node() if self.tls else [])]

    def slot_of(self, name):
        """The slot of a key or a channel."""
        return next(x for x in self.servers if x.runs).says("KEYSLOT", name)

    def owner_of(self, slot):
        """The server that has the slot, as those who run say of themselves; of two that say so the
        one that was elected last. None: nobody."""
        owners = [x for x in self.servers if x.runs and x.owns(slot)]
        return max(owners, key=lambda x: int(x.nodes()[x.id][6]), default=None)

    def replica_of(self, master):
        """A server that follows this one and runs."""
        return next(x for x in self.servers if x.runs and x.nodes()[x.id][3] == master.id)

    def channels(self):
        """The sharded channels that somebody subscribes to: names, to the servers on which."""
        found = {}
        for each in filter(lambda x: x.runs, self.servers):
            for name in each.admin.execute_command("PUBSUB", "SHARDCHANNELS"):
                found.setdefault(name.decode(), []).append(each)
        return found

    def move_slot(self, slot, to):
        """Moves a slot with its keys, as `redis-cli --cluster reshard` does, or goes on with that;
        returns when all know its owner."""
        source = self.begin_move(slot, to)
        if source is to:
            return
        while self.move_some(slot, to, 10):
            pass
        # The new owner first, so that there is one at any time.
        for each in (to, *filter(self._is_other_master(to), self.servers)):
            _must(each.says("SETSLOT", slot, "NODE", to.id))
        wait_until(lambda: self._all_know(slot, to), "all know the owner of the slot")

    def begin_move(self, slot, to):
        """From now on keys that are not here are asked for there; returns the owner."""
        source = self.owner_of(slot)
        if source is not to:
            _must(to.says("SETSLOT", slot, "IMPORTING", source.id))
            _must(source.says("SETSLOT", slot, "MIGRATING", to.id))
        return source

    def move_some(self, slot, to, count=1):
        """Moves so many keys of a slot that moves; returns whether there were some."""
        source = self.owner_of(slot)
        keys = source.says("GETKEYSINSLOT", slot, count)
        if keys:
            host = "localhost" if self.tls else "127.0.0.1"
            password = ["AUTH", to.password] if to.password else []
            source.admin.execute_command("MIGRATE", host, to.port, "", 0, 5000, *password,
                                         "KEYS", *keys)
        return bool(keys)

    async def fail_over(self, replica, *how):
        """Has a replica take over from its master, as planned; returns when all know. A request of
        which the master has not heard comes to nothing after five seconds: it is repeated."""
        for _ in range(3):
            await until(lambda: replica.says("FAILOVER", *how) == "OK", "a replica may take over")
            with contextlib.suppress(AssertionError):
                return await self.is_led_by(replica, 6)
        raise AssertionError("a replica does not take over")

    async def is_led_by(self, server, seconds=20):
        """Waits until all who run know that it is a master with slots."""
        def all_know():
            return all("master" in (line := x.nodes()[server.id])[2] and len(line) > 8
                       for x in self.servers if x.runs)

        await until(all_know, "another master is known", seconds)

    def cut_off(self, server):
        """The others and this server do not hear each other any more; clients reach all of them,
        and its replicas still hear what is written."""
        others = [x for x in self.servers if x is not server]
        server.bus.cut_off.update(x.address for x in others)
        for each in others:
            each.bus.cut_off.add(server.address)
        for each in self.servers:
            each.bus.reset()

    def join_again(self):
        for each in self.servers:
            each.bus.cut_off.clear()

    async def is_whole(self, seconds=20):
        """Waits until all run, know each other, and have their master."""
        await until(self._is_whole, "the Cluster is whole", seconds)

    def close(self):
        for each in self.servers:
            each.close()
        self.servers = []

    # What `redis-cli --cluster create` does, without its pauses.
    def _assign(self):
        for number, each in enumerate(self.servers):
            _must(each.says("SET-CONFIG-EPOCH", number + 1))
            if number < self.masters:
                ends = [SLOTS * n // self.masters for n in (number, number + 1)]
                _must(each.says("ADDSLOTSRANGE", ends[0], ends[1] - 1))
        wait_until(self._know_each_other, "the servers know each other")
        for number, each in enumerate(self.servers[self.masters:]):
            master = self.servers[number // self.replicas]
            # It refuses until it has heard of the master.
            wait_until(lambda: each.says("REPLICATE", master.id) == "OK", "a replica follows")
        wait_until(self._is_whole, "the Cluster is whole")

    def _know_each_other(self):
        """Introduces those who do not: a handshake that takes too long is forgotten."""
        strangers = 0
        for each in self.servers:
            nodes = each.nodes()
            addresses = [line[1] for line in nodes.values()]
            for other in (x for x in self.servers if x.id not in nodes):
                strangers += 1
                if not any(f":{other.port}@" in address for address in addresses):
                    _must(each.says("MEET", "127.0.0.1", other.port, other.bus_port))
        return strangers == 0

    def _is_whole(self):
        return all(x.runs and "cluster_state:ok" in x.says("INFO")
                   and x.admin.info("replication").get("master_link_status", "up") == "up"
                   and len(nodes := x.nodes().values()) == len(self.servers)
                   and sum(len(line) > 8 for line in nodes) == self.masters
                   and all(line[7] == "connected" and not {"handshake", "fail", "fail?"}
                           & set(line[2].split(",")) for line in nodes)
                   for x in self.servers)

    def _is_other_master(self, to):
        return lambda x: x.runs and x is not to and "master" in x.nodes()[x.id][2]

    def _all_know(self, slot, owner):
        return all(x.owns(slot, owner.id) for x in self.servers if x.runs)


def _must(reply):
    assert reply == "OK", f"of the Cluster: {reply}"
