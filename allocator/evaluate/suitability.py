"""Which offer suits which space, and what bars the others, whatever else is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.reasons import Bar, Reason, reason
from allocator.evaluate.rules_buildings import days_outside, minutes_outside
from allocator.evaluate.rules_pins import KEYS, pin_keys
from allocator.evaluate.rules_siting import all_premises, unmet_conditions
from allocator.evaluate.spaces import usable_area_m2
from allocator.units import PLACES_TOLERANCE, VIOLATION_TOLERANCE, exceeds

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from allocator.scenario import Scenario
    from allocator.scenario.hours import WeekHours
    from allocator.scenario.scenario import Offer
    from allocator.scenario.schema import Condition, Service


def suitability(scenario: Scenario) -> pd.DataFrame:
    """Return every (space, offer) with what bars it.

    Returns
    -------
    DataFrame
        space_id, service_id, session_id; bar: ids of the rules that bar it, separated
        by commas, "" where it suits; reason: all reasons in words.
    """
    spaces, offers = scenario.tables.spaces["space_id"].tolist(), scenario.offers
    found: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for bar in bars(scenario):
        found.setdefault(bar[:2], []).append((bar.rule_id, bar.text))
    rules = [""] * (len(spaces) * len(offers))
    reasons = list(rules)
    for (r, o), barred in found.items():
        k = r * len(offers) + o
        rules[k] = ", ".join(dict.fromkeys(rule for rule, _ in barred))
        reasons[k] = "; ".join(text for _, text in barred)
    columns = {
        "space_id": [space_id for space_id in spaces for _ in offers],
        "service_id": [offer.service_id for offer in offers] * len(spaces),
        "session_id": [offer.session_id for offer in offers] * len(spaces),
        "bar": rules,
        "reason": reasons,
    }
    return pd.DataFrame(columns, dtype=object)


def bars(scenario: Scenario) -> Iterator[Bar]:
    """Yield every rule that bars an offer from a space, with its figures."""
    for rule in (_siting, _available, _area, _reserve, _pins):
        yield from rule(scenario)


def _bar(r: int, o: int, rule_id: str, why: Reason) -> Bar:
    """Return a bar of one condition."""
    return Bar(r, o, rule_id, ((why,),))


def building_of_space(scenario: Scenario) -> npt.NDArray[np.int64]:
    """Return the position of the building of every space."""
    buildings = scenario.tables.buildings["building_id"].tolist()
    position = {building_id: b for b, building_id in enumerate(buildings)}
    of_space = scenario.tables.spaces["building_id"].tolist()
    return np.array([position[building_id] for building_id in of_space], np.int64)


def _service_of(scenario: Scenario, offer: Offer) -> Service:
    """Return the service of an offer."""
    return scenario.services[scenario.service2position[offer.service_id]]


def _siting(scenario: Scenario) -> Iterator[Bar]:
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
                unmet_conditions(condition, place) + _no_room(condition, outdoor_m2[r])
                for condition in service.requires.any_of
            ]
            if all(unmet):
                alternatives = tuple(map(tuple, unmet))
                yield from (Bar(r, o, "siting", alternatives) for o in offers)


def _no_room(condition: Condition, outdoor_m2: float) -> list[Reason]:
    """Return what of a condition leaves no room for a single place."""
    unmet = []
    most = condition.max_places_on_floor
    if most is not None and exceeds(1.0, most):
        unmet.append(reason("places_on_floor", limit=most))
    if exceeds(condition.outdoor_m2_per_place, outdoor_m2):
        asked = condition.outdoor_m2_per_place
        unmet.append(reason("outdoor", area_m2=outdoor_m2, limit=asked))
    return unmet


def _available(scenario: Scenario) -> Iterator[Bar]:
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
                yield _bar(r, o, "available", reason("dates", days=days[b]))
            if minutes:
                yield _bar(r, o, "available", reason("hours", minutes=minutes))


def _area(scenario: Scenario) -> Iterator[Bar]:
    """Yield spaces too small for one place or the service, and places too large."""
    area = usable_area_m2(scenario)
    for o, offer in enumerate(scenario.offers):
        service = _service_of(scenario, offer)
        for r in np.flatnonzero(~_holds_a_place(offer, area)).tolist():
            sizes = {"area_m2": float(area[r]), "limit": offer.m2_per_place}
            yield _bar(r, o, "area_limit", reason("no_place", **sizes))
        least = service.min_area_m2
        small = least - area > VIOLATION_TOLERANCE * max(1.0, least)
        for r in np.flatnonzero(small).tolist():
            sizes = {"area_m2": float(area[r]), "limit": least}
            yield _bar(r, o, "min_area", reason("min_area", **sizes))
        most = service.max_area_m2
        if most is not None and not _holds_a_place(offer, np.array([most]))[0]:
            why = reason("max_area", limit=most)
            yield from (_bar(r, o, "min_area", why) for r in range(len(area)))


def _holds_a_place(
    offer: Offer, area_m2: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Tell where at least one place fits, ⌊area ÷ m2⌋ ≥ 1."""
    if offer.unlimited or offer.m2_per_place == 0:
        return np.ones(len(area_m2), bool)
    return area_m2 / offer.m2_per_place + PLACES_TOLERANCE >= 1.0


def _reserve(scenario: Scenario) -> Iterator[Bar]:
    """Yield whole spaces whose area the building's own reserve does not leave."""
    area, building = usable_area_m2(scenario), building_of_space(scenario)
    usable = sum_by(building, area, scenario.num_buildings)
    share = scenario.tables.buildings["reserve_share"].to_numpy(np.float64)
    divisible = scenario.tables.spaces["divisible"].to_numpy(bool)
    for r in np.flatnonzero(~divisible & (share[building] > 0)).tolist():
        b = building[r]
        if exceeds(float(area[r]), float((1.0 - share[b]) * usable[b])):
            why = reason("reserve", area_m2=float(share[b] * usable[b]))
            offers = range(len(scenario.offers))
            yield from (_bar(r, o, "reserve", why) for o in offers)


def _pins(scenario: Scenario) -> Iterator[Bar]:
    """Yield what a pin keeps out."""
    pins = [pin for pin in scenario.spec.rules.pins if pin.fix == "out"]
    spaces = scenario.tables.spaces
    where = list(zip(spaces["building_id"], spaces["space_id"], strict=True))
    category = {service.id: service.category for service in scenario.services}
    for pin in pins:
        keys = pin_keys(pin)
        told = pin.reason
        why = reason("pinned", text=told) if told else reason("pinned_out")
        for o, offer in enumerate(scenario.offers):
            names = (offer.service_id, category[offer.service_id], offer.session_id)
            for r, home in enumerate(where):
                item = dict(zip(KEYS, (*home, *names), strict=True))
                if all(item[key] == value for key, value in keys.items()):
                    yield _bar(r, o, "pins", why)
