"""Walking times between sites and zones, within the longest limit of each profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt


@dataclass(frozen=True)
class Block:
    """Zones within reach of consecutive sites, as streamed by `iter_blocks`.

    Zones of site ``first_site + k`` are ``zone[start[k]:start[k + 1]]``, ascending.
    """

    first_site: int
    start: npt.NDArray[np.int64]
    """Shape (sites of the block + 1,)."""
    zone: npt.NDArray[np.int32]
    """Shape (pairs,)."""
    walk_min: npt.NDArray[np.float64]
    """Shape (pairs,), minutes."""

    @property
    def num_sites(self) -> int:
        """How many sites the block holds."""
        return len(self.start) - 1


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

    @property
    def num_sites(self) -> int:
        """How many sites there are, with or without zones in reach."""
        return len(self.start) - 1

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
        site = np.asarray(site, np.int64)
        wanted = np.asarray(zone, np.int32)
        minutes = np.full(len(site), np.nan)
        order = np.argsort(site, kind="stable")
        first = np.flatnonzero(np.diff(site[order], prepend=-1))
        for rows in np.split(order, first[1:]) if len(order) else ():
            zones, walk_min = self.of_site(int(site[rows[0]]))
            if len(zones):
                at = np.minimum(np.searchsorted(zones, wanted[rows]), len(zones) - 1)
                hit = zones[at] == wanted[rows]
                minutes[rows[hit]] = walk_min[at[hit]]
        return minutes


@dataclass(frozen=True)
class Access:
    """Walking times of a scenario: one `Reach` per profile in use."""

    reaches: Mapping[str, Reach]

    def __getitem__(self, profile: str) -> Reach:
        """Return the reach of `profile`."""
        return self.reaches[profile]
