"""Communities, streets and districts: which zones and sites lie in which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.scenario.schema import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from allocator.scenario.scenario import Tables

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]
    Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Areas:
    """The areas of one level, of counted zones; letters of shapes: a areas."""

    level: Level
    ids: tuple[str, ...]
    """Sorted; "" stands for everything at level all, for no area known otherwise."""
    of_zone: Ints
    """Shape (z,); −1 where the zone is not counted or of another kind."""
    of_site: Ints
    """Shape (sites,), buildings before facilities as `Scenario.site_ids`; −1 where the
    site lies in none of them."""
    households: Floats
    """Shape (a,); NaN where those of a community are not known."""

    def sums(self, of_zone: Floats) -> Floats:
        """Return the sum of a figure of every zone by area, shape (a,)."""
        inside = self.of_zone >= 0
        return _sums(self.of_zone[inside], of_zone[inside], len(self.ids))

    def sums_of_sites(self, of_site: Floats) -> Floats:
        """Return the sum of a figure of every site by area, shape (a,)."""
        inside = self.of_site >= 0
        return _sums(self.of_site[inside], of_site[inside], len(self.ids))


def build_areas(tables: Tables, level: Level, kinds: Sequence[str] = ()) -> Areas:
    """Return the areas of a level.

    Parameters
    ----------
    kinds
        Only communities of these kinds; none given: all.

    Notes
    -----
    A zone belongs to the area of its community. So does a site; a building belongs to
    the district it names, if it names one. At level all, a site in a community of
    which no zone is counted (a neighbour's) lies in no area; at the others it does
    where its area has counted zones.
    """
    zones = tables.zones
    home = zones["community_id"].to_numpy(object)
    inside = zones["counted"].to_numpy(bool) & _of_kind(tables, home, kinds)
    names = _area_of(tables, level, home)
    ids = tuple(sorted(set(names[inside].tolist())))
    index = pd.Index(ids, dtype=object)
    of_zone = np.asarray(index.get_indexer(pd.Index(names, dtype=object)), np.int64)
    of_zone[~inside] = -1
    return Areas(
        level,
        ids,
        of_zone,
        _areas_of_sites(tables, level, kinds, index),
        _households(tables, of_zone, home, len(ids)),
    )


def street_of(tables: Tables, community: Texts) -> Texts:
    """Return the street of each community, "" where it is not known."""
    return _area_of(tables, Level.STREET, community)


def _sums(label: Ints, values: Floats, number: int) -> Floats:
    return np.bincount(label, values, number).astype(np.float64)


def _of_kind(tables: Tables, community: Texts, kinds: Sequence[str]) -> Bools:
    """Tell which communities are of one of the kinds; unlisted ones are of none."""
    if not kinds:
        return np.ones(len(community), bool)
    listed = tables.communities
    own = listed.loc[listed["kind"].isin(list(kinds)), "community_id"]
    return np.asarray(pd.Series(community, dtype=object).isin(own), bool)


def _area_of(tables: Tables, level: Level, community: Texts) -> Texts:
    """Return the area of each community, "" where it is not known."""
    if level is Level.COMMUNITY:
        return community
    if level is Level.ALL:
        return np.full(len(community), "", object)
    listed = tables.communities.set_index("community_id")[f"{level}_id"]
    found = pd.Series(community, dtype=object).map(listed).astype(object)
    return found.fillna("").to_numpy(object)


def _areas_of_sites(
    tables: Tables, level: Level, kinds: Sequence[str], ids: pd.Index[str]
) -> Ints:
    """Return the area of every site, −1 for none."""
    community, district = _homes_of_sites(tables)
    names = _area_of(tables, level, community)
    inside = _of_kind(tables, community, kinds)
    if level is Level.DISTRICT:
        names = np.where(district == "", names, district)
    if level is Level.ALL:
        zones = tables.zones
        counted = set(zones.loc[zones["counted"], "community_id"])
        neighbours = set(zones["community_id"]) - counted
        inside = inside & ~np.array([name in neighbours for name in community], bool)
    found = np.asarray(ids.get_indexer(pd.Index(names, dtype=object)), np.int64)
    found[~inside] = -1
    return found


def _homes_of_sites(tables: Tables) -> tuple[Texts, Texts]:
    """Return community and own district of every site.

    A facility without a community takes both of its building.
    """
    houses = tables.buildings
    places = tables.facilities.drop_duplicates("facility_id")
    places = places.sort_values("facility_id")
    of_house = houses.set_index("building_id")
    theirs, districts = (
        places["building_id"].map(of_house[name]).astype(object).fillna("")
        for name in ("community_id", "district_id")
    )
    own = places["community_id"]
    return (
        np.concatenate(
            [houses["community_id"].to_numpy(object), own.where(own != "", theirs)]
        ),
        np.concatenate(
            [houses["district_id"].to_numpy(object), districts.where(own == "", "")]
        ),
    )


def _households(tables: Tables, of_zone: Ints, home: Texts, number: int) -> Floats:
    """Return households by area: those the communities give, else their zones'."""
    inside = of_zone >= 0
    frame = pd.DataFrame(
        {
            "community": home[inside],
            "area": of_zone[inside],
            "households": tables.zones["households"].to_numpy(np.float64)[inside],
        }
    )
    by_community = frame.groupby("community", sort=True)
    area, own = by_community["area"].first(), by_community["households"]
    listed = tables.communities.set_index("community_id")["households"]
    known = area.index.to_series().map(listed).astype(np.float64)
    amount = np.asarray(known.fillna(own.sum(min_count=1)), np.float64)
    return _sums(area.to_numpy(np.int64), amount, number)
