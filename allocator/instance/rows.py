"""Merging demand rows that no rule, goal or site can tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.instance.arrays import frozen, offsets, sums
from allocator.instance.instance import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from allocator.instance.reaches import Lane, Residents
    from allocator.scenario.scenario import Scenario

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Hashes = npt.NDArray[np.uint64]

SEEDS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1B54A32D192ED03))
"""Two seeds: rows merge when both hashes of 64 bits are equal."""
PAIRS_PER_BLOCK = 4_000_000
"""(site, zone) pairs looked at at once, so that their number needs no memory."""


@dataclass(frozen=True)
class NeedRows:
    """The merged rows of one need, numbered from `first_row` in order of demand."""

    residents: Residents
    num_zones: int
    first_row: int
    num_rows: int
    row: Ints
    """Shape (d,): merged row of every demand row, from 0."""
    visits_per_week: Floats
    """Shape (d,): of the demand rows."""

    @property
    def need(self) -> int:
        """Position of the need."""
        return self.residents.need

    def row_at_zones(self) -> tuple[Ints | None, Floats]:
        """Return the one row of every zone and its visits; no row where some has two.

        Zones without demand have row 0 and no visits.
        """
        zone, size = self.residents.zone, self.num_zones
        row, visits = np.zeros(size, np.int64), np.zeros(size)
        row[zone], visits[zone] = self.row, self.visits_per_week
        several = bool((np.bincount(zone, minlength=size) > 1).any())
        return (None if several else row), visits

    def rows_at_zones(self, profile: int) -> tuple[Ints, Ints, Floats]:
        """Return (start, row, visits): rows of one profile, CSR by zone.

        Residents of a zone who merged into one row count once, with their sum.
        """
        mine = self.residents.profile == profile
        key = self.residents.zone[mine] * self.num_rows + self.row[mine]
        key, owner = np.unique(key, return_inverse=True)
        visits = sums(owner, self.visits_per_week[mine], len(key))
        zone, row = np.divmod(key, max(self.num_rows, 1))
        return offsets(np.bincount(zone, minlength=self.num_zones)), row, visits


def merge_need(
    scenario: Scenario,
    residents: Residents,
    lanes: Sequence[Lane],
    *,
    label: Ints,
    with_minutes: bool,
    first_row: int,
) -> NeedRows:
    """Merge the rows of one need.

    Parameters
    ----------
    lanes
        The sites that residents reach.
    label
        Shape (d,): rows of different labels stay apart.
    with_minutes
        Whether rows with different walking times stay apart.
    first_row
        Number of the need's first merged row.
    """
    demand = scenario.demand
    zones = len(scenario.tables.zones)
    counted = scenario.tables.zones["counted"].to_numpy(bool)[residents.zone]
    weight = demand.weight[residents.demand] + 0.0  # −0 and 0 are one weight
    codes = np.zeros(len(residents.demand), np.int64)
    for seed in SEEDS:
        lists = _list_hashes(lanes, len(residents.profiles), zones, seed, with_minutes)
        key = lists[residents.profile, residents.zone]
        for part in (weight.view(np.uint64), counted, label):
            key = _mix(key ^ _mix(part.astype(np.uint64) + seed))
        codes = _both(codes, key)
    return NeedRows(
        residents=residents,
        num_zones=zones,
        first_row=first_row,
        num_rows=int(codes.max(initial=-1)) + 1,
        row=codes,
        visits_per_week=demand.visits_per_week[residents.demand],
    )


def gather_rows(scenario: Scenario, parts: Sequence[NeedRows]) -> Rows:
    """Return the rows of all needs with their members."""
    none = np.empty(0, np.int64)
    row = np.concatenate([none, *(part.first_row + part.row for part in parts)])
    member = np.concatenate([none, *(part.residents.demand for part in parts)])
    num_rows = sum(part.num_rows for part in parts)
    order = np.argsort(row, kind="stable")
    member = member[order]
    start = offsets(np.bincount(row, minlength=num_rows))
    first = member[start[:-1]]
    demand = scenario.demand
    visits = sums(row[order], demand.visits_per_week[member], num_rows)
    per_person = np.array([need.visits_per_person_week for need in scenario.needs])
    counted = scenario.tables.zones["counted"].to_numpy(bool)
    return Rows(
        need=frozen(demand.need[first]),
        visits_per_week=frozen(visits),
        weight=frozen(demand.weight[first]),
        persons_per_visit=frozen(1.0 / per_person[demand.need[first]]),
        counted=frozen(counted[demand.zone[first]]),
        member_start=frozen(start),
        member=frozen(member),
    )


def _mix(value: Hashes) -> Hashes:
    """Scatter 64 bits (the finaliser of SplitMix64, doi:10.1145/2660193.2660195)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def _list_hashes(
    lanes: Sequence[Lane],
    profiles: int,
    zones: int,
    seed: np.uint64,
    with_minutes: bool,
) -> Hashes:
    """Return a hash of what each zone reaches, shape (profiles, zones).

    It is the sum over the zone's list of (lane, site, credit), so order is no matter.
    """
    hashes = np.zeros((profiles, zones), np.uint64)
    for number, lane in enumerate(lanes):
        for profile, links in enumerate(lane.links):
            for at in range(0, len(links.zone), PAIRS_PER_BLOCK):
                part = links.part(slice(at, at + PAIRS_PER_BLOCK))
                key = part.site.astype(np.uint64) * np.uint64(len(lanes))
                key = _mix(key + np.uint64(number) + seed)
                key = _mix(key ^ np.ascontiguousarray(part.credit).view(np.uint64))
                if with_minutes:
                    key = _mix(key ^ (part.walk_min + 0.0).view(np.uint64))
                np.add.at(hashes[profile], part.zone.astype(np.intp), key)
    return hashes


def _both(codes: Ints, key: Hashes) -> Ints:
    """Return a number for each distinct (code, key), by first appearance."""
    import pandas as pd

    own, _ = pd.factorize(key)
    size = int(own.max(initial=-1)) + 1
    both, _ = pd.factorize(codes * size + own)
    return np.asarray(both, np.int64)
