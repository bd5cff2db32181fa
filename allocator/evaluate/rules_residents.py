"""Rules on served visits: `demand_limit`, `reach`, `capacity`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.breaches import above
from allocator.evaluate.credit import longest_walk_min
from allocator.evaluate.evaluation import Violation
from allocator.evaluate.served import accept_limits
from allocator.units import VIOLATION_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocator.evaluate.view import PlanView

VISITS = "visits per week"


def demand_limit(view: PlanView) -> Iterator[Violation]:
    """Σ over sites of f ≤ D of every demand row; f is never negative."""
    served, demand = view.served, view.scenario.demand
    known = served.row >= 0
    total = sum_by(served.row[known], served.visits[known], len(demand))
    limit = demand.visits_per_week
    slack = VIOLATION_TOLERANCE * np.maximum(1.0, limit)
    for i in np.flatnonzero(total - limit > slack).tolist():
        where = _row(
            view, int(demand.zone[i]), int(demand.need[i]), int(demand.group[i])
        )
        yield from above(
            "demand_limit", where, float(total[i]), float(limit[i]), VISITS
        )
    for k in np.flatnonzero(~known).tolist():
        yield from above(
            "demand_limit", _served(view, k), _visits(view, k), 0.0, VISITS
        )
    for k in np.flatnonzero(served.visits < -VIOLATION_TOLERANCE).tolist():
        yield Violation(
            "demand_limit",
            _served(view, k),
            -_visits(view, k),
            VISITS,
            _visits(view, k),
            0,
        )


def reach(view: PlanView) -> Iterator[Violation]:
    """Visits only in offers the need accepts, at sites with δ > 0."""
    served = view.served
    limits = accept_limits(view.scenario)
    wrong = (served.visits > VIOLATION_TOLERANCE) & ~(served.credit > 0)
    for k in np.flatnonzero(wrong).tolist():
        accepted = float(limits[served.need[k], served.offer[k]])
        walk_min = float(served.walk_min[k])
        longest = longest_walk_min(view.scenario.needs[served.need[k]], accepted)
        if walk_min > longest:
            yield Violation(
                "reach", _served(view, k), walk_min - longest, "min", walk_min, longest
            )
        else:  # not accepted, or a walk beyond everything the walking times hold
            visits = _visits(view, k)
            yield Violation("reach", _served(view, k), visits, VISITS, visits, 0.0)


def capacity(view: PlanView) -> Iterator[Violation]:
    """Σ over demand rows of f ≤ places × turns × days of every site and offer."""
    served, offers = view.served, len(view.scenario.offers)
    used = sum_by(
        served.site * offers + served.offer,
        served.visits,
        len(view.scenario.site_ids) * offers,
    ).reshape(-1, offers)
    limit = view.supply.capacity
    finite = np.where(np.isfinite(limit), limit, 0.0)
    slack = VIOLATION_TOLERANCE * np.maximum(1.0, finite)
    for site, offer in np.argwhere(used > limit + slack).tolist():
        where = {"site": view.scenario.site_ids[site]} | view.offer_at(offer)
        yield from above(
            "capacity",
            where,
            float(used[site, offer]),
            float(limit[site, offer]),
            VISITS,
        )


def _visits(view: PlanView, k: int) -> float:
    """Return the visits of a served row."""
    return float(view.served.visits[k])


def _row(view: PlanView, zone: int, need: int, group: int) -> dict[str, str]:
    """Return a demand row in ids; no group where it was given without one."""
    where = {
        "zone": str(view.scenario.tables.zones["zone_id"].iat[zone]),
        "need": view.scenario.needs[need].id,
    }
    if group >= 0:
        where["group"] = view.scenario.groups[group].id
    return where


def _served(view: PlanView, k: int) -> dict[str, str]:
    """Return a served row in ids."""
    served = view.served
    where = _row(view, int(served.zone[k]), int(served.need[k]), int(served.group[k]))
    where["site"] = view.scenario.site_ids[served.site[k]]
    return where | view.offer_at(int(served.offer[k]))
