"""Walking times listed in the table `travel`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.scenario.scenario import Scenario


@dataclass(frozen=True)
class ListedPairs:
    """Pairs of one profile sorted by site, then zone; shape (pairs,)."""

    key: npt.NDArray[np.int64]
    """Site × zones + zone."""
    walk_min: npt.NDArray[np.float64]

    def of_sites(self, first_key: int, end_key: int) -> ListedPairs:
        """Return the pairs with first_key ≤ key < end_key."""
        low, high = np.searchsorted(self.key, [first_key, end_key])
        return ListedPairs(self.key[low:high], self.walk_min[low:high])


def listed_pairs(scenario: Scenario, profile: str) -> ListedPairs:
    """Return the listed pairs of `profile`.

    A row without a profile holds for every profile; a row that names the profile goes
    before it.
    """
    travel = scenario.tables.travel
    zones = scenario.tables.zones["zone_id"]
    own = travel["profile"].to_numpy(object)
    used = travel[(own == profile) | (own == "")]
    site = pd.Index(scenario.site_ids).get_indexer(pd.Index(used["site_id"]))
    zone = pd.Index(zones).get_indexer(pd.Index(used["zone_id"]))
    key = site.astype(np.int64) * len(zones) + zone
    wide = used["profile"].to_numpy(object) == ""
    order = np.lexsort((wide, key))
    first = np.ones(len(order), bool)
    first[1:] = key[order][1:] != key[order][:-1]
    chosen = order[first]
    return ListedPairs(key[chosen], used["walk_min"].to_numpy(np.float64)[chosen])
