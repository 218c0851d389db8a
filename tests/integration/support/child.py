"""Child processes that die with the test run and whose output is kept for the failure report."""

import contextlib
import ctypes
import pathlib
import resource
import signal
import subprocess

from .deadline import DEADLINE, until, wait_until

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def die_with_parent():
    """Runs in the child: a crashed or killed pytest leaves no process behind.

    The parent is the thread that started the child, so only the main thread may start one.
    """
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def prepare(files):
    """The same, with so many file descriptors at most."""
    die_with_parent()
    if files is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


class Child:
    """A process with one file for both of its output streams."""

    running = []

    def __init__(self, name, command, directory, env=None, files=None):
        self.name = name
        self.log_path = directory / f"{name}.log"
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                command, cwd=directory, env=env, preexec_fn=lambda: prepare(files),
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        Child.running.append(self)

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    def log_tail(self, lines=60):
        return "\n".join(self.log.splitlines()[-lines:])

    @property
    def has_exited(self):
        return self.process.poll() is not None

    def send_signal(self, number):
        self.process.send_signal(number)

    def freeze(self):
        """Suspends the process. A signal takes effect a moment after it was sent: until each
        thread has stopped the process may go on answering."""
        self.send_signal(signal.SIGSTOP)
        wait_until(lambda: set(self._thread_states()) <= {"T"}, f"{self.name} has stopped")

    def thaw(self):
        self.send_signal(signal.SIGCONT)

    def _thread_states(self):
        for stat in pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/stat"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended
                yield stat.read_text().rpartition(")")[2].split()[0]

    async def exit_code(self, seconds=DEADLINE):
        """Waits for the end of the process while the clients of the test go on."""
        await until(lambda: self.has_exited, f"{self.name} exits", seconds)
        return self.process.returncode

    def wait_exit_code(self, seconds=DEADLINE):
        """The same for a test without clients; None if the process does not end in time."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.process.returncode

    def kill(self):
        """Ends the process for sure, with no chance to clean up; harmless when it has gone."""
        self.process.kill()
        self.process.wait()
        if self in Child.running:
            Child.running.remove(self)
