"""Gap over time: rows of (seconds, plan, bound), thinned, read and merged."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from allocator.units import optimality_gap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Row = tuple[float, float | None, float | None]

RESOLUTION = 1.05
"""Of rows closer than this factor in time the last is kept."""
DIGITS = 9


def thinned(rows: Iterable[Row]) -> list[list[float | None]]:
    """Return the rows with few of them close together; none is moved in time.

    A kept row stands for the moment it was reported, so a gap read from the thinned
    rows is never better than it was.
    """
    kept: list[list[float | None]] = []
    steps: list[int] = []
    for seconds, plan, bound in rows:
        row = [round(seconds, 3), _short(plan), _short(bound)]
        step = math.floor(math.log(max(seconds, 1e-3), RESOLUTION))
        if steps and steps[-1] == step:
            kept[-1] = row
        else:
            kept.append(row)
            steps.append(step)
    return kept


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{DIGITS}g}")


def gap_of(plan: float | None, bound: float | None) -> float | None:
    """Return the gap, None while plan or bound is unknown."""
    if plan is None or bound is None:
        return None
    return optimality_gap(float(bound), float(plan))


def gap_at(trace: Sequence[Sequence[float | None]], seconds: float) -> float | None:
    """Return the gap that was known after so many seconds."""
    known = [row for row in trace if row[0] is not None and row[0] <= seconds]
    return gap_of(known[-1][1], known[-1][2]) if known else None


def seconds_to_gap(trace: Sequence[Sequence[float | None]], gap: float) -> float | None:
    """Return the first moment at which the gap was no larger, None if it never was."""
    for seconds, plan, bound in trace:
        reached = gap_of(plan, bound)
        if reached is not None and reached <= gap:
            return seconds
    return None


def merged(
    traces: Sequence[Sequence[Sequence[float | None]]],
) -> list[list[float | None]]:
    """Return the best plan and the best bound of several runs at every moment."""
    rows = sorted(
        (row for trace in traces for row in trace), key=lambda row: row[0] or 0.0
    )
    found: list[list[float | None]] = []
    plan: float | None = None
    bound: float | None = None
    for seconds, one, limit in rows:
        plan = _pick(max, plan, one)
        bound = _pick(min, bound, limit)
        found.append([seconds, plan, bound])
    return found


def _pick(
    choose: Callable[[float, float], float], ours: float | None, theirs: float | None
) -> float | None:
    if ours is None or theirs is None:
        return theirs if ours is None else ours
    return float(choose(ours, theirs))
