"""Prints net/options/README.md with the options that a node has.

Usage: atrium node --help | option_table.py
"""

import pathlib
import re
import sys

README = pathlib.Path(__file__).parent.parent / "net" / "options" / "README.md"
BEGIN = "<!-- made by ./dev options -->\n"
END = "<!-- end -->\n"
DEFAULT = r"(?:(.*); )?(?:not set by default|default (.*)); ATRIUM_\w+(?:; live(.*))?"


def options_in(help_text):
    """Yields heading, flag with its place-holder, range, default, whether it is live and explanation
    of each option."""
    heading = None
    for line in help_text.splitlines():
        if re.fullmatch(r"[A-Z].*:", line):
            heading = line[:-1]
        elif line.startswith("  --"):
            flag, words = line.strip(), []
        elif line.startswith("      "):
            words.append(line.strip())
            if last := re.fullmatch(DEFAULT, words[-1]):
                live = "" if last[3] is None else last[3].strip() or "yes"
                yield heading, flag, last[1], last[2], live, " ".join(words[:-1])


def code(text):
    return "`" + text.replace("|", "\\|") + "`" if text else ""


def prose(text):
    """Escapes what Markdown would take for its own."""
    words = r"(?<!\S)--[a-z][a-z-]*|\?user=\w+|[\w:]*[*<](?:[^\s',;]|,(?=\w))*"
    parts = text.split("`")  # every second one is code already
    parts[::2] = [re.sub(words, lambda x: f"`{x[0]}`", part) for part in parts[::2]]
    return "`".join(parts).replace("|", "\\|")


def table(help_text):
    """Returns the options as tables of Markdown, one for each heading of the help."""
    lines, before = [], None
    for heading, flag, values, default, live, words in options_in(help_text):
        if heading != before:
            lines += ["", f"### {heading}", "", "| option | values | default | live | |",
                      "|---|---|---|---|---|"]
            before = heading
        name, _, takes = flag.partition(" ")
        lines.append(f"| {code(name)} | {values or code(takes)} | {code(default) or 'not set'} "
                     f"| {live} | {prose(words)} |")
    return "\n".join(lines) + "\n\n"


if __name__ == "__main__":
    head, _, rest = README.read_text().partition(BEGIN)
    print(head + BEGIN + table(sys.stdin.read()) + END + rest.partition(END)[2], end="")
