"""A Redis of the tests' own, with the faults that need no firewall: killed, restarted, stalled."""

import shutil
import socket
import subprocess

import redis

from .child import Child
from .deadline import wait_until

AVAILABLE = shutil.which("redis-server") is not None
START_ATTEMPTS = 5


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def has_tls():
    """Whether redis-server was built with TLS: it names the first option that it does not know."""
    said = subprocess.run(["redis-server", "--tls-port", "0", "--no-such-option", "1"],
                          capture_output=True, text=True, check=False)
    return "no-such-option" in said.stdout + said.stderr


class Tls:
    """What servers show of themselves: a certificate for `alternatives`, signed by `authority`.
    With `asks_clients` they talk only to whoever shows one of the same authority."""

    def __init__(self, authority, asks_clients=False, **alternatives):
        self.ca = authority.ca
        self.cert, self.key = authority.issue("server", **alternatives)
        self.client = authority.issue("client") if asks_clients else None

    def of_server(self, port):
        return ["--port", "0", "--tls-port", str(port), "--tls-cert-file", str(self.cert),
                "--tls-key-file", str(self.key), "--tls-ca-cert-file", str(self.ca),
                "--tls-auth-clients", "yes" if self.client else "no"]

    def of_node(self):
        """What `atrium node` needs besides the address."""
        cert, key = self.client or (None, None)
        named = {"--redis-ca": self.ca, "--redis-cert": cert, "--redis-key": key}
        return [str(x) for pair in named.items() if pair[1] for x in pair]


class RedisServer:
    """A redis-server on one port for its whole life, however often it is restarted. `tls` may be
    changed meanwhile, and `password` follows `change_password`."""

    def __init__(self, directory, *options, tls=None, password=None):
        self.directory = directory
        self.options = options
        self.tls, self.password = tls, password
        self.socket_path = directory / "redis.sock"
        for _ in range(START_ATTEMPTS):
            # Another process may take the port between the probe and Redis.
            self.port = free_port()
            if self._try_start():
                return
        raise RuntimeError(f"redis-server does not start:\n{self.process.log_tail()}")

    @property
    def url(self):
        return f"rediss://localhost:{self.port}" if self.tls else f"redis://127.0.0.1:{self.port}"

    @property
    def unix_url(self):
        return f"unix://{self.socket_path}"

    def node_options(self):
        """What a node is started with that shall use it; a password is not among them."""
        return ["--redis", self.url, *(self.tls.of_node() if self.tls else [])]

    def start(self):
        """Starts the server again after `kill`."""
        assert self._try_start(), f"redis-server does not start:\n{self.process.log_tail()}"

    def kill(self):
        """Ends the server like a crash: the nodes see their connections break."""
        self.process.kill()

    def change_password(self, password):
        """Connections that are there stay; new ones need this one."""
        self.admin.config_set("requirepass", password)
        self.password = password
        self.admin = self._connect()

    def restart(self):
        self.kill()
        self.start()

    def heal(self):
        """Undoes whatever a test has left behind."""
        if not self._answers():
            self.restart()

    def stall(self):
        """Freezes the server: connections stay open, nothing is answered."""
        self.process.freeze()

    def resume(self):
        self.process.thaw()

    def disconnect(self, kind):
        """Breaks the connections of one `kind`: `pubsub` or `normal`."""
        self.admin.client_kill_filter(_type=kind)

    def channels(self):
        """The channels that somebody subscribes to."""
        return {name.decode() for name in self.admin.pubsub_channels()}

    def subscribers(self, channel):
        """How many connections, which means nodes, subscribe to `channel`."""
        return self.admin.pubsub_numsub(channel)[0][1]

    def _try_start(self):
        self.admin = self._connect()
        self.process = Child("redis", ["redis-server", *self._command()], self.directory)
        wait_until(lambda: self._answers() or self.process.has_exited, "redis-server answers")
        return not self.process.has_exited

    def _connect(self):
        """By TLS only over the socket, which needs no certificate."""
        where = {"unix_socket_path": str(self.socket_path)} if self.tls else {"port": self.port}
        return redis.Redis(**where, password=self.password, socket_timeout=5)

    def _command(self):
        return [*self._basics(), "--save", "", "--appendonly", "no", *self.options]

    def _basics(self):
        ports = self.tls.of_server(self.port) if self.tls else ["--port", str(self.port)]
        password = ["--requirepass", self.password] if self.password else []
        return [*ports, "--bind", "127.0.0.1", "--unixsocket", str(self.socket_path),
                "--dir", str(self.directory), *password]

    def _answers(self):
        try:
            return self.admin.ping()
        except redis.RedisError:
            return False
