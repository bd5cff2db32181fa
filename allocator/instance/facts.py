"""Plain columns of the scenario as arrays: offers, services, buildings, spaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.instance.arrays import frozen, offsets
from allocator.instance.instance import Buildings, Index, Offers, Services, Spaces
from allocator.scenario.schema import DEDICATED, Capacity
from allocator.units import MINUTES_PER_DAY

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from allocator.instance.eligibility import Premises
    from allocator.scenario.scenario import Offer, Scenario


def index_of(scenario: Scenario) -> Index:
    """Return the ids behind every position."""
    tables = scenario.tables
    return Index(
        zones=tuple(tables.zones["zone_id"].tolist()),
        communities=tuple(tables.communities["community_id"].tolist()),
        groups=tuple(group.id for group in scenario.groups),
        needs=tuple(need.id for need in scenario.needs),
        services=tuple(service.id for service in scenario.services),
        offers=tuple(offer.key for offer in scenario.offers),
        buildings=tuple(tables.buildings["building_id"].tolist()),
        spaces=tuple(tables.spaces["space_id"].tolist()),
        sites=scenario.site_ids,
    )


def offer_facts(scenario: Scenario) -> Offers:
    """Return the offers."""
    offers = scenario.offers
    service = [scenario.service2position[offer.service_id] for offer in offers]
    return Offers(
        service=frozen(np.array(service, np.int64)),
        m2_per_place=_floats([offer.m2_per_place for offer in offers]),
        visits_per_place_week=_floats([o.turns * _days(o) for o in offers]),
        unlimited=frozen(np.array([offer.unlimited for offer in offers], bool)),
        annual_cost_fixed=_floats([offer.annual_cost_fixed for offer in offers]),
        annual_cost_per_place=_floats([o.annual_cost_per_place for o in offers]),
    )


def _days(offer: Offer) -> int:
    """Return the distinct weekdays on which an interval of the offer begins."""
    return len({start // MINUTES_PER_DAY for start, _ in offer.hours.intervals})


def service_facts(scenario: Scenario) -> Services:
    """Return the services; sharing classes are numbered by name."""
    services = scenario.services
    classes = sorted({service.sharing for service in services} - {DEDICATED})
    number = {name: k for k, name in enumerate(classes)} | {DEDICATED: -1}
    unlimited = [service.capacity is Capacity.UNLIMITED for service in services]
    largest = [
        np.inf if service.max_area_m2 is None else service.max_area_m2
        for service in services
    ]
    return Services(
        sharing_class=frozen(np.array([number[s.sharing] for s in services], np.int64)),
        category=tuple(service.category for service in services),
        unlimited=frozen(np.array(unlimited, bool)),
        min_area_m2=_floats([service.min_area_m2 for service in services]),
        max_area_m2=_floats(largest),
        equipment_cost_per_place=_floats(
            [s.equipment_cost_per_place for s in services]
        ),
    )


def building_facts(premises: Premises, scenario: Scenario) -> Buildings:
    """Return the buildings with their spaces."""
    buildings = scenario.tables.buildings
    order = np.argsort(premises.building, kind="stable")
    counts = np.bincount(premises.building, minlength=len(buildings))
    return Buildings(
        opening_cost=_column(buildings, "opening_cost"),
        annual_rent=_column(buildings, "annual_rent"),
        outdoor_m2=_column(buildings, "outdoor_m2"),
        max_floor_used_m2=frozen(premises.max_floor_used_m2),
        space_start=frozen(offsets(counts)),
        space_of=frozen(order),
    )


def space_facts(premises: Premises) -> Spaces:
    """Return the spaces."""
    spaces = premises.spaces
    return Spaces(
        building=frozen(premises.building),
        usable_area_m2=frozen(premises.usable_area_m2),
        divisible=frozen(spaces["divisible"].to_numpy(bool).copy()),
        floor=frozen(spaces["floor"].to_numpy(np.float64).astype(np.int64)),
        renovation_cost_per_m2=_column(spaces, "renovation_cost_per_m2"),
        annual_rent=_column(spaces, "annual_rent"),
    )


def _floats(values: list[float]) -> npt.NDArray[np.float64]:
    """Return a read-only array of numbers."""
    return frozen(np.array(values, np.float64))


def _column(frame: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    """Return a read-only copy of a number column."""
    return frozen(frame[name].to_numpy(np.float64).copy())
