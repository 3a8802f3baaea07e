"""A command → how long its whole process took, and the most memory that it and its children held at once.

Memory is the sum of the resident sizes (RSS) of the process tree, sampled from /proc; pages that processes share
count once for each. The kernel's own peak of the largest single process (getrusage) fills in where sampling missed
it, and is all there is on a system without /proc.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

INTERVAL = 0.05
_PAGE = os.sysconf("SC_PAGE_SIZE")
_RUSAGE_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Measured:
    """What one process cost, with its exit code and what it printed. `cpu_seconds` adds up all cores and children."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    code: int
    output: str


def measure(command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> Measured:
    """Run a command to its end."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        sampler = _Sampler(process.pid)
        sampler.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        sampler.stop()
        out.seek(0)
        output = out.read().decode("utf-8", "replace")
    peak = max(sampler.peak, usage.ru_maxrss * _RUSAGE_UNIT)
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(seconds, cpu, peak / 1_000_000, process.returncode, output)


class _Sampler(threading.Thread):
    """Looks at a process tree again and again, and keeps the highest sum of resident sizes, in bytes."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak = pid, 0
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(INTERVAL):
            self.peak = max(self.peak, sum(_resident(pid) for pid in _tree(self.pid)))

    def stop(self) -> None:
        self._done.set()
        self.join()


def _tree(root: int) -> list[int]:
    """The process and its descendants, as far as they still run."""
    found = [root]
    for pid in found:  # grows while it is read
        try:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, children.read_text().split())
        except OSError:
            continue  # it ended while we looked
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0
