"""Walking times between sites and zones, within the longest limit of each profile."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
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

    @cached_property
    def _num_zones(self) -> int:
        """One more than the last zone in reach of any site."""
        return int(self.zone.max()) + 1 if self.num_pairs else 0

    @cached_property
    def _keys(self) -> npt.NDArray[np.int64]:
        """Ascending key site × zones + zone of every pair."""
        owner = np.repeat(np.arange(self.num_sites), np.diff(self.start))
        return owner * self._num_zones + self.zone

    def walk_min_of(
        self, site: npt.NDArray[np.int64], zone: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """Return minutes of (site, zone) pairs, NaN for a pair out of reach."""
        site, zone = np.asarray(site, np.int64), np.asarray(zone, np.int64)
        if self.num_pairs == 0:
            return np.full(len(site), np.nan)
        wanted = site * self._num_zones + zone
        found = np.minimum(np.searchsorted(self._keys, wanted), self.num_pairs - 1)
        hit = (self._keys[found] == wanted) & (zone < self._num_zones)
        return np.where(hit, self.walk_min[found], np.nan)


@dataclass(frozen=True)
class Access:
    """Walking times of a scenario: one `Reach` per profile in use."""

    reaches: Mapping[str, Reach]

    def __getitem__(self, profile: str) -> Reach:
        """Return the reach of `profile`."""
        return self.reaches[profile]
