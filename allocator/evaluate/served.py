"""Served visits in positions, with minutes, credit and covered persons beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.credit import credit
from allocator.scenario.ids import find_texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt
    import pandas as pd

    from allocator.access.access import Access
    from allocator.evaluate.spaces import Assigned
    from allocator.scenario import Scenario

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ServedRows:
    """One entry per served row of a plan; positions are the scenario's."""

    row: Ints
    """Demand row; −1 where the scenario has no such demand."""
    zone: Ints
    need: Ints
    group: Ints
    """−1 for demand given without a group."""
    site: Ints
    offer: Ints
    visits: Floats
    """f, visits per week."""
    walk_min: Floats
    """NaN where the walking times do not have the pair."""
    credit: Floats
    """δ."""
    covered_persons: Floats
    """δ · f ÷ visits per person-week."""


@dataclass(frozen=True)
class Supply:
    """What every site offers; shape (sites, o)."""

    running: Bools
    capacity: Floats
    """Visits per week; inf where unlimited."""


def visits_per_person(scenario: Scenario) -> Floats:
    """Return visits per person-week of every need."""
    return np.array([need.visits_per_person_week for need in scenario.needs])


def accept_limits(scenario: Scenario) -> Floats:
    """Return the walking limit of each (need, offer), NaN where not accepted."""
    limits = np.full((len(scenario.needs), len(scenario.offers)), np.nan)
    for n, need in enumerate(scenario.needs):
        for offer, limit in scenario.accepted_offers(need):
            limits[n, offer] = limit
    return limits


def profiles(scenario: Scenario) -> npt.NDArray[np.object_]:
    """Return the walking profile of each (need, group); the last column: no group."""
    table = np.empty((len(scenario.needs), len(scenario.groups) + 1), object)
    for n, need in enumerate(scenario.needs):
        for g, group in enumerate((*scenario.groups, None)):
            table[n, g] = scenario.profile_of(need, group)
    return table


def no_supply(scenario: Scenario) -> Supply:
    """Return a supply of nothing."""
    shape = (len(scenario.site_ids), len(scenario.offers))
    return Supply(np.zeros(shape, bool), np.zeros(shape))


def facility_supply(scenario: Scenario) -> Supply:
    """Return what existing facilities offer."""
    supply = no_supply(scenario)
    table = scenario.tables.facilities
    site2position = {site: k for k, site in enumerate(scenario.site_ids)}
    columns = ("facility_id", "service_id", "session_id", "places", "visits_per_week")
    for site_id, service, session, places, visits in zip(
        *(table[name].tolist() for name in columns), strict=True
    ):
        o = scenario.offer2position[(service, session)]
        offer = scenario.offers[o]
        given = places if np.isnan(visits) else visits
        per_unit = offer.visits_per_place_week if np.isnan(visits) else 1.0
        amount = np.inf if offer.unlimited and given > 0 else given * per_unit
        supply.capacity[site2position[site_id], o] += amount
        supply.running[site2position[site_id], o] |= amount > 0
    return supply


def plan_supply(scenario: Scenario, assigned: Assigned) -> Supply:
    """Return what the plan offers at its buildings, without facilities."""
    supply = no_supply(scenario)
    per_place = np.array([o.visits_per_place_week for o in scenario.offers])
    unlimited = np.array([o.unlimited for o in scenario.offers], bool)
    runs = assigned.runs
    building, offer = assigned.building[runs], assigned.offer[runs]
    amount = assigned.places[runs] * per_place[offer]
    amount[unlimited[offer]] = np.inf
    np.add.at(supply.capacity, (building, offer), amount)
    supply.running[building, offer] = True
    return supply


def both(first: Supply, second: Supply) -> Supply:
    """Return two supplies together."""
    return Supply(first.running | second.running, first.capacity + second.capacity)


def decode_served(
    scenario: Scenario, access: Access, served: pd.DataFrame
) -> ServedRows:
    """Turn the ids of served rows into positions and measure each row.

    The frame has been checked against the scenario (`allocator.plan.check_plan`).
    """
    zone = positions(scenario.tables.zones["zone_id"], served["zone_id"])
    need = positions([n.id for n in scenario.needs], served["need_id"])
    group = positions([g.id for g in scenario.groups], served["group_id"])
    site = positions(scenario.site_ids, served["site_id"])
    offer = _offer_positions(scenario, served)
    return served_rows(
        scenario,
        access,
        (zone, need, group, site, offer),
        served["served_visits_per_week"].to_numpy(np.float64),
    )


def served_rows(
    scenario: Scenario,
    access: Access,
    where: tuple[Ints, Ints, Ints, Ints, Ints],
    visits: Floats,
) -> ServedRows:
    """Measure served visits given by positions (zone, need, group, site, offer)."""
    zone, need, group, site, offer = where
    walk_min = _walk_min(scenario, access, where)
    limits = accept_limits(scenario)[need, offer]
    share = np.zeros(len(visits))
    for n, item in enumerate(scenario.needs):
        own = np.flatnonzero(need == n)
        share[own] = credit(item, walk_min[own], limits[own])
    return ServedRows(
        row=_demand_rows(scenario, zone, need, group),
        zone=zone,
        need=need,
        group=group,
        site=site,
        offer=offer,
        visits=visits,
        walk_min=walk_min,
        credit=share,
        covered_persons=share * visits / visits_per_person(scenario)[need],
    )


def positions(names: Iterable[str], values: pd.Series[str]) -> Ints:
    """Return the position of each value among unique names, −1 where unknown."""
    return find_texts(names, values)


def _offer_positions(scenario: Scenario, served: pd.DataFrame) -> Ints:
    """Return the offer of each served row."""
    services = sorted({offer.service_id for offer in scenario.offers})
    sessions = sorted({offer.session_id for offer in scenario.offers})
    offer_at = np.full((len(services), len(sessions)), -1, np.int64)
    for k, offer in enumerate(scenario.offers):
        at = services.index(offer.service_id), sessions.index(offer.session_id)
        offer_at[at] = k
    return np.asarray(
        offer_at[
            positions(services, served["service_id"]),
            positions(sessions, served["session_id"]),
        ],
        np.int64,
    )


def _demand_rows(scenario: Scenario, zone: Ints, need: Ints, group: Ints) -> Ints:
    """Return the demand row of each (zone, need, group), −1 where there is none."""
    demand = scenario.demand
    if len(demand) == 0 or len(zone) == 0:
        return np.full(len(zone), -1, np.int64)
    groups = len(scenario.groups) + 1

    def key(z: Ints, n: Ints, g: Ints) -> Ints:
        return (z * len(scenario.needs) + n) * groups + g + 1

    keys = key(demand.zone, demand.need, demand.group)
    order = np.argsort(keys, kind="stable")
    wanted = key(zone, need, group)
    found = order[np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)]
    return np.where(keys[found] == wanted, found, -1)


def _walk_min(
    scenario: Scenario, access: Access, where: tuple[Ints, Ints, Ints, Ints, Ints]
) -> Floats:
    """Return the minutes of each row on its own walking profile."""
    zone, need, group, site, _ = where
    profile = profiles(scenario)[need, group]
    minutes = np.full(len(zone), np.nan)
    for name in access.reaches:
        own = np.flatnonzero(profile == name)
        minutes[own] = access[name].walk_min_of(site[own], zone[own])
    return minutes
