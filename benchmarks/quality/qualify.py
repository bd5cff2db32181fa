"""``python -m benchmarks qualify``: which made-up cities are hard enough to count.

A city counts when HiGHS on the compact model, begun from the greedy engine's plan,
still has a gap of at least 5 % after 240 s at 0.35 of the money that full coverage
would cost, and money binds at 0.15 and at 0.35. Money is proven to bind: no plan within
the budgets reaches what a plan found without budgets reaches.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.quality.case import Case
from benchmarks.quality.command import run_case
from benchmarks.quality.targets import SEEDS

if TYPE_CHECKING:
    import argparse

QUALIFIED = Path(__file__).parent / "qualified.json"
LEAST_GAP = 0.05
SECONDS = 240.0
BINDING_SECONDS = 10.0
SHARE = 0.35
BINDING_SHARES = (0.15, 0.35)
NO_BUDGET_SHARE = 1e3
"""So much money that it cannot bind."""
CONDITIONS = ("begun", "commit", "code", "machine", "versions")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--subject", default="s")
    parser.add_argument("--seed", type=int, action="append")
    parser.add_argument("--time-limit", type=float, default=SECONDS, help="of HiGHS")
    parser.add_argument("--binding-time-limit", type=float, default=BINDING_SECONDS)
    parser.add_argument("--out", type=Path, default=QUALIFIED)


def run_command(given: argparse.Namespace) -> int:
    """Measure each seed and record it; a seed recorded before is replaced."""
    failed = False
    for seed in given.seed or SEEDS:
        try:
            found = qualify(
                given.subject,
                seed,
                seconds=given.time_limit,
                binding_seconds=given.binding_time_limit,
            )
        except RuntimeError as error:
            print(f"seed {seed}: {error}", file=sys.stderr)
            failed = True
            continue
        record(given.out, found)
        print(json.dumps(found), flush=True)
    return int(failed)


def qualify(
    subject: str, seed: int, *, seconds: float, binding_seconds: float
) -> dict[str, Any]:
    """Return the figures that make a city count or not."""
    # Fails at once where the engine that proves the bounds does not run.
    bounds = {
        share: _run(subject, seed, "greedy", share, binding_seconds)["bound"]
        for share in BINDING_SHARES
    }
    free = _run(subject, seed, "greedy", NO_BUDGET_SHARE, binding_seconds)
    highs = _run(subject, seed, "milp-highs", SHARE, seconds, start="greedy")
    binds_at = [share for share, bound in bounds.items() if bound < free["plan"]]
    return {
        "subject": subject,
        "seed": seed,
        "highs_plan": highs["plan"],
        "highs_bound": highs["bound"],
        "highs_gap": highs["gap"],
        "highs_seconds": highs["seconds"],
        "highs_cpu_seconds": highs["cpu_seconds"],
        "cores_busy_elsewhere": highs["cores_busy_elsewhere"],
        "bound_by_money": {f"{share:g}": bound for share, bound in bounds.items()},
        "plan_without_budgets": free["plan"],
        "binds_at": [f"{share:g}" for share in binds_at],
        "counts": counts(highs["gap"], binds_at),
        **{name: highs[name] for name in CONDITIONS},
    }


def counts(highs_gap: float, binds_at: list[float]) -> bool:
    """Tell whether a city is hard enough."""
    return highs_gap >= LEAST_GAP and set(BINDING_SHARES) <= set(binds_at)


def _run(
    subject: str,
    seed: int,
    engine: str,
    money_share: float,
    seconds: float,
    start: str = "none",
) -> dict[str, Any]:
    case = Case(
        subject=subject,
        engine=engine,
        seed=seed,
        money_share=money_share,
        start=start,
        time_limit_s=seconds,
    )
    print(f"  {case.label}, {seconds:g} s ...", file=sys.stderr)
    found = run_case(case)
    if "error" in found:
        raise RuntimeError(found["error"])
    return found


def read_qualified(path: Path = QUALIFIED) -> list[dict[str, Any]]:
    """Return what was recorded, seeds in order."""
    return list(json.loads(path.read_text())) if path.exists() else []


def record(path: Path, found: dict[str, Any]) -> None:
    """Write the figures of one city into the file."""
    kept = [
        old
        for old in read_qualified(path)
        if (old["subject"], old["seed"]) != (found["subject"], found["seed"])
    ]
    rows = sorted([*kept, found], key=lambda row: (row["subject"], row["seed"]))
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
