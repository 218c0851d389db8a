"""Whether nodes are ready, and why not."""

import contextlib
import time

from .deadline import DEADLINE, until


def bus_check(node):
    """What /ready says about the bus: empty if it is well."""
    status, report = node.report("/ready")
    reason = report["checks"]["bus"].get("reason", "")
    assert (status == 200) == (reason == "")
    return reason


def trouble_of(node):
    """What /ready says of servers that are away, though others carry messages."""
    return node.report("/ready")[1]["checks"]["bus"].get("trouble", "")


def is_ready(node):
    return bus_check(node) == ""


async def all_ready(nodes, seconds=DEADLINE):
    """Waits until all of these are, and no server is away."""
    def reasons():
        with contextlib.suppress(OSError):
            return [reason for node in nodes if (reason := bus_check(node) or trouble_of(node))]
        return ["a node does not answer"]

    try:
        await until(lambda: not reasons(), "all nodes are ready", seconds)
    except AssertionError as late:
        raise AssertionError(f"{late}: {reasons()}") from None


async def says(node, of, parts, what, seconds):
    told = ""

    def says_why():
        nonlocal told
        told = of(node)
        return told and all(part in told for part in parts)

    try:
        await until(says_why, what, seconds)
    except AssertionError as late:
        raise AssertionError(f"{late}: {parts} in '{told}'") from None
    return told


async def not_ready(node, *parts, seconds=DEADLINE):
    """Waits until the node says that it is not ready, for a reason with these parts; returns it."""
    return await says(node, bus_check, parts, "the node says why it is not ready", seconds)


async def in_trouble(node, *parts, seconds=DEADLINE):
    """Waits until the node says that a server is away, in words with these parts; returns them.
    It is ready all the same: others carry messages."""
    told = await says(node, trouble_of, parts, "the node says which server is away", seconds)
    assert bus_check(node) == ""
    return told


async def pass_by(seconds):
    """Lets a state last for a while: what must not happen in it would happen by then."""
    end = time.monotonic() + seconds
    await until(lambda: time.monotonic() >= end, "time goes by", seconds + 10)
