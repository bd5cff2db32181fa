"""Between a solution in positions and a plan in ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.instance.arcs import arc_positions
from allocator.instance.arrays import names_at, positions, spans, sums
from allocator.instance.instance import Solution
from allocator.instance.measures import capacity_visits_per_week
from allocator.plan import ASSIGNMENT_COLUMNS, SERVED_COLUMNS, Plan

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.instance.instance import Instance
    from allocator.scenario.scenario import Scenario

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

LEAST_VISITS_PER_WEEK = 1e-9
"""Flows up to this are rounding of a solver and are left out of a plan."""


def solution_to_plan(
    scenario: Scenario, instance: Instance, solution: Solution
) -> Plan:
    """Return the plan of a solution.

    Flows of merged rows are split over their members in proportion to demand; flows
    of at most 1e-9 visits a week are dropped.
    """
    return Plan(_assignments(instance, solution), _served(scenario, instance, solution))


def plan_to_solution(scenario: Scenario, instance: Instance, plan: Plan) -> Solution:
    """Return what the instance can hold of a plan, to start an engine from.

    Places of candidates, at most their `max_places`; flows along arcs, scaled down to
    the demand of their row, then to the capacity of their supply.
    """
    places = _places(instance, plan.assignments)
    none = np.empty(0, np.int64)
    if plan.served is None or len(plan.served) == 0:
        return Solution(places, none, none, np.empty(0))
    row, supply, visits = _flows(scenario, instance, plan.served)
    visits = _scaled(visits, row, instance.rows.visits_per_week)
    capacity = capacity_visits_per_week(instance, places)
    visits = _scaled(visits, supply, capacity)
    kept = visits > 0.0
    return Solution(places, row[kept], supply[kept], visits[kept])


def _assignments(instance: Instance, solution: Solution) -> pd.DataFrame:
    """Return the places in ids, sorted by building, space, service, session."""
    index, candidates = instance.index, instance.candidates
    used = np.flatnonzero(solution.places > 0)
    space, offer = candidates.space[used], candidates.offer[used]
    building = instance.spaces.building[space]
    order = np.lexsort((offer, space, building))
    columns = (
        names_at(index.buildings, building[order]),
        names_at(index.spaces, space[order]),
        names_at([service for service, _ in index.offers], offer[order]),
        names_at([session for _, session in index.offers], offer[order]),
        solution.places[used][order].astype(np.int64),
    )
    return pd.DataFrame(dict(zip(ASSIGNMENT_COLUMNS, columns, strict=True)))


def _served(scenario: Scenario, instance: Instance, solution: Solution) -> pd.DataFrame:
    """Return the flows in ids, split over members and sorted."""
    rows, supplies, index = instance.rows, instance.supplies, instance.index
    kept = solution.flow_visits > LEAST_VISITS_PER_WEEK
    row, supply = solution.flow_row[kept], solution.flow_supply[kept]
    counts = np.diff(rows.member_start)[row]
    member = rows.member[spans(rows.member_start[row], counts)]
    share = solution.flow_visits[kept] / rows.visits_per_week[row]
    demand = scenario.demand
    visits = np.repeat(share, counts) * demand.visits_per_week[member]
    supply = np.repeat(supply, counts)
    site, offer = supplies.site[supply], supplies.offer[supply]
    order = _served_order(index.sites, index.offers, member, site, offer)
    member, site, offer = member[order], site[order], offer[order]
    columns = (
        names_at(index.zones, demand.zone[member]),
        names_at(index.needs, demand.need[member]),
        names_at(["", *index.groups], demand.group[member] + 1),
        names_at(index.sites, site),
        names_at([service for service, _ in index.offers], offer),
        names_at([session for _, session in index.offers], offer),
        visits[order],
    )
    return pd.DataFrame(dict(zip(SERVED_COLUMNS, columns, strict=True)))


def _served_order(
    sites: tuple[str, ...],
    offers: tuple[tuple[str, str], ...],
    member: Ints,
    site: Ints,
    offer: Ints,
) -> Ints:
    """Sort flows by demand row, site id and offer; demand rows are sorted by ids."""
    rank = np.empty(len(sites), np.int64)
    rank[np.argsort(np.array(sites, object), kind="stable")] = np.arange(len(sites))
    key = (member * len(sites) + rank[site]) * len(offers) + offer
    return np.argsort(key, kind="stable")


def _places(instance: Instance, assignments: pd.DataFrame) -> Ints:
    """Return the places of each candidate, at most its `max_places`."""
    index, candidates = instance.index, instance.candidates
    space = positions(index.spaces, assignments["space_id"])
    offer = _offer_positions(index.offers, assignments)
    num_offers = max(len(index.offers), 1)
    key = candidates.space * num_offers + candidates.offer
    wanted = np.where((space >= 0) & (offer >= 0), space * num_offers + offer, -1)
    at = positions(key, wanted)
    places = np.zeros(len(key), np.int64)
    amount = np.floor(assignments["places"].to_numpy(np.float64) + 1e-6)
    np.add.at(places, at[at >= 0], np.maximum(amount[at >= 0], 0.0).astype(np.int64))
    return np.minimum(places, candidates.max_places)


def _offer_positions(offers: tuple[tuple[str, str], ...], frame: pd.DataFrame) -> Ints:
    """Return the offer of every line of a plan, −1 where it is unknown."""
    services = sorted({service for service, _ in offers})
    sessions = sorted({session for _, session in offers})
    table = np.full((len(services) + 1, len(sessions) + 1), -1, np.int64)
    for position, (service, session) in enumerate(offers):
        table[services.index(service), sessions.index(session)] = position
    # An unknown name has position −1: the last row or column, which holds −1.
    return table[
        positions(services, frame["service_id"]),
        positions(sessions, frame["session_id"]),
    ]


def _flows(
    scenario: Scenario, instance: Instance, served: pd.DataFrame
) -> tuple[Ints, Ints, Floats]:
    """Return the flows along arcs of the instance, each (row, supply) once."""
    row = _row_positions(scenario, instance, served)
    supply = _supply_positions(instance, served)
    visits = served["served_visits_per_week"].to_numpy(np.float64)
    known = (row >= 0) & (supply >= 0) & (visits > 0.0)
    num_rows = max(len(instance.rows), 1)
    key, line = np.unique(supply[known] * num_rows + row[known], return_inverse=True)
    total = sums(line, visits[known], len(key))
    exists = arc_positions(instance, key % num_rows, key // num_rows) >= 0
    key, total = key[exists], total[exists]
    return key % num_rows, key // num_rows, total


def _row_positions(
    scenario: Scenario, instance: Instance, served: pd.DataFrame
) -> Ints:
    """Return the merged row of every line of served visits, −1 where unknown."""
    index, demand, rows = instance.index, scenario.demand, instance.rows
    groups = ["", *index.groups]
    zone = positions(index.zones, served["zone_id"])
    need = positions(index.needs, served["need_id"])
    group = positions(groups, served["group_id"])
    needs, size = max(len(index.needs), 1), len(groups)
    unknown = (zone < 0) | (need < 0) | (group < 0)
    wanted = np.where(unknown, -1, (zone * needs + need) * size + group)
    own = (demand.zone * needs + demand.need) * size + demand.group + 1
    at = positions(own, wanted)
    row_of = np.empty(len(demand), np.int64)
    row_of[rows.member] = np.repeat(np.arange(len(rows)), np.diff(rows.member_start))
    return np.where(at >= 0, row_of[at], -1) if len(row_of) else at


def _supply_positions(instance: Instance, served: pd.DataFrame) -> Ints:
    """Return the supply of every line of served visits, −1 where unknown."""
    index, supplies = instance.index, instance.supplies
    site = positions(index.sites, served["site_id"])
    offer = _offer_positions(index.offers, served)
    offers = max(len(index.offers), 1)
    wanted = np.where((site >= 0) & (offer >= 0), site * offers + offer, -1)
    return positions(supplies.site * offers + supplies.offer, wanted)


def _scaled(visits: Floats, owner: Ints, limit: Floats) -> Floats:
    """Scale the visits of each owner down to its limit."""
    total = sums(owner, visits, len(limit))
    over = total > limit
    share = np.ones(len(limit))
    share[over] = limit[over] / total[over]
    return visits * share[owner]
