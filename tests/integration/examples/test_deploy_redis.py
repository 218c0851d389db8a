"""The Redis of examples/deploy: its settings, its names, and its scripts with a real redis-server.
On loopback a port is what an address is between containers."""

import os
import pathlib
import random
import re
import shutil
import socket
import subprocess

import pytest
import redis

from support.child import Child
from support.deadline import DEADLINE, wait_until
from support.deploy import DEPLOY, TEXT, compose, rendered
from support.documents import section

PASSWORD = "open-sesame"
# What a test has no time for: how long a master is silent before it counts as away, and how long
# a master waits for further copies before it sends its data.
HASTE = {"sentinel.conf": ("milliseconds atrium 5000", "milliseconds atrium 500"),
         "cluster.conf": ("node-timeout 5000", "node-timeout 1000"),
         "kept.conf": ("appendonly yes", "appendonly yes\nrepl-diskless-sync-delay 0")}


def free_ports(count):
    """Ports whose cluster ports, 10000 higher, are free, too."""
    found = []
    while len(found) < count:
        port = random.randrange(20000, 30000)
        with socket.socket() as one, socket.socket() as other:
            try:
                one.bind(("127.0.0.1", port))
                other.bind(("127.0.0.1", port + 10000))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found


class Servers:
    """What the scripts of redis/ start, each in a folder of its own under `folder`."""

    def __init__(self, folder):
        self.folder, self.running = folder, {}
        shutil.copytree(DEPLOY / "redis", folder / "settings")
        for name, (old, new) in HASTE.items():
            path = folder / "settings" / name
            assert old in path.read_text()
            path.write_text(path.read_text().replace(old, new))
        (folder / "password").write_text(PASSWORD + "\n")

    def command(self, script, **variables):
        return {"args": ["sh", self.folder / "settings" / script],
                "env": {"PATH": os.environ["PATH"], **variables,
                        "PASSWORD_FILE": str(self.folder / "password")}}

    def start(self, kind, port, home, **variables):
        data = self.folder / home
        data.mkdir(exist_ok=True)
        way = self.command("start.sh", NAME="localhost", ADDRESS="127.0.0.1", PORT=str(port),
                           DATA=str(data), **variables)
        self.running[port] = Child(f"{kind}-{port}", [*way["args"], kind], data, way["env"])
        return redis.Redis(port=port, password=PASSWORD, decode_responses=True, socket_timeout=5)

    def options(self, scheme, hosts, rest=""):
        """How a node comes in."""
        password = str(self.folder / "password")
        more = ["--redis-sentinel-password-file", password] if rest else []
        return ["--internal", "127.0.0.1:0", "--redis", f"{scheme}://{','.join(hosts)}{rest}",
                "--redis-password-file", password, *more]

    def kill(self, port):
        self.running.pop(port).kill()

    def kill_all(self):
        for port in list(self.running):
            self.kill(port)


@pytest.fixture
def servers(tmp_path):
    servers = Servers(tmp_path)
    yield servers
    servers.kill_all()


def ask(client, *command):
    """The answer, or nothing while the server is not there, or not ready."""
    try:
        return client.execute_command(*command)
    except redis.RedisError:
        return None


def replication(client):
    return ask(client, "INFO", "replication") or {}


def test_redis_has_the_settings_of_the_bus(servers):
    """Those of broker/redis/README.md are in the file, a real Redis takes them, and nobody gets
    in without the password."""
    advice = section("broker/redis/README.md", "Settings for Redis").split("A user with")[0]
    wanted, ours = (set(re.findall(r"^ *([a-z][\w-]+ .+)$", text, re.MULTILINE))
                    for text in (advice, TEXT["redis/redis.conf"]))
    assert len(wanted) == 5 and wanted <= ours
    port, = free_ports(1)
    alone = servers.start("alone", port, "alone")
    wait_until(lambda: ask(alone, "PING"), "Redis answers")
    limits = alone.config_get("client-output-buffer-limit")["client-output-buffer-limit"]
    assert "pubsub 8388608 4194304 10" in limits
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port).ping()
    process = pathlib.Path(f"/proc/{servers.running[port].process.pid}")
    shown = (process / "cmdline").read_text() + (process / "environ").read_text()
    assert "redis-server" in shown and PASSWORD not in shown


def is_ready(node):
    return node.report("/ready")[0] == 200


def test_sentinels_choose_another_master(servers, start_node):
    """The master of the example is killed. A copy takes its place with what was acknowledged, and
    who comes back asks the Sentinels first, so it is a copy from the start. A node follows."""
    ports = free_ports(6)
    hosts = [f"localhost:{x}" for x in ports]
    way = {"FIRST": hosts[0], "SENTINELS": " ".join(hosts[3:])}
    data = [servers.start("watched", x, f"redis-{x}", **way) for x in ports[:3]]
    watching = [servers.start("sentinel", x, f"sentinel-{x}", **way) for x in ports[3:]]
    wait_until(lambda: replication(data[0]).get("min_slaves_good_slaves") == 2, "two copies")

    def master(sentinel):
        return int((ask(sentinel, "SENTINEL GET-MASTER-ADDR-BY-NAME", "atrium") or [0, 0])[1])

    def knows_all(sentinel):
        known = ask(sentinel, "SENTINEL MASTER", "atrium") or {}
        return known.get("num-other-sentinels") == 2 and known.get("num-slaves") == 2
    # They ask a master for its copies every 10 s.
    wait_until(lambda: all(map(knows_all, watching)), "they know each other and the copies", 40)
    assert [master(x) for x in watching] == [ports[0]] * 3
    node = start_node(*servers.options("redis-sentinel", hosts[3:], "/atrium"))
    wait_until(lambda: is_ready(node), "a node with the first master")
    data[0].set("acknowledged", "yes")
    assert data[0].wait(2, 5000) == 2

    servers.kill(ports[0])
    wait_until(lambda: all(master(x) in ports[1:3] for x in watching), "another master", 40)
    chosen = master(watching[0])
    new = data[ports.index(chosen)]
    wait_until(lambda: replication(new).get("role") == "master", "the copy is master")
    assert new.get("acknowledged") == "yes"
    servers.start("watched", ports[0], f"redis-{ports[0]}", **way)
    role = wait_until(lambda: replication(data[0]), "the old master answers")
    assert (role["role"], role["master_port"]) == ("slave", chosen)
    wait_until(lambda: any(x["name"].endswith(".cmd") for x in new.client_list()), "the node")
    wait_until(lambda: is_ready(node), "the node with the new master")


def test_a_cluster_comes_back_elsewhere(servers, start_node):
    """All servers stop and come back at other addresses, as pods do. The cluster is one again,
    with its data; making it again changes nothing. A node comes in by any three of them."""
    def start(ports):
        peers = {"PEERS": " ".join(f"127.0.0.1:{x}" for x in ports)}
        made = [servers.start("cluster", x, f"redis-{i}", **peers) for i, x in enumerate(ports)]
        way = servers.command("create-cluster.sh", **peers)
        done = subprocess.run(way["args"], env=way["env"], capture_output=True, text=True,
                              timeout=2 * DEADLINE)
        assert done.returncode == 0, done.stdout + done.stderr
        return made

    def is_whole(client):
        known = ask(client, "CLUSTER INFO") or {}
        links = (ask(client, "CLUSTER NODES") or {}).values()
        return (known.get("cluster_state") == "ok" and known.get("cluster_size") == "3"
                and len(links) == 6 and all(x["connected"] for x in links))

    first = start(free_ports(6))
    wait_until(lambda: all(map(is_whole, first)), "a cluster")
    names = {ask(x, "CLUSTER MYID") for x in first}
    owner = next(x for x in first if ask(x, "SET", "{n:room:x}:m", "kept"))
    wait_until(lambda: replication(owner).get("connected_slaves") == 1, "a copy")
    where = first.index(owner)
    servers.kill_all()
    ports = free_ports(6)
    second = start(ports)
    wait_until(lambda: all(map(is_whole, second)), "the cluster again")
    assert {ask(x, "CLUSTER MYID") for x in second} == names
    wait_until(lambda: any(ask(x, "GET", "{n:room:x}:m") == "kept" for x in second),
               f"what server {where} had")
    node = start_node(*servers.options("redis-cluster", [f"127.0.0.1:{x}" for x in ports[3:]]))
    wait_until(lambda: is_ready(node), "a node")


@pytest.mark.parametrize("kind", ["sentinel", "cluster"])
def test_compose_knows_the_servers_by_their_names(kind):
    """Each host that somebody looks for is a service which has that name and that port."""
    services = compose(kind)["services"]
    servers = {name: x for name, x in services.items() if x.get("hostname")}
    assert len(servers) == 6 and all(x["hostname"] == name for name, x in servers.items())
    places = {f"{name}:{x['environment'].get('PORT', 6379)}" for name, x in servers.items()}
    own = servers["redis"]["environment"]
    wanted = own["PEERS"] if kind == "cluster" else f"{own['FIRST']} {own['SENTINELS']}"
    assert set(wanted.split()) <= places
    address = services["node-1"]["environment"]["ATRIUM_REDIS"]
    hosts = set(re.search(r"//([^/]*)", address)[1].split(","))
    begins = "redis" if kind == "cluster" else "sentinel"
    assert hosts <= servers.keys() and {x.rstrip("-123456") for x in hosts} == {begins}
    check = {name: x["command"][0] for name, x in servers.items()}
    expected = {"cluster"} if kind == "cluster" else {"watched", "sentinel"}
    assert set(check.values()) == expected
    assert all(f"\n{x})" in TEXT["redis/start.sh"] for x in expected)


@pytest.mark.parametrize("variant", ["plain", "sentinel", "cluster"])
def test_kubernetes_knows_the_servers_by_their_names(variant):
    """What kustomize makes of the parts: each set runs its kind, and who is looked for is a pod."""
    made = rendered(variant)
    sets = {name: x["spec"] for (kind, name), x in made.items() if kind == "StatefulSet"}
    kinds = {name: x["template"]["spec"]["containers"][0]["args"] for name, x in sets.items()}
    assert kinds == {"plain": {"redis": ["alone"]}, "cluster": {"redis": ["cluster"]},
                     "sentinel": {"redis": ["watched"], "redis-sentinel": ["sentinel"]}}[variant]
    pods = set()
    for name, spec in sets.items():
        box = spec["template"]["spec"]["containers"][0]
        port, own = box["ports"][0]["containerPort"], {x["name"]: x["value"] for x in box["env"]}
        service = made["Service", spec["serviceName"]]["spec"]
        assert service["selector"] == spec["template"]["metadata"]["labels"] == {"app": name}
        assert own["DOMAIN"] == f".{spec['serviceName']}" and own.get("PORT", "6379") == str(port)
        assert service["ports"][0]["port"] == port
        pods |= {f"{name}-{i}.{spec['serviceName']}:{port}" for i in range(spec["replicas"])}
        volumes = {x["name"] for x in spec["template"]["spec"]["volumes"]}
        volumes |= {x["metadata"]["name"] for x in spec.get("volumeClaimTemplates", ())}
        assert {x["name"] for x in box["volumeMounts"]} == volumes
        files = next(x["configMap"]["name"] for x in spec["template"]["spec"]["volumes"]
                     if x["name"] == "settings")
        assert made["ConfigMap", files]["data"]["start.sh"] == TEXT["redis/start.sh"]
    text = str(list(made.values()))
    named = set(re.findall(r"redis(?:-sentinel)?-\d\.redis(?:-sentinel)?:\d+", text))
    address = made["ConfigMap", "atrium"]["data"]["ATRIUM_REDIS"]
    port = 26379 if variant == "sentinel" else 6379
    named |= {f"{x}:{port}" for x in re.findall(r"redis[\w-]*\.redis[\w-]*(?=[,/]|$)", address)}
    assert named <= pods and len(named) == {"plain": 0, "sentinel": 4, "cluster": 6}[variant]
