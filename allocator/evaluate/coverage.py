"""Coverage and access of residents, for any served rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.credit import credit
from allocator.evaluate.served import (
    accept_limits,
    decode_served,
    profiles,
    visits_per_person,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.access.access import Access
    from allocator.evaluate.served import Supply
    from allocator.scenario import Scenario

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ResidentRows:
    """Demand rows with what reports group them by; all arrays of shape (i,)."""

    persons: Floats
    """Demand persons: D ÷ visits per person-week."""
    counted: Bools
    community_id: npt.NDArray[np.object_]
    need_id: npt.NDArray[np.object_]
    group_id: npt.NDArray[np.object_]
    """"" for demand given without a group."""


def resident_rows(scenario: Scenario) -> ResidentRows:
    """Describe the demand rows of a scenario."""
    demand, zones = scenario.demand, scenario.tables.zones
    needs = np.array([need.id for need in scenario.needs], object)
    groups = np.array([*(group.id for group in scenario.groups), ""], object)
    return ResidentRows(
        demand.visits_per_week / visits_per_person(scenario)[demand.need],
        zones["counted"].to_numpy(bool)[demand.zone],
        zones["community_id"].to_numpy(object)[demand.zone],
        needs[demand.need],
        groups[demand.group],  # −1 is the last: no group
    )


def covered_by_row(scenario: Scenario, access: Access, served: pd.DataFrame) -> Floats:
    """Return the covered persons of each demand row, shape (i,).

    Parameters
    ----------
    served
        Columns `allocator.plan.SERVED_COLUMNS`.
    """
    rows = decode_served(scenario, access, served)
    known = rows.row >= 0
    persons = rows.covered_persons[known]
    return sum_by(rows.row[known], persons, len(scenario.demand))


def rows_with_access(scenario: Scenario, access: Access, supply: Supply) -> Bools:
    """Tell which demand rows have a running accepted offer with δ > 0, shape (i,).

    Capacity is ignored.
    """
    demand = scenario.demand
    near = np.zeros(len(demand), bool)
    profile_of = profiles(scenario)[demand.need, demand.group]
    limits = accept_limits(scenario)
    for n in range(len(scenario.needs)):
        own = demand.need == n
        for name in set(profile_of[own].tolist()) & set(access.reaches):
            zones = zones_with_access(scenario, access, supply, (n, name, limits[n]))
            rows = own & (profile_of == name)
            near[rows] = zones[demand.zone[rows]]
    return near


def zones_with_access(
    scenario: Scenario,
    access: Access,
    supply: Supply,
    asked: tuple[int, str, Floats],
) -> Bools:
    """Tell which zones have an offer of one need within the limit on one profile."""
    n, profile, limits = asked
    reach = access[profile]
    near = np.zeros(len(scenario.tables.zones), bool)
    for o in np.flatnonzero(~np.isnan(limits)).tolist():
        sites = np.flatnonzero(supply.running[:, o])
        pairs = pairs_of(reach.start, sites)
        share = credit(scenario.needs[n], reach.walk_min[pairs], float(limits[o]))
        near[reach.zone[pairs[share > 0]]] = True
    return near


def pairs_of(start: Ints, sites: Ints) -> Ints:
    """Return the positions of all pairs of `sites` in a CSR by site."""
    first, count = start[sites], start[sites + 1] - start[sites]
    before = np.cumsum(count) - count
    return np.repeat(first - before, count) + np.arange(count.sum())


def coverage_table(
    scenario: Scenario, covered: Floats, baseline: Floats, near: Bools
) -> pd.DataFrame:
    """Return coverage by community, need and group over counted zones.

    Parameters
    ----------
    covered, baseline
        Covered persons by demand row, with the plan and with facilities alone.
    near
        Which demand rows have access.

    Returns
    -------
    DataFrame
        community_id, need_id, group_id, demand_persons, baseline_covered_persons,
        covered_persons, coverage, access (shares of demand persons).
    """
    cells, cell = _cells(scenario)
    persons = scenario.demand.visits_per_week
    persons = persons / visits_per_person(scenario)[scenario.demand.need]
    inside = np.flatnonzero(cell >= 0)
    for name, amount in {
        "demand_persons": persons,
        "baseline_covered_persons": baseline,
        "covered_persons": covered,
        "access": persons * near,
    }.items():
        cells[name] = sum_by(cell[inside], amount[inside], len(cells))
    keys = ["community_id", "need_id", "group_id"]
    table = cells.sort_values(keys, ignore_index=True)
    table["coverage"] = table["covered_persons"] / table["demand_persons"]
    table["access"] /= table["demand_persons"]
    order = ["demand_persons", "baseline_covered_persons", "covered_persons"]
    return table[[*keys, *order, "coverage", "access"]]


def _cells(scenario: Scenario) -> tuple[pd.DataFrame, Ints]:
    """Return the (community, need, group) there are, and the cell of each demand row.

    −1 is a row of a zone that is not counted. Positions instead of ids, since there
    may be millions of rows.
    """
    demand, zones = scenario.demand, scenario.tables.zones
    community, names = pd.factorize(zones["community_id"].to_numpy(object))
    needs = np.array([need.id for need in scenario.needs], object)
    groups = np.array(["", *(group.id for group in scenario.groups)], object)
    shape = (len(names), len(needs), len(groups))
    key = (community[demand.zone] * shape[1] + demand.need) * shape[2]
    key += demand.group + 1
    key[~zones["counted"].to_numpy(bool)[demand.zone]] = -1
    cell, keys = pd.factorize(np.where(key < 0, np.nan, key))
    home, need, group = np.unravel_index(keys.astype(np.int64), shape)
    cells = pd.DataFrame(
        {
            "community_id": np.asarray(names, object)[home],
            "need_id": needs[need],
            "group_id": groups[group],
        }
    )
    return cells, np.asarray(cell, np.int64)
