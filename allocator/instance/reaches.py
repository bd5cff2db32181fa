"""Arcs of one need: from walking times to credit, per offers with one walking limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.instance.arrays import frozen, offsets, spans
from allocator.instance.instance import Reach
from allocator.instance.rows import PAIRS_PER_BLOCK
from allocator.scenario.schema import LinearCredit
from allocator.units import MINUTES_TOLERANCE

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.access.access import Access
    from allocator.access.access import Reach as WalkReach
    from allocator.instance.rows import NeedRows
    from allocator.scenario.scenario import Scenario
    from allocator.scenario.schema import Need

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

PAIRS_PER_CELL = 4
"""Pairs for each (site, merged row) from which these are held as a full table."""


@dataclass(frozen=True)
class Links:
    """Pairs (site, zone) with credit for one walking profile, sorted by site."""

    site: npt.NDArray[np.int32]
    zone: npt.NDArray[np.int32]
    credit: Floats
    walk_min: Floats

    def part(self, which: slice) -> Links:
        """Return some consecutive pairs."""
        return Links(
            self.site[which], self.zone[which], self.credit[which], self.walk_min[which]
        )


@dataclass(frozen=True)
class Lane:
    """Offers that a need accepts with one walking limit, and who reaches them."""

    offers: Ints
    links: tuple[Links, ...]
    """One per walking profile of the need's residents."""


@dataclass(frozen=True)
class Residents:
    """Demand rows of one need, with the profiles they walk by."""

    need: int
    profiles: tuple[str, ...]
    demand: Ints
    """Shape (d,): positions in `Scenario.demand`."""
    zone: Ints
    """Shape (d,)."""
    profile: Ints
    """Shape (d,): position in `profiles`."""


def residents_of(scenario: Scenario, need: int, demand: Ints) -> Residents:
    """Return the residents of a need; `demand` lists its demand rows."""
    groups, item = scenario.groups, scenario.needs[need]
    group = scenario.demand.group[demand]
    present = np.unique(group)
    names = [
        scenario.profile_of(item, groups[g] if g >= 0 else None)
        for g in present.tolist()
    ]
    profiles = tuple(sorted(set(names)))
    order = np.array([profiles.index(name) for name in names], np.int64)
    profile = order[np.searchsorted(present, group)]
    return Residents(need, profiles, demand, scenario.demand.zone[demand], profile)


def lanes_of(
    scenario: Scenario, access: Access, residents: Residents, supplied: Bools
) -> tuple[Lane, ...]:
    """Return the lanes of a need, by walking limit.

    Parameters
    ----------
    supplied
        Shape (sites, o): the site can have a supply of the offer.
    """
    need = scenario.needs[residents.need]
    limit2offers: dict[float, list[int]] = {}
    for offer, limit_min in scenario.accepted_offers(need):
        limit2offers.setdefault(limit_min, []).append(offer)
    lanes = []
    for limit_min, offers in sorted(limit2offers.items()):
        has_supply = np.asarray(supplied[:, offers].any(axis=1), bool)
        links = []
        for k, name in enumerate(residents.profiles):
            wanted = np.zeros(len(scenario.tables.zones), bool)
            wanted[residents.zone[residents.profile == k]] = True
            links.append(_links(need, limit_min, access[name], has_supply, wanted))
        lanes.append(Lane(np.array(offers, np.int64), tuple(links)))
    return tuple(lanes)


def credit_of(need: Need, walk_min: Floats) -> Floats:
    """Return the credit δ at walking times within the limit of the accepted offer.

    Steps take the first ``max_min`` ≥ τ; linear falls from 1 to 0 between its ends.
    Where nothing is said the one credit of 1 is repeated without taking memory.
    """
    if need.credit is None:
        return np.broadcast_to(np.float64(1.0), len(walk_min))
    if isinstance(need.credit, LinearCredit):
        full, zero = need.credit.full_min, need.credit.zero_min
        share = np.clip((zero - walk_min) / (zero - full), 0.0, 1.0)
        share[walk_min <= full + MINUTES_TOLERANCE] = 1.0
        share[walk_min >= zero - MINUTES_TOLERANCE] = 0.0
        return share
    ends = np.array([step.max_min for step in need.credit]) + MINUTES_TOLERANCE
    shares = np.array([*(step.share for step in need.credit), 0.0])
    return shares[np.searchsorted(ends, walk_min, side="left")]


def merged_reach(lane: Lane, rows: NeedRows, num_sites: int) -> Reach:
    """Return the arcs of a lane on merged rows.

    Credit is that of any member; minutes are the mean weighted by demand.
    """
    dense = _dense_links(lane, rows, num_sites)
    if dense is not None:
        return _reach_of(lane, rows, num_sites, dense)
    parts = [
        _row_links(links, rows, profile) for profile, links in enumerate(lane.links)
    ]
    key = np.concatenate([part[0] for part in parts])
    credit = np.concatenate([part[1] for part in parts])
    walk_min = np.concatenate([part[2] for part in parts])
    visits = np.concatenate([part[3] for part in parts])
    if not np.all(key[1:] > key[:-1]):
        order = np.argsort(key, kind="stable")
        first = np.flatnonzero(np.diff(key[order], prepend=-1))
        total = np.add.reduceat(visits[order], first)
        share = visits[order] / np.repeat(total, np.diff(first, append=len(key)))
        walk_min = np.add.reduceat(walk_min[order] * share, first)
        key, credit = key[order][first], credit[order][first]
    return _reach_of(lane, rows, num_sites, (key, credit, walk_min))


def _reach_of(
    lane: Lane, rows: NeedRows, num_sites: int, arcs: tuple[Ints, Floats, Floats]
) -> Reach:
    """Return arcs given by ascending site × rows + row, credit and minutes."""
    key, credit, walk_min = arcs
    site, row = np.divmod(key, max(rows.num_rows, 1))
    return Reach(
        need=rows.need,
        offers=frozen(lane.offers),
        start=frozen(offsets(np.bincount(site, minlength=num_sites))),
        row=frozen((rows.first_row + row).astype(np.int32)),
        credit=frozen(credit),
        walk_min=frozen(walk_min),
    )


def _dense_links(
    lane: Lane, rows: NeedRows, num_sites: int
) -> tuple[Ints, Floats, Floats] | None:
    """Return (key, credit, minutes) of merged pairs, added up without sorting.

    For millions of zones that merge into few rows, one row to a zone; None elsewhere.
    """
    size = num_sites * rows.num_rows
    pairs = sum(len(links.zone) for links in lane.links)
    if len(lane.links) != 1 or size * PAIRS_PER_CELL > pairs:
        return None
    row_of_zone, visits_of_zone = rows.row_at_zones()
    if row_of_zone is None:
        return None
    visits, minutes, credit = np.zeros(size), np.zeros(size), np.zeros(size)
    links = lane.links[0]
    for at in range(0, pairs, PAIRS_PER_BLOCK):
        part = links.part(slice(at, at + PAIRS_PER_BLOCK))
        key = part.site.astype(np.int64) * rows.num_rows + row_of_zone[part.zone]
        weight = visits_of_zone[part.zone]
        visits += np.bincount(key, weight, size)
        minutes += np.bincount(key, weight * part.walk_min, size)
        credit[key] = part.credit
    used = np.flatnonzero(visits > 0.0)
    return used, credit[used], minutes[used] / visits[used]


def _links(
    need: Need, limit_min: float, reach: WalkReach, has_supply: Bools, wanted: Bools
) -> Links:
    """Return the pairs within the limit whose credit is above 0."""
    sites = np.flatnonzero(has_supply & (np.diff(reach.start) > 0))
    counts = np.diff(reach.start)[sites]
    if len(sites) == reach.num_sites:
        zone, walk_min = reach.zone, reach.walk_min
    else:
        at = spans(reach.start[sites], counts)
        zone, walk_min = reach.zone[at], reach.walk_min[at]
    site = np.repeat(sites.astype(np.int32), counts)
    near = (walk_min <= limit_min + MINUTES_TOLERANCE) & wanted[zone]
    if not near.all():
        site, zone, walk_min = site[near], zone[near], walk_min[near]
    credit = credit_of(need, walk_min)
    paid = credit > 0.0
    if not paid.all():
        site, zone = site[paid], zone[paid]
        credit, walk_min = credit[paid], walk_min[paid]
    return Links(site, zone, credit, walk_min)


def _row_links(
    links: Links, rows: NeedRows, profile: int
) -> tuple[Ints, Floats, Floats, Floats]:
    """Return (site × rows + row, credit, minutes, visits) of every pair and row."""
    start, row, visits = rows.rows_at_zones(profile)
    counts = np.diff(start)[links.zone]
    at = spans(start[links.zone], counts)
    key = np.repeat(links.site.astype(np.int64) * rows.num_rows, counts) + row[at]
    credit = np.repeat(links.credit, counts)
    return key, credit, np.repeat(links.walk_min, counts), visits[at]
