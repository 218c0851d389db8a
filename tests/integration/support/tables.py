"""Table-driven tests whose cases have names that can be read."""

import pytest


def by_name(argument, table):
    """Runs a test with each value of `table` as `argument`; the keys are what a failure shows."""
    return pytest.mark.parametrize(argument, table.values(), ids=table.keys())
