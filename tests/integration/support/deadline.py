"""Waiting with a deadline: the only way in which these tests let time pass."""

import asyncio
import inspect
import time

# Far beyond what a slow machine with a sanitizer build needs: only a failing test waits this long.
DEADLINE = 20.0
TEST_DEADLINE = 90.0
PAUSE = 0.01


def wait_until(condition, wish, seconds=DEADLINE):
    """Polls `condition` until it holds and returns its value; `wish` is what the failure says."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"not within {seconds} s: {wish}"
        time.sleep(PAUSE)


async def until(condition, wish, seconds=DEADLINE):
    """Like `wait_until`, but lets the clients of the test go on; `condition` may be async."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return value
        assert time.monotonic() < end, f"not within {seconds} s: {wish}"
        await asyncio.sleep(PAUSE)
