"""Every way in which `--redis` names a Redis, what lets a node in there, and how it is refused."""

import contextlib
import itertools
import re

import pytest

from support.certificates import Authority
from support.client import join, talk as speak
from support.deadline import until
from support.readiness import all_ready, not_ready
from support.recovering import OUTAGE_ERRORS
from support.redis_cluster import RedisCluster
from support.redis_server import AVAILABLE, RedisServer, Tls, has_tls
from support.reloading import ConfigFile, hang_up
from support.sentinel import Sentinels
from support.tables import by_name

PASSWORD, SENTINEL_PASSWORD = "hunter2 and more", "other-than-hunter2"
KEPT = ["--history", "*=100,1h"]

if not AVAILABLE:
    pytest.skip("redis-server is not installed", allow_module_level=True)
needs_tls = pytest.mark.skipif(not has_tls(), reason="redis-server was built without TLS")


class Place:
    """Starts servers in a folder, and ends them."""

    def __init__(self, folder):
        self.folder = folder
        self._numbers = itertools.count(1)
        self._stack = contextlib.ExitStack()

    def redis(self, *options, **settings):
        server = RedisServer(self._made(), *options, **settings)
        self._stack.callback(server.kill)
        return server

    def sentinels(self, **settings):
        servers = Sentinels(self._made(), down_after=5000, **settings)
        self._stack.callback(servers.kill)
        return servers

    def cluster(self, **settings):
        servers = RedisCluster(self._made(), node_timeout=5000, **settings)
        self._stack.callback(servers.close)
        return servers

    def tls(self, name="ca", **settings):
        return Tls(Authority(self.folder, name), **settings)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text + "\n")
        return str(path)

    def close(self):
        self._stack.close()

    def _made(self):
        folder = self.folder / f"{next(self._numbers)}"
        folder.mkdir()
        return folder


@pytest.fixture
def place(tmp_path):
    with contextlib.closing(Place(tmp_path)) as place:
        yield place


def with_password(options, place, password=PASSWORD):
    return [*options, "--redis-password-file", place.file("password", password)]


def sentinels_with_passwords(place):
    servers = place.sentinels(password=PASSWORD, sentinel_password=SENTINEL_PASSWORD)
    for each in servers.sentinels:
        each.admin.execute_command("ACL", "SETUSER", "watcher", "on", f">{SENTINEL_PASSWORD}",
                                   "allchannels", "-@all", "+sentinel", "+ping", "+subscribe",
                                   "+client|setname", "+role", "+info")
    return [*with_password(servers.node_options(), place), "--redis-sentinel-user", "watcher",
            "--redis-sentinel-password-file", place.file("sentinel", SENTINEL_PASSWORD)]


def user_with_password(place):
    server = place.redis()
    server.admin.execute_command("ACL", "SETUSER", "ann", "on", f">{PASSWORD}", "~*", "&*", "+@all")
    server.admin.execute_command("ACL", "SETUSER", "default", "off")
    return with_password(["--redis", f"redis://ann:@127.0.0.1:{server.port}"], place)


WAYS = {
    "port": lambda place: place.redis().node_options(),
    "socket": lambda place: ["--redis", place.redis().unix_url],
    "socket and database": lambda place: ["--redis", place.redis().unix_url + "?db=3"],
    "password": lambda place: with_password(place.redis(password=PASSWORD).node_options(), place),
    "user and password": user_with_password,
    "sentinel": lambda place: place.sentinels().node_options(),
    "sentinel and passwords": sentinels_with_passwords,
    "cluster": lambda place: place.cluster().node_options(),
    "cluster and password":
        lambda place: with_password(place.cluster(password=PASSWORD).node_options(), place),
    "several": lambda place: [*place.redis().node_options(), *place.redis().node_options()],
}
TLS_WAYS = {
    "port": lambda place: place.redis(tls=place.tls()).node_options(),
    "client certificate":
        lambda place: place.redis(tls=place.tls(asks_clients=True)).node_options(),
    "sentinel": lambda place: place.sentinels(tls=place.tls(asks_clients=True)).node_options(),
    "cluster": lambda place: place.cluster(tls=place.tls(asks_clients=True)).node_options(),
}


async def join_the_nodes(start_node, connect, room, options):
    """Two nodes talk, and somebody who comes back gets what was missed. Nobody sees a secret."""
    nodes = [start_node(*options, *KEPT) for _ in range(2)]
    await all_ready(nodes)
    ann, bob = [await connect(node) for node in nodes]
    here = await ann.request("join", room=room)
    await join(room, bob)
    await speak(room, ann, bob)
    await bob.request("leave", room=room)
    await ann.request("publish", room=room, data="missed")
    since = {"epoch": here["epoch"], "offset": 2}
    assert (await bob.request("join", room=room, since=since))["recovered"] is True
    await bob.expect("message", data="missed")
    for node in nodes:
        words = (f"/proc/{node.process.pid}/cmdline")
        for text in (node.log, open(words, encoding="utf-8").read()):
            assert PASSWORD not in text and SENTINEL_PASSWORD not in text
        node.stop()


@by_name("way", WAYS)
async def test_nodes_meet_on_it(place, start_node, connect, room, way):
    await join_the_nodes(start_node, connect, room, way(place))


@needs_tls
@by_name("way", TLS_WAYS)
async def test_nodes_meet_on_it_with_tls(place, start_node, connect, room, way):
    await join_the_nodes(start_node, connect, room, way(place))


# -- what is wrong with TLS ------------------------------------------------------------------------


async def is_refused(node, *parts):
    """The node says in one sentence why, in its log as in /ready."""
    reason = await not_ready(node, "TLS", *parts)
    assert "\n" not in reason and reason.isascii()
    await until(lambda: all(part in node.log for part in parts), "the log says it, too")
    return reason


@needs_tls
async def test_a_server_with_another_name_is_refused(place, start_node):
    server = place.redis(tls=place.tls(alternatives="DNS:cache.example"))
    node = start_node(*server.node_options())
    await is_refused(node, "certificate", "hostname mismatch")
    assert not named_clients(server)
    node.stop()


@needs_tls
async def test_a_server_of_an_unknown_authority_is_refused(place, start_node):
    server = place.redis(tls=place.tls("one"))
    other = place.tls("another")
    node = start_node("--redis", server.url, "--redis-ca", str(other.ca))
    await is_refused(node, "certificate")
    assert not named_clients(server)
    node.stop()


@needs_tls
async def test_a_node_without_a_certificate_is_told_that_one_is_asked_for(place, start_node):
    server = place.redis(tls=place.tls(asks_clients=True))
    node = start_node("--redis", server.url, "--redis-ca", str(server.tls.ca))
    await not_ready(node, "certificate")
    node.stop()


@needs_tls
async def test_a_server_without_tls_is_not_taken_for_one_with_it(place, start_node):
    server = place.redis()
    tls = place.tls()
    node = start_node("--redis", f"rediss://localhost:{server.port}", "--redis-ca", str(tls.ca))
    await is_refused(node)
    node.stop()


@needs_tls
async def test_a_server_that_shows_another_certificate_is_left_until_it_is_trusted(
        place, start_node, connect, room):
    """The server comes back with a certificate of another authority. The node does not talk to it,
    until the operator has put that authority into the file as well, and tells the node so."""
    first, second = place.tls("first"), place.tls("second")
    server = place.redis(tls=first)
    trusted = place.file("trusted.pem", first.ca.read_text())
    node = start_node("--redis", server.url, "--redis-ca", trusted, "--bus-timeout", "2")
    await all_ready([node])
    ann = await connect(node)
    await join(room, ann)
    server.kill()
    server.tls = second
    server.start()
    await is_refused(node, "certificate")
    assert not named_clients(server)
    assert (await ann.refusal("publish", room=room, data=1))["code"] in OUTAGE_ERRORS
    place.file("trusted.pem", first.ca.read_text() + second.ca.read_text())
    await hang_up(node)
    await all_ready([node])
    await ann.expect("gap", room=room)
    await speak(room, ann)
    # And the way back: the old one is good, too.
    server.kill()
    server.tls = first
    server.start()
    await until(lambda: named_clients(server), "the node is back")
    await all_ready([node])
    node.stop()


def named_clients(server):
    return [x["name"] for x in server.admin.client_list() if x["name"].startswith("atrium-")]


# -- passwords -------------------------------------------------------------------------------------


async def test_a_password_that_changes_is_read_again(place, start_node, connect, room):
    """Links that are up stay. One that breaks comes back when the node has read the new one."""
    server = place.redis(password="old one")
    options = with_password(server.node_options(), place, "old one")
    node = start_node(*options, "--bus-timeout", "2")
    await all_ready([node])
    ann = await connect(node)
    await join(room, ann)
    server.change_password("new one")
    await speak(room, ann)
    server.disconnect("normal")
    server.disconnect("pubsub")
    reason = await not_ready(node, "WRONGPASS")
    assert "old one" not in reason
    place.file("password", "new one")
    await hang_up(node)
    await all_ready([node])
    await ann.expect("gap", room=room)
    await speak(room, ann)
    assert not re.search("old one|new one", node.log)
    node.stop()


async def test_a_file_that_cannot_be_read_changes_nothing(place, start_node, connect, room):
    """The node says so, and goes on with the password that it has."""
    server = place.redis(password=PASSWORD)
    path = place.folder / "password"
    node = start_node(*with_password(server.node_options(), place))
    await all_ready([node])
    path.unlink()
    said = await hang_up(node, "node_reload_failed")
    assert "redis-password-file" in said
    server.disconnect("normal")
    server.disconnect("pubsub")
    await all_ready([node])
    ann = await connect(node)
    await join(room, ann)
    await speak(room, ann)
    node.stop()


async def test_sentinels_with_another_password_are_not_believed(place, start_node):
    servers = place.sentinels(sentinel_password=SENTINEL_PASSWORD)
    file = ConfigFile(place.folder / "atrium.toml")
    secret = place.file("sentinel", "wrong")
    file.write(redis=servers.url, redis_sentinel_password_file=secret)
    node = start_node("--config", str(file.path))
    reason = await not_ready(node, "WRONGPASS")
    assert "wrong" not in reason.replace("WRONGPASS", "")
    place.file("sentinel", SENTINEL_PASSWORD)
    await hang_up(node)
    await all_ready([node])
    node.stop()
