"""What was measured, kept between runs of the command, so that it can be measured in parts."""

import datetime
import hashlib
import json
import subprocess

from installs import PACKAGES, ROOT

FILE = PACKAGES / "measured.json"


class Record:
    """Reports by part and name; those of another program are forgotten."""

    def __init__(self, binary, command):
        program = hashlib.sha256(binary.read_bytes()).hexdigest()
        kept = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
        if kept.get("program") != program:
            kept = {"program": program, "revision": revision(), "commands": [], "parts": {}}
        self.kept = kept
        day = f"`{command}` on {datetime.date.today()}"
        if day not in kept["commands"]:
            kept["commands"].append(day)

    @property
    def revision(self):
        return self.kept["revision"]

    @property
    def commands(self):
        return self.kept["commands"]

    def part(self, name):
        return self.kept["parts"].get(name, {})

    def put(self, part, name, value):
        """Keeps a value at once: what follows may be interrupted."""
        self.kept["parts"].setdefault(part, {})[name] = value
        FILE.write_text(json.dumps(self.kept), encoding="utf-8")

    def drop(self, part, name):
        self.kept["parts"].get(part, {}).pop(name, None)


def revision():
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, text=True,
                          capture_output=True, check=False)
    return done.stdout.strip() or "unknown"
