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

    import numpy.typing as npt

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
    days = days_outside(view.scenario)
    for b in view.building2uses:
        if days[b] > 0:
            where = {"building": view.building_ids[b]}
            yield Violation(
                "available", where, float(days[b]), "days", float(days[b]), 0
            )
    of_spaces = view.scenario.tables.spaces["available"].tolist()
    of_buildings = view.scenario.tables.buildings["available"].tolist()
    outside: dict[tuple[WeekHours, WeekHours, int], float] = {}
    for use in view.uses:
        for o in use.offers.tolist():
            key = (of_spaces[use.space], of_buildings[use.building], o)
            if key not in outside:
                hours = view.scenario.offers[o].hours
                outside[key] = float(minutes_outside(hours, *key[:2]))
            if outside[key] > 0:
                where = view.at(use) | view.offer_at(o)
                minutes = outside[key]
                yield Violation("available", where, minutes, "min per week", minutes, 0)


def days_outside(scenario: Scenario) -> npt.NDArray[np.int64]:
    """Return how many days the scenario's date lies outside each building's dates."""
    date = np.datetime64(scenario.spec.date, "D")
    buildings = scenario.tables.buildings
    first = buildings["available_from"].to_numpy("datetime64[D]")
    last = buildings["available_until"].to_numpy("datetime64[D]")
    early = np.where(np.isnat(first), 0, (first - date).astype(np.int64))
    late = np.where(np.isnat(last), 0, (date - last).astype(np.int64))
    return np.maximum(np.maximum(early, late), 0)


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
