"""Sentinels of the tests' own, with a master and its replicas."""

import contextlib

import redis

from .deadline import until, wait_until
from .redis_server import START_ATTEMPTS, RedisServer, free_port

NAME = "main"  # of the master
WATCHERS = 3
QUICK = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"]


class Sentinel(RedisServer):
    """One of them. Its file, which it rewrites, has what it would hear of the others within two
    seconds."""

    def __init__(self, directory, lines, port, **settings):
        self._lines, self._port = lines, port
        (directory / "sentinel.conf").write_text("".join(f"{line}\n" for line in lines))
        super().__init__(directory, **settings)

    def _command(self):
        self.port = self._port  # the others know it
        return [str(self.directory / "sentinel.conf"), "--sentinel", *self._basics()]

    def _connect(self):
        self.port = self._port
        return super()._connect()

    def master_port(self):
        """Where it says that the master is."""
        return int(self.admin.execute_command("SENTINEL GET-MASTER-ADDR-BY-NAME", NAME)[1])


class Sentinels:
    """A master, `replicas`, and three Sentinels to whom it is down after `down_after` (ms) of
    silence. `password` is that of the data, `sentinel_password` of the Sentinels. All of them use
    `tls`, or none. Constructed means that they agree."""

    def __init__(self, directory, *options, replicas=1, down_after=500, password=None,
                 sentinel_password=None, tls=None):
        self.tls, self.password, self.sentinel_password = tls, password, sentinel_password
        self._down_after = down_after
        self._options = [*QUICK, *options, *(["--tls-replication", "yes"] if tls else []),
                         *(["--masterauth", password] if password else [])]
        for attempt in range(1, START_ATTEMPTS + 1):
            self.data, self.sentinels = [], []
            try:
                self._start(directory / f"{attempt}", replicas)
                break
            except (RuntimeError, AssertionError):
                self.kill()
                if attempt == START_ATTEMPTS:
                    raise
        wait_until(self._agree, "the Sentinels agree")

    @property
    def url(self):
        scheme, host = ("rediss-sentinel", "localhost") if self.tls else (
            "redis-sentinel", "127.0.0.1")
        return f"{scheme}://{','.join(f'{host}:{x.port}' for x in self.sentinels)}/{NAME}"

    def node_options(self):
        """What a node is started with that shall use it; passwords are not among them."""
        return ["--redis", self.url, *(self.tls.of_node() if self.tls else [])]

    @property
    def master(self):
        """Whom the first Sentinel that answers calls the master."""
        port = next(filter(None, map(self._said, self.sentinels)), None)
        assert port, "no Sentinel answers"
        return next(x for x in self.data if x.port == port)

    @property
    def replicas(self):
        master = self.master
        return [x for x in self.data if x is not master]

    @property
    def admin(self):
        """Speaks with the master of now."""
        return self.master.admin

    async def fail_over(self):
        """Has a replica promoted, as planned; returns when all Sentinels say so."""
        former = self.master

        def is_begun():
            # They refuse while another one is under way, or have not heard of the replica lately.
            with contextlib.suppress(redis.ResponseError):
                return self.sentinels[0].admin.execute_command("SENTINEL FAILOVER", NAME)

        await until(is_begun, "a failover begins")
        await self.has_left(former)

    async def has_left(self, former, seconds=20):
        """Waits until all Sentinels that answer name the same other master; returns it."""
        def new_one():
            said = {*map(self._said, self.sentinels)} - {None}
            return len(said) == 1 and said != {former.port}

        await until(new_one, "there is another master", seconds)
        return self.master

    def kill(self):
        for each in (*self.sentinels, *self.data):
            each.process.thaw() if not each.process.has_exited else None
            each.kill()

    def _start(self, directory, replicas):
        for number in range(1 + replicas):
            follow = ["--replicaof", f"127.0.0.1 {self.data[0].port}"] if number else []
            self.data.append(RedisServer(
                _made(directory / f"data-{number}"), *self._options, *follow, tls=self.tls,
                password=self.password))
        ports = [free_port() for _ in range(WATCHERS)]
        for number in range(WATCHERS):
            self.sentinels.append(Sentinel(
                _made(directory / f"sentinel-{number}"), self._file(number, ports),
                ports[number], tls=self.tls, password=self.sentinel_password))

    def _file(self, number, ports):
        first, *others = self.data
        lines = [f"myid {_id(number)}", f"monitor {NAME} 127.0.0.1 {first.port} 2",
                 f"down-after-milliseconds {NAME} {self._down_after}",
                 f"failover-timeout {NAME} 3000",
                 *(f"known-replica {NAME} 127.0.0.1 {x.port}" for x in others),
                 *(f"known-sentinel {NAME} 127.0.0.1 {port} {_id(other)}"
                   for other, port in enumerate(ports) if other != number)]
        if self.password:
            lines.append(f'auth-pass {NAME} "{self.password}"')
        if self.sentinel_password:
            lines.append(f'sentinel-pass "{self.sentinel_password}"')
        return [*(f"sentinel {line}" for line in lines),
                *(["tls-replication yes"] if self.tls else [])]

    def _said(self, sentinel):
        with contextlib.suppress(redis.RedisError):
            return sentinel.master_port()
        return None

    def _agree(self):
        online = self.data[0].admin.info("replication")
        if sum(online.get(f"slave{i}", {}).get("state") == "online"
               for i in range(len(self.data))) != len(self.data) - 1:
            return False
        with contextlib.suppress(redis.ResponseError):
            return all(self._knows_all(each.admin) for each in self.sentinels)
        return False

    def _knows_all(self, admin):
        quorum = admin.execute_command("SENTINEL", "CKQUORUM", NAME)
        replicas = admin.sentinel_slaves(NAME)
        return quorum.startswith(b"OK 3") and len(replicas) == len(self.data) - 1 and all(
            not x["is_disconnected"] and not x["is_sdown"] and x["master-link-status"] == "ok"
            for x in replicas)


def _id(number):
    """Forty digits by which Sentinels know each other."""
    return f"{'a' * 39}{number}"


def _made(directory):
    directory.mkdir(parents=True)
    return directory
