"""``python -m benchmarks quality``: run cases one after the other, a line for each."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocator.runs.environment import machine, versions
from benchmarks.cities import SHAPES
from benchmarks.quality.case import Case, folder_of, with_starts
from benchmarks.quality.contestants import ENGINES, OURS, PEERS
from benchmarks.quality.process import measure
from benchmarks.quality.store import (
    DEFAULT_RESULTS,
    PROTOCOL,
    append_result,
    code_digest,
    commit,
    is_done,
    read_results,
)
from benchmarks.quality.targets import FAMILY, ROWS, SEEDS, SHARE, time_limit_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

QUICK: dict[str, Any] = {
    "subject": ["tiny", "s"],
    "engine": ["search", *PEERS],
    "seed": [0, 1],
    "time_limit": 15.0,
}
"""28 runs of 15 s: less than ten minutes."""
USUAL: dict[str, Any] = {"subject": ["s"], "engine": ["search"]}
COLUMNS = ("plan", "bound", "gap %", "seconds", "CPU s", "peak MB", "steps")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    many: dict[str, Any] = {"action": "append"}
    parser.add_argument("--subject", **many, help="tiny, s, m, l, xl or a folder")
    parser.add_argument("--engine", choices=ENGINES, **many)
    parser.add_argument("--seed", type=int, **many, help="of the city and the engine")
    parser.add_argument("--money-share", type=float, **many)
    parser.add_argument("--shape", choices=SHAPES, **many)
    parser.add_argument("--variant", help="of a scenario folder")
    parser.add_argument("--time-limit", type=float, help="default: the subject's own")
    parser.add_argument("--max-steps", type=int)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--quick", action="store_true", help="a table in ten minutes")
    parser.add_argument(
        "--full", action="store_true", help="every row of the table (hours)"
    )
    parser.add_argument("--json", action="store_true", help="print the whole records")
    parser.add_argument(
        "--results", type=Path, default=DEFAULT_RESULTS, help="appended to"
    )
    parser.add_argument(
        "--any-code",
        action="store_true",
        help="leave out what other code has measured too",
    )
    parser.add_argument("--list", action="store_true", help="say what would be run")


def cases_of(given: argparse.Namespace) -> list[Case]:
    """Return what is asked for; runs of one city follow each other."""
    if given.full:
        return _full_table(given)
    chosen = {name: getattr(given, name) for name in ("subject", "engine", "seed")}
    usual = QUICK if given.quick else USUAL
    chosen = {name: flags or usual.get(name) for name, flags in chosen.items()}
    limit = given.time_limit or usual.get("time_limit")
    crossed = product(
        chosen["subject"],
        given.money_share or [SHARE],
        given.shape or ["default"],
        chosen["seed"] or SEEDS,
        chosen["engine"],
    )
    return [
        run
        for subject, money_share, shape, seed, engine in crossed
        for run in with_starts(
            Case(
                subject=subject,
                money_share=money_share,
                shape=shape,
                seed=seed,
                engine=engine,
                time_limit_s=limit or time_limit_of(subject),
                max_steps=given.max_steps,
                workers=given.workers,
                variant=given.variant,
            )
        )
    ]


def _full_table(given: argparse.Namespace) -> list[Case]:
    """Return the rows of the table; flags leave out what they do not name."""
    found: list[Case] = []
    for row in (*ROWS, *FAMILY):
        engines = given.engine or ["search", *PEERS]
        if not row.with_peers:
            engines = [engine for engine in engines if engine in OURS]
        asked = (
            (row.subject, given.subject),
            (row.money_share, given.money_share),
            (row.shape, given.shape),
        )
        if any(flags and value not in flags for value, flags in asked):
            continue
        for seed, engine in product(given.seed or SEEDS, engines):
            case = Case(
                subject=row.subject,
                money_share=row.money_share,
                shape=row.shape,
                seed=seed,
                engine=engine,
                time_limit_s=given.time_limit or row.time_limit_s,
            )
            found += with_starts(case)
    return found


def run_command(given: argparse.Namespace) -> int:
    """Run what is not in the results file yet; 1 if a run failed."""
    if given.results.exists() and not given.results.is_file():
        print(f"{given.results} is no file", file=sys.stderr)
        return 2
    code = None if given.any_code else code_digest()
    records = read_results(given.results)
    cases = cases_of(given)
    left = [case for case in cases if not is_done(case, records, code)]
    print(f"{len(left)} runs, {len(cases) - len(left)} done before", file=sys.stderr)
    if given.list:
        for case in left:
            print(f"{case.label}, {case.time_limit_s:g} s")
        return 0
    if not given.json:
        print(f"| run | {' | '.join(COLUMNS)} |\n|---|{'---:|' * len(COLUMNS)}")
    failed = False
    for record in run_cases(left, given.results):
        print(json.dumps(record) if given.json else as_row(record), flush=True)
        failed |= "error" in record
    return int(failed)


def run_cases(cases: Iterable[Case], results: Path) -> Iterable[dict[str, Any]]:
    """Run the cases in turn, writing each record before it is given out."""
    for case in cases:
        print(f"  {case.label}, {case.time_limit_s:g} s ...", file=sys.stderr)
        record = run_case(case)
        append_result(results, record)
        yield record


def run_case(case: Case) -> dict[str, Any]:
    """Run one case and say under what conditions."""
    begun = datetime.now(UTC).isoformat(timespec="seconds")
    with folder_of(case) as folder:
        found = measure(case, folder)
    about = {
        "protocol": PROTOCOL,
        **case.to_dict(),
        "features": list(case.features),
        "begun": begun,
        "commit": commit(),
        "code": code_digest(),
        "load": round(os.getloadavg()[0], 2),
        "versions": versions(),
        "machine": machine(),
    }
    return about | found


def as_row(record: dict[str, Any]) -> str:
    """Return one line of a Markdown table; a run without a plan has empty cells."""
    fields = {name for name in Case.__dataclass_fields__ if name in record}
    label = Case(**{name: record[name] for name in fields}).label
    if "error" in record:
        return f"| {label} | {record['error']} |"
    gap = record["gap"]
    values = [
        *(record[key] for key in ("plan", "bound")),
        None if gap is None else 100 * gap,
        *(record[key] for key in ("seconds", "cpu_seconds", "peak_mb", "steps")),
    ]
    return f"| {label} | {' | '.join(map(_cell, values))} |"


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.2f}" if abs(value) < 1000 else f"{value:,.0f}"
