"""Packages of PyPI that are not Debian's, in an environment of their own."""

import os
import subprocess
import sys

import pytest

INSTALL_SECONDS = 240


def install(folder, *packages):
    """Makes an environment with these packages, and returns its folder of programs. Skips the
    test where that is not possible, such as without a network."""
    home = folder / "venv"
    steps = ([sys.executable, "-m", "venv", home],
             [home / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *packages])
    for step in steps:
        try:
            subprocess.run(step, check=True, timeout=INSTALL_SECONDS, stdin=subprocess.DEVNULL,
                           capture_output=True, env={**os.environ, "PIP_RETRIES": "0"})
        except (OSError, subprocess.SubprocessError) as problem:
            pytest.skip(f"{' '.join(packages)} cannot be installed: {problem}")
    return home / "bin"
