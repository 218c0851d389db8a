"""What the READMEs show is what is compiled and tested."""

import re

import pytest

from node import ROOT, run_node

READMES = ["README.md", "actors/README.md"]


@pytest.mark.parametrize("path", READMES)
def test_the_room_of_your_own_is_the_compiled_example(path):
    """A developer copies the snippet.
    It is examples/quiet.cpp, which is built and tested."""
    snippet = re.search(r"```cpp\n(.*?)```", (ROOT / path).read_text(), re.DOTALL)[1]
    source = (ROOT / "examples" / "quiet.cpp").read_text()
    assert source.endswith(snippet)


def flags_of_the_node():
    return set(re.findall(r"--[a-z][a-z-]+", run_node("--help").stdout)) - {"--help", "--version"}


def test_every_option_is_explained_somewhere_in_net():
    """An operator wants to know more than a line of the table."""
    flags = set(re.findall(r"--[a-z][a-z-]+", (ROOT / "net" / "README.md").read_text()))
    assert not flags_of_the_node() - flags


def test_every_option_of_the_node_is_in_the_table():
    """An operator looks an option up in the README.
    The table and --help name the same options."""
    table = (ROOT / "README.md").read_text().split("## Options")[1].split("\n## ")[0]
    shown = set(re.findall(r"--[a-z][a-z-]+", table))
    assert flags_of_the_node() == shown - {"--help"}


def test_the_project_of_your_own_is_the_one_that_is_built():
    """A developer copies the CMake lines.
    They are the project that the tests build against an installed Atrium."""
    text = (ROOT / "actors" / "README.md").read_text()
    built = ROOT / "tests" / "package" / "find_package" / "CMakeLists.txt"
    assert re.search(r"```cmake\n(.*?)```", text, re.DOTALL)[1] == built.read_text()


def test_the_client_of_the_chat_page_stops_where_the_protocol_says():
    """Section 6 says after which close codes a client does not come back."""
    text = (ROOT / "net" / "PROTOCOL.md").read_text().split("\n## 6. ")[1].split("\n## ")[0]
    told = {int(code) for code in re.findall(r"^\| (\d{4}) \|.*\| stop", text, re.MULTILINE)}
    source = (ROOT / "examples" / "chat" / "client.js").read_text()
    stops = re.search(r"#final = new Set\(\[(.*?)\]\)", source, re.DOTALL)[1]
    assert told and {int(code) for code in re.findall(r"\d+", stops)} == told
