"""The servers to compare: how to start, load and stop each of them."""

import contextlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time

import installs
import load
from installs import BUN, CENTRIFUGO, HERE, PACKAGES, PYTHON, Unavailable, tool

START_LIMIT = 20.0
RUN_LIMIT = 120  # seconds for what should take --seconds and a few more
# The rooms of `atrium bench --history`. All others keep nothing.
KEPT = "kept:*=1000,1h"
KEPT_BY_CENTRIFUGO = {"name": "kept", "history_size": 1000, "history_ttl": "1h",
                      "force_recovery": True}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def say(text):
    print(text, file=sys.stderr, flush=True)


def generate(options, protocol, scenario, running, urls=None):
    """Has `atrium bench` put load on a server; returns its report and what others took."""
    words = [options.binary, "bench", *scenario, "--protocol", protocol,
             "--duration", str(options.seconds), "--warmup", "1", "--json"]
    for url in urls or running.urls:
        words += ["--url", url]
    for pid in running.pids:
        words += ["--pid", str(pid)]
    watch = load.Watch(running.pids + running.helpers)
    done = subprocess.run(words, timeout=RUN_LIMIT + options.seconds, capture_output=True,
                          text=True, check=False)
    if not done.stdout:
        raise Unavailable(f"the run failed: {done.stderr.strip()}\n{running.log_tail()}")
    return {**json.loads(done.stdout), **watch.figures()}


# -- processes ----------------------------------------------------------------


class Running:
    """The processes of a server, on a port each; they end with the context."""

    def __init__(self, path, helpers=()):
        self.path = path
        self.helpers = list(helpers)  # processes that work for the server
        self.log = PACKAGES / "server.log"
        self.log.write_bytes(b"")
        self.processes = []
        self.urls = []
        self.internals = []  # of nodes: host and port

    @property
    def pids(self):
        return [process.pid for process in self.processes]

    def start(self, words, port, env):
        with open(self.log, "ab") as log:
            self.processes.append(subprocess.Popen(
                words, cwd=PACKAGES, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        self.urls.append(f"ws://127.0.0.1:{port}{self.path}")
        self.internals += [after for word, after in zip(words, words[1:])
                           if word == "--internal" and after != "off"]
        self.wait(port)

    def wait(self, port):
        end = time.monotonic() + START_LIMIT
        while time.monotonic() < end and self.processes[-1].poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.05)
        raise Unavailable(f"it does not start:\n{self.log_tail()}")

    def log_tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])

    def stop(self):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()
            process.wait()


class Redis:
    """A Redis of our own that keeps nothing."""

    def __enter__(self):
        self.port = free_port()
        self.running = Running("")
        program = tool("redis-server", "redis-server")
        self.running.start([program, "--port", str(self.port), "--bind", "127.0.0.1", "--save",
                            "", "--appendonly", "no"], self.port, dict(os.environ))
        return self

    def __exit__(self, *error):
        self.running.stop()

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    @property
    def words(self):
        """What an Atrium node is started with that shall use it."""
        return ["--redis", self.url]

    @property
    def pids(self):
        return self.running.pids


class Server:
    """A kind of server; `command(port, redis, binary)` returns the words that start a process.

    `processes` is how many of them usually share the work.
    """

    def __init__(self, name, command, *, prepare, version, protocol="atrium", path="/ws",
                 processes=1):
        self.name = name
        self.command = command
        self.prepare = prepare
        self.version = version
        self.protocol = protocol
        self.path = path
        self.processes = processes

    @contextlib.contextmanager
    def running(self, redis, binary, processes=None):
        started = Running(self.path, redis.pids)
        env = {**os.environ, "PEER_PACKAGES": str(PACKAGES), "NODE_ENV": "production"}
        try:
            for _ in range(processes or self.processes):
                port = free_port()
                words = [str(word) for word in self.command(port, redis, binary)]
                started.start(words, port, env)
            yield started
        finally:
            started.stop()


def centrifugo_command(port, redis, _):
    # There is no option for the address of Redis.
    return ["env", f"CENTRIFUGO_ENGINE_REDIS_ADDRESS={redis.url}",
            f"CENTRIFUGO_CHANNEL_NAMESPACES={json.dumps([KEPT_BY_CENTRIFUGO])}",
            "CENTRIFUGO_HTTP_API_INSECURE=true", CENTRIFUGO,
            "--http_server.address=127.0.0.1", f"--http_server.port={port}", "--client.insecure",
            "--engine.type=redis", "--log.level=error"]


def sockudo_command(port, redis, _):
    app = {"ID": "bench", "KEY": "bench", "SECRET": "bench", "ENABLE_CLIENT_MESSAGES": "true",
           "MAX_CONNECTIONS": 0, "MAX_CLIENT_EVENTS_PER_SECOND": 0}  # 0: no limit
    # Metrics would want a port for each process; idempotency a cache in Redis, for what no client
    # of the generator asks for.
    return ["env", "HOST=127.0.0.1", f"PORT={port}", "ADAPTER_DRIVER=redis",
            f"REDIS_URL={redis.url}", "ADAPTER_FALLBACK_TO_LOCAL=false",
            "RATE_LIMITER_ENABLED=false", "METRICS_ENABLED=false", "IDEMPOTENCY_ENABLED=false",
            "SHUTDOWN_GRACE_PERIOD=1", "RUST_LOG=error",
            *(f"SOCKUDO_DEFAULT_APP_{key}={value}" for key, value in app.items()), installs.SOCKUDO]


def atrium(lanes=0, internal=False, more=()):
    """An Atrium node with so many lanes; 0: as many as it takes by itself. `more` are options."""
    return Server(
        "atrium", lambda port, redis, binary: [
            binary, "node", "--listen", f"127.0.0.1:{port}", *redis.words,
            "--internal", f"127.0.0.1:{free_port()}" if internal else "off",
            "--messages-per-second", "0", "--bytes-per-second", "0", "--history", KEPT,
            "--log-level", "warn", "--lanes", lanes, *more],
        prepare=lambda: None, version=lambda: "Atrium")


ATRIUM = atrium()

PEERS = {server.name: server for server in [
    Server("floor", lambda port, *_: [installs.FLOOR, port], prepare=installs.have_floor,
           version=installs.floor_version, protocol="floor", path="/"),
    Server("bun", lambda port, *_: [BUN, HERE / "bun_server.js", port], prepare=installs.have_bun,
           version=installs.bun_version),
    Server("bun_redis",
           lambda port, redis, _: [BUN, HERE / "bun_redis_server.js", port, redis.url],
           prepare=installs.have_bun, version=installs.bun_version, processes=2),
    Server("socketio_redis",
           lambda port, redis, _: [tool("node", "nodejs"), HERE / "socketio_server.js", port,
                                   redis.url],
           prepare=installs.have_npm_packages, version=installs.socketio_version,
           protocol="socketio", path="/", processes=2),
    Server("fastapi_redis",
           lambda port, redis, _: [PYTHON, HERE / "fastapi_server.py", port, redis.url],
           prepare=installs.have_fastapi, version=installs.fastapi_version, processes=2),
    Server("centrifugo_redis", centrifugo_command, prepare=installs.have_centrifugo,
           version=installs.centrifugo_version, protocol="centrifuge",
           path="/connection/websocket", processes=2),
    Server("sockudo_redis", sockudo_command, prepare=installs.have_sockudo,
           version=installs.sockudo_version, protocol="pusher", path="/app/bench", processes=2),
]}

# Not every server raises its limit of open files by itself; a child inherits ours.
FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
