"""Communities, streets and districts: which zones and sites lie in which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.arrays import sum_by
from allocator.scenario.schema import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from allocator.scenario import Scenario

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Areas:
    """The areas of one level, of counted zones; letters of shapes: a areas."""

    level: Level
    ids: tuple[str, ...]
    """Sorted; "" stands for everything at level all, for no area known otherwise."""
    of_zone: Ints
    """Shape (z,); −1 where the zone is not counted or of another kind."""
    of_site: Ints
    """Shape (sites,); −1 where the site lies in none of them."""
    households: Floats
    """Shape (a,); NaN where those of a community are not known."""

    def sums(self, of_zone: Floats) -> Floats:
        """Return the sum of a figure of every zone by area, shape (a,)."""
        inside = self.of_zone >= 0
        return sum_by(self.of_zone[inside], of_zone[inside], len(self.ids))


def build_areas(scenario: Scenario, level: Level, kinds: Sequence[str] = ()) -> Areas:
    """Return the areas of a level.

    Parameters
    ----------
    kinds
        Only communities of these kinds; none given: all.

    Notes
    -----
    A zone belongs to the area of its community. So does a site, a building without a
    community to the district it names. A site in a community of which no zone is
    counted (a neighbour's) lies in no area.
    """
    zones = scenario.tables.zones
    home = zones["community_id"].to_numpy(object)
    inside = zones["counted"].to_numpy(bool) & _of_kind(scenario, home, kinds)
    names = np.asarray(_area_of(scenario, level, home), object)
    ids = tuple(sorted(set(names[inside].tolist())))
    index = pd.Index(ids, dtype=object)
    of_zone = np.asarray(index.get_indexer(pd.Index(names, dtype=object)), np.int64)
    of_zone[~inside] = -1
    return Areas(
        level,
        ids,
        of_zone,
        _areas_of_sites(scenario, level, kinds, index),
        _households(scenario, of_zone, home, len(ids)),
    )


def _of_kind(
    scenario: Scenario, community: npt.NDArray[np.object_], kinds: Sequence[str]
) -> Bools:
    """Tell which communities are of one of the kinds; unlisted ones are of none."""
    if not kinds:
        return np.ones(len(community), bool)
    listed = scenario.tables.communities
    own = listed.loc[listed["kind"].isin(list(kinds)), "community_id"]
    return np.asarray(pd.Series(community, dtype=object).isin(own), bool)


def _area_of(
    scenario: Scenario, level: Level, community: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_]:
    """Return the area of each community, "" where it is not known."""
    if level is Level.COMMUNITY:
        return community
    if level is Level.ALL:
        return np.full(len(community), "", object)
    listed = scenario.tables.communities.set_index("community_id")[f"{level}_id"]
    found = pd.Series(community, dtype=object).map(listed).astype(object).fillna("")
    return found.to_numpy(object)


def _areas_of_sites(
    scenario: Scenario, level: Level, kinds: Sequence[str], ids: pd.Index
) -> Ints:
    """Return the area of every site, −1 for none."""
    community, district = _homes_of_sites(scenario)
    names = _area_of(scenario, level, community).copy()
    if level is Level.DISTRICT:
        names = np.where(names == "", district, names)
    zones = scenario.tables.zones
    counted = set(zones.loc[zones["counted"], "community_id"])
    neighbours = set(zones["community_id"]) - counted
    beyond = np.array([name in neighbours for name in community], bool)
    inside = _of_kind(scenario, community, kinds) & ~beyond
    found = np.asarray(ids.get_indexer(pd.Index(names, dtype=object)), np.int64)
    found[~inside] = -1
    return found


def _homes_of_sites(
    scenario: Scenario,
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Return community and district of every site; a facility takes its building's."""
    houses = scenario.tables.buildings
    places = scenario.tables.facilities.drop_duplicates("facility_id")
    places = places.sort_values("facility_id")
    of_house = houses.set_index("building_id")[["community_id", "district_id"]]
    own = places["community_id"]
    theirs = (
        places["building_id"].map(of_house["community_id"]).astype(object).fillna("")
    )
    districts = (
        places["building_id"].map(of_house["district_id"]).astype(object).fillna("")
    )
    return (
        np.concatenate(
            [houses["community_id"].to_numpy(object), own.where(own != "", theirs)]
        ),
        np.concatenate([houses["district_id"].to_numpy(object), districts]),
    )


def _households(
    scenario: Scenario, of_zone: Ints, home: npt.NDArray[np.object_], number: int
) -> Floats:
    """Return households by area: those the communities give, else their zones'."""
    zones = scenario.tables.zones
    inside = of_zone >= 0
    frame = pd.DataFrame(
        {
            "community": home[inside],
            "area": of_zone[inside],
            "households": zones["households"].to_numpy(np.float64)[inside],
        }
    )
    by_community = frame.groupby("community", sort=True).agg(
        area=("area", "first"), households=("households", lambda h: h.sum(min_count=1))
    )
    listed = scenario.tables.communities.set_index("community_id")["households"]
    known = by_community.index.to_series().map(listed)
    amount = known.fillna(by_community["households"]).to_numpy(np.float64)
    return sum_by(by_community["area"].to_numpy(np.int64), amount, number)
