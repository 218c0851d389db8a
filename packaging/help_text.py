"""What a command says by --help, taken apart: for its man page and for completion.

A help begins with what the command does and its usage. Then come lists, each with a heading
that ends with a colon, and prose; empty lines are between them.
"""

import dataclasses
import re
import subprocess

TERM = re.compile(r"  (\S.*?)(?:   *(\S.*))?")


@dataclasses.dataclass
class Item:
    """An option, a command or whatever else is explained in a list."""

    term: str
    lines: list

    @property
    def flags(self):
        """-h and --help of `-h,--help`; none if this is no option."""
        return self.term.split(" ")[0].split("=")[0].split(",") if self.term[0] == "-" else []

    @property
    def takes(self):
        """The place-holder of the option's value, which may be empty."""
        return self.term.partition(" ")[2]


@dataclasses.dataclass
class Block:
    """A list, which has a heading, or prose, which has lines."""

    heading: str = ""
    items: list = dataclasses.field(default_factory=list)
    prose: list = dataclasses.field(default_factory=list)

    @property
    def is_of_options(self):
        return any(x.flags for x in self.items)


@dataclasses.dataclass
class Help:
    command: str  # a word after `atrium`, or nothing
    purpose: str
    usage: str
    blocks: list

    @property
    def options(self):
        return [item for block in self.blocks for item in block.items if item.flags]

    def listed(self, heading):
        """The items below a heading."""
        return [item for block in self.blocks if block.heading == heading for item in block.items]


def items(lines):
    """Two blanks before an item, more before the lines that go on with it."""
    found = []
    for line in lines:
        if line.startswith("   "):
            found[-1].lines.append(line.strip())
        else:
            term, text = TERM.fullmatch(line).groups()
            found.append(Item(term, [text] if text else []))
    return found


def block(text):
    first, *rest = text.split("\n")
    if first.endswith(":") and rest and all(x.startswith("  ") for x in rest):
        return Block(first[:-1], items(rest))
    return Block(prose=[first, *rest])


def parse(command, text):
    head, *rest = re.split(r"\n\n+", text.strip("\n"))
    purpose, usage = head.split("\nUsage: ")
    return Help(command, purpose, usage, [block(x) for x in rest])


def ask(program, *words):
    return subprocess.run([program, *words], check=True, capture_output=True, text=True,
                          timeout=60).stdout


def read(program):
    """The help of the program, and then that of each of its commands."""
    whole = parse("", ask(program, "--help"))
    names = [item.term for item in whole.listed("Commands")]
    return [whole, *(parse(name, ask(program, name, "--help")) for name in names)]
