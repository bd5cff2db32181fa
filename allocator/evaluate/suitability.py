"""Which offer suits which space, and what bars the others, whatever else is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.rules_buildings import days_outside, minutes_outside
from allocator.evaluate.rules_pins import areas_of_buildings, pin_keys
from allocator.evaluate.rules_siting import all_premises, unmet_conditions
from allocator.evaluate.spaces import usable_area_m2
from allocator.evaluate.wording import ENGLISH
from allocator.units import PLACES_TOLERANCE, VIOLATION_TOLERANCE, exceeds

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from allocator.evaluate.wording import Wording
    from allocator.scenario import Scenario
    from allocator.scenario.hours import WeekHours
    from allocator.scenario.scenario import Offer
    from allocator.scenario.schema import Condition, Service

    Bar = tuple[int, int, str, str]
    """Space, offer (positions), rule id, reason in words."""


def suitability(scenario: Scenario, say: Wording = ENGLISH) -> pd.DataFrame:
    """Return every (space, offer) with what bars it.

    Parameters
    ----------
    say
        The words of the reasons.

    Returns
    -------
    DataFrame
        space_id, service_id, session_id; bar: ids of the rules that bar it, separated
        by commas, "" where it suits; reason: all reasons in words.
    """
    spaces, offers = scenario.tables.spaces["space_id"].tolist(), scenario.offers
    found: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for bars in (_siting, _available, _area, _reserve, _pins):
        for r, o, rule, reason in bars(scenario, say):
            found.setdefault((r, o), []).append((rule, reason))
    rules = [""] * (len(spaces) * len(offers))
    reasons = list(rules)
    for (r, o), barred in found.items():
        k = r * len(offers) + o
        rules[k] = ", ".join(dict.fromkeys(rule for rule, _ in barred))
        reasons[k] = say.join("both", (reason for _, reason in barred))
    columns = {
        "space_id": [space_id for space_id in spaces for _ in offers],
        "service_id": [offer.service_id for offer in offers] * len(spaces),
        "session_id": [offer.session_id for offer in offers] * len(spaces),
        "bar": rules,
        "reason": reasons,
    }
    return pd.DataFrame(columns, dtype=object)


def building_of_space(scenario: Scenario) -> npt.NDArray[np.int64]:
    """Return the position of the building of every space."""
    buildings = scenario.tables.buildings["building_id"].tolist()
    position = {building_id: b for b, building_id in enumerate(buildings)}
    of_space = scenario.tables.spaces["building_id"].tolist()
    return np.array([position[building_id] for building_id in of_space], np.int64)


def _service_of(scenario: Scenario, offer: Offer) -> Service:
    """Return the service of an offer."""
    return scenario.services[scenario.service2position[offer.service_id]]


def _siting(scenario: Scenario, say: Wording) -> Iterator[Bar]:
    """Yield services of which no alternative can hold there, even for one place."""
    outdoor = scenario.tables.buildings["outdoor_m2"].to_numpy(np.float64)
    outdoor_m2 = outdoor[building_of_space(scenario)].tolist()
    places = all_premises(scenario)
    for service in scenario.services:
        if not service.requires.any_of:
            continue
        offers = [
            k for k, o in enumerate(scenario.offers) if o.service_id == service.id
        ]
        for r, place in enumerate(places):
            unmet = [
                unmet_conditions(condition, place, say)
                + _no_room(condition, outdoor_m2[r], say)
                for condition in service.requires.any_of
            ]
            if all(unmet):
                ways = dict.fromkeys(say.join("and", words) for words in unmet)
                reason = say.join("or", ways)
                yield from ((r, o, "siting", reason) for o in offers)


def _no_room(condition: Condition, outdoor_m2: float, say: Wording) -> list[str]:
    """Return what of a condition leaves no room for a single place."""
    unmet = []
    most = condition.max_places_on_floor
    if most is not None and exceeds(1.0, most):
        unmet.append(say("places_on_floor", limit=most))
    if exceeds(condition.outdoor_m2_per_place, outdoor_m2):
        asked = condition.outdoor_m2_per_place
        unmet.append(say("outdoor", area=outdoor_m2, limit=asked))
    return unmet


def _available(scenario: Scenario, say: Wording) -> Iterator[Bar]:
    """Yield what the building's dates and the hours of space and building bar."""
    building = building_of_space(scenario).tolist()
    days = days_outside(scenario).tolist()
    of_space = scenario.tables.spaces["available"].tolist()
    of_building = scenario.tables.buildings["available"].tolist()
    outside: dict[tuple[WeekHours, WeekHours], list[int]] = {}
    for r, b in enumerate(building):
        hours = (of_space[r], of_building[b])
        if hours not in outside:
            outside[hours] = [minutes_outside(o.hours, *hours) for o in scenario.offers]
        for o, minutes in enumerate(outside[hours]):
            if days[b]:
                yield r, o, "available", say("dates", days=days[b])
            if minutes:
                yield r, o, "available", say("hours", minutes=minutes)


def _area(scenario: Scenario, say: Wording) -> Iterator[Bar]:
    """Yield spaces too small for one place or the service, and places too large."""
    area = usable_area_m2(scenario)
    for o, offer in enumerate(scenario.offers):
        service = _service_of(scenario, offer)
        for r in np.flatnonzero(~_holds_a_place(offer, area)).tolist():
            reason = say("no_place", area=area[r], limit=offer.m2_per_place)
            yield r, o, "area_limit", reason
        least = service.min_area_m2
        small = least - area > VIOLATION_TOLERANCE * max(1.0, least)
        for r in np.flatnonzero(small).tolist():
            yield r, o, "min_area", say("least_area", area=area[r], limit=least)
        most = service.max_area_m2
        if most is not None and not _holds_a_place(offer, np.array([most]))[0]:
            reason = say("most_area", limit=most)
            yield from ((r, o, "min_area", reason) for r in range(len(area)))


def _holds_a_place(
    offer: Offer, area_m2: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Tell where at least one place fits, ⌊area ÷ m2⌋ ≥ 1."""
    if offer.unlimited or offer.m2_per_place == 0:
        return np.ones(len(area_m2), bool)
    return area_m2 / offer.m2_per_place + PLACES_TOLERANCE >= 1.0


def _reserve(scenario: Scenario, say: Wording) -> Iterator[Bar]:
    """Yield whole spaces whose area the building's own reserve does not leave."""
    area, building = usable_area_m2(scenario), building_of_space(scenario)
    usable = sum_by(building, area, scenario.num_buildings)
    share = scenario.tables.buildings["reserve_share"].to_numpy(np.float64)
    divisible = scenario.tables.spaces["divisible"].to_numpy(bool)
    for r in np.flatnonzero(~divisible & (share[building] > 0)).tolist():
        b = building[r]
        if exceeds(float(area[r]), float((1.0 - share[b]) * usable[b])):
            reason = say("reserve", area=share[b] * usable[b])
            yield from ((r, o, "reserve", reason) for o in range(len(scenario.offers)))


def _pins(scenario: Scenario, say: Wording) -> Iterator[Bar]:
    """Yield what a pin keeps out."""
    pins = [pin for pin in scenario.spec.rules.pins if pin.fix == "out"]
    spaces = scenario.tables.spaces
    where = list(zip(spaces["building_id"], spaces["space_id"], strict=True))
    category = {service.id: service.category for service in scenario.services}
    areas = areas_of_buildings(scenario)
    for pin in pins:
        keys = pin_keys(pin)
        for o, offer in enumerate(scenario.offers):
            names = {
                "service": offer.service_id,
                "category": category[offer.service_id],
                "session": offer.session_id,
            }
            for r, (building, space) in enumerate(where):
                item = names | areas[building] | {"building": building, "space": space}
                if all(item[key] == value for key, value in keys.items()):
                    yield r, o, "pins", pin.reason or say("pin")
