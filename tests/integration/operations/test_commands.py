"""Commands beside `atrium node`: tokens for a try, and configurations without a node."""

import re

import jwt
import pytest

from support.client import join
from support.node import run_atrium
from support.tokens import SECRET, bearer, secret_options


async def test_the_token_command_makes_tokens(start_node, connect, tmp_path):
    """What `atrium token` prints is a token for the node and for other libraries."""
    secret = secret_options(tmp_path)[2:6]
    made = run_atrium("token", "--user", "ann", "--ttl", "1h", "--room", "game:*=join,publish",
                  "--room", "news=join+history", "--send",
                  "--info", '{"level":1180591620717411303424}', *secret)
    assert made.returncode == 0, made.stderr
    claims = jwt.decode(made.stdout.strip(), SECRET, ["HS256"])
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["rooms"] == {"game:*": ["join", "publish"], "news": ["join", "history"]}
    assert claims["send"] is True and claims["info"] == {"level": 2**70}
    node = start_node(*secret_options(tmp_path))
    client = await connect(node, **bearer(made.stdout.strip()))
    await join("game:1", client)


@pytest.mark.parametrize("extra", [
    ["--ttl", "soon"], ["--ttl", "0s"], ["--room", "lobby"], ["--user", ""], ["--info", "7"],
    ["--jwt-alg", "none"], ["--jwt-secret-file", "/nonexistent"]])
def test_the_token_command_says_what_is_wrong(tmp_path, extra):
    given = {"--user": "ann", "--jwt-alg": "HS256", "--ttl": "1h",
             "--jwt-secret-file": secret_options(tmp_path)[5], extra[0]: extra[1]}
    made = run_atrium("token", *(word for pair in given.items() for word in pair))
    assert made.returncode == 2
    assert made.stdout == "" and made.stderr.startswith("atrium token: ")


def test_a_configuration_is_checked_without_a_node(tmp_path):
    """check-config prints what would apply, without passwords, or says what is wrong."""
    good = secret_options(tmp_path, "--redis", "redis://ann:sesame@127.0.0.1:7000",
                          "--default-rooms", "lobby=join")
    checked = run_atrium("check-config", *good)
    assert checked.returncode == 0, checked.stderr
    assert 'jwt-alg = "HS256"' in checked.stdout
    assert 'default-rooms = ["lobby=join"]' in checked.stdout
    assert "sesame" not in checked.stdout and SECRET not in checked.stdout
    (tmp_path / "secret").write_text("short")
    for bad in (good, ["--auth", "jwt"], ["--lanes", "many"]):
        checked = run_atrium("check-config", *bad)
        assert checked.returncode == 2 and checked.stderr and not checked.stdout


def test_the_default_configuration_shows_what_a_node_does_anyway(tmp_path):
    """The file sets nothing. Whoever takes the comment signs away changes nothing, either."""
    usual = run_atrium("check-config").stdout
    printed = run_atrium("default-config").stdout
    path = tmp_path / "atrium.toml"
    for text in (printed, re.sub(r"^#(?=[a-z-]+ = )", "", printed, flags=re.MULTILINE)):
        path.write_text(text)
        assert run_atrium("check-config", "--config", str(path)).stdout == usual
    settings = re.findall(r"^([a-z-]+) = ", usual, re.MULTILINE)
    assert re.findall(r"^([a-z-]+) = ", path.read_text(), re.MULTILINE) == settings
    assert run_atrium("default-config", "lanes").returncode == 2


def test_help_names_the_commands():
    """What `atrium --help` prints leads to the help of each command."""
    listed = run_atrium("--help")
    assert listed.returncode == 0
    for command in ("node", "inspect", "token", "check-config", "default-config", "bench"):
        assert f"\n  {command} " in listed.stdout
        explained = run_atrium(command, "--help")
        assert explained.returncode == 0 and f"\nUsage: atrium {command} " in explained.stdout
