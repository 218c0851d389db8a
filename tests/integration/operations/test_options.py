"""Options by flag, environment and file: explained, checked, and in this order of precedence."""

import re
import socket

import pytest

from support.node import run_node

OPTIONS = [
    "listen", "internal", "redis", "namespace", "node-id", "config", "log-level", "log-format",
    "trace-user", "trace-room", "lanes", "workers",
    "max-message-bytes", "ping-interval", "handshake-timeout", "outbox-bytes", "flush-window",
    "max-connections", "max-rooms", "max-room-members", "request-window", "allow-origin",
    "allow-anonymous", "bus-timeout", "bus-pending", "bus-pending-bytes", "drain-delay",
    "drain-window", "grace",
    "auth", "jwt-alg", "jwt-secret-file", "jwt-key", "jwt-keys", "jwt-issuer",
    "jwt-audience", "jwt-leeway", "default-rooms", "auth-url", "auth-header", "auth-timeout",
    "auth-concurrency",
    "messages-per-second", "messages-burst", "bytes-per-second", "bytes-burst",
    "errors-per-minute", "handshakes-per-second", "connections-per-address", "max-pending",
    "user-connections", "user-policy", "user-lease", "lease", "outbox-policy", "max-node-rooms",
    "max-header-bytes", "memory-watermark", "idle-timeout", "max-user-rooms"]

BAD_VALUES = {
    "listen": ["nonsense", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:x", ":"],
    "internal": ["nonsense", "127.0.0.1", "127.0.0.1:65536", "no"],
    "redis": ["nonsense", "http://127.0.0.1:6379", "redis://", "redis://127.0.0.1:99999",
              "redis://127.0.0.1:6379/x", "unix://"],
    "log-level": ["loud", ""],
    "log-format": ["xml", ""],
    "trace-user": ["a" * 129, ""],
    "trace-room": ["a\tb"],
    "lanes": ["-1", "two", "1.5", "100000"],
    "workers": ["-1", "two"],
    "max-message-bytes": ["-1", "0", "64k", "99999999999999999999"],
    "ping-interval": ["-1", "0", "soon"],
    "handshake-timeout": ["-1", "soon"],
    "outbox-bytes": ["-1", "much"],
    "flush-window": ["-1", "1ms"],
    "max-connections": ["-1", "many"],
    "max-rooms": ["-1", "many"],
    "max-room-members": ["-1", "many"],
    "request-window": ["-1", "wide"],
    "bus-timeout": ["-1", "soon"],
    "bus-pending": ["-1", "some"],
    "bus-pending-bytes": ["-1", "some"],
    "drain-delay": ["-1", "5s", "600001"],
    "drain-window": ["-1", "5s"],
    "grace": ["-1", "amazing"],
    "messages-per-second": ["-1", "many"],
    "bytes-per-second": ["-1", "1M"],
    "errors-per-minute": ["-1", "none"],
    "handshakes-per-second": ["-1", "many"],
    "connections-per-address": ["-1", "many"],
    "max-pending": ["0", "many"],
    "user-connections": ["-1", "many"],
    "user-policy": ["ignore", ""],
    "user-lease": ["0", "long"],
    "lease": ["0", "301", "15s"],
    "outbox-policy": ["ticker:*", "ticker:*=newest", "=latest_only"],
    "max-node-rooms": ["0", "many"],
    "max-user-rooms": ["-1", "many"],
    "max-header-bytes": ["0", "large"],
    "memory-watermark": ["101%", "much", "-1", ""],
    "idle-timeout": ["-1", "soon"],
    "auth": ["maybe", ""],
    "jwt-alg": ["none", "hs256", "HS1"],
    "jwt-leeway": ["-1", "301"],
    "default-rooms": ["lobby", "lobby=jump", "=join"],
    "auth-url": ["https://backend.example", "backend", "http://"],
    "auth-header": ["X Y"],
    "auth-timeout": ["0"],
    "auth-concurrency": ["0"],
}
EACH_BAD_VALUE = [(name, value) for name, values in BAD_VALUES.items() for value in values]
ONE_BAD_VALUE_EACH = [(name, values[0]) for name, values in BAD_VALUES.items()]

BAD_FILES = {
    "an unknown key": ("# a comment\n\nping-intervall = 25\n", 3),
    "a word for a number": ('listen = "127.0.0.1:0"\nping-interval = "soon"\n', 2),
    "a number out of range": ("lanes = 1\n\n\nmax-message-bytes = -5\n", 4),
    "a bad word": ('log-level = "loud"\n', 1),
    "a line that is not TOML": ("lanes = 1\nthis is not TOML\n", 2),
}


def variable(option):
    return "ATRIUM_" + option.upper().replace("-", "_")


def assert_refused(result, *hints):
    """The node has not started, with exit code 2 and a message that has each of the hints."""
    assert result.returncode == 2, f"exit code {result.returncode}:\n{result.stderr}"
    for hint in hints:
        assert hint in result.stderr, f"no {hint!r} in:\n{result.stderr}"


@pytest.fixture
def config(tmp_path):
    """Writes a configuration file and returns its path."""
    def write(text):
        path = tmp_path / "atrium.toml"
        path.write_text(text)
        return str(path)

    return write


def test_help_explains_every_option():
    """--help is where an operator looks first.
    It has each flag with its environment variable, and ends well."""
    result = run_node("--help")
    assert result.returncode == 0
    for option in OPTIONS:
        assert re.search(rf"--{option}\b(?!-)", result.stdout), f"--{option} is not explained"
    for option in OPTIONS:
        assert re.search(rf"\b{variable(option)}\b", result.stdout), f"no {variable(option)}"


@pytest.mark.parametrize("flag", ["--nonsense", "--ping-intervall=3", "--redi", "-z", "extra"])
def test_an_unknown_flag_is_refused(flag):
    """A misspelt flag must not be ignored: the operator believes it works.
    The message has it as it was written."""
    assert_refused(run_node(flag), flag.split("=")[0])


@pytest.mark.parametrize("option, value", EACH_BAD_VALUE)
def test_a_bad_flag_is_refused(option, value):
    """A value of the wrong type or out of range stops the node before it starts.
    The message names the flag."""
    assert_refused(run_node(f"--{option}={value}"), f"--{option}")


@pytest.mark.parametrize("option, value", ONE_BAD_VALUE_EACH)
def test_a_bad_environment_variable_is_refused(option, value):
    """The same check holds for the environment.
    The message names the variable, not a flag that nobody gave."""
    assert_refused(run_node(**{variable(option): value}), variable(option))


@pytest.mark.parametrize("text, line", BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_file_is_refused(config, text, line):
    """And for the file: unknown keys, wrong values and broken lines.
    The message says in which file and line."""
    path = config(text)
    assert_refused(run_node("--config", path), f"{path}:{line}")


@pytest.mark.parametrize("option, value", ONE_BAD_VALUE_EACH)
def test_every_bad_value_in_a_file_is_refused_with_its_line(config, option, value):
    """No option is checked less because it comes from a file.
    Here each has a bad value in line two."""
    path = config(f'# line one\n{option} = "{value}"\n')
    assert_refused(run_node("--config", path), f"{path}:2")


def test_a_missing_file_is_refused(tmp_path):
    """A file that is not there is not the same as an empty one.
    The message has its name."""
    path = str(tmp_path / "missing.toml")
    assert_refused(run_node("--config", path), path)
    assert_refused(run_node(ATRIUM_CONFIG=path), path)


def test_the_world_is_only_served_on_purpose():
    """Without authentication anybody may be anybody, so the node serves its own machine only.
    To listen elsewhere the operator must say --allow-anonymous."""
    assert_refused(run_node("--listen", "0.0.0.0:0"), "listen", "allow-anonymous")


async def test_the_world_is_served_with_anonymous_allowed(start_node, connect):
    """With that said, the node listens on all addresses.
    Clients connect as usual."""
    node = start_node("--allow-anonymous", listen="0.0.0.0:0")
    assert await connect(node)


@pytest.mark.parametrize("given, effective", [
    ({"flag", "env", "file"}, "flag"), ({"env", "file"}, "env"), ({"file"}, "file"),
    ({"flag", "file"}, "flag")], ids=["all", "env and file", "file", "flag and file"])
async def test_flags_beat_the_environment_and_that_beats_the_file(
        start_node, connect, config, given, effective):
    """One option may be set in three places.
    The flag wins over the environment, and that over the file."""
    flags = ["--config", config('node-id = "file"\n')]
    if "flag" in given:
        flags += ["--node-id", "flag"]
    variables = {"ATRIUM_NODE_ID": "env"} if "env" in given else {}
    ann = await connect(start_node(*flags, **variables))
    assert ann.welcome["node"] == effective


async def test_a_file_sets_what_it_says_and_leaves_the_rest(start_node, connect, config):
    """A file may have any of the options, by the names of the flags.
    What it does not mention keeps its default."""
    path = config('# The node of the tests.\nping-interval = 9\nallow-origin = '
                  '["https://a.example", "https://b.example"]\n')
    node = start_node(ATRIUM_CONFIG=path)
    ann = await connect(node, origin="https://b.example")
    assert ann.welcome["ping_interval"] == 9
    assert ann.welcome["max_message_bytes"] == 65536


async def test_nodes_have_names_of_their_own_by_default(start_node, connect):
    """Two nodes that nobody named can be told apart.
    The names begin with that of the machine."""
    names = [(await connect(start_node())).welcome["node"] for _ in range(2)]
    assert names[0] != names[1]
    assert all(name.startswith(socket.gethostname()) for name in names)


def test_a_port_in_use_is_a_clear_error():
    """Two nodes cannot have the same port.
    The second says which address it could not have, and fails."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        result = run_node("--listen", address)
    assert result.returncode not in (0, None)
    assert address in result.stderr and "in use" in result.stderr.lower()
