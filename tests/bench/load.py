"""How much of the machine others took while something was measured."""

import contextlib
import os
import pathlib
import resource
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_of(pid):
    """Seconds of CPU of a process, those of all its threads; 0 if it has ended."""
    clock = (~pid << 3) | 2  # what clock_getcpuclockid(3) makes of it
    with contextlib.suppress(OSError):
        return time.clock_gettime(clock)
    return 0.0


def ticks():
    """The ticks of all processors since boot: of any kind, idle, and stolen by the host."""
    # The two fields after these eight are counted in the first two as well (proc(5)).
    fields = pathlib.Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
    _, _, _, idle, waiting, _, _, stolen = (int(field) for field in fields)
    return sum(int(field) for field in fields), idle + waiting, stolen


def children():
    """Seconds of CPU of the children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Watch:
    """Counts from now on what neither `pids` nor children that end take of all processors."""

    def __init__(self, pids):
        self.pids = pids
        self.before = self.read()

    def read(self):
        ours = children() + sum(cpu_of(pid) for pid in self.pids)
        return (*ticks(), ours * TICKS_PER_SECOND)

    def figures(self):
        """Returns shares of all processors in %, and the load average of the last minute."""
        whole, idle, stolen, ours = (b - a for a, b in zip(self.before, self.read()))
        whole = max(whole, 1)
        others = max(whole - idle - stolen - ours, 0)
        return {"other_cpu_percent": 100 * others / whole, "steal_percent": 100 * stolen / whole,
                "load_average": os.getloadavg()[0]}
