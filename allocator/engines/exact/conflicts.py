"""Which rules and pins cannot hold together, and the least change that would help."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from allocator.engines.engine import Conflict
from allocator.engines.exact.backends.backend import RawStatus, Settings, load_backend
from allocator.engines.exact.solving import open_child

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt

    from allocator.engines.engine import StopSignal
    from allocator.engines.exact.jobs import Message, Reporter
    from allocator.engines.exact.model import LinearModel, Matrix
    from allocator.instance.instance import Instance

    Floats = npt.NDArray[np.float64]

UNITS: Mapping[str, str] = {
    "capital_budget": "money",
    "annual_budget": "money per year",
    "floor_area_limit": "m²",
    "building_limit": "buildings",
    "reserve": "m²",
    "coverage_floor": "persons",
    "pins": "assignments",
}
"""The rules a planner sets case by case, with the unit of their limit. All others are
kept as they are: without these the empty plan keeps every rule."""
LONGEST_S = 60.0
"""Longest time for the search of conflicts."""
SHARE_OF_FILTER = 0.7
"""Share of the time for finding the set; the rest is for the least changes."""


@dataclass(frozen=True)
class Found:
    """What is known so far: rows that conflict, and the change each needs."""

    rows: tuple[int, ...]
    proven: bool
    """No row of them can be left out."""
    changes: Mapping[int, float] = field(default_factory=dict)


def find_conflicts(
    instance: Instance,
    model: LinearModel,
    stop: StopSignal,
    *,
    tell: Callable[[], None],
    isolated: bool = True,
) -> tuple[tuple[Conflict, ...], bool]:
    """Return the conflicting rules and whether the set is proven irreducible.

    Parameters
    ----------
    model
        A model proven infeasible.
    stop
        Ends the search early; what is known then is returned.
    tell
        Called several times a second, a sign of life.
    """
    deadline = time.monotonic() + min(LONGEST_S, stop.remaining_s())
    job = ConflictJob(model.matrix(), tuple(_own_rows(model)), deadline)
    found = Found(job.rows, proven=False)
    if stop.reason() is None:
        with open_child(job, isolated=isolated) as child:
            for batch in child.messages(stop.until(deadline)):
                found = _newest(batch, found)
                tell()
    conflicts = [_conflict(model, row, found) for row in found.rows]
    barred = list(_barred(instance, conflicts))
    return (*conflicts, *barred), found.proven and len(barred) <= 1


@dataclass(frozen=True)
class ConflictJob:
    """Find an irreducible set among `rows` of an infeasible model."""

    matrix: Matrix
    rows: tuple[int, ...]
    deadline: float

    def run(self, reporter: Reporter) -> Found:
        """Work; what is known so far goes to `reporter` as `found`."""
        start = time.monotonic()
        until = start + SHARE_OF_FILTER * (self.deadline - start)
        found = _filtered(self, until, reporter)
        for row in found.rows:
            change = least_change(self.matrix, row, self.deadline)
            if change is not None:
                found = replace(found, changes={**found.changes, row: change})
                reporter.note("found", found)
        return found


def _filtered(job: ConflictJob, until: float, reporter: Reporter) -> Found:
    """Leave rows out as long as the rest stays infeasible: first many, then one."""
    kept = list(job.rows)
    width, at, proven = max(1, len(kept) // 4), 0, True
    while at < len(kept):
        trial = kept[:at] + kept[at + width :]
        verdict = _is_infeasible(_with_rows(job, trial), until)
        if verdict:
            kept = trial
            reporter.note("found", Found(tuple(kept), proven=False))
        elif width > 1:
            width = max(1, width // 2)
        else:
            proven = proven and verdict is not None
            at += 1
    found = Found(tuple(kept), proven)
    reporter.note("found", found)
    return found


def _with_rows(job: ConflictJob, kept: Sequence[int]) -> Matrix:
    """Return the model with only some of the rows in question."""
    lower, upper = job.matrix.row_lower.copy(), job.matrix.row_upper.copy()
    out = np.setdiff1d(job.rows, kept)
    lower[out], upper[out] = -np.inf, np.inf
    return replace(job.matrix, row_lower=lower, row_upper=upper)


def _is_infeasible(matrix: Matrix, until: float) -> bool | None:
    """Tell whether a model is infeasible; None when time does not suffice."""
    left = until - time.monotonic()
    if left <= 0.0:
        return None
    settings = Settings(time_limit_s=left)
    status = load_backend("highs").solve(matrix, settings, _Last()).status
    if status is RawStatus.INFEASIBLE:
        return True
    return False if status is RawStatus.OPTIMAL else None


def least_change(matrix: Matrix, row: int, until: float) -> float | None:
    """Return the least change of one row's limit that makes the model feasible.

    None where no change of it alone does, or time does not suffice.
    """
    left = until - time.monotonic()
    if left <= 0.0:
        return None
    settings = Settings(time_limit_s=left)
    last = _Last()
    eased = _with_slack(matrix, row)
    outcome = load_backend("highs").solve(eased, settings, last)
    if outcome.status is not RawStatus.OPTIMAL or last.point is None:
        return None
    return float(max(0.0, last.point[-1]))


def _with_slack(matrix: Matrix, row: int) -> Matrix:
    """Append a column that eases one row, to be minimised."""
    limited_below = bool(np.isfinite(matrix.row_lower[row]))
    sign = 1.0 if limited_below else -1.0
    part = slice(matrix.start[row], matrix.start[row + 1])
    columns = matrix.index[part]
    size = np.maximum(np.abs(matrix.lower[columns]), np.abs(matrix.upper[columns]))
    limit = matrix.row_lower[row] if limited_below else matrix.row_upper[row]
    most = float(np.abs(matrix.value[part]) @ size + abs(limit))
    extra = sparse.csr_matrix(([sign], ([row], [0])), shape=(matrix.num_rows, 1))
    rows = sparse.hstack([matrix.rows, extra], format="csr")
    objective = np.zeros(matrix.num_columns + 1)
    objective[-1] = 1.0
    return replace(
        matrix,
        lower=np.append(matrix.lower, 0.0),
        upper=np.append(matrix.upper, most),
        integer=np.append(matrix.integer, False),
        network=np.append(matrix.network, False),
        objective=objective,
        maximizes=False,
        start=rows.indptr.astype(np.int64),
        index=rows.indices.astype(np.int32),
        value=rows.data,
    )


class _Last:
    """Keeps the newest point a solver gives."""

    def __init__(self) -> None:
        self.point: Floats | None = None

    def incumbent(self, point: Floats) -> None:
        """Take a better point."""
        self.point = point

    def bound(self, bound: float, steps: int) -> None:
        """Bounds do not matter here."""


def _own_rows(model: LinearModel) -> list[int]:
    """Return the rows of the rules in `UNITS`."""
    rows: list[int] = []
    for block in model.row_blocks:
        if block.name in UNITS:
            rows += range(block.start, block.start + block.keys.count)
    return rows


def _newest(batch: Sequence[Message], known: Found) -> Found:
    """Return the last finding in some messages."""
    for message in batch:
        if message.kind in ("found", "done"):
            known = message.content
    return known


def _conflict(model: LinearModel, row: int, found: Found) -> Conflict:
    """Describe one row for people."""
    block = next(
        block
        for block in model.row_blocks
        if block.start <= row < block.start + block.keys.count
    )
    return Conflict(
        rule_id=block.name,
        where=block.keys.where(row - block.start),
        least_change=found.changes.get(row),
        unit=UNITS[block.name],
    )


def _barred(instance: Instance, conflicts: Sequence[Conflict]) -> list[Conflict]:
    """Return the rules that bar every match of a conflicting `in` pin."""
    barred = []
    for conflict in conflicts:
        for pin in instance.pins:
            mine = conflict.rule_id == "pins"
            mine = mine and conflict.where == {"pin": str(pin.position)}
            if mine and pin.wanted and len(pin.candidates) == 0:
                barred += [
                    Conflict(rule_id, conflict.where, None, "conditions")
                    for rule_id in pin.barred_by
                ]
    return barred
