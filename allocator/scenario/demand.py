"""Derive the demand rows: residents × rate × visits × what a survey found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.scenario.residents import Index, persons_by_zone
from allocator.scenario.scenario import Demand

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    import pandas as pd

    from allocator.scenario.schema import Need, ScenarioSpec

CELLS_PER_BLOCK = 4_000_000
"""Dense (zone, need, group) cells held at once."""


@dataclass(frozen=True)
class _Survey:
    """What the survey says, shape (zones, needs); None where there is none."""

    factor: npt.NDArray[np.float64]
    rate: npt.NDArray[np.float64]
    """NaN where no rate is given."""


@dataclass(frozen=True)
class _Given:
    """Rows of the table `demand`, sorted by zone; group −1 is a row without one."""

    zone: npt.NDArray[np.int64]
    need: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]
    visits_per_week: npt.NDArray[np.float64]

    def of_zones(self, start: int, stop: int) -> _Given:
        """Return the rows of zones start … stop − 1, zones counted from start."""
        low, high = np.searchsorted(self.zone, [start, stop])
        part = slice(int(low), int(high))
        return _Given(
            self.zone[part] - start,
            self.need[part],
            self.group[part],
            self.visits_per_week[part],
        )


def derive_demand(
    spec: ScenarioSpec,
    zones: pd.DataFrame,
    population: pd.DataFrame,
    survey: pd.DataFrame,
    demand: pd.DataFrame,
    communities: pd.DataFrame | None = None,
) -> Demand:
    """Return the demand rows above 0, sorted by zone, need and group.

    Parameters
    ----------
    spec
        Groups and needs.
    zones, population, survey, demand
        Canonical tables; rows that name something unknown are not looked at.
    communities
        Canonical table that gives the kinds; needed where rates differ by kind.

    Notes
    -----
    D[z, n, g] = persons[z, g] × rate[n, g] × visits per person-week[n] × factor[z, n];
    the rate may differ by the kind of the zone's community;
    a survey rate replaces the rate of each of the need's groups, and a survey row of
    the zone goes before one of its community. Rows of the table `demand` replace the
    row of their group, or all groups of their (zone, need) by one of weight 1.
    """
    index = Index(spec, zones)
    persons = persons_by_zone(index, population)
    found, given = _survey(index, survey), _given(index, demand)
    kinds = _kind_of_zone(zones, communities)
    blocks = [
        _block_rows(index, (persons, kinds), found, given, start, stop)
        for start, stop in _zone_blocks(index)
    ]
    zone, need, slot, visits = (
        np.concatenate([block[k] for block in blocks]) for k in range(4)
    )
    group = slot.astype(np.int64) - 1
    need_weight = np.array([need.weight for need in index.needs], np.float64)
    group_weight = np.array([1.0, *(g.weight for g in index.groups)], np.float64)
    rows = Demand(zone, need, group, visits, need_weight[need] * group_weight[slot])
    for array in (rows.zone, rows.need, rows.group, rows.visits_per_week, rows.weight):
        array.setflags(write=False)
    return rows


def _survey(index: Index, survey: pd.DataFrame) -> _Survey | None:
    """Return what the survey says of every zone, the zone's own row first."""
    if survey.empty:
        return None
    need = index.positions(survey, "need_id")
    zone = index.positions(survey, "zone_id")
    community = index.positions(survey, "community_id")
    factor = survey["factor"].fillna(1.0).to_numpy(np.float64)
    rate = survey["rate"].to_numpy(np.float64)
    wide = (zone < 0) & (community >= 0) & (need >= 0)
    shape = (index.num_communities, len(index.needs))
    by_community = _Survey(np.ones(shape), np.full(shape, np.nan))
    by_community.factor[community[wide], need[wide]] = factor[wide]
    by_community.rate[community[wide], need[wide]] = rate[wide]
    found = _Survey(
        by_community.factor[index.community_of_zone],
        by_community.rate[index.community_of_zone],
    )
    own = (zone >= 0) & (need >= 0)
    found.factor[zone[own], need[own]] = factor[own]
    found.rate[zone[own], need[own]] = rate[own]
    return found


def _given(index: Index, demand: pd.DataFrame) -> _Given:
    """Return the usable rows of the table `demand`."""
    zone = index.positions(demand, "zone_id")
    need = index.positions(demand, "need_id")
    group = index.positions(demand, "group_id")
    absent = (demand["group_id"] == "").to_numpy(bool)
    known = (zone >= 0) & (need >= 0) & (absent | (group >= 0))
    visits = demand["visits_per_week"].to_numpy(np.float64)
    return _Given(zone[known], need[known], group[known], visits[known])


def _zone_blocks(index: Index) -> Iterator[tuple[int, int]]:
    """Cut the zones so that a dense block stays small; at least one block."""
    per_zone = max(1, len(index.needs) * (len(index.groups) + 1))
    step = max(1, CELLS_PER_BLOCK // per_zone)
    for start in range(0, max(index.num_zones, 1), step):
        yield start, min(start + step, index.num_zones)


def _kind_of_zone(
    zones: pd.DataFrame, communities: pd.DataFrame | None
) -> npt.NDArray[np.object_]:
    """Return the kind of each zone's community, "" where it is not known."""
    if communities is None or communities.empty:
        return np.full(len(zones), "", object)
    unique = communities.drop_duplicates("community_id").set_index("community_id")
    kinds = zones["community_id"].map(unique["kind"]).astype(object).fillna("")
    return kinds.to_numpy(object)


def _rates(
    need: Need, group_id: str, rate: float, kinds: npt.NDArray[np.object_]
) -> npt.NDArray[np.float64]:
    """Return the rate of a group in zones of the given kinds."""
    rates = np.full(len(kinds), rate)
    for kind, own in need.groups_by_kind.items():
        if group_id in own:
            rates[kinds == kind.value] = own[group_id]
    return rates


def _block_rows(
    index: Index,
    peopled: tuple[npt.NDArray[np.float64], npt.NDArray[np.object_]],
    found: _Survey | None,
    given: _Given,
    start: int,
    stop: int,
) -> tuple[npt.NDArray[Any], ...]:
    """Return (zone, need, group + 1, visits) of the rows above 0 of some zones."""
    persons, kinds = peopled
    position = {group.id: k for k, group in enumerate(index.groups)}
    visits = np.zeros((stop - start, len(index.needs), len(index.groups) + 1))
    for n, need in enumerate(index.needs):
        for group_id, rate in need.groups.items():
            if group_id not in position:
                continue
            g = position[group_id]
            factor = _rates(need, group_id, rate, kinds[start:stop])
            if found is not None:
                own = found.rate[start:stop, n]
                factor = np.where(np.isnan(own), factor, own)
                factor = factor * found.factor[start:stop, n]
            visits[:, n, g + 1] = (
                persons[start:stop, g] * factor * need.visits_per_person_week
            )
    rows = given.of_zones(start, stop)
    whole = rows.group < 0
    visits[rows.zone[whole], rows.need[whole], :] = 0.0
    visits[rows.zone, rows.need, rows.group + 1] = rows.visits_per_week
    zone, need_of, slot = np.nonzero(visits > 0)
    return zone + start, need_of, slot, visits[zone, need_of, slot]
