#!/usr/bin/env python3
"""What a Redis spends on what nodes ask of it: µs of its CPU for each call, by `INFO cpu`.

Starts servers of its own on loopback, has `redis-benchmark` put the load on them, and reads
nothing but the CPU time of the servers: so what else the machine does shows less than in rates.
Prints a line for each case, with the command beside it. Takes some two minutes."""

import argparse
import contextlib
import multiprocessing
import pathlib
import selectors
import shlex
import signal
import socket
import ssl
import statistics
import subprocess
import tempfile
import time

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "broker" / "redis"
CHANNEL = "{n:room:x}"
PACKET = "0:" + "x" * 298  # 300 bytes, as in broker/redis/README.md
BUSY = ["-P", "16", "-c", "4"]  # Redis finds 64 commands each time that it wakes
HALF = ["-P", "4", "-c", "60"]  # 20 nodes with 3 links each, which have 4 to say at a time
LONE = ["-P", "1", "-c", "1"]  # it wakes for each of them
ROUNDS = 3
LIMIT = 300  # seconds for what takes two


def encode(*words):
    parts = [str(x).encode() for x in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(x), x) for x in parts)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A redis-server with an empty folder of its own."""

    def __init__(self, folder, *options):
        self.port, self.bus = free_port(), free_port()
        home = pathlib.Path(folder) / str(self.port)
        home.mkdir()
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", home,
             "--cluster-port", str(self.bus), "--save", "", "--logfile", "log",
             "--repl-diskless-sync-delay", "0", *options])
        self.until(lambda: self.cli("ping").startswith("PONG"))

    def cli(self, *words, text=None):
        return subprocess.run(["redis-cli", "-p", str(self.port), *words], input=text,
                              capture_output=True, text=True, timeout=LIMIT).stdout.strip()

    def load(self, *names):
        text = "".join((SCRIPTS / f"{x}.lua").read_text() for x in names)
        return self.cli("-x", "script", "load", text=text)

    def cpu(self):
        """µs that the server has taken, the kernel's for it included."""
        lines = dict(x.split(":") for x in self.cli("info", "cpu").split() if ":" in x)
        return 1e6 * (float(lines["used_cpu_user"]) + float(lines["used_cpu_sys"]))

    @staticmethod
    def until(done):
        end = time.monotonic() + 20
        while not done():
            if time.monotonic() > end:
                raise TimeoutError("a server does not get ready")
            time.sleep(0.02)


@contextlib.contextmanager
def servers(count, *options):
    """So many servers, as long as the context lasts."""
    running = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            for _ in range(count):
                running.append(Server(folder, *options))
            yield running
        finally:
            for server in running:
                server.process.kill()
                server.process.wait()


def listen(where, word, ready, tls):
    """Reads what comes and forgets it: a node, as far as Redis can see."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    chosen = selectors.DefaultSelector()
    for port, channel in where:
        link = socket.create_connection(("127.0.0.1", port))
        if tls:
            link = ssl.create_default_context(cafile=tls).wrap_socket(
                link, server_hostname="localhost")
        link.sendall(encode(word, channel))
        link.recv(1000)
        chosen.register(link, selectors.EVENT_READ)
    ready.set()
    while True:
        for key, _ in chosen.select():
            if not key.fileobj.recv(1 << 18):
                chosen.unregister(key.fileobj)
            while tls and key.fileobj.pending():
                key.fileobj.recv(1 << 18)


@contextlib.contextmanager
def listeners(where, word="SUBSCRIBE", tls=None):
    """A link for each port and channel of `where`, all in one process."""
    ready = multiprocessing.Event()
    process = multiprocessing.Process(target=listen, args=(where, word, ready, tls), daemon=True)
    process.start()
    ready.wait(LIMIT)
    try:
        yield
    finally:
        process.kill()
        process.join()


def measure(name, port, count, words, watched, how=BUSY, per_call=1, repeats=1):
    """One line: the µs of each watched server for one message. `per_call`: messages in a call;
    `repeats`: how often the call is made elsewhere, too, as in a broadcast by several channels."""
    command = ["redis-benchmark", "-q", "-p", str(port), "-n", str(count), *how, *words]
    found = []
    for _ in range(ROUNDS):
        before = [x.cpu() for x in watched]
        subprocess.run(command, stdout=subprocess.DEVNULL, timeout=LIMIT, check=True)
        found.append([(x.cpu() - b) / count / per_call for x, b in zip(watched, before)])
    costs = [statistics.median(x) for x in zip(*found)]
    spread = [f"{min(x):.1f} to {max(x):.1f}" for x in zip(*found)]
    short = shlex.join(words).replace(PACKET, "<300 bytes>")
    print(f"{name:54} {' / '.join(f'{x:.2f}' for x in costs):24} ({'; '.join(spread)})"
          f"  -n {count} {' '.join(how[:4])} {short[:150]}", flush=True)
    return costs


def append(count):
    """The words of a call that keeps so many messages of a channel, after the script's name."""
    return ["2", f"{CHANNEL}:m", f"{CHANNEL}:h", "1000", "600", "90000", CHANNEL, "e1", "run1",
            "PUBLISH", *["n", "id", PACKET] * count]


def measure_publishes(title, *options, replica=False):
    with servers(2 if replica else 1, *options) as running:
        server = running[0]
        if replica:
            running[1].cli("replicaof", "127.0.0.1", str(server.port))
            server.until(lambda: "state=online" in server.cli("info", "replication"))
        script = server.load("history_append")
        for nodes in (1, 3, 10):
            with listeners([(server.port, CHANNEL)] * nodes):
                tail = f"{nodes} nodes{title}"
                measure(f"PUBLISH, {tail}", server.port, 200000 // nodes,
                        ["publish", CHANNEL, PACKET], running)
                measure(f"PUBLISH, 60 links, {tail}", server.port, 120000 // nodes,
                        ["publish", CHANNEL, PACKET], running, HALF)
                measure(f"PUBLISH, one by one, {tail}", server.port, 15000,
                        ["publish", CHANNEL, PACKET], running, LONE)
                for size in (1, 16):
                    measure(f"kept, {size} a call, {tail}", server.port, 48000 // size // nodes,
                            ["evalsha", script, *append(size)], running, per_call=size)


def measure_tls():
    with tempfile.TemporaryDirectory() as folder:
        key, own = f"{folder}/key", f"{folder}/certificate"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", own,
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                       check=True, capture_output=True, timeout=LIMIT)
        port = free_port()
        with servers(1, "--tls-port", str(port), "--tls-cert-file", own, "--tls-key-file", key,
                     "--tls-ca-cert-file", own, "--tls-auth-clients", "no") as [server]:
            for nodes in (1, 3, 10):
                with listeners([(port, CHANNEL)] * nodes, tls=own):
                    for name, how in ("", BUSY), (", one by one", LONE):
                        measure(f"PUBLISH{name}, TLS, {nodes} nodes", port, 30000 // nodes,
                                ["publish", CHANNEL, PACKET], [server],
                                [*how, "--tls", "--cacert", own, "--sni", "localhost"])


def measure_others():
    with servers(1) as [server], listeners([(server.port, CHANNEL)] * 3):
        presence = server.load("presence_event", "presence")
        for kind in "cf":
            measure(f"presence, one user a call, mode {kind}, 3 nodes", server.port, 30000,
                    ["evalsha", presence, "2", f"{CHANNEL}:presence", f"{CHANNEL}:users", "run.1",
                     "x", CHANNEL, kind, "PUBLISH", "ann", "1 1700000000000 {}", "ann", ""],
                    [server], per_call=2)
        beat, lease = server.load("heartbeat"), server.load("lease")
        report = "{" + '"load":' + "1" * 200 + "}"
        for i in range(20):
            server.cli("evalsha", beat, "2", "{n:nodes}:beats", "{n:nodes}:reports", f"run{i}",
                       report, "600000", "600000", "1000")
            server.cli("evalsha", lease, "5", *LEASES, f"run{i}.1", f"run{i}.1", "600000",
                       "60000", "8", "0")
        measure("heartbeat, 20 nodes", server.port, 10000,
                ["evalsha", beat, "2", "{n:nodes}:beats", "{n:nodes}:reports", "run1", report,
                 "600000", "600000", "1000"], [server], LONE)
        measure("lease, 20 nodes", server.port, 10000,
                ["evalsha", lease, "5", *LEASES, "run1.1", "run1.1", "600000", "60000", "8", "0"],
                [server], LONE)
        limiter = server.load("limiter")
        measure("place of a user's connection", server.port, 20000,
                ["evalsha", limiter, *LIMITER], [server])
        for word in ("SUBSCRIBE", "UNSUBSCRIBE"):
            print(f"{word}, 500 in a write: {subscribe(server, word, 100000):.2f}", flush=True)


LEASES = ["{n:nodes}:leases", "{n:nodes}:claims", "{n:nodes}:dead", "{n:nodes}:seen",
          "{n:nodes}:rooms:run1.1"]
LIMITER = ["1", "{n:user:ann}:connections", "60000", "10", "reject", "0", "run1-1", ""]


def subscribe(server, word, count):
    """µs for one channel, many in one write."""
    with socket.create_connection(("127.0.0.1", server.port)) as link:
        before = server.cpu()
        for first in range(0, count, 500):
            link.sendall(b"".join(encode(word, f"{{n:room:{i}}}")
                                  for i in range(first, first + 500)))
            seen = 0
            while seen < 500:
                seen += link.recv(1 << 18).count(b"*3\r\n")
        return (server.cpu() - before) / count


def cluster(running, masters=3):
    """Makes a cluster of the servers: the first ones are masters, each other has one of them."""
    for i, server in enumerate(running):
        server.cli("cluster", "set-config-epoch", str(i + 1))
        for other in running:
            server.cli("cluster", "meet", "127.0.0.1", str(other.port), str(other.bus))
        if i < masters:
            server.cli("cluster", "addslotsrange", str(16384 * i // masters),
                       str(16384 * (i + 1) // masters - 1))
    names = [x.cli("cluster", "myid") for x in running]

    def agree():
        return all("cluster_state:ok" in x.cli("cluster", "info")
                   and f"cluster_known_nodes:{len(running)}" in x.cli("cluster", "info")
                   for x in running)
    Server.until(agree)
    for i, server in enumerate(running[masters:]):
        Server.until(lambda: server.cli("cluster", "replicate", names[i]) == "OK")
        Server.until(lambda: "master_link_status:up" in server.cli("info", "replication"))
    Server.until(agree)


def channel_of(running, index, masters=3):
    """A channel in a slot of that master."""
    for i in range(1000):
        slot = int(running[0].cli("cluster", "keyslot", f"{{n:room:{i}}}"))
        if 16384 * index // masters <= slot < 16384 * (index + 1) // masters:
            return f"{{n:room:{i}}}"
    raise LookupError


def measure_cluster(count):
    with servers(count, "--cluster-enabled", "yes", "--cluster-node-timeout", "5000") as running:
        cluster(running)
        names = [channel_of(running, i) for i in range(3)]
        ports = [x.port for x in running]
        tail = f"{count} servers"
        for nodes in (3, 9, 21):
            if nodes < 9 or count == 3:
                with listeners([(ports[i % 3], names[0]) for i in range(nodes)]):
                    measure(f"PUBLISH, {nodes} nodes, {tail}", ports[0], 90000 // nodes,
                            ["publish", names[0], PACKET], running)
            with listeners([(ports[0], names[0])] * nodes, "SSUBSCRIBE"):
                measure(f"SPUBLISH, {nodes} nodes, {tail}", ports[0], 300000 // nodes,
                        ["spublish", names[0], PACKET], running)
                measure(f"SPUBLISH, one by one, {nodes} nodes, {tail}", ports[0], 10000,
                        ["spublish", names[0], PACKET], running, LONE)
            with listeners([(ports[i % 3], names[i % 3]) for i in range(nodes)], "SSUBSCRIBE"):
                measure(f"third of a broadcast to {nodes} nodes, {tail}", ports[1],
                        300000 // nodes, ["spublish", names[1], PACKET], running)
                measure(f"the same, one by one, {nodes} nodes, {tail}", ports[1], 10000,
                        ["spublish", names[1], PACKET], running, LONE)


PARTS = {
    "alone": lambda: measure_publishes(""),
    "replicated": lambda: measure_publishes(
        ", with AOF and a replica", "--appendonly", "yes", replica=True),
    "tls": measure_tls,
    "others": measure_others,
    "cluster": lambda: measure_cluster(3),
    "replicas": lambda: measure_cluster(6),
}


def main():
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("parts", nargs="*", default=list(PARTS), help=" ".join(PARTS))
    for part in options.parse_args().parts:
        PARTS[part]()


if __name__ == "__main__":
    main()
