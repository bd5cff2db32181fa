"""Time and memory of what is made from runs: ``python -m benchmarks.outputs RUN …``.

Each output of each run is a command of its own in a process of its own. ``--with``
names another run to compare the first with; the others are compared with themselves,
where nothing differs. ``--store N`` lists N copies of the first run's record, without
and with an index. A sweep starts from the run and gives each of three budgets
``--time-limit`` seconds; it is asked for twice, the second time all is there.
``--only`` measures some of these.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.runs import read_run
from allocator.runs.store import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MIB = 2**20
KIB_PER_MIB = 1024
KINDS = ("report", "compare", "explain", "sweep", "list")
BUDGETS = "capital_budget=0.8,1,1.2"
"""Multiples of the scenario's own."""


@dataclass(frozen=True)
class Measured:
    """One command: seconds on the clock and of the processor, memory, bytes written."""

    run: str
    output: str
    wall_s: float
    user_s: float
    peak_mib: float
    size_mib: float

    def line(self) -> str:
        """Return a row of the table."""
        return (
            f"| {self.run} | {self.output} | {self.wall_s:.1f} | {self.user_s:.1f} "
            f"| {self.peak_mib:,.0f} | {self.size_mib:.2f} |"
        )


def measured(
    run: str, output: str, arguments: Sequence[object], target: Path | None
) -> Measured:
    """Run `allocator` with arguments to its end and measure it.

    Raises
    ------
    RuntimeError
        If the command fails.
    """
    line = [sys.executable, "-m", "allocator", *map(str, arguments)]
    begun = time.monotonic()
    process = subprocess.Popen(
        line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        msg = f"{line} ended with {process.returncode}"
        raise RuntimeError(msg)
    peak = used.ru_maxrss / KIB_PER_MIB
    return Measured(run, output, wall, used.ru_utime, peak, size_of(target) / MIB)


def size_of(target: Path | None) -> int:
    """Return the bytes of a file or of the files of a folder."""
    if target is None:
        return 0
    if target.is_dir():
        files = (path for path in target.rglob("*") if path.is_file())
        return sum(path.stat().st_size for path in files)
    return target.stat().st_size


def reports(run: Path, folder: Path) -> Iterator[Measured]:
    """Measure every format of one run's report."""
    for kind in ("html", "xlsx", "gpkg", "png", "svg"):
        target = folder / (f"{run.name}.{kind}" if kind[0] in "hxg" else f"{kind}s")
        line = ["report", run, "--format", kind, "--lang", "zh", "--out", target]
        yield measured(run.name, f"report {kind}", line, target)


def comparisons(run: Path, other: Path, folder: Path) -> Iterator[Measured]:
    """Measure every format of the comparison of two runs."""
    for suffix in ("html", "xlsx", "csv"):
        target = folder / f"compared.{suffix}"
        line = ["compare", run, other, "--out", target]
        yield measured(run.name, f"compare {suffix}", line, target)


def explanations(run: Path, folder: Path) -> Iterator[Measured]:
    """Measure what explains a run without solving."""
    found = read_run(run)
    building = found.assignments["building_id"].iloc[0]
    community = found.table("coverage.csv")["community_id"].iloc[0]
    questions: dict[str, list[str]] = {
        "limits": [],
        "--building": ["--building", building],
        "--community": ["--community", community],
        "--replacement building": ["--replacement", "building"],
    }
    target = folder / "explained.html"
    for name, asked in questions.items():
        line = ["explain", run, *asked, "--out", target]
        yield measured(run.name, f"explain {name}", line, target)


def sweeps(run: Path, time_limit_s: float, folder: Path) -> Iterator[Measured]:
    """Measure a sweep from a run, the same again, and its nested plans beside it."""
    target = folder / "sweep"
    line = ["sweep", run / "scenario", "--scale", BUDGETS, "--start", run]
    line += ["--time-limit", time_limit_s, "--out", target]
    for name, more in {"": [], ", all there": [], ", nested": ["--nested"]}.items():
        yield measured(run.name, f"sweep{name}", [*line, *more], target)


def listing(run: Path, count: int, folder: Path) -> Iterator[Measured]:
    """Measure lists of many runs: the record and empty tables are copied."""
    store = folder / "store"
    for k in range(count):
        own = store / f"run-{k:05}"
        (own / "scenario").mkdir(parents=True)
        shutil.copy(run / "run.json", own)
        os.utime(own / "run.json", (0, 0))
        for name in TABLES:
            (own / name).touch()
    line = ["runs", "list", "--store", store, "--where", "coverage>0", "--json"]
    for index in ("without index", "with index"):
        yield measured(f"{count:,} runs", f"list, {index}", line, store / ".index.json")


def main() -> None:
    """Print a table of all measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    parser.add_argument("--with", dest="other", type=Path, metavar="RUN")
    parser.add_argument("--store", type=int, default=1000, metavar="N")
    parser.add_argument("--time-limit", type=float, default=8.0, metavar="S")
    parser.add_argument("--only", action="append", choices=KINDS)
    given = parser.parse_args()
    print("| run | output | wall s | user s | peak MiB | MiB written |")
    print("|---|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as scratch:
        for found in asked_for(given, Path(scratch)):
            print(found.line(), flush=True)


def asked_for(given: argparse.Namespace, scratch: Path) -> Iterator[Measured]:
    """Measure what the command line asks for."""
    only = given.only or KINDS
    for k, run in enumerate(given.runs):
        other = given.other if given.other and k == 0 else run
        folder = scratch / str(k)
        folder.mkdir()
        if "report" in only:
            yield from reports(run, folder)
        if "compare" in only:
            yield from comparisons(run, other, folder)
        if "explain" in only:
            yield from explanations(run, folder)
        if "sweep" in only:
            yield from sweeps(run, given.time_limit, folder)
    if "list" in only:
        yield from listing(given.runs[0], given.store, scratch)


if __name__ == "__main__":
    main()
