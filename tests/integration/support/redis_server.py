"""A Redis of the tests' own, with the faults that need no firewall: killed, restarted, stalled."""

import shutil
import socket

import redis

from .child import Child
from .deadline import wait_until

AVAILABLE = shutil.which("redis-server") is not None
START_ATTEMPTS = 5


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RedisServer:
    """A redis-server on one port for its whole life, however often it is restarted."""

    def __init__(self, directory, *options):
        self.directory = directory
        self.options = options
        self.socket_path = directory / "redis.sock"
        for _ in range(START_ATTEMPTS):
            # Another process may take the port between the probe and Redis.
            self.port = free_port()
            if self._try_start():
                return
        raise RuntimeError(f"redis-server does not start:\n{self.process.log_tail()}")

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def start(self):
        """Starts the server again after `kill`."""
        assert self._try_start(), f"redis-server does not start:\n{self.process.log_tail()}"

    def kill(self):
        """Ends the server like a crash: the nodes see their connections break."""
        self.process.kill()

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
        self.admin = redis.Redis(port=self.port, socket_timeout=5)
        self.process = Child("redis", [
            "redis-server", "--port", str(self.port), "--bind", "127.0.0.1",
            "--unixsocket", str(self.socket_path), "--dir", str(self.directory),
            "--save", "", "--appendonly", "no", *self.options], self.directory)
        wait_until(lambda: self._answers() or self.process.has_exited, "redis-server answers")
        return not self.process.has_exited

    def _answers(self):
        try:
            return self.admin.ping()
        except redis.RedisError:
            return False
