"""Limits on goals that hold for every plan, and the best of several proven ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.units import WEEKS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from allocator.engines.engine import GoalOutcome, Outcome
    from allocator.instance.instance import CoveredTerm, GoalRow, Instance

Range = tuple[float, float]
EQUAL_SHARE = 1e-9
"""Two values of a goal closer than this share count as the same."""


def trivial_bound(instance: Instance, goal: GoalRow) -> float:
    """Return a limit from demand and sizes alone; no rule or money is used.

    Notes
    -----
    Each measure lies between a least and a most; a maximised goal takes the most of
    measures with positive factors and the least of those with negative ones.
    """
    parts = [_covered_range(instance, term) for term in goal.covered]
    parts += [_scaled(term.weight, (0.0, 1.0)) for term in goal.worst]
    ranges: dict[str, Callable[[], Range]] = {
        "buildings": lambda: (0.0, float(len(instance.buildings.opening_cost))),
        "floor_used_m2": lambda: (0.0, float(instance.spaces.usable_area_m2.sum())),
        "capital_cost": lambda: (0.0, _most_capital_cost(instance)),
        "yearly_outlay": lambda: _yearly_outlay_range(instance),
        "walking_minutes": lambda: (0.0, _most_walking_minutes(instance)),
    }
    for measure, measured in ranges.items():
        factor = getattr(goal, measure)
        if factor != 0.0:
            parts.append(_scaled(factor, measured()))
    return sum(part[1 if goal.maximizes else 0] for part in parts)


def _scaled(factor: float, between: Range) -> Range:
    """Return the range times a factor of any sign."""
    ends = sorted(factor * end for end in between)
    return ends[0], ends[1]


def _covered_range(instance: Instance, term: CoveredTerm) -> Range:
    """Return least and most of a covered term: every row served at its best credit."""
    best_credit = np.zeros(len(instance.rows))
    for reach in instance.reaches:
        if term.offers[reach.offers].any():
            np.maximum.at(best_credit, reach.row, reach.credit)
    most = term.row_value * instance.rows.visits_per_week * best_credit
    return float(most[most < 0].sum()), float(most[most > 0].sum())


def _most_capital_cost(instance: Instance) -> float:
    """Return the capital cost of using everything at once."""
    spaces, candidates = instance.spaces, instance.candidates
    per_place = instance.services.equipment_cost_per_place[
        instance.offers.service[candidates.offer]
    ]
    return float(
        instance.buildings.opening_cost.sum()
        + (spaces.renovation_cost_per_m2 * spaces.usable_area_m2).sum()
        + instance.pairs.equipment_cost.sum()
        + (per_place * candidates.max_places).sum()
    )


def _yearly_outlay_range(instance: Instance) -> Range:
    """Return every fee earned and nothing paid, and everything paid without a fee."""
    rows, offers, candidates = instance.rows, instance.offers, instance.candidates
    fees = instance.fee_per_visit[rows.need] * rows.visits_per_week
    running = (
        offers.annual_cost_fixed[candidates.offer]
        + offers.annual_cost_per_place[candidates.offer] * candidates.max_places
    )
    rents = instance.buildings.annual_rent.sum() + instance.spaces.annual_rent.sum()
    return -WEEKS_PER_YEAR * float(fees.sum()), float(rents + running.sum())


def _most_walking_minutes(instance: Instance) -> float:
    """Return the minutes when every visit goes to the farthest site in reach."""
    farthest = np.zeros(len(instance.rows))
    for reach in instance.reaches:
        np.maximum.at(farthest, reach.row, reach.walk_min)
    return float((farthest * instance.rows.visits_per_week).sum())


def reached(goal: GoalOutcome) -> float | None:
    """Return the value when the goal was solved."""
    return goal.value if goal.reached is None else goal.reached


def is_better(goals: Sequence[GoalRow], ours: Outcome, theirs: Outcome) -> bool:
    """Tell whether our plan is better than theirs in the first goal that differs."""
    for goal, a, b in zip(goals, ours.goals, theirs.goals, strict=True):
        mine, other = reached(a), reached(b)
        if mine is None or other is None:
            return other is None and mine is not None
        if not _same(mine, other):
            return (mine > other) == goal.maximizes
    return False


def best_bound(
    instance: Instance, j: int, outcomes: Sequence[Outcome], best: Outcome | None
) -> float:
    """Return the tightest limit on goal `j` that holds beside the `best` plan.

    A bound on a later goal holds among plans that keep what the engine had reached in
    the earlier ones. It also holds for a plan that keeps more, so it is used when that
    engine had reached no more than the best plan in every earlier goal.
    """
    goals = instance.goals
    bounds = [trivial_bound(instance, goals[j])]
    for outcome in outcomes:
        bound = outcome.goals[j].bound if j < len(outcome.goals) else None
        if bound is None or not np.isfinite(bound):
            continue
        if outcome is best or _asks_no_more(goals[:j], outcome, best):
            bounds.append(bound)
    return min(bounds) if goals[j].maximizes else max(bounds)


def _asks_no_more(
    earlier: Sequence[GoalRow], outcome: Outcome, best: Outcome | None
) -> bool:
    """Tell whether the engine's earlier goals allow all that the best's allow."""
    if not earlier:
        return True
    if best is None:
        return False
    for goal, theirs, ours in zip(earlier, outcome.goals, best.goals, strict=False):
        a, b = reached(theirs), reached(ours)
        if a is None or b is None:
            return False
        if not _same(a, b) and (a > b) == goal.maximizes:
            return False
    return True


def _same(a: float, b: float) -> bool:
    """Tell whether two values of a goal count as the same."""
    return abs(a - b) <= EQUAL_SHARE * max(1.0, abs(a), abs(b))


def num_arcs(instance: Instance) -> int:
    """Return how many (row, supply) pairs the reaches stand for, at most."""
    sizes: npt.NDArray[np.int64] = np.array(
        [len(reach.row) * len(reach.offers) for reach in instance.reaches], np.int64
    )
    return int(sizes.sum())
