"""Residents of every zone by group, and the positions that tables name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from allocator.scenario.ids import same_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from allocator.scenario.schema import Group, Need, ScenarioSpec


class Index:
    """Zones, communities, needs and groups by position."""

    def __init__(self, spec: ScenarioSpec, zones: pd.DataFrame) -> None:
        self.groups: Sequence[Group] = sorted(spec.groups, key=lambda item: item.id)
        self.needs: Sequence[Need] = sorted(spec.needs, key=lambda item: item.id)
        self.num_zones = len(zones)
        self.households = np.nan_to_num(zones["households"].to_numpy(np.float64))
        self.community_of_zone, names = pd.factorize(
            zones["community_id"].to_numpy(object)
        )
        self.num_communities = len(names)
        self._names: dict[str, Any] = {
            "zone_id": zones["zone_id"].to_numpy(object),
            "community_id": names,
            "need_id": [need.id for need in self.needs],
            "group_id": [group.id for group in self.groups],
        }

    def positions(self, table: pd.DataFrame, column: str) -> npt.NDArray[np.int64]:
        """Return the position of each row's id, −1 where absent or unknown."""
        if same_texts(self._names[column], table[column]):
            return np.arange(len(table), dtype=np.int64)
        index = pd.Index(self._names[column], dtype=object)
        wanted = pd.Index(table[column], dtype=object)
        found: npt.NDArray[np.int64] = index.get_indexer(wanted).astype(np.int64)
        found[(table[column] == "").to_numpy(bool)] = -1
        return found


def persons_by_zone(index: Index, population: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return residents, shape (zones, groups); communities spread over their zones.

    A community is spread by its zones' households, equally where no zone has any.
    """
    zone = index.positions(population, "zone_id")
    community = index.positions(population, "community_id")
    group = index.positions(population, "group_id")
    amount = population["persons"].to_numpy(np.float64)
    persons = np.zeros((index.num_zones, len(index.groups)))
    own = (zone >= 0) & (group >= 0)
    np.add.at(persons, (zone[own], group[own]), amount[own])
    wide = (zone < 0) & (community >= 0) & (group >= 0)
    if not wide.any():
        return persons
    totals = np.zeros((index.num_communities, len(index.groups)))
    np.add.at(totals, (community[wide], group[wide]), amount[wide])
    share = _share_of_community(index)
    return persons + share[:, None] * totals[index.community_of_zone]


def _share_of_community(index: Index) -> npt.NDArray[np.float64]:
    """Return each zone's share of its community's residents."""
    owner = index.community_of_zone
    households = np.bincount(owner, index.households, index.num_communities)[owner]
    equal = 1.0 / np.bincount(owner, minlength=index.num_communities)[owner]
    some = households > 0
    return np.where(some, index.households / np.where(some, households, 1.0), equal)
