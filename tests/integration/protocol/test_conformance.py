"""The WebSocket protocol (RFC 6455), as the Autobahn test suite checks it.

The suite needs a Python of its own, named by $AUTOBAHN_PYTHON or called `python2.7`, with the
package `autobahntestsuite`. Without it, this is skipped. With $ATRIUM_RECORD_CONFORMANCE set, what
came out is written to tests/conformance/RESULTS.md.
"""

import collections
import json
import os
import subprocess

import pytest

from support.node import ROOT

CONFORMANCE = ROOT / "tests" / "conformance"
AUTOBAHN = os.environ.get("AUTOBAHN_PYTHON", "python2.7")
PASSED = {"OK", "NON-STRICT", "INFORMATIONAL"}
MEANINGS = {
    "OK": "as the RFC wants it",
    "NON-STRICT": "conforms, in another way than most: a frame was answered late or not at all "
                  "because the connection failed first",
    "INFORMATIONAL": "no right or wrong",
    "1003": "a binary message, closed with 1003 as PROTOCOL.md says",
    "1009": "a message of 16 MiB, with the publish around it longer than `--max-message-bytes` "
            "can be",
}
# Messages in binary, which the protocol has none of, and one that is too long.
BINARY = [f"1.2.{n}" for n in range(1, 9)] + [
    f"9.{group}.{n}" for group, count in {2: 6, 4: 9, 6: 6, 8: 6}.items()
    for n in range(1, count + 1)]
TOO_LONG = ["9.1.6"]


def is_installed():
    try:
        probe = subprocess.run([AUTOBAHN, "-c", "import autobahntestsuite"], capture_output=True)
        return probe.returncode == 0
    except OSError:
        return False


def outcome(case, report):
    """What came out of a case, in one word."""
    if case in BINARY or case in TOO_LONG:
        return str(report["remoteCloseCode"])
    if report["behaviorClose"] not in PASSED:
        return "close: " + report["behaviorClose"]
    return report["behavior"]


def is_as_expected(case, word):
    if case in BINARY:
        return word == "1003"
    return word == "1009" if case in TOO_LONG else word in PASSED


def record(words):
    """Writes down what came out."""
    counts = collections.Counter(words.values())
    lines = ["# WebSocket conformance", "",
             "What the Autobahn test suite says of a node; how it is run is explained in",
             "`tests/integration/protocol/test_conformance.py`, which made this file.", "",
             "| outcome | cases | meaning |", "|---|---|---|"]
    lines += [f"| {word} | {count} | {MEANINGS.get(word, 'failed')} |"
              for word, count in sorted(counts.items())]
    lines += ["", "| case | outcome |", "|---|---|"]
    lines += [f"| {case} | {word} |" for case, word in words.items()]
    (CONFORMANCE / "RESULTS.md").write_text("\n".join(lines) + "\n")


@pytest.mark.skipif(not is_installed(), reason="the Autobahn test suite is not installed")
@pytest.mark.parametrize("group", ["1", "2", "3", "4", "5", "6", "7", "9", "10"])
def test_autobahn(start_node, tmp_path, group, results):
    """Every case of the suite but those on compression ends as the RFC wants it,
    or as PROTOCOL.md says where that says more."""
    node = start_node("--max-message-bytes", str(1 << 24), "--outbox-bytes", str(1 << 26))
    suite = [AUTOBAHN, CONFORMANCE / "echo_suite.py", str(node.port), tmp_path, f"{group}.*"]
    subprocess.run(suite, cwd=tmp_path, check=True, capture_output=True, timeout=200)
    reports = json.loads((tmp_path / "index.json").read_text())["atrium"]
    words = {case: outcome(case, reports[case])
             for case in sorted(reports, key=lambda case: [int(n) for n in case.split(".")])}
    results.update(words)
    wrong = {case: word for case, word in words.items() if not is_as_expected(case, word)}
    assert words and not wrong


@pytest.fixture(scope="module")
def results():
    """What came out of all groups; recorded in the end, if that is wanted."""
    words = {}
    yield words
    if words and "ATRIUM_RECORD_CONFORMANCE" in os.environ:
        record(words)
