"""`atrium inspect` as a process, and nodes that it can reach."""

import copy
import json
import os
import pty
import subprocess

from .child import die_with_parent
from .deadline import DEADLINE
from .node import binary, environment, run_atrium


class Inspected:
    """A node and where the tool finds it."""

    def __init__(self, start, *options):
        self.node = start(*options)
        self.address = f"http://127.0.0.1:{self.node.internal_port}"

    def at(self, address):
        """The same node, but asked there."""
        other = copy.copy(self)
        other.address = address
        return other

    def words(self, *words):
        """The command line of the tool, for this node."""
        return ["inspect", "--node", self.address, *words]

    def run(self, *words, **variables):
        return run_atrium(*self.words(*words), **variables)

    def show(self, *words):
        """What the tool prints when all is well."""
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def look(self, *words):
        """The same as the JSON of the node, which is one line."""
        text = self.show("--json", *words)
        assert text.endswith("\n") and text.count("\n") == 1
        return json.loads(text)

    def fail(self, *words):
        """What the tool says when the answer is no."""
        done = self.run(*words)
        assert done.returncode == 1 and done.stdout == "", done.stdout
        assert done.stderr.startswith("atrium inspect: ")
        return done.stderr


def rows(text):
    """The rows of a table, without its heading."""
    return [line.split() for line in text.splitlines()[1:]]


class Watch:
    """`atrium inspect watch` with its output in a file, or on a terminal of its own."""

    def __init__(self, one, path, *words, terminal=False):
        self.path = path
        self.screen = None
        self.text = ""
        self.errors = open(path.with_suffix(".errors"), "w+")
        if terminal:
            self.screen, inner = pty.openpty()
            os.set_blocking(self.screen, False)
        else:
            inner = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self.process = subprocess.Popen(
            [binary(), *one.words("watch", "--interval", "0.1", *words)], env=environment(),
            preexec_fn=die_with_parent, stdin=subprocess.DEVNULL, stdout=inner, stderr=self.errors)
        os.close(inner)

    def read(self):
        """All that was written so far."""
        if self.screen is None:
            return self.path.read_text()
        try:
            while part := os.read(self.screen, 65536):
                self.text += part.decode(errors="replace")
        except OSError:
            pass  # nothing more for now, or the other end is closed
        return self.text

    def end(self):
        """The exit code and what went to stderr."""
        code = self.process.wait(DEADLINE)
        self.read()
        self.errors.seek(0)
        return code, self.errors.read()

    def close(self):
        self.process.kill()
        self.process.wait()
        self.errors.close()
        if self.screen is not None:
            os.close(self.screen)
