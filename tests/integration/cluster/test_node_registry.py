"""Nodes know of each other, and can be asked: what Redis and the bus show of that."""

import contextlib
import json
import re
import time

import pytest

from support.client import join, unique
from support.deadline import DEADLINE, until, wait_until
from support.documents import document


class Registry:
    """The nodes of one namespace as Redis lists them, and a sender among them."""

    def __init__(self, redis, namespace):
        self.redis = redis.admin
        self.nodes = f"{{{namespace}:nodes}}"
        self.answers = f"{{{namespace}:node:tester}}"

    def reports(self):
        """What each node says of itself, by its name."""
        said = [json.loads(x) for x in self.redis.hgetall(f"{self.nodes}:reports").values()]
        assert len(said) == len({x["run"] for x in said})
        return {x["node"]: x for x in said}

    def heartbeats(self):
        """When each run was heard of last, in milliseconds by the clock of Redis."""
        return {run.decode(): at for run, at in
                self.redis.zrange(f"{self.nodes}:beats", 0, -1, withscores=True)}

    def is_listed(self, *nodes):
        return self.reports().keys() == {node.id for node in nodes}

    def wait_for(self, *nodes):
        wait_until(lambda: self.is_listed(*nodes), "the registry lists the nodes")

    def say(self, channel, packet):
        self.redis.publish(channel, packet if isinstance(packet, (bytes, str))
                           else json.dumps(packet))

    def ask(self, kind, count, name=""):
        """Asks all nodes and returns the first `count` answers, by name of node.

        Asks as a newer node may, which adds what these do not know."""
        with contextlib.closing(self.redis.pubsub(ignore_subscribe_messages=True)) as listener:
            listener.subscribe(self.answers)
            wait_until(lambda: self.redis.pubsub_numsub(self.answers)[0][1] == 1, "we hear")
            self.say(self.nodes, {"v": 1, "type": "survey_request", "id": 7, "run": "tester",
                                  "later": [1], "kind": kind, "name": name})
            answers = {}
            end = time.monotonic() + DEADLINE
            while len(answers) < count:
                assert time.monotonic() < end, f"only {answers} answer"
                if message := listener.get_message(timeout=0.1):
                    x = json.loads(message["data"])
                    assert (x["v"], x["type"], x["id"]) == (1, "survey_response", 7)
                    answers[x["node"]] = x["body"]
            return answers


@pytest.fixture
def cluster(start_node, redis):
    """Starts named nodes of a cluster of its own; `registry` lists them."""
    class Cluster:
        namespace = unique("registry") + ":test"
        registry = Registry(redis, namespace)

        def start(self, name, *options):
            node = start_node("--redis", redis.url, "--namespace", self.namespace,
                              "--node-id", name, *options)
            node.id = name
            return node

    return Cluster()


def test_nodes_are_listed_with_what_operators_need(cluster):
    """A node announces itself when it listens: its version, its address for operators.
    It does so again and again."""
    a, b = cluster.start("a"), cluster.start("b", "--internal", "off")
    cluster.registry.wait_for(a, b)
    reports = cluster.registry.reports()
    assert reports["a"]["internal"] == f"127.0.0.1:{a.internal_port}"
    assert reports["b"]["internal"] == ""
    assert re.fullmatch(r"\d+\.\d+\.\d+", reports["a"]["version"])
    before = cluster.registry.heartbeats()
    wait_until(lambda: all(at > before[run] for run, at in cluster.registry.heartbeats().items()),
               "both send a heartbeat again")


async def test_nodes_answer_how_much_they_have_to_do(cluster, connect, room):
    """A question to all nodes is answered by each.
    The numbers are those of the moment."""
    a, b = cluster.start("a"), cluster.start("b")
    cluster.registry.wait_for(a, b)
    ann = await connect(a)
    await join(room, ann, await connect(a, ann.user))
    answers = cluster.registry.ask("facts", 2)
    assert [answers["a"][x] for x in ("connections", "rooms", "users")] == [2, 1, 1]
    assert [answers["b"][x] for x in ("connections", "rooms", "users")] == [0, 0, 0]
    await ann.close()
    await until(lambda: cluster.registry.ask("facts", 2)["a"]["connections"] == 1, "one is gone")


def test_a_node_knows_nothing_of_an_unknown_kind(cluster):
    """What a node cannot answer it answers with nothing."""
    cluster.registry.wait_for(cluster.start("a"))
    assert cluster.registry.ask("weather", 1) == {"a": None}


def test_a_node_that_stops_says_goodbye_and_one_that_crashes_does_not(cluster):
    """Operators see the difference.
    The one that stays is not disturbed."""
    a, b, c = (cluster.start(name) for name in "abc")
    cluster.registry.wait_for(a, b, c)
    b.interrupt()
    assert b.wait_exit_code() == 0
    assert cluster.registry.is_listed(a, c)
    c.crash()
    before = cluster.registry.heartbeats()
    wait_until(lambda: max(cluster.registry.heartbeats().values()) > max(before.values()),
               "a sends a heartbeat")
    assert cluster.registry.is_listed(a, c)


def test_a_node_that_hangs_does_not_keep_others_from_answering(cluster):
    """Somebody suspends a node: the others answer.
    When it goes on it answers again."""
    a, b = cluster.start("a"), cluster.start("b")
    cluster.registry.wait_for(a, b)
    b.freeze()
    try:
        assert cluster.registry.ask("facts", 1).keys() == {"a"}
    finally:
        b.thaw()
    assert cluster.registry.ask("facts", 2).keys() == {"a", "b"}


def test_two_nodes_with_one_name_are_two_rows(cluster):
    """An operator has copied a configuration.
    Both runs are listed."""
    cluster.start("a"), cluster.start("a")
    wait_until(lambda: len(cluster.registry.heartbeats()) == 2, "both runs are listed")


def test_a_redis_without_memory_learns_who_is_there(cluster, redis):
    """Redis starts anew and empty: all nodes are back as soon as their links are."""
    a, b = cluster.start("a"), cluster.start("b")
    cluster.registry.wait_for(a, b)
    redis.restart()
    cluster.registry = Registry(redis, cluster.namespace)
    cluster.registry.wait_for(a, b)
    wait_until(lambda: redis.subscribers(cluster.registry.nodes) == 2, "both listen again")
    assert cluster.registry.ask("facts", 2).keys() == {"a", "b"}


def test_forged_packets_change_nothing(cluster):
    """Somebody else writes to the channels of the nodes.
    They count it, and answer whoever asks properly."""
    cluster.registry.wait_for(cluster.start("a"))
    run = next(iter(cluster.registry.heartbeats()))
    for channel in (cluster.registry.nodes, f"{{{cluster.namespace}:node:{run}}}"):
        for packet in (b"", b"\xff\x00", "{", "[1]", {"v": 1}, {"v": 2, "type": "disconnect"},
                       {"v": 1, "type": "survey_request", "id": 1, "run": "x" * 200, "kind": "k",
                        "name": ""},
                       {"v": 1, "type": "disconnect", "run": "b", "connection": run, "code": 4005},
                       {"v": 1, "type": "survey_response", "id": 1, "node": "b", "run": "b",
                        "body": 1},
                       "x" * 1_000_000):
            cluster.registry.say(channel, packet)
    assert cluster.registry.ask("facts", 1).keys() == {"a"}


async def test_the_rights_of_the_readme_are_enough(cluster, redis, start_node, connect, room):
    """A node whose Redis user has the rights of broker/redis/README.md can do everything.
    Redis refuses it nothing."""
    text = document("broker/redis/README.md")
    rules = re.search(r"ACL SETUSER atrium ((?:.+\n)+)", text)[1].split()
    redis.admin.execute_command("ACL", "SETUSER", "least", "reset",
                                *(x.replace("prod:chat", cluster.namespace) for x in rules))
    node = start_node("--redis", f"redis://least:secret@127.0.0.1:{redis.port}",
                      "--namespace", cluster.namespace, "--node-id", "a")
    node.id = "a"
    cluster.registry.wait_for(node)
    ann = await connect(node)
    await join(room, ann)
    await ann.request("publish", room=room, data=1)
    assert cluster.registry.ask("facts", 1)["a"]["users"] == 1
    before = cluster.registry.heartbeats()
    await until(lambda: cluster.registry.heartbeats() != before, "it sends a heartbeat again")
    node.interrupt()
    assert await node.exit_code() == 0
    assert cluster.registry.is_listed()
    assert "refused" not in node.log and "NOPERM" not in node.log
