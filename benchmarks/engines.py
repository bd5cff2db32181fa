"""Engines side by side on one scenario: plan, bound, gap, seconds, peak memory.

``python -m benchmarks.engines scenarios/riverside --time-limit 60`` solves it once with
each engine, one after the other, each in a process of its own (its children's memory
counts too). ``--city s --seed 1`` takes a made-up city instead of a folder.
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
from typing import Any

from allocator.options import SolveOptions
from allocator.scenario import read_scenario
from allocator.solve import solve
from benchmarks.cities import SHAPES, SUBJECTS, make_city
from scenarios.folder import write_folder

ENGINES = ("auto", "exact", "greedy")


def run(folder: Path, variant: str | None, options: SolveOptions) -> dict[str, Any]:
    """Solve once in this process and return what the table shows."""
    start = time.perf_counter()
    scenario = read_scenario(folder, variant=variant)
    result = solve(scenario, options)
    seconds = time.perf_counter() - start
    first = result.goals[0]
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peaks = [resource.getrusage(one).ru_maxrss / 1024 for one in who]
    found = {
        "status": str(result.status),
        "plan": first.value,
        "bound": first.bound,
        "gap %": None if first.gap is None else 100 * first.gap,
        "seconds": seconds,
        "peak MB": peaks[0],
        "peak MB of a child": peaks[1],
    }
    if result.evaluation is not None:
        measures = result.evaluation.measures
        found["coverage %"] = 100 * measures["coverage"]
        found["baseline %"] = 100 * measures["baseline_coverage"]
        found["capital cost"] = measures["capital_cost"]
        found["yearly outlay"] = measures["yearly_outlay"]
        found["buildings"] = measures["buildings"]
    return found


def _in_a_fresh_process(engine: str, given: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.engines", str(given.scenario)]
    command += ["--one", "--engines", engine, "--time-limit", str(given.time_limit)]
    command += ["--options-seed", str(given.options_seed)]
    if given.variant:
        command += ["--variant", given.variant]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return {"engine": engine} | found


def as_markdown(rows: list[dict[str, Any]]) -> str:
    """Return the rows as a Markdown table; a run without a plan has empty cells."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [columns, ["---"] + ["---:"] * (len(columns) - 1)]
    lines += [[_cell(row.get(key)) for key in columns] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return f"{value:,.2f}" if abs(value) < 1000 else f"{value:,.0f}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Engines side by side.")
    parser.add_argument("scenario", nargs="?", type=Path, help="a scenario folder")
    parser.add_argument("--variant")
    parser.add_argument("--city", choices=SUBJECTS, help="a made-up city instead")
    parser.add_argument("--seed", type=int, default=0, help="of the made-up city")
    parser.add_argument("--money-share", type=float, default=0.35)
    parser.add_argument("--shape", choices=SHAPES, default="default")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--options-seed", type=int, default=0, help="of the engine")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    return parser


def main() -> None:
    """Print the table, or solve once for it."""
    parser = _parser()
    given = parser.parse_args()
    if given.one:
        options = SolveOptions(
            engine=given.engines[0],
            time_limit_s=given.time_limit,
            seed=given.options_seed,
        )
        print(json.dumps(run(given.scenario, given.variant, options)))
        return
    with tempfile.TemporaryDirectory() as name:
        if given.city:
            given.scenario = Path(name)
            city = make_city(
                given.city,
                given.seed,
                money_share=given.money_share,
                shape=given.shape,
            )
            write_folder(*city, given.scenario)
        if given.scenario is None:
            parser.error("give a scenario folder or --city")
        print(as_markdown([_in_a_fresh_process(e, given) for e in given.engines]))


if __name__ == "__main__":
    main()
