"""How the proxies are run that a test may put in front of nodes, where they are installed."""

import shutil

import pytest


def program(name):
    """Where a program is; skips the test if it is not installed."""
    path = shutil.which(name)
    if not path:
        pytest.skip(f"{name} is not installed")
    return path


def haproxy(path, *flags):
    return [program("haproxy"), "-f", path, *flags]


def nginx(path, *flags):
    own = path.parent
    return [program("nginx"), "-c", path, *flags, "-g",
            f"pid {own}/pid; error_log stderr; daemon off;"]
