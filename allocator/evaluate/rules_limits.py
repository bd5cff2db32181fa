"""Limits in total and by district: budgets, floor area, buildings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.evaluate.breaches import above

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocator.evaluate.evaluation import Violation
    from allocator.evaluate.view import PlanView


def capital_budget(view: PlanView) -> Iterator[Violation]:
    """Capital cost ≤ capital budget."""
    unit = view.scenario.spec.currency
    yield from _limited(view, "capital_budget", "capital_budget", "capital_cost", unit)


def annual_budget(view: PlanView) -> Iterator[Violation]:
    """Yearly outlay (rent + running cost − fees) ≤ annual budget."""
    unit = f"{view.scenario.spec.currency} per year"
    yield from _limited(view, "annual_budget", "annual_budget", "yearly_outlay", unit)


def floor_area_limit(view: PlanView) -> Iterator[Violation]:
    """Floor used ≤ the limit."""
    yield from _limited(
        view, "floor_area_limit", "floor_area_m2", "floor_used_m2", "m²"
    )


def building_limit(view: PlanView) -> Iterator[Violation]:
    """Hold the number of used buildings to its limit."""
    yield from _limited(view, "building_limit", "buildings", "buildings", "buildings")


def _limited(
    view: PlanView, rule_id: str, key: str, column: str, unit: str
) -> Iterator[Violation]:
    """Compare the sum of a column of the site costs with the limits called `key`."""
    costs = view.site_costs
    limits = view.scenario.spec.limits
    total = getattr(limits, key)
    if total is not None:
        yield from above(rule_id, {}, float(costs[column].sum()), float(total), unit)
    district = view.scenario.tables.buildings["district_id"].to_numpy(object)
    district_of = district[list(view.building2uses)]
    for district_id, own in sorted(limits.by_district.items()):
        limit = getattr(own, key)
        if limit is not None:
            value = float(costs[column][district_of == district_id].sum())
            where = {"district": district_id}
            yield from above(rule_id, where, value, float(limit), unit)
