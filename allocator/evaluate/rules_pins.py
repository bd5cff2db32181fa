"""Rule `pins`: decisions already taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.evaluate.breaches import above, below
from allocator.scenario.areas import street_of
from allocator.scenario.schema import PIN_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocator.evaluate.evaluation import Violation
    from allocator.evaluate.view import PlanView
    from allocator.scenario import Scenario
    from allocator.scenario.schema import Pin


def pins(view: PlanView) -> Iterator[Violation]:
    """`in`: at least one (space, offer) matching all keys has places; `out`: none."""
    running = _running(view)
    for number, pin in enumerate(view.scenario.spec.rules.pins):
        matches = float(sum(_matches(pin, item) for item in running))
        where = {"pin": str(number), "fix": pin.fix} | pin_keys(pin)
        if pin.fix == "in":
            yield from below("pins", where, matches, 1.0, "assignments")
        else:
            yield from above("pins", where, matches, 0.0, "assignments")


def _running(view: PlanView) -> list[dict[str, str]]:
    """Return every running (space, offer) with all a pin may name."""
    services = {service.id: service for service in view.scenario.services}
    areas = areas_of_buildings(view.scenario)
    rows = []
    for use in view.uses:
        for o in use.offers.tolist():
            row = view.at(use) | view.offer_at(o)
            category = {"category": services[row["service"]].category}
            rows.append(row | category | areas[row["building"]])
    return rows


def areas_of_buildings(scenario: Scenario) -> dict[str, dict[str, str]]:
    """Return community, street and district of every building."""
    houses = scenario.tables.buildings
    community = houses["community_id"].to_numpy(object)
    columns = (
        houses["building_id"].tolist(),
        community.tolist(),
        street_of(scenario.tables, community).tolist(),
        houses["district_id"].tolist(),
    )
    return {
        building: {"community": home, "street": street, "district": district}
        for building, home, street, district in zip(*columns, strict=True)
    }


def pin_keys(pin: Pin) -> dict[str, str]:
    """Return the keys a pin gives."""
    given = {key: getattr(pin, key) for key in PIN_KEYS}
    return {key: value for key, value in given.items() if value is not None}


def _matches(pin: Pin, item: dict[str, str]) -> bool:
    """Tell whether a running (space, offer) matches all keys of a pin."""
    return all(item[key] == value for key, value in pin_keys(pin).items())
