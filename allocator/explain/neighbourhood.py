"""What surrounds a community: who serves it, what could, which limits bind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from allocator.evaluate.coverage import resident_rows
from allocator.evaluate.view import build_view
from allocator.explain.limits import limits_table
from allocator.explain.reach import arcs_within_reach, best_gains
from allocator.explain.site import site_of

if TYPE_CHECKING:
    from allocator.evaluate.arcs import Arcs
    from allocator.explain.chain import Residents
    from allocator.explain.known import Known
    from allocator.plan import Plan

OWN, NEXT_DOOR = "own", "next_door"
CANDIDATE_COLUMNS = ["building_id", "service_id", "gain_persons"]
CANDIDATES = 10
"""Buildings listed that could be the community's next site."""


def neighbours_of(run: Known, community: str, people: Residents) -> pd.DataFrame:
    """Return from where the residents are covered."""
    scenario, served = run.scenario, run.view.served
    own = np.isin(served.row, people.rows)
    home = _community_of_sites(run)[served.site[own]]
    needs = np.array([need.id for need in scenario.needs], object)
    planned = served.site[own] < scenario.num_buildings
    frame = pd.DataFrame(
        {
            "need_id": needs[served.need[own]],
            "from": np.where(home == community, OWN, NEXT_DOOR),
            "site_community_id": home,
            "kind": np.where(planned, "planned", "existing"),
            "covered_persons": served.covered_persons[own],
        }
    )
    keys = ["need_id", "from", "site_community_id", "kind"]
    return frame.groupby(keys).agg({"covered_persons": "sum"}).reset_index()


def _community_of_sites(run: Known) -> Any:
    """Return the community of every site; "" where it is not known."""
    tables = run.scenario.tables
    facilities = tables.facilities.drop_duplicates("facility_id")
    frames = [tables.buildings["community_id"], facilities["community_id"]]
    return np.concatenate([frame.to_numpy(object) for frame in frames])


def binding_of(run: Known, community: str) -> pd.DataFrame:
    """Return the limits that bind in total and where the community's buildings are."""
    buildings = run.scenario.tables.buildings
    own = buildings["community_id"] == community
    districts = {"", *buildings.loc[own, "district_id"]}
    table = limits_table(run)
    here = table["where"].isin(districts) & (table["rule_id"] != "coverage_floor")
    return table[table["binds"].astype(bool) & here].reset_index(drop=True)


def candidates_of(run: Known, community: str, people: Residents) -> pd.DataFrame:
    """Return unused buildings that could serve residents whom nobody serves.

    Those of the community; without any, those within its reach.
    """
    arcs = arcs_within_reach(run, people.rows)
    arcs = replace(arcs, row=people.rows[arcs.row])
    home = run.scenario.tables.buildings["community_id"].to_numpy(object)
    near = np.setdiff1d(np.unique(arcs.site), list(run.view.building2uses))
    near = near[near < run.scenario.num_buildings]
    own = near[home[near] == community]
    for buildings in (own, near):
        rows = [row for b in buildings.tolist() for row in _services(run, b, arcs)]
        if rows:
            break
    table = pd.DataFrame(rows, columns=CANDIDATE_COLUMNS)
    table = table.sort_values("gain_persons", ascending=False, kind="stable")
    return table.drop_duplicates("building_id").head(CANDIDATES).reset_index(drop=True)


def _services(run: Known, b: int, arcs: Arcs) -> list[tuple[str, str, float]]:
    """Return each service that an unused building could give the residents."""
    site = site_of(run, b)
    own = arcs.site == b
    arcs = replace(arcs, **{name: part[own] for name, part in vars(arcs).items()})
    capacity: dict[int, float] = {}
    for r in range(len(site.space_ids)):
        for o in np.unique(arcs.offer).tolist():
            if (r, o) not in site.bars:
                offer = run.scenario.offers[o]
                visits = site.most_places(r, o) * offer.visits_per_place_week
                most = np.inf if offer.unlimited else visits
                capacity[o] = max(capacity.get(o, 0.0), most)
    return [
        (site.building_id, run.scenario.offers[o].service_id, gain.covered_persons)
        for o, gain in best_gains(run, arcs, capacity).items()
        if gain.covered_persons > 0
    ]


def changes_of(run: Known, plan: Plan | None) -> pd.DataFrame | None:
    """Return how covered persons change by community in another plan."""
    if plan is None:
        return None
    rows = resident_rows(run.scenario)
    after = build_view(run.scenario, run.access, plan).covered_by_row()
    counted = rows.counted
    change = after - run.view.covered_by_row()
    home = rows.community_id[counted]
    frame = pd.DataFrame({"community_id": home, "change_persons": change[counted]})
    table = frame.groupby("community_id").agg({"change_persons": "sum"}).reset_index()
    moved = table["change_persons"].abs() > 1e-6
    return table[moved].sort_values("change_persons", kind="stable", ignore_index=True)
