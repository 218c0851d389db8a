"""Atrium nodes as processes: start, find out where they listen, stop, judge how they ended."""

import contextlib
import http.client
import itertools
import json
import os
import pathlib
import re
import signal
import subprocess
from urllib.parse import quote, urlencode

from .child import Child
from .deadline import DEADLINE, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILDS = [ROOT / "build" / preset / "net" / "atrium" for preset in ("dev", "release")]
INTERNAL = re.compile(r"serving operators on https?://(\S+?):(\d+)/")
LISTENING = re.compile(r"listening on https?://(\S+?):(\d+)/")
SANITIZER = re.compile(r"ERROR: \w+Sanitizer|runtime error:")
NUMBERS = itertools.count(1)


def binary():
    """The node under test: $ATRIUM_BINARY, else what ./dev builds."""
    if path := os.environ.get("ATRIUM_BINARY"):
        return pathlib.Path(path).resolve()
    for path in BUILDS:
        if path.exists():
            return path
    raise RuntimeError("there is no node to test: build one or set ATRIUM_BINARY")


def example(name):
    """A program of examples/, from the same build as the node under test."""
    return binary().parents[1] / "examples" / name


def environment(**variables):
    """The caller's environment without Atrium's own variables, plus `variables`."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("ATRIUM_")}
    return {**inherited, **variables}


def run_atrium(*words, seconds=DEADLINE, program=None, **variables):
    """Runs a command of the program, or of another one, that ends by itself."""
    return subprocess.run(
        [program or binary(), *words], env=environment(**variables), timeout=seconds,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")


def run_node(*options, **variables):
    """Runs a node that is expected to end by itself, e.g. because an option is wrong."""
    return run_atrium("node", *options, **variables)


def fetch(port, target, method="GET", body=None, headers=None):
    """Asks by HTTP; returns status, headers and body of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    with contextlib.closing(connection):
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read()


class Node(Child):
    """A node that listens on a port of the kernel's choice; constructed means listening."""

    crashed = False
    good_end = 0  # the exit code

    def __init__(self, directory, *options, listen="127.0.0.1:0", program=None, log_level="debug",
                 files=None, **variables):
        if "TEST_LANES" in os.environ:  # a flag of the test counts more
            variables.setdefault("ATRIUM_LANES", os.environ["TEST_LANES"])
        level = ["--log-level", log_level] if log_level else []
        command = [program or binary(), "node", "--listen", listen, *level, *options]
        super().__init__(f"node-{next(NUMBERS)}", command, directory, environment(**variables),
                         files)
        try:
            wait_until(self._listens_or_has_exited, f"{self.name} listens")
            assert not self.has_exited, f"{self.name} did not start:\n{self.log_tail()}"
        except BaseException:
            self.kill()
            raise
        self.port = int(LISTENING.search(self.log)[2])
        internal = INTERNAL.search(self.log)
        self.internal_port = int(internal[2]) if internal else None

    def _listens_or_has_exited(self):
        return LISTENING.search(self.log) or self.has_exited

    def path(self, user=None, **query):
        """Path and query of the WebSocket of `user`, or of a guest."""
        if user is not None:
            query = {"user": user, **query}
        return "/ws" + ("?" + urlencode(query, quote_via=quote) if query else "")

    def url(self, user=None, **query):
        return f"ws://127.0.0.1:{self.port}{self.path(user, **query)}"

    def report(self, path):
        """What the internal listener says about the node: the status and the JSON."""
        status, _, body = fetch(self.internal_port, path)
        return status, json.loads(body)

    def is_ready(self):
        return self.report("/ready")[0] == 200

    def interrupt(self, number=signal.SIGTERM):
        """Asks the node to shut down; `exit_code` tells how it went."""
        self.send_signal(number)

    def crash(self):
        """Ends the node with no chance to clean up; there is nothing to judge then."""
        self.crashed = True
        self.kill()

    def stop(self):
        """Ends the node and fails if it did not end well, now or earlier in the test."""
        if self.crashed:
            return
        if not self.has_exited:
            self.interrupt()
        code = self.wait_exit_code()
        self.kill()
        ending = "did not end" if code is None else f"ended with {code}"
        assert code == self.good_end, f"{self.name} {ending}:\n{self.log_tail()}"
        assert not SANITIZER.search(self.log), f"{self.name} misbehaved:\n{self.log_tail(200)}"
