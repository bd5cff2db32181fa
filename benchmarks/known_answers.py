"""Solve the real covering problem to proof and compare with the known answers.

``make real`` writes the scenario first.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from allocator.options import SolveOptions
from allocator.result import Status
from allocator.scenario import read_scenario
from allocator.solve import solve
from scenarios.importers.san_francisco_stores import BEST_COVERED, SITES_FOR_EVERYONE

FOLDER = Path("build/scenarios/san_francisco_stores")
TIME_LIMIT_S = 60.0


def answer(folder: Path, variant: str, measure: str) -> tuple[float, bool, float]:
    """Return a measure of the best plan, whether it is proven, and the seconds."""
    begin = time.monotonic()
    options = SolveOptions(engine="exact", time_limit_s=TIME_LIMIT_S)
    result = solve(read_scenario(folder, variant=variant), options)
    value = result.evaluation.measures[measure] if result.evaluation else float("nan")
    return value, result.status is Status.OPTIMAL, time.monotonic() - begin


def main() -> int:
    """Print one line for each variant; return 1 if one is not as known."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    questions = [
        (f"p{count}", "covered_persons", known) for count, known in BEST_COVERED.items()
    ]
    questions.append(("everyone", "buildings", SITES_FOR_EVERYONE))
    wrong = 0
    for variant, measure, known in questions:
        value, proven, seconds = answer(folder, variant, measure)
        right = proven and abs(value - known) < 0.5
        wrong += not right
        status = "proven" if proven else "not proven"
        print(
            f"{variant:8}  {measure} {value:,.0f}  known {known:,}  {status}"
            f"  {seconds:.1f} s{'' if right else '  DIFFERS'}"
        )
    print("all as known" if not wrong else f"{wrong} not as known")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
