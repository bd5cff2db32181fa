"""Walking times between sites and zones, within the longest limit of each profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt


@dataclass(frozen=True)
class Reach:
    """Zones within reach of every site for one walking profile (CSR by site).

    Zones of site k are ``zone[start[k]:start[k + 1]]``, ascending; positions are those
    of `Scenario.site_ids` and of `Scenario.tables.zones`.
    """

    profile: str
    limit_min: float
    """Longest walking limit asked of this profile; pairs beyond it are absent."""
    start: npt.NDArray[np.int64]
    """Shape (sites + 1,)."""
    zone: npt.NDArray[np.int32]
    """Shape (pairs,)."""
    walk_min: npt.NDArray[np.float64]
    """Shape (pairs,), minutes."""

    @property
    def num_pairs(self) -> int:
        """How many (site, zone) pairs are stored."""
        return len(self.zone)

    def of_site(
        self, site: int
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Return the zones of a site and their minutes."""
        part = slice(self.start[site], self.start[site + 1])
        return self.zone[part], self.walk_min[part]

    def walk_min_of(
        self, site: npt.NDArray[np.int64], zone: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """Return minutes of (site, zone) pairs, NaN for a pair out of reach."""
        if self.num_pairs == 0:
            return np.full(len(site), np.nan)
        zones = int(self.zone.max()) + 1
        owner = np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))
        keys = owner * zones + self.zone
        wanted = np.asarray(site, np.int64) * zones + zone
        found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        hit = (keys[found] == wanted) & (np.asarray(zone) < zones)
        return np.where(hit, self.walk_min[found], np.nan)


@dataclass(frozen=True)
class Access:
    """Walking times of a scenario: one `Reach` per profile in use."""

    reaches: Mapping[str, Reach]

    def __getitem__(self, profile: str) -> Reach:
        """Return the reach of `profile`."""
        return self.reaches[profile]
