"""Which spaces could hold a service, as far as one space tells by itself.

A quick necessary test for warnings; what bars a space in full is told by `describe`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from allocator.scenario.hours import WeekHours
from allocator.units import PLACES_TOLERANCE

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.scenario.checks.facts import Facts
    from allocator.scenario.schema import Condition, Service

    Bools = npt.NDArray[np.bool_]

DAYS_PER_YEAR = 365.25


def suits_any_offer(facts: Facts, service: Service) -> Bools:
    """Tell which spaces could hold some offer of the service, shape (spaces,)."""
    spaces = facts.table("spaces")
    area = spaces["usable_area_m2"].to_numpy(np.float64)
    fits = ~(area < service.min_area_m2)
    conditions = service.requires.any_of
    if conditions:
        fits &= np.any([_meets(facts, condition) for condition in conditions], axis=0)
    held = np.zeros(len(spaces), bool)
    for session in service.sessions:
        m2 = session.m2_per_place
        m2 = service.m2_per_place if m2 is None else m2
        holds_one = ~(area * (1.0 + PLACES_TOLERANCE) < (m2 or 0.0))
        held |= _open_during(facts, session.week) & holds_one
    return fits & held


def _of_building(facts: Facts, column: str) -> pd.Series[Any]:
    """Return a column of the building of each space."""
    buildings = facts.table("buildings").drop_duplicates("building_id")
    values = buildings.set_index("building_id")[column]
    return facts.table("spaces")["building_id"].map(values)


def _meets(facts: Facts, condition: Condition) -> Bools:
    """Tell which spaces meet a condition, leaving out sums over a floor."""
    spaces = facts.table("spaces")
    meets = np.ones(len(spaces), bool)
    floor = spaces["floor"].to_numpy(np.int64)
    if condition.min_floor is not None:
        meets &= floor >= condition.min_floor
    if condition.max_floor is not None:
        meets &= floor <= condition.max_floor
    if condition.min_space_m2 is not None:
        meets &= ~(spaces["usable_area_m2"] < condition.min_space_m2).to_numpy(bool)
    if condition.max_space_m2 is not None:
        meets &= ~(spaces["usable_area_m2"] > condition.max_space_m2).to_numpy(bool)
    if condition.all_features:
        meets &= _has_features(facts, condition.all_features)
    if condition.max_fire_resistance_class is not None:
        fire = _of_building(facts, "fire_resistance_class")
        meets &= (fire <= condition.max_fire_resistance_class).to_numpy(bool)
    if condition.land_use:
        meets &= _of_building(facts, "land_use").isin(condition.land_use).to_numpy(bool)
    if condition.excluded_former_uses:
        former = _of_building(facts, "former_use")
        meets &= ~former.isin(condition.excluded_former_uses).to_numpy(bool)
    if condition.community_kinds:
        communities = facts.table("communities").drop_duplicates("community_id")
        kinds = communities.set_index("community_id")["kind"]
        kind = _of_building(facts, "community_id").map(kinds)
        wanted = [k.value for k in condition.community_kinds]
        meets &= kind.isin(wanted).to_numpy(bool)
    if condition.min_lease_years is not None:
        lease = _of_building(facts, "lease_until")
        years = (lease - pd.Timestamp(facts.spec.date)).dt.days / DAYS_PER_YEAR
        meets &= ~(years < condition.min_lease_years - 0.01).to_numpy(bool)
    if condition.outdoor_m2_per_place > 0:
        outdoor = _of_building(facts, "outdoor_m2")
        meets &= (outdoor >= condition.outdoor_m2_per_place).to_numpy(bool)
    return meets


def _has_features(facts: Facts, asked: frozenset[str]) -> Bools:
    """Tell which spaces have all features, their own or the building's."""
    own = facts.table("spaces")["features"]
    shared = _of_building(facts, "features")
    pairs = zip(own, shared, strict=True)
    none: frozenset[str] = frozenset()
    return np.array(
        [asked <= (a | (b if isinstance(b, frozenset) else none)) for a, b in pairs],
        bool,
    )


def _open_during(facts: Facts, hours: WeekHours) -> Bools:
    """Tell which spaces and their buildings are open during all of the hours."""
    known: dict[int, bool] = {}  # by identity: cells of equal text share one object

    def is_open(available: WeekHours | float) -> bool:
        if not isinstance(available, WeekHours):
            return True
        if id(available) not in known:
            known[id(available)] = available.contains(hours)
        return known[id(available)]

    own = facts.table("spaces")["available"]
    shared = _of_building(facts, "available")
    pairs = zip(own, shared, strict=True)
    return np.array([is_open(a) and is_open(b) for a, b in pairs], bool)
