"""The servers to compare: how to get, start and stop each of them."""

import contextlib
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGES = ROOT / "build/peers"
START_LIMIT = 20.0
INSTALL_LIMIT = 600
RUN_LIMIT = 120  # seconds for what should take --seconds and a few more
# Not the `python3` of a version manager: the packages are Debian's.
PYTHON = "/usr/bin/python3"
BUN = PACKAGES / "node_modules/.bin/bun"
CENTRIFUGO = PACKAGES / "go/centrifugo"
CENTRIFUGO_MODULE = "github.com/centrifugal/centrifugo/v5"
CENTRIFUGO_VERSION = "v5.4.9"


class Unavailable(Exception):
    """Why a server cannot be had on this machine, or did not do its work."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tool(name, package):
    found = shutil.which(name)
    if not found:
        raise Unavailable(f"there is no {name} (Debian package {package})")
    return found


def run(*words, **variables):
    """Runs an installer or asks for a version; returns what it prints."""
    done = subprocess.run(words, cwd=PACKAGES, env={**os.environ, **variables}, text=True,
                          capture_output=True, timeout=INSTALL_LIMIT, check=False)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Unavailable(f"{words[0]} failed: {lines[-1].strip() if lines else 'no output'}")
    return done.stdout.strip()


def say(text):
    print(text, file=sys.stderr, flush=True)


def generate(options, protocol, scenario, running):
    """Has `atrium bench` put load on a server; returns its report."""
    words = [options.binary, "bench", *scenario, "--protocol", protocol,
             "--duration", str(options.seconds), "--warmup", "1", "--json"]
    for url in running.urls:
        words += ["--url", url]
    for pid in running.pids:
        words += ["--pid", str(pid)]
    done = subprocess.run(words, timeout=RUN_LIMIT + options.seconds, capture_output=True,
                          text=True, check=False)
    if not done.stdout:
        raise Unavailable(f"the run failed: {done.stderr.strip()}\n{running.log_tail()}")
    return json.loads(done.stdout)


# -- processes ----------------------------------------------------------------


class Running:
    """The processes of a server, on a port each; they end with the context."""

    def __init__(self, path):
        self.path = path
        self.log = PACKAGES / "server.log"
        self.log.write_bytes(b"")
        self.processes = []
        self.urls = []

    @property
    def pids(self):
        return [process.pid for process in self.processes]

    def start(self, words, port, env):
        with open(self.log, "ab") as log:
            self.processes.append(subprocess.Popen(
                words, cwd=PACKAGES, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        self.urls.append(f"ws://127.0.0.1:{port}{self.path}")
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


class Server:
    """A kind of server; `command(port, redis, binary)` returns the words that start a process."""

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
    def running(self, redis, binary):
        started = Running(self.path)
        env = {**os.environ, "PEER_PACKAGES": str(PACKAGES), "NODE_ENV": "production"}
        try:
            for _ in range(self.processes):
                port = free_port()
                words = [str(word) for word in self.command(port, redis, binary)]
                started.start(words, port, env)
            yield started
        finally:
            started.stop()


# -- what they need -----------------------------------------------------------


def have_floor():
    run(tool("cc", "gcc"), "-O2", "-o", PACKAGES / "floor", HERE / "floor.c")


def have_npm_packages():
    names = ["bun", "socket.io", "@socket.io/redis-adapter", "redis"]
    if not all((PACKAGES / "node_modules" / name).is_dir() for name in names):
        run(tool("npm", "npm"), "install", "--no-audit", "--no-fund", "--prefix", PACKAGES, *names)


def have_bun():
    have_npm_packages()
    bun_version()


def have_fastapi():
    try:
        run(PYTHON, "-c", "import fastapi, uvicorn, redis.asyncio, websockets")
    except Unavailable as error:
        raise Unavailable("it needs python3-fastapi, python3-uvicorn, python3-redis and "
                          "python3-websockets") from error


def have_centrifugo():
    if not CENTRIFUGO.exists():
        # Not `go install`: it asks for the list of versions, which not every proxy has.
        module = CENTRIFUGO.parent / "module"
        module.mkdir(parents=True, exist_ok=True)
        (module / "go.mod").write_text(
            f"module peers\n\nrequire {CENTRIFUGO_MODULE} {CENTRIFUGO_VERSION}\n")
        run(tool("go", "golang"), "-C", module, "build", "-mod=mod", "-o", CENTRIFUGO,
            CENTRIFUGO_MODULE)


def bun_version():
    return "Bun " + run(BUN, "--version")


def socketio_version():
    ask = "console.log(require('socket.io/package.json').version, process.version)"
    return "Socket.IO {} on Node.js {}".format(*run("node", "-e", ask).split())


def fastapi_version():
    ask = "import fastapi, uvicorn; print(fastapi.__version__, uvicorn.__version__)"
    return "FastAPI {} on uvicorn {}".format(*run(PYTHON, "-c", ask).split())


def centrifugo_command(port, redis, _):
    return [CENTRIFUGO, "--address=127.0.0.1", f"--port={port}", "--client_insecure",
            "--engine=redis", f"--redis_address={redis.url}", "--log_level=error"]


def atrium(processes):
    return Server(
        "atrium", lambda port, redis, binary: [
            binary, "node", "--listen", f"127.0.0.1:{port}", "--redis", redis.url,
            "--internal", "off", "--messages-per-second", "0", "--log-level", "warn"],
        prepare=lambda: None, version=lambda: "Atrium", processes=processes)


ATRIUM_1 = atrium(1)
ATRIUM_2 = atrium(2)

PEERS = {server.name: server for server in [
    Server("floor", lambda port, *_: [PACKAGES / "floor", port], prepare=have_floor,
           version=lambda: "floor.c by " + run("cc", "--version").splitlines()[0],
           protocol="floor", path="/"),
    Server("bun", lambda port, *_: [BUN, HERE / "bun_server.js", port], prepare=have_bun,
           version=bun_version),
    Server("bun_redis",
           lambda port, redis, _: [BUN, HERE / "bun_redis_server.js", port, redis.url],
           prepare=have_bun, version=bun_version, processes=2),
    Server("socketio_redis",
           lambda port, redis, _: [tool("node", "nodejs"), HERE / "socketio_server.js", port,
                                   redis.url],
           prepare=have_npm_packages, version=socketio_version, protocol="socketio", path="/",
           processes=2),
    Server("fastapi_redis",
           lambda port, redis, _: [PYTHON, HERE / "fastapi_server.py", port, redis.url],
           prepare=have_fastapi, version=fastapi_version, processes=2),
    Server("centrifugo_redis", centrifugo_command, prepare=have_centrifugo,
           version=lambda: f"Centrifugo {CENTRIFUGO_VERSION}", protocol="centrifuge",
           path="/connection/websocket", processes=2),
]}

PACKAGES.mkdir(parents=True, exist_ok=True)
# Not every server raises its limit of open files by itself; a child inherits ours.
FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
