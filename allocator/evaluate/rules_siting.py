"""Rule `siting`: what a service asks of space and building."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.breaches import above
from allocator.evaluate.evaluation import Violation
from allocator.evaluate.wording import ENGLISH
from allocator.units import exceeds

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from allocator.evaluate.spaces import ServiceUse, SpaceUse
    from allocator.evaluate.view import PlanView
    from allocator.evaluate.wording import Wording
    from allocator.scenario import Scenario
    from allocator.scenario.schema import Condition


@dataclass(frozen=True)
class Premises:
    """What siting looks at of one space and its building."""

    floor: int
    usable_area_m2: float
    features: frozenset[str]
    fire_resistance_class: float
    land_use: str
    former_use: str
    community_kind: str
    """"" where the building stands in no known community."""
    lease_years: float


@dataclass(frozen=True)
class OnFloor:
    """One service on one floor of a building, summed over its spaces there."""

    area_m2: float
    places: float


def lease_years(date: dt.date, last_day: dt.date) -> float:
    """Return years from `date` to the end of `last_day`, anniversaries counted whole.

    From 1 January 2026, a lease whose last day is 31 December 2030 lasts 5 years.
    """
    start, end = pd.Timestamp(date), pd.Timestamp(last_day) + pd.Timedelta(days=1)
    whole = end.year - start.year
    if start + pd.DateOffset(years=whole) > end:
        whole -= 1
    anniversary = start + pd.DateOffset(years=whole)
    following = start + pd.DateOffset(years=whole + 1)
    return float(whole + (end - anniversary) / (following - anniversary))


def all_premises(scenario: Scenario) -> list[Premises]:
    """Return what siting looks at of every space."""
    spaces, houses = scenario.tables.spaces, scenario.tables.buildings
    years = {
        house: lease_years(scenario.spec.date, until.date())
        for house, until in zip(
            houses["building_id"], pd.to_datetime(houses["lease_until"]), strict=True
        )
        if not pd.isna(until)
    }
    columns = ["features", "fire_resistance_class", "land_use", "former_use", "kind"]
    kinds = scenario.tables.communities.set_index("community_id")["kind"]
    houses = houses.assign(
        kind=houses["community_id"].map(kinds).astype(object).fillna("")
    )
    of_house = houses.set_index("building_id")[columns].loc[spaces["building_id"]]
    return [
        Premises(
            floor=int(floor),
            usable_area_m2=float(area),
            features=frozenset(own) | frozenset(shared),
            fire_resistance_class=float(fire),
            land_use=land_use,
            former_use=former_use,
            community_kind=kind,
            lease_years=years.get(house, float("inf")),
        )
        for floor, area, own, house, shared, fire, land_use, former_use, kind in zip(
            spaces["floor"].tolist(),
            spaces["usable_area_m2"].tolist(),
            spaces["features"].tolist(),
            spaces["building_id"].tolist(),
            *(of_house[column].tolist() for column in columns),
            strict=True,
        )
    ]


def unmet_conditions(
    condition: Condition, place: Premises, say: Wording = ENGLISH
) -> list[str]:
    """Return in words what of `condition` the premises fail, whatever the plan."""
    unmet = []
    floor, low, high = place.floor, condition.min_floor, condition.max_floor
    if low is not None and floor < low:
        unmet.append(say("below_floor", floor=floor, limit=low))
    if high is not None and floor > high:
        unmet.append(say("above_floor", floor=floor, limit=high))
    missing = sorted(condition.all_features - place.features)
    unmet += [say("no_feature", feature=say.name(f)) for f in missing]
    worst = condition.max_fire_resistance_class
    if worst is not None and not place.fire_resistance_class <= worst:
        unmet.append(say("fire", limit=worst))
    if condition.land_use and place.land_use not in condition.land_use:
        allowed = [repr(say.name(use)) for use in condition.land_use]
        limit = say.join("either", allowed)
        unmet.append(say("land_use", use=say.name(place.land_use), limit=limit))
    if place.former_use in condition.excluded_former_uses:
        unmet.append(say("former_use", use=say.name(place.former_use)))
    kinds = tuple(kind.value for kind in condition.community_kinds)
    if kinds and place.community_kind not in kinds:
        kind = say.name(place.community_kind or "unknown")
        limit = say.join("either", (repr(say.name(word)) for word in kinds))
        unmet.append(say("community_kind", kind=kind, limit=limit))
    years = condition.min_lease_years
    if years is not None and exceeds(years, place.lease_years):
        unmet.append(say("lease", years=place.lease_years, limit=years))
    least, area = condition.min_space_m2, place.usable_area_m2
    if least is not None and not area >= least - 1e-6 * max(1, least):
        unmet.append(say("space_area", area=area, limit=least))
    most = condition.max_space_m2
    if most is not None and not area <= most + 1e-6 * max(1, most):
        unmet.append(say("space_too_large", area=area, limit=most))
    return unmet


def siting(view: PlanView) -> Iterator[Violation]:
    """One alternative of each running service holds; outdoor areas suffice.

    Of the alternatives that hold, each (space, service) takes the one that asks for
    the least outdoor m² per place.
    """
    places = all_premises(view.scenario)
    outdoor_m2 = view.scenario.tables.buildings["outdoor_m2"].to_numpy(np.float64)
    for b, uses in view.building2uses.items():
        floors = _sums_on_floors(uses, places)
        outdoor = 0.0
        for use in uses:
            place = places[use.space]
            for run in use.services:
                alternatives = view.scenario.services[run.service].requires.any_of
                on_floor = floors[(place.floor, run.service)]
                holding = [c for c in alternatives if _holds(c, place, on_floor)]
                if alternatives and not holding:
                    yield _breach(view, use, run, (place, on_floor))
                outdoor += run.peak_places * min(
                    (c.outdoor_m2_per_place for c in holding), default=0.0
                )
        limit = float(outdoor_m2[b])
        where = {"building": view.building_ids[b]}
        yield from above("siting", where, outdoor, limit, "outdoor m²")


def _sums_on_floors(
    uses: list[SpaceUse], places: list[Premises]
) -> dict[tuple[int, int], OnFloor]:
    """Return Σ a[r, s] and Σ P[r, s] by (floor, service) of one building."""
    sums: dict[tuple[int, int], OnFloor] = {}
    for use in uses:
        for run in use.services:
            key = (places[use.space].floor, run.service)
            old = sums.get(key, OnFloor(0.0, 0.0))
            sums[key] = OnFloor(old.area_m2 + run.area_m2, old.places + run.peak_places)
    return sums


def _overruns(
    condition: Condition, on_floor: OnFloor
) -> list[tuple[float, float, str]]:
    """Return (value, limit, unit) of each amount on the floor that is exceeded."""
    amounts = [
        (on_floor.area_m2, condition.max_area_on_floor_m2, "m² on the floor"),
        (on_floor.places, condition.max_places_on_floor, "places on the floor"),
    ]
    return [
        (value, limit, unit)
        for value, limit, unit in amounts
        if limit is not None and exceeds(value, limit)
    ]


def _holds(condition: Condition, place: Premises, on_floor: OnFloor) -> bool:
    """Tell whether one alternative holds, its outdoor area apart."""
    return not unmet_conditions(condition, place) and not _overruns(condition, on_floor)


def _breach(
    view: PlanView,
    use: SpaceUse,
    run: ServiceUse,
    stands: tuple[Premises, OnFloor],
) -> Violation:
    """Describe a service of which no alternative holds.

    Where an alternative fails by amounts on the floor alone, the least excess of such
    an alternative is told; otherwise the excess is 1.
    """
    service = view.scenario.services[run.service]
    place, on_floor = stands
    where = view.at(use) | {"service": service.id}
    by_amount = [
        max(_overruns(condition, on_floor), key=lambda over: over[0] - over[1])
        for condition in service.requires.any_of
        if not unmet_conditions(condition, place)
    ]
    if by_amount:
        value, limit, unit = min(by_amount, key=lambda over: over[0] - over[1])
        return Violation("siting", where, value - limit, unit, value, limit)
    return Violation("siting", where, 1.0, "conditions", 1.0, 0.0)
