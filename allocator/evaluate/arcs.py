"""Who could be served where: every (demand row, site, offer) with δ > 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.coverage import pairs_of
from allocator.evaluate.credit import credit
from allocator.evaluate.served import accept_limits, profiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from allocator.access.access import Access
    from allocator.evaluate.served import Supply
    from allocator.scenario import Scenario

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Arcs:
    """Arcs in the order of ids: zone, need, group, site, service, session."""

    row: Ints
    site: Ints
    offer: Ints
    walk_min: Floats
    credit: Floats

    def __len__(self) -> int:
        return len(self.row)


def build_arcs(scenario: Scenario, access: Access, supply: Supply) -> Arcs:
    """Return every arc to an offer of `supply` with capacity."""
    parts = list(_parts(scenario, access, supply))
    if not parts:
        nothing = np.zeros(0, np.int64)
        return Arcs(nothing, nothing, nothing, np.zeros(0), np.zeros(0))
    row, site, offer, walk_min, share = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    order = np.lexsort((offer, site_order(scenario)[site], row_order(scenario)[row]))
    return Arcs(row[order], site[order], offer[order], walk_min[order], share[order])


def _parts(
    scenario: Scenario, access: Access, supply: Supply
) -> Iterator[tuple[Ints, Ints, Ints, Floats, Floats]]:
    """Yield (row, site, offer, minutes, credit) by need, group and offer."""
    demand = scenario.demand
    profile_of, limits = profiles(scenario), accept_limits(scenario)
    row_at = np.full(len(scenario.tables.zones), -1, np.int64)
    for n, need in enumerate(scenario.needs):
        accepted = np.flatnonzero(~np.isnan(limits[n])).tolist()
        for g in range(-1, len(scenario.groups)):
            rows = np.flatnonzero((demand.need == n) & (demand.group == g))
            reach = access.reaches.get(profile_of[n, g])
            if len(rows) == 0 or reach is None:
                continue
            row_at[:] = -1
            row_at[demand.zone[rows]] = rows
            for o in accepted:
                sites = np.flatnonzero(supply.capacity[:, o] > 0)
                pairs = pairs_of(reach.start, sites)
                owner = np.repeat(sites, reach.start[sites + 1] - reach.start[sites])
                walk_min = reach.walk_min[pairs]
                share = credit(need, walk_min, float(limits[n, o]))
                row = row_at[reach.zone[pairs]]
                keep = np.flatnonzero((share > 0) & (row >= 0))
                offer = np.full(len(keep), o, np.int64)
                yield row[keep], owner[keep], offer, walk_min[keep], share[keep]


def site_order(scenario: Scenario) -> Ints:
    """Return the rank of each site by its id; buildings and facilities together."""
    order = np.argsort(np.array(scenario.site_ids, object), kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank


def row_order(scenario: Scenario) -> Ints:
    """Return the rank of each demand row by zone, need, group ("no group" first)."""
    demand = scenario.demand
    order = np.lexsort((demand.group, demand.need, demand.zone))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank
