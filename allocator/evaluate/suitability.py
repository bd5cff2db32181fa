"""Which offer suits which space, and what bars the others, whatever else is planned."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.rules_buildings import days_outside, minutes_outside
from allocator.evaluate.rules_pins import KEYS, pin_keys
from allocator.evaluate.rules_siting import all_premises, unmet_conditions
from allocator.evaluate.spaces import usable_area_m2
from allocator.units import PLACES_TOLERANCE, exceeds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocator.scenario import Scenario
    from allocator.scenario.scenario import Offer
    from allocator.scenario.schema import Condition, Service

Bar = tuple[str, str]
"""Rule id and reason in words."""
Test = Callable[[int, int], "Iterator[Bar]"]
"""What bars an offer (second) from a space (first)."""


def suitability(scenario: Scenario) -> pd.DataFrame:
    """Return every (space, offer) with what bars it.

    Returns
    -------
    DataFrame
        space_id, service_id, session_id; bar: ids of the rules that bar it, separated
        by commas, "" where it suits; reason: all reasons in words.
    """
    tests = [
        _siting(scenario),
        _available(scenario),
        _area(scenario),
        _reserve(scenario),
        _pins(scenario),
    ]
    rows = []
    for r, space_id in enumerate(scenario.tables.spaces["space_id"]):
        for o, offer in enumerate(scenario.offers):
            bars = [bar for test in tests for bar in test(r, o)]
            rules = ", ".join(dict.fromkeys(rule for rule, _ in bars))
            reasons = "; ".join(reason for _, reason in bars)
            rows.append((space_id, *offer.key, rules, reasons))
    columns = ["space_id", "service_id", "session_id", "bar", "reason"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def building_of_space(scenario: Scenario) -> list[int]:
    """Return the position of the building of every space."""
    buildings = scenario.tables.buildings["building_id"]
    position = {building_id: b for b, building_id in enumerate(buildings)}
    return [position[b] for b in scenario.tables.spaces["building_id"]]


def _siting(scenario: Scenario) -> Test:
    """Test whether an alternative of the service can hold there for one place."""
    premises, building = all_premises(scenario), building_of_space(scenario)
    outdoor_m2 = scenario.tables.buildings["outdoor_m2"].tolist()
    services = [
        scenario.services[scenario.service2position[o.service_id]]
        for o in scenario.offers
    ]
    known: dict[tuple[int, str], list[Bar]] = {}

    def bars(r: int, service: Service) -> list[Bar]:
        reasons = []
        for condition in service.requires.any_of:
            unmet = unmet_conditions(condition, premises[r])
            unmet += _no_room(condition, float(outdoor_m2[building[r]]))
            if not unmet:
                return []
            reasons.append(" and ".join(unmet))
        return [("siting", ", or ".join(reasons))] if reasons else []

    def test(r: int, o: int) -> Iterator[Bar]:
        key = (r, services[o].id)
        if key not in known:
            known.clear()  # spaces come one after the other
            known[key] = bars(r, services[o])
        yield from known[key]

    return test


def _no_room(condition: Condition, outdoor_m2: float) -> list[str]:
    """Return what of a condition leaves no room for a single place."""
    unmet = []
    most = condition.max_places_on_floor
    if most is not None and exceeds(1.0, most):
        unmet.append(f"at most {most:g} places on a floor")
    if exceeds(condition.outdoor_m2_per_place, outdoor_m2):
        asked = condition.outdoor_m2_per_place
        unmet.append(f"outdoor area {outdoor_m2:g} m² is below {asked:g} m² per place")
    return unmet


def _available(scenario: Scenario) -> Test:
    """Test the building's dates, and the hours of space and building."""
    building = building_of_space(scenario)
    days = [days_outside(scenario, b) for b in range(scenario.num_buildings)]
    of_space = scenario.tables.spaces["available"].tolist()
    of_building = scenario.tables.buildings["available"].tolist()
    known: dict[tuple[object, object, int], int] = {}

    def test(r: int, o: int) -> Iterator[Bar]:
        b = building[r]
        if days[b]:
            yield "available", f"the building is {days[b]} days outside its dates"
        key = (of_space[r], of_building[b], o)
        if key not in known:
            hours = scenario.offers[o].hours
            known[key] = minutes_outside(hours, of_space[r], of_building[b])
        if known[key]:
            yield "available", f"{known[key]} min per week outside the hours of use"

    return test


def _area(scenario: Scenario) -> Test:
    """Test room for one place, and the service's least and most area."""
    area = usable_area_m2(scenario).tolist()
    services = {service.id: service for service in scenario.services}

    def test(r: int, o: int) -> Iterator[Bar]:
        offer = scenario.offers[o]
        service = services[offer.service_id]
        if not _holds_a_place(offer, area[r]):
            yield (
                "area_limit",
                f"{area[r]:g} m² hold no place of {offer.m2_per_place:g} m²",
            )
        if exceeds(2 * service.min_area_m2 - area[r], service.min_area_m2):
            yield "min_area", f"{area[r]:g} m² are below {service.min_area_m2:g} m²"
        most = service.max_area_m2
        if most is not None and not _holds_a_place(offer, most):
            yield "min_area", f"a place is larger than the most area, {most:g} m²"

    return test


def _holds_a_place(offer: Offer, area_m2: float) -> bool:
    """Tell whether at least one place fits, ⌊area ÷ m2⌋ ≥ 1."""
    if offer.unlimited or offer.m2_per_place == 0:
        return True
    return area_m2 / offer.m2_per_place + PLACES_TOLERANCE >= 1.0


def _reserve(scenario: Scenario) -> Test:
    """Test whole spaces, which count with all their area, against the reserve."""
    area, building = usable_area_m2(scenario), building_of_space(scenario)
    usable = np.bincount(building, area, scenario.num_buildings)
    share = scenario.tables.buildings["reserve_share"].to_numpy(np.float64)
    divisible = scenario.tables.spaces["divisible"].to_numpy(bool)
    limit = (1.0 - share) * usable

    def test(r: int, o: int) -> Iterator[Bar]:
        del o
        b = building[r]
        if share[b] > 0 and not divisible[r] and exceeds(area[r], limit[b]):
            free = share[b] * usable[b]
            yield "reserve", f"the building must leave {free:g} m² free"

    return test


def _pins(scenario: Scenario) -> Test:
    """Test pins that keep a matching offer out."""
    pins = [pin for pin in scenario.spec.rules.pins if pin.fix == "out"]
    asked = [(pin_keys(pin), pin.reason or "pinned out") for pin in pins]
    spaces = scenario.tables.spaces
    where = list(zip(spaces["building_id"], spaces["space_id"], strict=True))
    category = {service.id: service.category for service in scenario.services}

    def test(r: int, o: int) -> Iterator[Bar]:
        offer = scenario.offers[o]
        names = (*where[r], offer.service_id, category[offer.service_id])
        item = dict(zip(KEYS, (*names, offer.session_id), strict=True))
        for keys, reason in asked:
            if all(item[key] == value for key, value in keys.items()):
                yield "pins", reason

    return test
