"""How scenario size drives time and memory, from the files to an evaluated plan.

``python -m benchmarks.sizes`` makes the cities S, M and L, and prints a table. Each
phase runs in a process of its own that first does, untimed, what comes before it; so a
phase's peak memory includes its inputs. The plan that is evaluated is the greedy
engine's first, residents assigned. Making that plan is not measured.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.access import build_access
from allocator.evaluate import evaluate_plan
from allocator.instance import build_instance
from allocator.options import SolveOptions
from allocator.plan import Plan
from allocator.scenario import read_scenario
from allocator.solve import solve
from benchmarks.cities import SUBJECTS, make_city
from scenarios.folder import write_folder

if TYPE_CHECKING:
    from collections.abc import Callable

ASSIGNMENTS, SERVED = "plan-assignments.parquet", "plan-served.parquet"
PLAN_TIME_LIMIT_S = 300.0


def _timed(step: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    made = step()
    return made, time.perf_counter() - start


def measure(phase: str, folder: Path) -> dict[str, float]:
    """Do everything up to `phase`; return its seconds, sizes and peak memory in MB."""
    scenario, seconds = _timed(lambda: read_scenario(folder))
    sizes: dict[str, float] = {}
    if phase == "read":
        tables = scenario.tables
        sizes = {
            "buildings": len(tables.buildings),
            "spaces": len(tables.spaces),
            "zones": len(tables.zones),
            "demand_rows": len(scenario.demand),
        }
    else:
        access, seconds = _timed(lambda: build_access(scenario))
        if phase == "instance":
            instance, seconds = _timed(lambda: build_instance(scenario, access))
            sizes = {"merged_rows": len(instance.rows), "arcs": num_arcs(instance)}
        if phase == "evaluate":
            plan = _read_plan(folder)
            evaluation, seconds = _timed(lambda: evaluate_plan(scenario, access, plan))
            sizes = {"violations": len(evaluation.violations)}
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "peak_mb": peak_kb / 1024} | sizes


def num_arcs(instance: Any) -> int:
    """Return how many (demand row, site, offer) arcs there are, without making them."""
    total = 0
    offers_at: list[set[int]] = [set() for _ in instance.index.sites]
    supplies = instance.supplies
    for site, offer in zip(supplies.site, supplies.offer, strict=True):
        offers_at[site].add(int(offer))
    for reach in instance.reaches:
        own = set(reach.offers.tolist())
        rows = reach.start[1:] - reach.start[:-1]
        total += sum(
            int(count) * len(own & offers)
            for count, offers in zip(rows, offers_at, strict=True)
        )
    return total


def make_plan(folder: Path) -> None:
    """Write the greedy engine's plan beside the scenario, for the evaluation."""
    options = SolveOptions(engine="greedy", time_limit_s=PLAN_TIME_LIMIT_S, max_steps=0)
    plan = solve(read_scenario(folder), options).plan
    if plan is None or plan.served is None:
        msg = "the greedy engine found no plan"
        raise RuntimeError(msg)
    plan.assignments.to_parquet(folder / ASSIGNMENTS)
    plan.served.to_parquet(folder / SERVED)


def _read_plan(folder: Path) -> Plan:
    return Plan(pd.read_parquet(folder / ASSIGNMENTS), pd.read_parquet(folder / SERVED))


def _in_a_fresh_process(phase: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.sizes", "--phase", phase]
    done = subprocess.run(
        [*command, "--folder", str(folder)], check=True, capture_output=True, text=True
    )
    return dict(json.loads(done.stdout)) if done.stdout else {}


def measure_subject(subject: str, seed: int) -> dict[str, Any]:
    """Return one row of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_folder(*make_city(subject, seed), folder)
        row: dict[str, Any] = {"city": subject.upper()}
        _in_a_fresh_process("plan", folder)
        for phase in ("read", "access", "instance", "evaluate"):
            found = _in_a_fresh_process(phase, folder)
            row[f"{phase} s"] = round(found.pop("seconds"), 2)
            row[f"{phase} MB"] = round(found.pop("peak_mb"))
            row |= {key.replace("_", " "): int(count) for key, count in found.items()}
    return row


SIZES = ("city", "buildings", "spaces", "zones", "demand rows", "merged rows", "arcs")


def as_markdown(rows: list[dict[str, Any]]) -> str:
    """Return the rows as a Markdown table, sizes first."""
    measured = [key for key in rows[0] if key not in (*SIZES, "violations")]
    columns = [*SIZES, *measured]
    lines = [columns, ["---:"] * len(columns)]
    lines += [
        [f"{row[key]:,}" if key != "city" else row[key] for key in columns]
        for row in rows
    ]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def main() -> None:
    """Print the table, or measure one phase of one folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--subjects", nargs="+", choices=SUBJECTS, default=["s", "m", "l"]
    )
    parser.add_argument("--seed", type=int, default=0, help="odd: all features on")
    parser.add_argument("--phase", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.phase == "plan":
        make_plan(given.folder)
    elif given.phase:
        print(json.dumps(measure(given.phase, given.folder)))
    else:
        rows = [measure_subject(subject, given.seed) for subject in given.subjects]
        print(as_markdown(rows))


if __name__ == "__main__":
    main()
