"""Makes a man page of the help of a command."""

import re

VALUES = re.compile(r".*; ATRIUM_\w+(; live.*)?")  # the last line about an option


def escaped(text):
    """Writes what roff would take for its own."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("^", r"\(ha").replace("~", r"\(ti")
    return re.sub(r"^(?=[.'])", r"\\&", text)


def name_of(help):
    return "atrium-" + help.command if help.command else "atrium"


def term(item):
    """The flags of an option are bold, its place-holder is not. After a comma may a line break."""
    words, takes = (",".join(item.flags), item.takes) if item.flags else (item.term, "")
    return rf"\fB{escaped(words)}\fR {escaped(takes)}".rstrip().replace(",", r",\:")


def list_lines(block):
    for item in block.items:
        yield from (".TP", term(item))
        for line in item.lines:
            if VALUES.fullmatch(line):
                yield ".br"
            yield escaped(line)


def prose_lines(block):
    """Indented lines stay as they are."""
    yield ".PP"
    is_example = False
    for line in block.prose:
        if line.startswith("  ") != is_example:
            is_example = not is_example
            yield from ((".RS", ".nf") if is_example else (".fi", ".RE"))
        yield escaped(line.strip())
    if is_example:
        yield from (".fi", ".RE")


def body(help):
    """Lists of options are below one heading; prose that follows them has another."""
    section = None
    for block in help.blocks:
        wanted = ("OPTIONS" if block.is_of_options else
                  block.heading.partition(",")[0].upper() or "NOTES")
        if wanted != section:
            yield f'.SH "{wanted}"'
        section = wanted
        if block.is_of_options and block.heading != "Options":
            yield f'.SS "{escaped(block.heading)}"'
        yield from list_lines(block) if block.items else prose_lines(block)


def man_page(help, version, others):
    """The page; `others` are the names of those that it refers to."""
    name = name_of(help)
    purpose = help.purpose[0].lower() + help.purpose[1:].rstrip(".")
    refers = ", ".join(rf"\fB{escaped(x)}\fR(1)" for x in others if x != name)
    return "\n".join([
        rf'.\" Made of what `{name.replace("-", " ", 1)} --help` says.',
        f'.TH "{escaped(name.upper())}" "1" "" "{escaped(version)}" "Atrium"', ".nh",
        ".SH NAME", rf"{escaped(name)} \- {escaped(purpose)}",
        ".SH SYNOPSIS", rf"\fB{escaped(help.usage)}\fR",
        *body(help), ".SH SEE ALSO", refers, ""])
