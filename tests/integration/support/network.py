"""A way to a node that a test can cut."""

import contextlib
import socket
import threading


class Network:
    """Carries TCP connections to a port of this machine, in threads: a test that waits for a
    browser runs nothing else."""

    def __init__(self, port):
        self._there = port
        self._lock = threading.Lock()
        self._ends = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._is_cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Breaks all connections; new ones break as well."""
        with self._lock:
            self._is_cut = True
            ends, self._ends = self._ends, []
        for end in ends:
            self._break(end)

    def mend(self):
        with self._lock:
            self._is_cut = False

    def close(self):
        self.cut()
        self._break(self._listener)

    def _accept(self):
        with contextlib.suppress(OSError):  # closed
            while True:
                self._connect(self._listener.accept()[0])

    def _connect(self, here):
        with self._lock:
            if self._is_cut:
                here.close()
                return
            there = socket.create_connection(("127.0.0.1", self._there))
            self._ends += [here, there]
        for source, sink in ((here, there), (there, here)):
            threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source, sink):
        with contextlib.suppress(OSError):  # cut
            while data := source.recv(65536):
                sink.sendall(data)
        self._break(sink)

    @staticmethod
    def _break(end):
        # Only a shutdown wakes the thread that waits for it.
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
