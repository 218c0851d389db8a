"""A machine on which no name server answers, as far as a node can see."""

import shutil
import subprocess

import pytest

# What the C library does then; addresses in numbers are not asked for.
SHIM = """
#include <netdb.h>
#include <unistd.h>
int getaddrinfo(const char *a, const char *b, const struct addrinfo *c, struct addrinfo **d) {
  (void)a; (void)b; (void)c; (void)d;
  sleep(60);
  return EAI_AGAIN;
}
"""


def unreachable_name_server(folder):
    """Variables for the environment of such a node; skips the test without a compiler."""
    if shutil.which("g++") is None:
        pytest.skip("there is no compiler")
    source, shim = folder / "names.c", folder / "names.so"
    source.write_text(SHIM)
    subprocess.run(["g++", "-x", "c", "-shared", "-fPIC", "-o", shim, source], check=True)
    return {"LD_PRELOAD": str(shim), "ASAN_OPTIONS": "verify_asan_link_order=0"}
