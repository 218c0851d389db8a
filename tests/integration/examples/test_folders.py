"""The check of the plan of the folders refuses what `./dev lint` has to refuse."""

import subprocess
import sys

import pytest

from support.deadline import DEADLINE
from support.node import ROOT
from support.tables import by_name

GOOD = {
    "net/http/listener.hpp": '#pragma once\n#include "atrium/net/transport/tls.hpp"\n',
    "net/http/listener.cpp": '#include "atrium/net/http/listener.hpp"\n',
    "net/transport/tls.hpp": '#include <atrium/actors/messages.hpp>\n',
    "actors/messages.hpp": '#include "atrium/actors/util/semaphore.hpp"\n',
    "actors/util/semaphore.hpp": '#include "atrium/actors/json_inspector.hpp"\n#include <vector>\n',
    "actors/json_inspector.hpp": '#include "atrium/broker/names.hpp"\n',
    "broker/names.hpp": "#pragma once\n",
    "tests/net/http/listener_test.cpp": '#include "atrium/net/http/listener.hpp"\n' + "\n" * 349,
}
SIX = {f"broker/redis/{name}.cpp": "" for name in ("a", "b", "c", "d", "e", "f")}

BAD = {
    "an include of a folder above": (
        {"net/transport/quic.cpp": '#include "atrium/net/http/listener.hpp"\n'},
        "net/transport/quic.cpp: includes net/http/listener.hpp"),
    "an include of a library above": (
        {"broker/bus.cpp": '#include "atrium/actors/messages.hpp"\n'},
        "broker/bus.cpp: includes actors/messages.hpp"),
    "an include by a way round": (
        {"actors/util/close.cpp": '#include "../messages.hpp"\n'},
        "actors/util/close.cpp: includes actors/messages.hpp"),
    "an include by a file that belongs to another folder": (
        {"actors/limits.hpp": "",
         "actors/json_inspector.cpp": '#include "atrium/actors/limits.hpp"\n'},
        "actors/json_inspector.cpp: includes actors/limits.hpp"),
    "a folder without a place": ({"net/other/x.hpp": ""}, "net/other: a folder that has no"),
    "a circle": (
        {"broker/names.cpp": '#include "atrium/broker/bus.hpp"\n',
         "broker/bus.hpp": '#include "registry.hpp"\n',
         "broker/registry.hpp": "",
         "broker/registry.cpp": '#include "atrium/broker/names.hpp"\n'},
        "include each other: broker/bus broker/names broker/registry"),
    "a long source": ({"broker/names.cpp": "\n" * 301}, "broker/names.cpp: 301 lines"),
    "a long header": ({"broker/bus.hpp": "\n" * 151}, "broker/bus.hpp: 151 lines"),
    "a long test": ({"tests/net/http/x_test.cpp": "\n" * 351},
                    "tests/net/http/x_test.cpp: 351 lines"),
    "a long example": ({"examples/dice.cpp": "\n" * 121}, "examples/dice.cpp: 121 lines"),
    "a long script": ({"net/inspector/page/a.js": "\n" * 301}, "net/inspector/page/a.js: 301"),
    "a long style sheet": ({"examples/chat/a.css": "\n" * 301}, "examples/chat/a.css: 301 lines"),
    "a folder without a map": (SIX, "broker/redis: 6 files, and no map names a, b, c, d, e, f"),
    "a folder with half a map above": (
        {**SIX, "broker/README.md": "`a`, `b`, `c`\n" * 9},
        "broker/redis: 6 files, and no map names d, e, f"),
    "a name in passing is no map": (
        {**SIX, "broker/redis/README.md": "`a`, `b`, `c`, `d`, `e`\n```cpp\nf();\n```\n, f\n"},
        "broker/redis: 6 files, and no map names f"),
    "a test of a folder that is none": (
        {"tests/net/other/x_test.cpp": ""}, "tests/net/other: mirrors no folder"),
    "a long README": ({"README.md": "\n" * 121}, "README.md: 121 lines"),
    "a folder with a README that is no map": (
        {**SIX, "broker/redis/README.md": "# Redis\n" * 30}, "broker/redis: 6 files, and no map"),
}


def check(folder, files):
    """What the check says of these files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return subprocess.run([sys.executable, ROOT / ".ci" / "folders.py"], cwd=folder,
                          input="\n".join(files), capture_output=True, text=True, timeout=DEADLINE)


@pytest.mark.parametrize("more", [
    {}, {**SIX, "broker/redis/README.md": "`a`, `b`, `c`, `d`, `e`, `f`\n"},
    {**SIX, "broker/README.md": "`a b c d`, `e/f`"}],
    ids=["a small tree", "a folder with a map", "a folder on the map above"])
def test_a_tree_that_keeps_the_plan_passes(tmp_path, more):
    done = check(tmp_path, {**GOOD, **more})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@by_name("planted", BAD)
def test_what_breaks_the_plan_is_refused(tmp_path, planted):
    """Somebody adds a file that breaks one rule. It is named, and nothing else is."""
    files, complaint = planted
    done = check(tmp_path, {**GOOD, **files})
    assert done.returncode == 1 and done.stderr == ""
    assert done.stdout.startswith(complaint) and done.stdout.count("\n") == 1
