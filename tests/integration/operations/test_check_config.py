"""`atrium check-config --connect` says in words what is wrong with a Redis, or what it is."""

import re

import pytest

from support import redis_server
from support.node import run_atrium
from support.redis_server import free_port
from support.redis_setups import ERRORS, README, Workshop, user

pytestmark = pytest.mark.skipif(
    not redis_server.AVAILABLE, reason="redis-server is not installed")

QUIET = ["--inbox-max", "0"]  # nothing that has to be written to disk


@pytest.fixture
def make(tmp_path):
    workshop = Workshop(tmp_path)
    yield workshop
    workshop.close()


def check(*options):
    return run_atrium("check-config", "--connect", *options)


def complaints(result):
    """The lines about addresses, without what they begin with: that of every program."""
    return [line.removeprefix("atrium: ") for line in result.stderr.splitlines()]


def test_each_sentence_is_another_one():
    assert len(set(ERRORS.values())) == len(ERRORS)


@pytest.mark.parametrize("broken", ERRORS, ids=lambda x: x.__name__)
def test_what_is_wrong_is_said_in_words(make, broken):
    """First, and the password is never told; nothing is printed that could be taken for success."""
    result = check(*broken(make))
    assert result.returncode == 2, result.stdout
    assert ERRORS[broken] in complaints(result)[0], result.stderr
    assert result.stdout == "" and "secret" not in result.stderr and "sesame" not in result.stderr


WARNINGS = {
    "an idle policy": (["--maxmemory-policy", "allkeys-lru"], [], "no effect while maxmemory is 0"),
    "no limit": (["--client-output-buffer-limit", "pubsub 0 0 0"], [], "which is no limit"),
    "a small limit": (["--client-output-buffer-limit", "pubsub 512kb 256kb 9"], [], "too small"),
    "nothing on disk": ([], ["--history", "*=10,1h"], "histories are lost when it starts anew"),
}


@pytest.mark.parametrize("settings, needs, sentence", WARNINGS.values(), ids=WARNINGS)
def test_what_weakens_is_a_warning(make, settings, needs, sentence):
    result = check("--redis", make.redis(*settings).url, *QUIET, *needs)
    assert result.returncode == 0
    assert [sentence in line for line in complaints(result)] == [True], result.stderr
    assert complaints(result)[0].startswith("warning: ")
    assert "# the configuration is sound" in result.stdout


def test_a_sound_server_is_named(make):
    """By TCP, by its socket, and with TLS and a certificate of the node."""
    plain, secured = make.redis(), make.redis(tls=make.tls(asks_clients=True))
    for options in (["--redis", plain.url + "/3"], ["--redis", plain.unix_url],
                    secured.node_options()):
        result = check(*options, *QUIET)
        assert (result.returncode, result.stderr) == (0, "")
        assert re.search(r"# \S+: Redis \d+\.\d+\.\d+, a master\n", result.stdout)
    assert plain.admin.dbsize() == 0
    assert plain.admin.client_list(_type="normal")[0]["name"] == ""


def test_the_least_rights_are_enough(make):
    """Those of the README. What such a user may not ask is named, and nothing is left behind."""
    server = make.redis()
    result = check(*user(server))
    assert result.returncode == 0 and result.stderr == "", result.stderr
    assert "not checked, the server does not tell: client-output-buffer-limit" in result.stdout
    assert server.admin.keys("*") == []


def test_each_right_is_missed_by_its_name(make):
    """Whoever takes one away reads which."""
    server = make.redis()
    rules = re.search(r"ACL SETUSER atrium (on .*?)\n\n", README, re.DOTALL)[1].split()
    commands = {x.removeprefix("+") for x in rules if x.startswith("+")}
    for right in commands - {"hrandfield", "select"}:
        result = check(*user(server, f"-{right}"))
        assert f"+{right})" in result.stderr, right
        weak = right in {"ping", "role", "client|setname", "info"}
        assert result.returncode == (0 if weak else 2), right


def test_a_sentinel_that_is_away_is_a_warning(make):
    """The others know the master. Passwords of both kinds; and what Sentinel should be set to."""
    sentinels = make.sentinels(password="data", sentinel_password="watch")
    options = [*sentinels.node_options(), "--redis-password-file", make.secret("data"),
               "--redis-sentinel-password-file", make.secret("watch"), *QUIET]
    whole = check(*options)
    assert whole.returncode == 0
    assert f"master 127.0.0.1:{sentinels.master.port}: Redis" in whole.stdout
    assert [x for x in complaints(whole) if "min-replicas-to-write is 0" not in x] == []
    sentinels.sentinels[0].kill()
    less = check(*options)
    assert less.returncode == 0
    assert f"sentinel 127.0.0.1:{sentinels.sentinels[0].port}: nobody listens" in less.stderr
    for each in sentinels.sentinels[1:]:
        each.admin.execute_command("ACL", "SETUSER", "default", "-sentinel|master", "resetchannels")
    lacks = check(*options)
    assert lacks.returncode == 2
    assert "(ACL SETUSER ... +sentinel|master +subscribe &+switch-master)" in lacks.stderr
    wrong = check(*options[:-3], make.secret("open"), *QUIET)
    assert wrong.returncode == 2 and wrong.stderr.count("the password is wrong") == 2


def test_a_cluster_is_looked_at_as_a_whole(make):
    """A seed that is away is a warning, a master that is away an error."""
    cluster = make.cluster("--min-replicas-to-write", "0", masters=3)
    seeds = f"{cluster.url},127.0.0.1:{free_port()}"
    result = check("--redis", seeds, *QUIET)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("a master of a Redis Cluster") == 3
    assert [": nobody listens" in x for x in complaints(result)] == [True]
    gone = cluster.servers[2]
    gone.kill()
    result = check("--redis", cluster.url, *QUIET)
    assert result.returncode == 2
    assert f"master 127.0.0.1:{gone.port}: nobody listens" in complaints(result)[0]


def test_each_of_several_servers_is_checked(make):
    """The address says which one is meant."""
    good, bad = make.redis(), make.redis(password="sesame")
    result = check("--redis", good.url, "--redis", bad.url, *QUIET)
    assert result.returncode == 2
    assert [x.startswith(bad.url) for x in complaints(result)] == [True]


def test_without_the_flag_nothing_is_tried():
    """check-config as before; --help explains the flag, which no node has."""
    away = ["--redis", f"redis://127.0.0.1:{free_port()}"]
    assert run_atrium("check-config", *away).returncode == 0
    assert "--connect" in run_atrium("check-config", "--help").stdout
    assert run_atrium("node", "--connect", *away).returncode == 2
    assert "no --redis to connect to" in check().stdout
