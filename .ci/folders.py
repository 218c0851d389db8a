"""Checks the plan of the folders: folders.py < NAMES, in the root, with a name of a file a line.

Four rules: an include points to the right in ORDER, or stays in its folder; no file
pairs (x.hpp and x.cpp) include each other in a circle; no file is longer than its
kind may be; of a folder of more than five sources each is named, in backticks, in its
README.md or in that of the folder above; the folders of unit tests mirror those of the
libraries, whose maps they share. Names what breaks a rule and ends with 1 then.
"""

import os
import pathlib
import re
import sys

# From top to bottom. What is in a folder that is not named belongs to the one above.
ORDER = """
net net/cli net/node net/options net/api net/inspector net/websocket net/http net/monitoring
net/events net/auth net/admission net/protocol net/lane net/http_client net/transport
actors/cluster actors/owner actors/directory actors/session actors/testing actors/room
actors/delivery actors
actors/util
broker/redis broker/memory broker broker/tcp broker/log broker/json broker/util
""".split()
LIBRARIES = ("net", "actors", "broker")
# Users include it by this path; the folder is where it belongs.
EXCEPTIONS = {"actors/json_inspector": "actors/util"}

INCLUDE = re.compile(r'^ *# *include *[<"]([^">]+)[">]', re.MULTILINE)
FENCE = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
SOURCES = {".hpp", ".cpp", ".c", ".py", ".js", ".css"}


def limit(path):
    """How many lines a file may have."""
    if path.name == "README.md":
        return {"README.md": 120, "net/README.md": 80}.get(str(path), sys.maxsize)
    if path.parts[0] == "tests" and path.suffix in (".hpp", ".cpp"):
        return 350
    if path.parts[0] == "examples" and path.suffix == ".cpp":
        return 120
    return {".hpp": 150, ".cpp": 300, ".py": 350, ".js": 300, ".css": 300}.get(
        path.suffix, sys.maxsize)


def sizes(texts):
    for path, text in texts.items():
        if (lines := text.count("\n")) > limit(path):
            yield f"{path}: {lines} lines; more than {limit(path)} hold two ideas"


def includes(texts):
    """Pairs of our own files of which the first includes the second."""
    for path, text in texts.items():
        if path.suffix in (".hpp", ".cpp"):
            for name in INCLUDE.findall(text):
                places = (pathlib.Path(os.path.normpath(path.parent / name)),
                          pathlib.Path(name.removeprefix("atrium/")), pathlib.Path("tests", name))
                yield from ((path, other) for other in places if other in texts)


def place(path):
    """Where a file of the libraries stands in ORDER."""
    if lodging := EXCEPTIONS.get(str(path.with_suffix(""))):
        return ORDER.index(lodging)
    folder = next(str(x) for x in path.parents if str(x) in ORDER)
    if folder in LIBRARIES and path.parent != pathlib.Path(folder):
        return None
    return ORDER.index(folder)


def order(texts):
    placed = {path: place(path) for path in texts
              if path.parts[0] in LIBRARIES and path.suffix in (".hpp", ".cpp")}
    for folder in sorted({path.parent for path, at in placed.items() if at is None}):
        yield f"{folder}: a folder that has no place in ORDER"
    for path, other in includes(texts):
        ends = placed.get(path), placed.get(other)
        if None not in ends and ends[0] > ends[1]:
            yield f"{path}: includes {other}, which is above it"


def reached(start, edges):
    """All that a pair includes, directly or not."""
    found, todo = set(), [start]
    while todo:
        new = edges.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def circles(texts):
    edges = {}
    for path, other in includes(texts):
        if path.with_suffix("") != other.with_suffix(""):
            edges.setdefault(path.with_suffix(""), set()).add(other.with_suffix(""))
    below = {pair: reached(pair, edges) for pair in edges}
    found = {frozenset(x for x in below[pair] if pair in below.get(x, ()))
             for pair in below if pair in below[pair]}
    for circle in sorted(sorted(map(str, x)) for x in found):
        yield "include each other: " + " ".join(circle)


def maps(texts):
    folders = {}
    for path in texts:
        if path.suffix in SOURCES:
            folders.setdefault(path.parent, []).append(path.stem)
    for folder, names in sorted(folders.items()):
        mirrored = folder.relative_to("tests") if folder.parts[0] == "tests" else None
        if mirrored and mirrored.parts and mirrored.parts[0] in LIBRARIES:
            if mirrored not in folders:
                yield f"{folder}: mirrors no folder of the libraries"
            continue
        said = "".join(texts.get(x / "README.md", "") for x in (folder, folder.parent))
        quoted = " ".join(re.findall(r"`([^`]+)`", FENCE.sub("", said)))
        missing = set(names) - {"__init__"} - set(re.findall(r"\w+", quoted))
        if len(names) > 5 and missing:
            yield f"{folder}: {len(names)} files, and no map names " + ", ".join(sorted(missing))


def main():
    paths = [pathlib.Path(line) for line in sys.stdin.read().split("\n") if line]
    texts = {path: path.read_text() for path in paths}
    complaints = [x for rule in (order, circles, sizes, maps) for x in rule(texts)]
    print(*complaints, sep="\n", end="\n" if complaints else "")
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
