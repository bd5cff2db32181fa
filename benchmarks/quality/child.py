"""Solve one case in this process and print its record as one line.

``python -m benchmarks.quality.child FOLDER CASE``, the case as JSON. Time counts from
here, so that loading the package, reading and checking are in it, as for the command.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.quality.contestants import PEERS
from benchmarks.quality.trace import thinned

if TYPE_CHECKING:
    from allocator.plan import Plan
    from allocator.result import Result
    from allocator.scenario import Scenario

START_SHARE = 0.1
"""Share of the time in which the greedy engine makes a peer's plan to start from."""


def run(folder: Path, case: dict[str, Any], started_at: float) -> dict[str, Any]:
    """Return the record of one run; an exception is a record too."""
    try:
        result = _solve(folder, case, started_at)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    seconds = time.monotonic() - started_at
    return _record(result, seconds)


def _solve(folder: Path, case: dict[str, Any], started_at: float) -> Result:
    from allocator.options import SolveOptions
    from allocator.scenario import read_scenario
    from allocator.solve import solve

    scenario = read_scenario(folder, variant=case["variant"])
    start = _start(scenario, case, started_at) if case["start"] == "greedy" else None
    solver = PEERS.get(case["engine"])
    told: dict[str, Any] = {"engine": "exact" if solver else case["engine"]}
    if solver:
        told["solver"] = solver
    options = SolveOptions(**told, **_limits(case), max_steps=case["max_steps"])
    return solve(scenario, options, start=start, started_at=started_at)


def _limits(case: dict[str, Any]) -> dict[str, Any]:
    return {key: case[key] for key in ("time_limit_s", "seed", "workers")}


def _start(scenario: Scenario, case: dict[str, Any], started_at: float) -> Plan | None:
    """Return the greedy engine's plan after a tenth of the time that is left."""
    from allocator.options import SolveOptions
    from allocator.solve import solve

    spent = time.monotonic() - started_at
    limit = spent + START_SHARE * max(0.0, case["time_limit_s"] - spent)
    limits = _limits(case) | {"time_limit_s": limit}
    options = SolveOptions(engine="greedy", **limits)
    return solve(scenario, options, started_at=started_at).plan


def _record(result: Result, seconds: float) -> dict[str, Any]:
    first = result.goals[0]
    rows = [(row.seconds, row.objective, row.bound) for row in result.progress]
    rows.append((seconds, first.value, first.bound))
    measures = result.measures
    return {
        "status": str(result.status),
        "stop_reason": str(result.stop_reason),
        "seconds": round(seconds, 3),
        "plan": _number(first.value),
        "bound": _number(first.bound),
        "gap": _number(first.gap),
        "steps": result.steps,
        "coverage": _number(measures.get("coverage")),
        "capital_cost": _number(measures.get("capital_cost")),
        "yearly_outlay": _number(measures.get("yearly_outlay")),
        "buildings": _number(measures.get("buildings")),
        "limits": _limits_of(result.scenario),
        "rules_not_priced": list(result.rules_not_priced),
        "times_s": {name: round(s, 3) for name, s in result.times_s.items()},
        "notes": list(result.notes),
        "trace": thinned(rows),
    }


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _limits_of(scenario: Scenario) -> dict[str, float]:
    """Return both budgets where there are any."""
    limits = scenario.spec.limits.model_dump(exclude_none=True)
    names = ("capital_budget", "annual_budget")
    return {k: limits[k] for k in names if isinstance(limits.get(k), float)}


def main() -> None:
    """Solve one case."""
    started_at = time.monotonic()
    folder, case = Path(sys.argv[1]), json.loads(sys.argv[2])
    record = run(folder, case, started_at)
    print(json.dumps(record), flush=True)
    # Engines that overrun run on in threads; nobody waits for them any more.
    os._exit(0)


if __name__ == "__main__":
    main()
