"""Demand by the services that could meet it, and what facilities are near."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.coverage import pairs_of, zones_with_access
from allocator.evaluate.credit import credit
from allocator.evaluate.served import accept_limits, facility_supply, profiles

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.access import Access
    from allocator.evaluate.served import Supply
    from allocator.scenario import Scenario

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Asked:
    """Every (demand row, service that its need accepts); letters of shapes: k pairs.

    A row that several services could meet stands once for each of them.
    """

    row: Ints
    """Shape (k,): demand row."""
    service: Ints
    """Shape (k,)."""
    walk_min: Floats
    """Shape (k,): minutes to the nearest facility within the limit; inf: there is
    none."""
    near_sites: Ints
    """Shape (·, 3): distinct (zone, service, site) within the limit, of zones that
    ask."""


def asked_services(scenario: Scenario, access: Access) -> Asked:
    """Return the demand by service, with the nearest facility of each."""
    supply, demand = facility_supply(scenario), scenario.demand
    profile_of = profiles(scenario)[demand.need, demand.group]
    limits = accept_limits(scenario)
    of_offer = _service_of_offer(scenario)
    rows, services, minutes, sites = [], [], [], [np.empty((0, 3), np.int64)]
    for n in range(len(scenario.needs)):
        own = demand.need == n
        accepted = np.unique(of_offer[~np.isnan(limits[n])]).tolist()
        for profile in np.unique(profile_of[own].astype(str)).tolist():
            mine = np.flatnonzero(own & (profile_of == profile))
            asks = np.zeros(len(scenario.tables.zones), bool)
            asks[demand.zone[mine]] = True
            for service in accepted:
                offers = np.flatnonzero((of_offer == service) & ~np.isnan(limits[n]))
                least, near = _nearest(
                    scenario, access, supply, (n, profile, asks, offers, limits[n])
                )
                rows.append(mine)
                services.append(np.full(len(mine), service, np.int64))
                minutes.append(least[demand.zone[mine]])
                named = np.insert(near, 1, service, axis=1)
                sites.append(named.astype(np.int64))
    return Asked(
        np.concatenate([np.empty(0, np.int64), *rows]),
        np.concatenate([np.empty(0, np.int64), *services]),
        np.concatenate([np.empty(0), *minutes]),
        np.unique(np.concatenate(sites), axis=0),
    )


def _service_of_offer(scenario: Scenario) -> Ints:
    """Return the service of every offer."""
    position = scenario.service2position
    return np.array([position[o.service_id] for o in scenario.offers], np.int64)


def _nearest(
    scenario: Scenario,
    access: Access,
    supply: Supply,
    asked: tuple[int, str, Bools, Ints, Floats],
) -> tuple[Floats, Ints]:
    """Return each zone's minutes to the nearest facility, and who reaches which.

    The second is (zone, site) of the zones that ask, shape (·, 2).
    """
    n, profile, asks, offers, limits = asked
    least = np.full(len(asks), np.inf)
    reach = access.reaches.get(profile)
    near = [np.empty((0, 2), np.int64)]
    for o in offers.tolist() if reach is not None else ():
        assert reach is not None
        sites = np.flatnonzero(supply.running[:, o])
        pairs = pairs_of(reach.start, sites)
        count = reach.start[sites + 1] - reach.start[sites]
        minutes = reach.walk_min[pairs]
        close = credit(scenario.needs[n], minutes, float(limits[o])) > 0
        zone, site = reach.zone[pairs[close]], np.repeat(sites, count)[close]
        np.minimum.at(least, zone, minutes[close])
        near.append(np.column_stack([zone, site])[asks[zone]])
    return least, np.concatenate(near)


def zones_with_every_priority(scenario: Scenario, access: Access) -> Bools:
    """Tell in which zones every priority need has a facility within the limit.

    Priority are the needs of the lowest tier there is, or all of them without tiers;
    each at the walking pace of every group that asks for it.
    """
    supply, limits = facility_supply(scenario), accept_limits(scenario)
    every = np.ones(len(scenario.tables.zones), bool)
    for n in priority_needs(scenario):
        need = scenario.needs[n]
        asking = [g for g in scenario.groups if g.id in need.groups]
        names = {scenario.profile_of(need, group) for group in asking}
        names = names or {scenario.profile_of(need, None)}
        for name in names:
            if name in access.reaches:
                asked = (n, name, limits[n])
                every &= zones_with_access(scenario, access, supply, asked)
            else:
                every[:] = False
    return every


def priority_needs(scenario: Scenario) -> list[int]:
    """Return the needs of the lowest tier, all of them where none has a tier."""
    tiers = [need.tier for need in scenario.needs if need.tier is not None]
    first = min(tiers, default=None)
    return [n for n, need in enumerate(scenario.needs) if need.tier == first]
