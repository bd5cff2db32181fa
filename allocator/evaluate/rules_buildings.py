"""Rules on buildings: `reserve`, `incompatible`, `available`."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.breaches import above
from allocator.evaluate.evaluation import Violation
from allocator.evaluate.spaces import usable_area_m2
from allocator.units import MINUTES_PER_WEEK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocator.evaluate.view import PlanView
    from allocator.scenario import Scenario
    from allocator.scenario.hours import WeekHours


def reserve(view: PlanView) -> Iterator[Violation]:
    """Floor used leaves the reserved share of all usable area free."""
    spaces, buildings = view.scenario.tables.spaces, view.scenario.tables.buildings
    area = usable_area_m2(view.scenario)
    share = view.scenario.spec.limits.reserve_share
    if share > 0:
        used = sum(use.floor_used_m2 for use in view.uses)
        limit = (1.0 - share) * float(area.sum())
        yield from above("reserve", {}, used, limit, "m²")
    own = buildings["reserve_share"].to_numpy(np.float64)
    by_building = pd.Series(area).groupby(spaces["building_id"].to_numpy(object)).sum()
    for b, uses in view.building2uses.items():
        if own[b] > 0:
            building_id = view.building_ids[b]
            limit = (1.0 - float(own[b])) * float(by_building[building_id])
            used = sum(use.floor_used_m2 for use in uses)
            yield from above("reserve", {"building": building_id}, used, limit, "m²")


def incompatible(view: PlanView) -> Iterator[Violation]:
    """Services that must not run in one building, in the same slot or at all."""
    for b, uses in view.building2uses.items():
        offers = np.unique(np.concatenate([use.offers for use in uses]))
        held: dict[str, np.ndarray] = {}
        for o in offers.tolist():
            name = view.scenario.offers[o].service_id
            held[name] = held.get(name, False) | view.week.holds[o]
        for rule in view.scenario.spec.rules.incompatible:
            there = sorted(set(rule.services) & set(held))
            for first, second in combinations(there, 2):
                if rule.when == "always" or (held[first] & held[second]).any():
                    where = {
                        "building": view.building_ids[b],
                        "service": first,
                        "other": second,
                        "when": rule.when,
                    }
                    yield Violation("incompatible", where, 1.0, "pairs", 1.0, 0.0)


def available(view: PlanView) -> Iterator[Violation]:
    """Dates of used buildings, and hours of the sessions in their spaces."""
    space_available = view.scenario.tables.spaces["available"].tolist()
    building_available = view.scenario.tables.buildings["available"].tolist()
    for b in view.building2uses:
        days = days_outside(view.scenario, b)
        if days > 0:
            where = {"building": view.building_ids[b]}
            yield Violation("available", where, float(days), "days", float(days), 0.0)
    for use in view.uses:
        space_hours: WeekHours = space_available[use.space]
        building_hours: WeekHours = building_available[use.building]
        for o in use.offers.tolist():
            hours = view.scenario.offers[o].hours
            if space_hours.contains(hours) and building_hours.contains(hours):
                continue
            outside = float(minutes_outside(hours, space_hours, building_hours))
            where = view.at(use) | view.offer_at(o)
            yield Violation("available", where, outside, "min per week", outside, 0.0)


def days_outside(scenario: Scenario, building: int) -> int:
    """Return how many days the scenario's date lies outside a building's dates."""
    date = pd.Timestamp(scenario.spec.date)
    row = scenario.tables.buildings.iloc[building]
    first, last = row["available_from"], row["available_until"]
    early = 0 if pd.isna(first) else (pd.Timestamp(first) - date).days
    late = 0 if pd.isna(last) else (date - pd.Timestamp(last)).days
    return max(early, late, 0)


def minutes_outside(hours: WeekHours, *allowed: WeekHours) -> int:
    """Return the minutes per week of `hours` that lie outside one of `allowed`."""
    inside = np.ones(MINUTES_PER_WEEK, bool)
    for other in allowed:
        inside &= _minutes(other)
    return int((_minutes(hours) & ~inside).sum())


def _minutes(hours: WeekHours) -> np.ndarray:
    """Return which minutes of the week the hours cover."""
    covered = np.zeros(MINUTES_PER_WEEK, bool)
    for low, high in hours.covered:
        covered[low:high] = True
    return covered
