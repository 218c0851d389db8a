"""What the READMEs show is what is compiled and tested."""

import re
import subprocess
import sys

import pytest

from support.child import die_with_parent
from support.client import join, unique
from support.deadline import DEADLINE, until
from support.documents import document, section
from support.node import ROOT, binary, environment, fetch, run_node
from support.tokens import bearer, secret_options


def test_the_room_of_your_own_is_the_compiled_example():
    """A developer copies the snippet.
    It is examples/quiet.cpp, which is built and tested."""
    snippet = re.search(r"```cpp\n(.*?)```", document("README.md"), re.DOTALL)[1]
    source = (ROOT / "examples" / "quiet.cpp").read_text()
    assert source.endswith(snippet)


def test_options_of_your_own_are_those_of_the_compiled_example():
    """A developer copies the main function."""
    snippet = re.search(r"## Options of your own\n.*?```cpp\n(.*?)```",
                        document("actors/room/README.md"), re.DOTALL)[1]
    assert (ROOT / "examples" / "word_filter.cpp").read_text().endswith(snippet)


async def test_the_token_of_your_own_server_is_accepted(start_node, connect, tmp_path):
    """A developer copies the Python lines. With the secret of the lines before, which ends with a
    line break as files do, the node takes what they print."""
    readme = document("net/auth/README.md")
    snippet = re.search(r"```python\n(.*?)```", readme, re.DOTALL)[1]
    options = secret_options(tmp_path)
    assert (tmp_path / "secret").read_text().endswith("\n")
    made = subprocess.run([sys.executable, "-c", snippet], cwd=tmp_path, capture_output=True,
                          text=True, check=True, timeout=DEADLINE)
    client = await connect(start_node(*options), **bearer(made.stdout.strip()))
    assert client.user == "ann"
    await client.request("join", room="game:1")


def flags_of_the_node():
    return set(re.findall(r"--[a-z][a-z-]+", run_node("--help").stdout)) - {"--help", "--version"}


def test_every_option_is_explained_somewhere():
    """An operator wants to know more than a line of the table of options."""
    table = ROOT / "net" / "options" / "README.md"
    texts = [x.read_text() for x in ROOT.glob("*/**/README.md") if x != table]
    texts.append(re.sub(r"^\|.*", "", table.read_text(), flags=re.MULTILINE))
    assert not flags_of_the_node() - set(re.findall(r"--[a-z][a-z-]+", "".join(texts)))


async def test_looking_inside_works_after_the_tour(start_node, shared_redis, connect):
    """A newcomer has taken the tour, with a member of the lobby on each node.
    The commands of the next section show both members, and what they say they show."""
    readme = document("README.md")
    ports = re.findall(r"atrium node --listen 127\.0\.0\.1:(\d+) --redis", readme)
    space = unique("tour")
    nodes = [start_node("--redis", shared_redis.url, "--namespace", space,
                        "--node-id", f"tour-{port}")
             for port in ports]
    await join("lobby", await connect(nodes[0], "ann"), await connect(nodes[1], "bob"))
    text = section("README.md", "Looking inside")
    for port, node in zip(ports, nodes):
        text = text.replace(f"127.0.0.1:{int(port) + 1000}", f"127.0.0.1:{node.internal_port}")
    assert not re.search(r"127\.0\.0\.1:\d{4}\b", text), "a port that the tour does not open"
    commands = re.search(r"```sh\n(.*?)```", text, re.DOTALL)[1]
    where = re.search(r"ATRIUM_INSPECT_NODE=(\S+)", commands)[1]

    def tool(words):
        return subprocess.Popen([binary(), "inspect", *words.split()], stdout=subprocess.PIPE,
                                env=environment(ATRIUM_INSPECT_NODE=where), text=True,
                                preexec_fn=die_with_parent)

    def shown(words):
        with tool(words) as process:
            return process.communicate(timeout=DEADLINE)[0]

    tools = re.findall(r"atrium inspect (.*?) *#", commands)
    await until(lambda: shown("cluster").count("tour-") == 2, "both nodes are shown")
    await until(lambda: "2 members" in shown("room lobby"), "both members are shown")
    assert {"cluster", "room lobby", "top", "watch"} == set(tools) and "lobby" in shown("top")
    with tool("watch") as process:
        process.terminate()
        assert process.wait(DEADLINE) in (0, -15)  # before or after it looks for signals
    for target, sign in [("/inspect/rooms/lobby", b'"members":2'), ("/metrics", b"atrium_rooms 1")]:
        port = re.search(rf"curl http://127\.0\.0\.1:(\d+){target} ", commands)[1]
        assert sign in fetch(int(port), target)[2]


def test_the_table_of_options_is_what_the_help_says():
    """An operator looks an option up in the README of options, which `./dev options` writes."""
    made = subprocess.run([sys.executable, ROOT / ".ci" / "option_table.py"], text=True, check=True,
                          input=run_node("--help").stdout, capture_output=True, timeout=DEADLINE)
    readme = (ROOT / "net" / "options" / "README.md").read_text()
    assert readme == made.stdout, "./dev options has not been run"
    shown = re.findall(r"^\| `(--[a-z-]+)`", section("net/options/README.md", "All options"),
                       re.MULTILINE)
    assert flags_of_the_node() == set(shown)


def test_the_project_of_your_own_is_the_one_that_is_built():
    """A developer copies the CMake lines.
    They are the project that the tests build against an installed Atrium."""
    text = document("actors/room/README.md")
    built = ROOT / "examples" / "deploy" / "own-rooms" / "CMakeLists.txt"
    assert re.search(r"```cmake\n(.*?)```", text, re.DOTALL)[1] == built.read_text()


def test_the_way_of_a_message_passes_few_files():
    """A reader follows a publish through the code.
    Each file on the way exists, and so few are on it that a reader gets to the end."""
    way = section("actors/README.md", "The message's way")
    steps = re.findall(r"^\d+\. (.*(?:\n +.*)*)", way, re.MULTILINE)
    pairs = {x for step in steps for x in re.findall(r"`((?:net|actors|broker)/\w[\w/]*)`", step)}
    assert len(steps) > 10 and 20 < len(pairs) <= 35
    beside = set(re.findall(r"`((?:net|actors|broker)/\w[\w/]*)`", way)) - pairs
    there = {str(x.relative_to(ROOT).with_suffix("")) for top in ("net", "actors", "broker")
             for x in (ROOT / top).rglob("*.[hc]pp")}
    assert not (pairs | beside) - there


@pytest.mark.parametrize("link", ["gone.md", "README.md#other", "#other"])
def test_the_check_of_links_names_a_link_that_leads_nowhere(tmp_path, link):
    """A reader follows a link to a file or a heading that was renamed."""
    readme = tmp_path / "README.md"

    def check(target):
        readme.write_text(f"# One, two\n[x](#one-two) [y](README.md) [z]({target})\n")
        return subprocess.run([sys.executable, ROOT / ".ci" / "links.py"], input=f"{readme}\n",
                              capture_output=True, text=True, timeout=DEADLINE)

    assert check("https://example.com/x").returncode == 0
    refused = check(link)
    assert refused.returncode == 1 and refused.stdout == f"{readme}: {link} leads nowhere\n"


def test_the_client_stops_where_the_protocol_says():
    """Section 6 says after which close codes a client does not come back."""
    text = section("net/PROTOCOL.md", "6. ")
    told = {int(code) for code in re.findall(r"^\| (\d{4}) \|.*\| stop", text, re.MULTILINE)}
    source = (ROOT / "examples" / "client" / "reconnect.js").read_text()
    stops = re.search(r"finalCodes = new Set\(\[(.*?)\]\)", source, re.DOTALL)[1]
    assert told and {int(code) for code in re.findall(r"\d+", stops)} == told
