"""The shortfall of a whole city before planning, by area and service, ranked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.coverage import covered_by_row, resident_rows
from allocator.evaluate.provision import Provision
from allocator.evaluate.served import decode_served
from allocator.evaluate.standards import compliance_table, services_of
from allocator.evaluate.view import build_view
from allocator.plan import Plan
from allocator.scenario.areas import build_areas
from allocator.scenario.schema import Level
from allocator.shortfall.asked import asked_services, zones_with_every_priority
from allocator.shortfall.places_needed import places_needed

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.access import Access
    from allocator.evaluate.view import PlanView
    from allocator.scenario import Scenario
    from allocator.scenario.areas import Areas
    from allocator.shortfall.asked import Asked

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

SERVICE_COLUMNS = (
    "level",
    "area_id",
    "service_id",
    "category",
    "rank",
    "demand_persons",
    "sites",
    "sites_in_reach",
    "near_share",
    "nearest_walk_min",
    "covered_persons",
    "unmet_persons",
    "unmet_visits_per_week",
    "places",
    "missing_places",
    "place_name",
    "missing_gross_m2",
    "standard_missing_places",
    "standard_missing_gross_m2",
)
AREA_COLUMNS = (
    "level",
    "area_id",
    "rank",
    "residents",
    "households",
    "demand_persons",
    "covered_persons",
    "unmet_persons",
    "coverage",
    "services_asked",
    "services_in_reach",
    "not_in_reach",
    "priority_near_persons",
    "priority_near_share",
)


@dataclass(frozen=True)
class CityShortfall:
    """What existing facilities leave open in every community, street and district."""

    services: pd.DataFrame
    """`SERVICE_COLUMNS`, by level and rank: the most unmet persons first."""
    areas: pd.DataFrame
    """`AREA_COLUMNS`, by level and rank: the most unmet person-needs first."""
    standards: pd.DataFrame
    """As `compliance.csv` of a run, with facilities alone."""


@dataclass(frozen=True)
class _Situation:
    """What the tables of every level are summed from."""

    scenario: Scenario
    alone: PlanView
    """The empty plan, with residents assigned to facilities."""
    asked: Asked
    persons: Floats
    """Shape (i,): demand persons."""
    covered: Floats
    """Shape (i,)."""
    covered_by: Floats
    """Shape (k,): covered persons of the row by that very service."""
    places: Floats
    """Shape (sites, s)."""


def city_shortfall(
    scenario: Scenario, access: Access, served: pd.DataFrame
) -> CityShortfall:
    """Return the shortfall at every level.

    Parameters
    ----------
    served
        What `allocator.evaluate.baseline` returned: residents at facilities.

    Notes
    -----
    A need that several services accept is unmet demand of each of them: missing places
    of a service are those that would serve all of it, were no other to come, and are
    not summed over services. Persons summed over needs are person-needs (人·项).
    """
    alone = build_view(scenario, access, Plan.from_places({}, served))
    rows, asked = resident_rows(scenario), asked_services(scenario, access)
    now = _Situation(
        scenario,
        alone,
        asked,
        rows.persons,
        covered_by_row(scenario, access, served),
        _covered_by_service(scenario, access, served, asked),
        Provision(alone).places,
    )
    standards = compliance_table(alone, alone)
    every = zones_with_every_priority(scenario, access)
    services, areas = [], []
    for level in Level:
        inside = build_areas(scenario.tables, level)
        if inside.ids == ("",) and level is not Level.ALL:
            continue  # no area of this level is named
        table = _services(now, inside, standards)
        services.append(table)
        areas.append(_areas(now, inside, table, every))
    return CityShortfall(
        pd.concat(services, ignore_index=True)[list(SERVICE_COLUMNS)],
        pd.concat(areas, ignore_index=True)[list(AREA_COLUMNS)],
        standards,
    )


def _covered_by_service(
    scenario: Scenario, access: Access, served: pd.DataFrame, asked: Asked
) -> Floats:
    """Return the covered persons of each pair, by facilities of its service."""
    found = decode_served(scenario, access, served)
    size = len(scenario.services)
    position = scenario.service2position
    of_offer = [position[offer.service_id] for offer in scenario.offers]
    service = np.array(of_offer, np.int64)[found.offer]
    known = found.row >= 0
    sums = sum_by(
        found.row[known] * size + service[known],
        found.covered_persons[known],
        len(scenario.demand) * size,
    )
    return np.asarray(sums[asked.row * size + asked.service], np.float64)


def _services(now: _Situation, areas: Areas, standards: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each area and service that is asked for or given there."""
    scenario, asked = now.scenario, now.asked
    size, number = len(scenario.services), len(areas.ids)
    area = areas.of_zone[scenario.demand.zone[asked.row]]
    inside = area >= 0
    cell = area[inside] * size + asked.service[inside]

    def total(values: Floats) -> Floats:
        return sum_by(cell, values[inside], number * size)

    persons, near = now.persons[asked.row], np.isfinite(asked.walk_min)
    unmet = persons - now.covered[asked.row]
    visits = np.array([need.visits_per_person_week for need in scenario.needs])
    need = scenario.demand.need[asked.row]
    minutes = np.where(near, asked.walk_min, 0.0) * persons
    demand, close = total(persons), total(persons * near)
    frame = pd.DataFrame(
        {
            "level": areas.level.value,
            "area_id": np.repeat(np.array(areas.ids, object), size),
            "service_id": [s.id for s in scenario.services] * number,
            "category": [s.category for s in scenario.services] * number,
            "place_name": [_place_name(s.place_name) for s in scenario.services]
            * number,
            "demand_persons": demand,
            "near_share": _ratio(close, demand),
            "nearest_walk_min": _ratio(total(minutes), close),
            "covered_persons": total(now.covered_by),
            "unmet_persons": total(unmet),
            "unmet_visits_per_week": total(unmet * visits[need]),
            **_sites(now, areas),
            **_missing(now, areas, unmet * visits[need]),
            **_by_standards(now, areas, standards),
        }
    )
    kept = frame[(frame["demand_persons"] > 0) | (frame["sites"] > 0)]
    return _ranked(kept, ["area_id", "service_id"])


def _place_name(name: object) -> str:
    """Return what a place is called, in English where there are languages."""
    if name is None:
        return "places"
    return name if isinstance(name, str) else getattr(name, "en", None) or "places"


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Return part ÷ whole, NaN where there is nothing."""
    known = whole > 0
    return np.where(known, part / np.where(known, whole, 1.0), np.nan)


def _ranked(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the rows by unmet persons, most first, then by ids, and their rank."""
    order = ["unmet_persons", *keys]
    table = frame.sort_values(
        order, ascending=[False, *[True] * len(keys)], ignore_index=True
    )
    return table.assign(rank=np.arange(1, len(table) + 1))


def _sites(now: _Situation, areas: Areas) -> dict[str, Floats]:
    """Return sites and places in an area, and sites its residents reach."""
    size, number = len(now.scenario.services), len(areas.ids)
    running = np.zeros((len(areas.of_site), size), bool)
    for offer, given in zip(
        now.scenario.offers, now.alone.supply.running.T, strict=True
    ):
        running[:, now.scenario.service2position[offer.service_id]] |= given
    sites, places = np.zeros((number, size)), np.zeros((number, size))
    inside = np.flatnonzero(areas.of_site >= 0)
    np.add.at(sites, areas.of_site[inside], running[inside].astype(float))
    np.add.at(places, areas.of_site[inside], now.places[inside])
    zone, service, site = now.asked.near_sites.T
    area = areas.of_zone[zone]
    pairs = np.unique(np.column_stack([area, service, site])[area >= 0], axis=0)
    reach = np.zeros((number, size))
    np.add.at(reach, (pairs[:, 0], pairs[:, 1]), 1.0)
    return {
        "sites": sites.ravel(),
        "places": places.ravel(),
        "sites_in_reach": reach.ravel(),
    }


def _missing(now: _Situation, areas: Areas, unmet_visits: Floats) -> dict[str, Floats]:
    """Return the places and gross area that would serve what is unmet."""
    scenario, asked = now.scenario, now.asked
    number, size, needs = len(areas.ids), len(scenario.services), len(scenario.needs)
    area = areas.of_zone[scenario.demand.zone[asked.row]]
    places, gross = np.zeros((number, size)), np.zeros((number, size))
    for s, service in enumerate(scenario.services):
        own = (asked.service == s) & (area >= 0)
        key = area[own] * needs + scenario.demand.need[asked.row[own]]
        visits = sum_by(key, unmet_visits[own], number * needs).reshape(number, needs)
        # rounding of the assignment is nobody's demand
        visits[visits < 1e-6] = 0.0
        counted = places_needed(scenario, service.id)
        if any(o.unlimited for o in scenario.offers if o.service_id == service.id):
            places[:, s] = gross[:, s] = np.nan
            continue
        for a in np.flatnonzero(visits.any(axis=1)).tolist():
            places[a, s], gross[a, s] = counted.of(visits[a])
    return {"missing_places": places.ravel(), "missing_gross_m2": gross.ravel()}


def _by_standards(
    now: _Situation, areas: Areas, standards: pd.DataFrame
) -> dict[str, Floats]:
    """Return what standards of this level that count one service alone find missing.

    The largest where several do; NaN where none does.
    """
    size = len(now.scenario.services)
    shape = (len(areas.ids), size)
    found = {"places": np.full(shape, np.nan), "gross m²": np.full(shape, np.nan)}
    position = {area_id: a for a, area_id in enumerate(areas.ids)}
    for standard in now.scenario.spec.standards:
        counted = np.flatnonzero(services_of(now.scenario, standard))
        if standard.level is not areas.level or len(counted) != 1:
            continue
        rows = standards[standards["standard_id"] == standard.id]
        columns = (rows["area_id"], rows["baseline_missing"], rows["missing_unit"])
        for area_id, missing, unit in zip(*columns, strict=True):
            if unit in found:
                at = (position[area_id], counted[0])
                found[unit][at] = np.fmax(found[unit][at], missing)
    return {
        "standard_missing_places": found["places"].ravel(),
        "standard_missing_gross_m2": found["gross m²"].ravel(),
    }


def _areas(
    now: _Situation, areas: Areas, services: pd.DataFrame, every: Bools
) -> pd.DataFrame:
    """Return one row for each area, over all needs."""
    scenario = now.scenario
    number = len(areas.ids)
    area = areas.of_zone[scenario.demand.zone]
    inside = area >= 0
    demand = sum_by(area[inside], now.persons[inside], number)
    covered = sum_by(area[inside], now.covered[inside], number)
    residents = scenario.residents.sum(axis=1)
    persons = areas.sums(residents)
    near = areas.sums(residents * every)
    asked = services[services["demand_persons"] > 0]
    lacking = asked[asked["sites_in_reach"] == 0].sort_values("service_id")
    missing = lacking.groupby("area_id")["service_id"].agg(", ".join)
    ids = pd.Series(areas.ids, dtype=object)
    count = ids.map(asked.groupby("area_id").size()).fillna(0).to_numpy(np.int64)
    out = ids.map(lacking.groupby("area_id").size()).fillna(0).to_numpy(np.int64)
    frame = pd.DataFrame(
        {
            "level": areas.level.value,
            "area_id": ids,
            "residents": persons,
            "households": areas.households,
            "demand_persons": demand,
            "covered_persons": covered,
            "unmet_persons": demand - covered,
            "coverage": _ratio(covered, demand),
            "services_asked": count,
            "services_in_reach": count - out,
            "not_in_reach": [missing.get(area_id, "") for area_id in areas.ids],
            "priority_near_persons": near,
            "priority_near_share": _ratio(near, persons),
        }
    )
    return _ranked(frame, ["area_id"])
