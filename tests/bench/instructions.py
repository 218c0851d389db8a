"""Counts the instructions of user code that a message, or a cycle of churn, costs a node.

The node runs under callgrind, which counts only while the load is steady. Neither a clock nor what
else the machine does changes such counts by more than a hundredth or two, so they are compared
with the record in instructions.json. The profiles stay in build/instructions, for
callgrind_annotate.
"""

import contextlib
import json
import pathlib
import platform
import re
import subprocess
import time
import urllib.request
from collections import namedtuple

from servers import KEPT, Redis, Running, Unavailable, free_port, say, tool

HERE = pathlib.Path(__file__).resolve().parent
RECORD = HERE / "instructions.json"
PROFILES = HERE.parents[1] / "build/instructions"
TOLERANCE = 0.05
LIMIT = 120  # seconds for what should take a few, also beside compilers
STEADY = 2  # seconds from the first message on
WINDOW = 8  # seconds that are counted
# Called once for each request of a client. It must stay a function, however it is named.
REQUEST = "atrium::protocol::parse_request("
NAME = re.compile(r"c?fn=\((\d+)\)(?: (.*))?$")

# `sign` is a metric that is 0 until the measured work begins, `requests` how many there are in a
# message or cycle.
Case = namedtuple("Case", "words unit requests sign")
MESSAGES = "atrium_bus_publishes_total"
STORED = "atrium_history_stored_total"
CASES = {
    "chat": Case(["chat"], "publish", 1, MESSAGES),
    "fanout, window 16": Case(["fanout", "--window", "16"], "publish", 1, MESSAGES),
    "chat, history": Case(["chat", "--history"], "publish", 1, STORED),
    "fanout, window 16, history": Case(["fanout", "--window", "16", "--history"], "publish", 1,
                                       STORED),
    "direct": Case(["direct"], "message", 1, MESSAGES),
    "churn, 8 workers": Case(["churn", "--connections", "8"], "cycle", 2, "atrium_connections_opened_total"),  # join and leave
}


class Instrumented(Running):
    """A node under callgrind that counts nothing until it is told to; ends with the context."""

    def __init__(self, profile):
        super().__init__("/ws")
        self.profile = profile
        self.internal = free_port()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def run(self, redis, binary):
        port = free_port()
        # One lane, so that the count does not depend on the number of processors.
        words = [tool("valgrind", "valgrind"), "--tool=callgrind", "--instr-atstart=no",
                 f"--callgrind-out-file={self.profile}", binary, "node", "--lanes", "1",
                 "--listen", f"127.0.0.1:{port}", "--internal", f"127.0.0.1:{self.internal}",
                 "--redis", redis.url, "--messages-per-second", "0", "--history", KEPT,
                 "--log-level", "warn"]
        self.start([str(word) for word in words], port, None)

    def wait(self, port):
        with contextlib.suppress(Unavailable):
            return super().wait(port)
        return super().wait(port)  # a machine with other work

    def await_work(self, sign):
        """Waits until a metric is more than 0."""
        value = re.compile(rf"^{sign}(?:{{.*}})? (\S+)$", re.MULTILINE)
        end = time.monotonic() + LIMIT
        while time.monotonic() < end and self.processes[0].poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(
                    f"http://127.0.0.1:{self.internal}/metrics", timeout=LIMIT) as page:
                if any(float(x) > 0 for x in value.findall(page.read().decode())):
                    return
            time.sleep(0.2)
        raise Unavailable(f"{sign} stays 0:\n{self.log_tail()}")

    def control(self, *words):
        done = subprocess.run([tool("callgrind_control", "valgrind"), *words, str(self.pids[0])],
                              capture_output=True, text=True, timeout=LIMIT, check=False)
        if done.returncode != 0 or "OK" not in done.stdout:
            raise Unavailable(f"callgrind_control failed: {done.stdout}{done.stderr}")

    def count(self):
        """Has the next seconds counted; returns the profile."""
        self.control("--instr=on")
        time.sleep(WINDOW)
        self.control("--instr=off")
        self.control("--dump")
        return self.profile.with_name(f"{self.profile.name}.1")


@contextlib.contextmanager
def generator(binary, words, url):
    """`atrium bench`, for as long as the context lasts."""
    process = subprocess.Popen(
        [binary, "bench", *words, "--url", url, "--duration", str(3 * LIMIT)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
        if process.poll() is not None:
            raise Unavailable("atrium bench ended early")
    finally:
        process.kill()
        process.wait()


def read(profile):
    """Returns the instructions in a profile and the calls of REQUEST."""
    total = calls = 0
    known, callee = {}, ""
    for line in profile.read_text(errors="replace").splitlines():
        if match := NAME.match(line):
            # A name is written once, and later only its number.
            callee = known.setdefault(match[1], match[2] or "")
        elif line.startswith("calls=") and callee.startswith(REQUEST):
            calls += int(line[6:].split()[0])
        elif line.startswith("totals:"):
            total = int(line.split()[1])
    if not calls:
        raise Unavailable(f"no calls of {REQUEST}…) in {profile}; see REQUEST in {__file__}")
    return total, calls


def measure_case(redis, binary, name):
    case = CASES[name]
    profile = PROFILES / name.replace(", ", "-").replace(" ", "-")
    with Instrumented(profile) as node:
        node.run(redis, binary)
        with generator(binary, case.words, node.urls[0]):
            node.await_work(case.sign)
            time.sleep(STEADY)
            written = node.count()
    total, calls = read(written)
    found = round(total * case.requests / calls)
    say(f"  {name}: {found:,} instructions per {case.unit}, of {calls // case.requests:,}")
    return found


def table(found, record):
    lines = ["| scenario | instructions of user code | on record | change |", "|---|---|---|---|"]
    for name, count in found.items():
        before = record.get(name)
        change = f"{100 * (count / before - 1):+.1f} %" if before else "new"
        lines.append(f"| {name} | {count:,} per {CASES[name].unit} | {before or 0:,} | {change} |")
    return "\n".join(lines)


def too_dear(found, record):
    return [name for name, count in found.items()
            if name in record and count > record[name] * (1 + TOLERANCE)]


def run(options):
    """Prints the table; returns what is to be the status of the program."""
    PROFILES.mkdir(parents=True, exist_ok=True)
    for old in PROFILES.iterdir():
        old.unlink()
    try:
        with Redis() as redis:
            found = {name: measure_case(redis, options.binary.resolve(), name) for name in CASES}
    except (Unavailable, subprocess.TimeoutExpired) as error:
        say(f"dev bench: {error}")
        return 1
    # Another processor has other instructions, which say nothing about those on record.
    records = json.loads(RECORD.read_text())
    record = records.get(platform.machine(), {})
    print(table(found, record))
    if options.record:
        RECORD.write_text(json.dumps({**records, platform.machine(): found}, indent=2) + "\n")
        return 0
    dear = too_dear(found, record)
    if dear:
        say(f"more than {TOLERANCE:.0%} above the record: {', '.join(dear)}")
    return 1 if dear else 0
