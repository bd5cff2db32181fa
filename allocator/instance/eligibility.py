"""Which offer may run in which space, and what bars the others."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.instance.arrays import positions
from allocator.units import PLACES_TOLERANCE, VIOLATION_TOLERANCE

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from allocator.scenario.scenario import Offer, Scenario
    from allocator.scenario.schema import Condition, Service

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

BAR_RULES = ("siting", "available", "area_limit", "min_area", "reserve")
"""Rules that can bar an offer from a space whatever else is planned."""
MOST_PLACES = 10**9
"""Places where neither area nor demand bounds them."""


@dataclass(frozen=True)
class Premises:
    """Spaces beside their buildings, the columns that rules ask for."""

    spaces: pd.DataFrame
    buildings: pd.DataFrame
    """Row r is the building of space r."""
    building: Ints
    """Shape (r,)."""
    usable_area_m2: Floats
    """Shape (r,); 0 where the scenario gives none (unlimited services only)."""
    max_floor_used_m2: Floats
    """Shape (b,): what each building's own reserve leaves; inf without a reserve."""


@dataclass(frozen=True)
class Eligibility:
    """What holds for every (space, offer), whatever else is planned."""

    barred: Bools
    """Shape (rules, r, o), rules as `BAR_RULES`."""
    max_places: Ints
    """Shape (r, o): ⌊min(A, max area) ÷ m2⌋; 1 for unlimited capacity; `MOST_PLACES`
    where a place needs no area."""
    alternatives: tuple[tuple[Condition, Bools], ...]
    """Per service and siting alternative: the condition, and where it can hold."""
    alternative_service: tuple[int, ...]

    @property
    def allowed(self) -> Bools:
        """Shape (r, o): nothing bars it."""
        return np.asarray(~self.barred.any(axis=0), bool)


def premises_of(scenario: Scenario) -> Premises:
    """Join spaces with their buildings."""
    spaces, buildings = scenario.tables.spaces, scenario.tables.buildings
    building = positions(buildings["building_id"], spaces["building_id"])
    area = np.nan_to_num(spaces["usable_area_m2"].to_numpy(np.float64), nan=0.0)
    share = buildings["reserve_share"].to_numpy(np.float64)
    usable = np.bincount(building, area, minlength=len(buildings))
    return Premises(
        spaces=spaces,
        buildings=buildings.iloc[building].reset_index(drop=True),
        building=building,
        usable_area_m2=area,
        max_floor_used_m2=np.where(share > 0.0, (1.0 - share) * usable, np.inf),
    )


def check_eligibility(scenario: Scenario, premises: Premises) -> Eligibility:
    """Check every (space, offer) against the rules of `BAR_RULES`."""
    offers, services = scenario.offers, scenario.services
    service_of = np.array(
        [scenario.service2position[offer.service_id] for offer in offers], np.int64
    )
    area = premises.usable_area_m2
    places = np.empty((len(area), len(offers)), np.int64)
    for k, offer in enumerate(offers):
        places[:, k] = max_places(offer, services[service_of[k]], area)
    alternatives, owners = _alternatives(scenario, premises)
    barred = np.zeros((len(BAR_RULES), len(area), len(offers)), bool)
    barred[0] = ~_sited(scenario, alternatives, owners, len(area))[:, service_of]
    barred[1] = ~(_in_hours(scenario, premises) & _on_date(scenario, premises)[:, None])
    least = np.array([service.min_area_m2 for service in services])[service_of]
    barred[2] = places < 1
    barred[3] = _above(least[None, :], area[:, None], least[None, :])
    room = premises.max_floor_used_m2[premises.building]
    whole = ~premises.spaces["divisible"].to_numpy(bool)
    barred[4] = (whole & _above(area, room, room))[:, None]
    return Eligibility(barred, places, tuple(alternatives), tuple(owners))


def max_places(offer: Offer, service: Service, usable_area_m2: Floats) -> Ints:
    """Return the most places of `offer` that each usable area holds."""
    if offer.unlimited:
        return np.ones(len(usable_area_m2), np.int64)
    if offer.m2_per_place == 0.0:
        return np.full(len(usable_area_m2), MOST_PLACES)
    largest = np.inf if service.max_area_m2 is None else service.max_area_m2
    ratio = np.minimum(usable_area_m2, largest) / offer.m2_per_place
    return np.minimum(np.floor(ratio + PLACES_TOLERANCE), MOST_PLACES).astype(np.int64)


def depends_on_plan(condition: Condition) -> bool:
    """Tell whether a condition limits what else is planned."""
    return (
        condition.max_area_on_floor_m2 is not None
        or condition.max_places_on_floor is not None
        or condition.outdoor_m2_per_place > 0.0
    )


def _above(value: Floats, limit: Floats, scale: Floats) -> Bools:
    """Tell where `value` exceeds `limit` beyond the tolerance of a violation."""
    with np.errstate(invalid="ignore"):
        slack = VIOLATION_TOLERANCE * np.maximum(1.0, np.abs(scale))
        return np.isfinite(limit) & (value - limit > slack)


def _in_hours(scenario: Scenario, premises: Premises) -> Bools:
    """Tell which sessions lie inside the hours of space and building, shape (r, o)."""
    offers = scenario.offers
    inside = np.ones((len(premises.building), len(offers)), bool)
    for frame in (premises.spaces, premises.buildings):
        hours = frame["available"].tolist()
        fits = {
            when: np.array([when.contains(offer.hours) for offer in offers], bool)
            for when in set(hours)
        }
        for r, when in enumerate(hours):
            inside[r] &= fits[when]
    return inside


def _on_date(scenario: Scenario, premises: Premises) -> Bools:
    """Tell which buildings may be used on the scenario's date, shape (r,)."""
    date = np.datetime64(scenario.spec.date, "D")
    first = premises.buildings["available_from"].to_numpy("datetime64[D]")
    last = premises.buildings["available_until"].to_numpy("datetime64[D]")
    return ~((first > date) | (last < date))


def _sited(
    scenario: Scenario,
    alternatives: list[tuple[Condition, Bools]],
    owners: list[int],
    num_spaces: int,
) -> Bools:
    """Tell where at least one siting alternative can hold, shape (r, s)."""
    asks = np.array([bool(s.requires.any_of) for s in scenario.services], bool)
    sited = np.repeat(~asks[None, :], num_spaces, axis=0)
    for (_, holds), service in zip(alternatives, owners, strict=True):
        sited[:, service] |= holds
    return sited


def _alternatives(
    scenario: Scenario, premises: Premises
) -> tuple[list[tuple[Condition, Bools]], list[int]]:
    """Return every siting alternative with the spaces it can hold in."""
    found, owners = [], []
    for position, service in enumerate(scenario.services):
        for condition in service.requires.any_of:
            holds = _holds(condition, scenario, premises)
            holds &= _allows_a_place(condition, premises)
            found.append((condition, holds))
            owners.append(position)
    return found, owners


def _holds(condition: Condition, scenario: Scenario, premises: Premises) -> Bools:
    """Tell in which spaces the fixed part of a condition holds, shape (r,)."""
    spaces, buildings = premises.spaces, premises.buildings
    floor = spaces["floor"].to_numpy(np.float64)
    holds = np.ones(len(floor), bool)
    if condition.min_floor is not None:
        holds &= floor >= condition.min_floor
    if condition.max_floor is not None:
        holds &= floor <= condition.max_floor
    if condition.all_features:
        asked = condition.all_features
        owned = zip(spaces["features"], buildings["features"], strict=True)
        holds &= np.array([asked <= own | shared for own, shared in owned], bool)
    if condition.max_fire_resistance_class is not None:
        # An unknown class is NaN and compares false.
        classes = buildings["fire_resistance_class"].to_numpy(np.float64)
        holds &= classes <= condition.max_fire_resistance_class
    if condition.land_use:
        holds &= buildings["land_use"].isin(condition.land_use).to_numpy(bool)
    if condition.excluded_former_uses:
        excluded = buildings["former_use"].isin(condition.excluded_former_uses)
        holds &= ~excluded.to_numpy(bool)
    if condition.community_kinds:
        communities = scenario.tables.communities
        wanted = communities["kind"].isin([k.value for k in condition.community_kinds])
        inside = buildings["community_id"].isin(communities["community_id"][wanted])
        holds &= inside.to_numpy(bool)
    if condition.min_lease_years is not None:
        holds &= _lease_lasts(condition.min_lease_years, scenario, buildings)
    if condition.min_space_m2 is not None:
        least = np.array(condition.min_space_m2)
        holds &= ~_above(least, premises.usable_area_m2, least)
    if condition.max_space_m2 is not None:
        most = np.array(condition.max_space_m2)
        holds &= ~_above(premises.usable_area_m2, most, most)
    return holds


def _lease_lasts(years: float, scenario: Scenario, buildings: pd.DataFrame) -> Bools:
    """Tell which leases run `years` from the scenario's date; no end given passes."""
    last_day = buildings["lease_until"].to_numpy("datetime64[D]")
    lasts = {
        day: _years_from(scenario.spec.date, day.item())
        for day in np.unique(last_day)
        if not np.isnat(day)
    }
    run = np.array([lasts.get(day, np.inf) for day in last_day])
    return ~_above(np.array(years), run, run)


def _years_from(date: dt.date, last_day: dt.date) -> float:
    """Return the years from `date` to the end of `last_day`.

    Whole years end on anniversaries (29 February: on the 28th); the rest is counted in
    shares of its year.
    """

    def anniversary(years: int) -> dt.date:
        try:
            return date.replace(year=date.year + years)
        except ValueError:
            return date.replace(year=date.year + years, day=28)

    end = last_day + dt.timedelta(days=1)
    whole = end.year - date.year
    if anniversary(whole) > end:
        whole -= 1
    before, after = anniversary(whole), anniversary(whole + 1)
    return whole + (end - before).days / (after - before).days


def _allows_a_place(condition: Condition, premises: Premises) -> Bools:
    """Tell where the plan-dependent part of a condition leaves room for one place."""
    room = np.ones(len(premises.building), bool)
    if condition.max_places_on_floor is not None:
        room &= condition.max_places_on_floor >= 1.0 - VIOLATION_TOLERANCE
    if condition.outdoor_m2_per_place > 0.0:
        outdoor = premises.buildings["outdoor_m2"].to_numpy(np.float64)
        per_place = np.array(condition.outdoor_m2_per_place)
        room &= ~_above(per_place, outdoor, outdoor)
    return room
