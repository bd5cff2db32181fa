"""One measurement in a process of its own: its record, its memory, its CPU time."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from benchmarks.quality.case import Case

SAMPLE_INTERVAL_S = 0.1
OVERRUN_FACTOR, OVERRUN_S = 2.0, 120.0
"""A run is ended at twice its limit and 2 min: checking a large plan takes long."""
PAGE_BYTES = resource.getpagesize()
MB = 2**20


def measure(case: Case, folder: Path) -> dict[str, Any]:
    """Run one case in a fresh process; return its record, or the error."""
    command = [sys.executable, "-m", "benchmarks.quality.child"]
    command += [str(folder), json.dumps(case.to_dict())]
    busy, began = _busy_s(), time.monotonic()
    cpu_before = _children_cpu_s()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    limit = OVERRUN_FACTOR * case.time_limit_s + OVERRUN_S
    with MemoryWatch(child.pid) as memory:
        try:
            out, err = child.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
            err += f"\nended after {limit:.0f} s".encode()
        except BaseException:
            child.kill()
            child.wait()
            raise
    cpu = _children_cpu_s() - cpu_before
    elsewhere = (_busy_s() - busy - cpu) / (time.monotonic() - began)
    measured = {
        "cpu_seconds": round(cpu, 2),
        "peak_mb": round(memory.peak_bytes / MB, 1),
        "cores_busy_elsewhere": round(max(0.0, elsewhere), 2),
    }
    return _record(out, err, child.returncode) | measured


def _record(out: bytes, err: bytes, code: int) -> dict[str, Any]:
    try:
        return dict(json.loads(out))
    except ValueError:
        said = err.decode(errors="replace").strip().splitlines()
        last = said[-1] if said else "it said nothing"
        return {"error": f"the process ended with code {code}: {last}"}


class MemoryWatch:
    """Samples the memory of a process and all its descendants together.

    What they hold at one moment is added up (pages they share count for each), so that
    a solver's child counts beside the process that started it.
    """

    def __init__(self, pid: int) -> None:
        self.peak_bytes = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.is_set():
            held = sum(resident_bytes(pid) for pid in family(self._pid))
            self.peak_bytes = max(self.peak_bytes, held)
            self._ended.wait(SAMPLE_INTERVAL_S)


def family(pid: int) -> list[int]:
    """Return the process and its descendants, as far as they still live."""
    found = [pid]
    for one in found:
        # Tasks end while they are listed; the listing fails with them.
        with suppress(OSError):
            for listed in Path("/proc", str(one), "task").glob("*/children"):
                found += [int(child) for child in listed.read_text().split()]
    return found


def resident_bytes(pid: int) -> int:
    """Return what a process holds in memory, 0 when it has ended."""
    try:
        pages = Path("/proc", str(pid), "statm").read_text().split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * PAGE_BYTES


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _busy_s() -> float:
    """Return CPU seconds of the whole machine since it started, 0 if it cannot tell."""
    try:
        fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    except OSError:
        return 0.0
    user, nice, system = (int(ticks) for ticks in fields[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")
