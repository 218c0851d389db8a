"""Checks the links between Markdown files: links.py < NAMES, a name of a file a line.

A relative target exists, and an anchor is a heading there, as GitHub makes anchors. Names
each link that leads nowhere and ends with 1 then.
"""

import pathlib
import re
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)\s:]*)\)")  # with a colon it is not relative
FENCE = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)


def anchors(path):
    headings = re.findall(r"^#+ +(.+)", FENCE.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", x.strip().lower()).replace(" ", "-") for x in headings}


def broken(path):
    for link in LINK.findall(FENCE.sub("", path.read_text())):
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield f"{path}: {link} leads nowhere"


if __name__ == "__main__":
    names = [pathlib.Path(line) for line in sys.stdin.read().split("\n") if line]
    complaints = [x for path in names for x in broken(path)]
    print(*complaints, sep="\n", end="\n" if complaints else "")
    sys.exit(bool(complaints))
