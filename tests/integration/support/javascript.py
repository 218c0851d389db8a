"""Node.js, for programs of `tests/client`, where it is installed."""

import itertools
import json
import re
import shutil
import subprocess

from .child import Child
from .deadline import DEADLINE
from .node import ROOT

# Not in the list of packages: Debian 12 has an older one, without a WebSocket.
NODE, NPM = "node", "npm"
OLDEST = 20
NUMBERS = itertools.count(1)
PROGRAMS = ROOT / "tests" / "client"


def missing():
    """What has to be installed before a test can use Node.js, or nothing."""
    if not shutil.which(NODE):
        return "Node.js is not installed"
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True,
                             timeout=DEADLINE).stdout
    if int(re.match(r"v(\d+)", version)[1]) < OLDEST:
        return f"Node.js {version.strip()} is older than {OLDEST}"
    return None


def command(*words):
    """Runs Node.js with a WebSocket, which version 20 has only when asked."""
    return [NODE, "--experimental-websocket", "--no-warnings", *map(str, words)]


class Program(Child):
    """A program that prints what happens to it, a line of JSON each."""

    def __init__(self, directory, path, *words):
        name = f"{path.stem}-{next(NUMBERS)}"
        super().__init__(name, command(path, *words), directory)

    def said(self, kind):
        """The lines of this kind, without it. A line may be on its way still."""
        whole = self.log.rpartition("\n")[0].splitlines()
        lines = [json.loads(line) for line in whole if line.startswith("[")]
        return [line[1:] for line in lines if line[0] == kind]
