"""Set-ups of Redis, whole and broken, as operators have them, and what is wrong with each."""

import contextlib
import os
import re
import socket
import threading

import pytest

from . import redis_server
from .certificates import Authority
from .node import ROOT
from .redis_cluster import RedisCluster
from .redis_server import RedisServer, Tls, free_port
from .sentinel import NAME, Sentinels


class Speaker:
    """A server that is no Redis: says the same to whatever it hears, or nothing at all."""

    def __init__(self, words):
        self._words = words
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, contextlib.suppress(OSError):
                    while connection.recv(4096):
                        connection.sendall(self._words)

    def kill(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()


class Workshop:
    """Makes servers, each in a folder of its own, and takes them down."""

    def __init__(self, folder):
        self.folder = folder
        self._made = []

    def subfolder(self):
        path = self.folder / str(len(list(self.folder.iterdir())))
        path.mkdir()
        return path

    def redis(self, *options, **settings):
        return self.keep(RedisServer(self.subfolder(), *options, **settings))

    def speaker(self, words):
        return self.keep(Speaker(words))

    def sentinels(self, **settings):
        return self.keep(Sentinels(self.subfolder(), replicas=1, **settings))

    def cluster(self, *options, **settings):
        return self.keep(RedisCluster(self.subfolder(), *options, **settings))

    def keep(self, server):
        self._made.append(server)
        return server

    def secret(self, text):
        path = self.subfolder() / "secret"
        path.write_text(text + "\n")
        return str(path)

    def tls(self, **settings):
        if not redis_server.has_tls():
            pytest.skip("redis-server has no TLS")
        return Tls(Authority(self.subfolder()), **settings)

    def close(self):
        for each in reversed(self._made):
            (each.close if hasattr(each, "close") else each.kill)()


def hello(version, mode="standalone", role="master"):
    """The answer of a server of some other version."""
    pairs = ["server", "redis", "version", version, "mode", mode, "role", role]
    return f"*{len(pairs)}\r\n".encode() + b"".join(
        f"${len(x)}\r\n{x}\r\n".encode() for x in pairs)


README = (ROOT / "broker" / "redis" / "README.md").read_text()


def user(server, *rules):
    """A user with these rights besides those that the README of redis names."""
    for command in re.findall(r"ACL SETUSER atrium ((?:.+\n)+?)\n", README):
        server.admin.execute_command("ACL", "SETUSER", "atrium", *command.split())
    server.admin.execute_command("ACL", "SETUSER", "atrium", *rules)
    return ["--redis", f"redis://atrium:secret@127.0.0.1:{server.port}",
            "--namespace", "prod:chat", "--history", "*=10,1h", "--presence", "*",
            "--events", "redis-stream"]


# Each returns the options of a node.

def unknown_name(make):
    return ["--redis", "redis://no-such-host.invalid"]


def nobody_listens(make):
    return ["--redis", f"redis://127.0.0.1:{free_port()}"]


def no_socket(make):
    return ["--redis", f"unix://{make.folder}/none.sock"]


def dead_socket(make):
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(make.folder / "left.sock"))
    return ["--redis", f"unix://{make.folder}/left.sock"]


def forbidden_socket(make):
    if os.geteuid() == 0:
        pytest.skip("root may use every socket")
    return ["--redis", make.redis("--unixsocketperm", "000").unix_url]


def other_authority(make):
    server = make.redis(tls=make.tls())
    return ["--redis", server.url, "--redis-ca", str(Authority(make.subfolder()).ca)]


def other_name(make):
    return make.redis(tls=make.tls(alternatives="DNS:redis.example")).node_options()


def expired(make):
    tls, authority = make.tls(), Authority(make.subfolder())
    tls.ca, (tls.cert, tls.key) = authority.ca, authority.issue("old", days=-1)
    return make.redis(tls=tls).node_options()


def no_tls(make):
    return ["--redis", make.redis().url.replace("redis:", "rediss:")]


def only_tls(make):
    return ["--redis", f"redis://127.0.0.1:{make.redis(tls=make.tls()).port}"]


def no_client_certificate(make):
    tls = make.tls(asks_clients=True)
    return ["--redis", make.redis(tls=tls).url, "--redis-ca", str(tls.ca)]


def other_client_certificate(make):
    tls = make.tls(asks_clients=True)
    cert, key = Authority(make.subfolder()).issue("stranger")
    return ["--redis", make.redis(tls=tls).url, "--redis-ca", str(tls.ca),
            "--redis-cert", str(cert), "--redis-key", str(key)]


def wrong_password(make):
    return ["--redis", make.redis(password="sesame").url.replace("//", "//:open@")]


def no_password(make):
    return ["--redis", make.redis(password="sesame").url]


def needless_password(make):
    return ["--redis", make.redis().url, "--redis-password-file", make.secret("sesame")]


def no_room_for_a_client(make):
    return ["--redis", make.redis("--maxclients", "1").url]  # which is that of the test


def no_database(make):
    return ["--redis", make.redis().url + "/99"]


def http_server(make):
    return ["--redis", make.speaker(b"HTTP/1.1 400 Bad Request\r\n\r\n").url]


def memcached(make):
    return ["--redis", make.speaker(b"ERROR\r\n").url]


def something_else(make):
    return ["--redis", make.speaker(b"220 mail.example ESMTP\x1b[31m\r\n").url]


def silence(make):
    return ["--redis", make.speaker(b"").url]


def old_redis(make):
    return ["--redis", make.speaker(hello("6.0.16")).url]


def old_cluster(make):
    url = make.speaker(hello("6.2.7", "cluster")).url
    return ["--redis", url.replace("redis:", "redis-cluster:")]


def replica(make):
    master = make.redis()
    return ["--redis", make.redis("--replicaof", f"127.0.0.1 {master.port}").url]


def sentinel_for_server(make):
    return ["--redis", f"redis://127.0.0.1:{make.sentinels().sentinels[0].port}"]


def server_for_sentinel(make):
    return ["--redis", make.redis().url.replace("redis:", "redis-sentinel:") + "/main"]


def cluster_for_server(make):
    return ["--redis", make.redis("--cluster-enabled", "yes").url]


def server_for_cluster(make):
    return ["--redis", make.redis().url.replace("redis:", "redis-cluster:")]


def empty_cluster(make):
    server = make.redis("--cluster-enabled", "yes")
    return ["--redis", server.url.replace("redis:", "redis-cluster:")]


def uncovered_slots(make):
    server = make.redis("--cluster-enabled", "yes")
    server.admin.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16380)
    return ["--redis", server.url.replace("redis:", "redis-cluster:")]


def unknown_master(make):
    return ["--redis", make.sentinels().url.replace(f"/{NAME}", "/other")]


def evicting(make):
    return ["--redis", make.redis("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru").url]


def no_room_for_a_message(make):
    limit = "pubsub 32kb 16kb 10"
    return ["--redis", make.redis("--client-output-buffer-limit", limit).url]


def no_memory(make):
    return ["--redis", make.redis("--maxmemory", "1").url]


def no_command(make):
    return user(make.redis(), "-hset", "-xadd")


def no_keys(make):
    return user(make.redis(), "resetkeys", "~{prod:chat:user:*", "~{prod:chat:nodes}:*",
                "~{prod:chat:inbox}:*", "~{prod:chat}:events*")


def no_channels(make):
    return user(make.redis(), "resetchannels")


# What is wrong, and the words that say so.
ERRORS = {
    unknown_name: "the name no-such-host.invalid does not resolve",
    nobody_listens: "nobody listens at 127.0.0.1:",
    no_socket: "there is no socket ",
    dead_socket: "nobody listens on the socket ",
    forbidden_socket: "this user may not use the socket ",
    other_authority: "is by an authority that is not trusted here",
    other_name: "is for another name than localhost",
    expired: "the certificate of the server has expired",
    no_tls: "does not speak TLS",
    only_tls: "it wants TLS (write rediss instead of redis)",
    no_client_certificate: "the server wants a certificate of the node",
    other_client_certificate: "the server does not accept the certificate of the node",
    wrong_password: "the password is wrong",
    no_password: "the server wants a password, and none is given",
    needless_password: "a password is given, and the server has none",
    no_room_for_a_client: "the server has as many connections as it takes",
    no_database: "the database 99 cannot be used",
    http_server: "is an HTTP server, not Redis",
    memcached: "probably memcached",
    something_else: "is no Redis: it says '220 mail.example ESMTP.[31m'",
    silence: "accepts the connection and says nothing",
    old_redis: "the server is Redis 6.0.16, and nodes need 6.2 or newer",
    old_cluster: "nodes need 7.0 or newer in a Redis Cluster",
    replica: "this is a replica, not a master",
    sentinel_for_server: "this is a sentinel, not a server",
    server_for_sentinel: "this is a server, not a sentinel",
    cluster_for_server: "this is a node of a Redis Cluster",
    server_for_cluster: "this server is not in a Redis Cluster",
    empty_cluster: "the Redis Cluster has not been created",
    uncovered_slots: "3 of 16384 slots have no master",
    unknown_master: f"it knows no master other, but {NAME}",
    evicting: "maxmemory-policy is allkeys-lru: when memory is used up",
    no_room_for_a_message: "for one message of --max-message-bytes",
    no_memory: "the server refuses writes: OOM",
    no_command: "lacks the right to commands that the node needs (ACL SETUSER atrium +hset +xadd)",
    no_keys: "lacks the right to keys of the node (ACL SETUSER atrium ~{prod:chat:room:*)",
    no_channels: "lacks the right to channels of the node (ACL SETUSER atrium &{prod:chat:*)",
}
