"""Walking along streets beside the straight line: whom either counts as in reach."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from allocator.access import build_access
from allocator.access.network.cache import network_of
from allocator.access.network.facts import network_facts, network_issues
from allocator.evaluate.coverage import resident_rows, rows_with_access
from allocator.evaluate.served import facility_supply
from allocator.scenario.schema import AccessMode

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.access import Access, Reach
    from allocator.access.network.facts import NetworkFacts
    from allocator.evaluate.served import Supply
    from allocator.issues import Issue
    from allocator.plan import Plan
    from allocator.scenario import Scenario

    Bools = npt.NDArray[np.bool_]

TOTAL = "all"
"""Stands for the need in the row of all needs together."""
MOST_ZONES = 20
"""Zones listed that differ most."""


@dataclass(frozen=True)
class StreetComparison:
    """What a street network is like, and how it differs from straight lines."""

    facts: NetworkFacts
    issues: tuple[Issue, ...]
    needs: pd.DataFrame
    """By need and in total (need_id "all"), in persons of counted zones with a site
    within the limit that suits (or, in a plan, gives) an accepted offer: need_id,
    demand_persons, on_streets, in_line (straight line × `access.detour`),
    only_on_streets, only_in_line."""
    zones: pd.DataFrame
    """Zones that differ most: zone_id, residents, sites_on_streets, sites_in_line,
    nearest_on_streets_min, nearest_in_line_min; within the default profile's limit."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for machines."""
        facts = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in vars(self.facts).items()
        }
        zones = self.zones.astype(object).where(self.zones.notna(), None)
        return {
            "network": facts,
            "issues": [str(issue) for issue in self.issues],
            "needs": self.needs.to_dict(orient="records"),
            "zones": zones.to_dict(orient="records"),
        }


def compare_streets(
    scenario: Scenario,
    access: Access,
    suitability: pd.DataFrame,
    plan: Plan | None = None,
) -> StreetComparison | None:
    """Compare walking along streets with straight lines; None in other modes.

    Parameters
    ----------
    access
        Walking times along the streets.
    suitability
        What `allocator.evaluate.suitability` returned.
    plan
        Looks at its sites alone; absent: at every building.
    """
    if scenario.spec.access.mode is not AccessMode.NETWORK:
        return None
    network = network_of(scenario)
    section = scenario.spec.access.model_copy(update={"mode": AccessMode.STRAIGHT})
    spec = scenario.spec.model_copy(update={"access": section})
    straight = build_access(replace(scenario, spec=spec))
    if plan is None:
        supply = every_site(scenario, suitability)
    else:
        supply = sites_of(scenario, plan)
    return StreetComparison(
        network_facts(scenario, network),
        network_issues(scenario, network),
        needs_table(scenario, access, straight, supply),
        zones_table(scenario, access, straight, supply),
    )


def every_site(scenario: Scenario, suitability: pd.DataFrame) -> Supply:
    """Return the facilities and, in every building, whatever suits a space of it."""
    suits = suitability[suitability["bar"] == ""]
    spaces = scenario.tables.spaces.set_index("space_id")["building_id"]
    home = spaces.loc[suits["space_id"]].to_numpy(object)
    return _running(scenario, suits.assign(building_id=home))


def sites_of(scenario: Scenario, plan: Plan) -> Supply:
    """Return the facilities and what runs in a plan."""
    assigned = plan.assignments
    return _running(scenario, assigned[assigned["places"] > 0])


def _running(scenario: Scenario, rows: pd.DataFrame) -> Supply:
    """Return the facilities and the offers of `rows`, which name their building."""
    supply = facility_supply(scenario)
    running = supply.running.copy()
    buildings = pd.Index(scenario.tables.buildings["building_id"])
    building = buildings.get_indexer(pd.Index(rows["building_id"]))
    pairs = zip(rows["service_id"], rows["session_id"], strict=True)
    offer = np.array([scenario.offer2position[pair] for pair in pairs], np.int64)
    running[building, offer] = True
    return replace(supply, running=running)


def needs_table(
    scenario: Scenario, access: Access, straight: Access, supply: Supply
) -> pd.DataFrame:
    """Return persons within the limit by need, by either way of measuring."""
    rows = resident_rows(scenario)
    near = rows_with_access(scenario, access, supply)
    line = rows_with_access(scenario, straight, supply)
    frame = pd.DataFrame(
        {
            "need_id": rows.need_id,
            "demand_persons": rows.persons,
            "on_streets": rows.persons * near,
            "in_line": rows.persons * line,
            "only_on_streets": rows.persons * (near & ~line),
            "only_in_line": rows.persons * (line & ~near),
        }
    )[rows.counted]
    table = frame.groupby("need_id", sort=True, as_index=False).sum()
    total = table.drop(columns="need_id").sum().to_frame().T.assign(need_id=TOTAL)
    return pd.concat([table, total], ignore_index=True)[list(table.columns)]


def zones_table(
    scenario: Scenario, access: Access, straight: Access, supply: Supply
) -> pd.DataFrame:
    """Return the zones whose number of open sites in reach differs most."""
    open_sites = np.asarray(supply.running.any(axis=1), bool)
    profile = scenario.default_profile
    if profile not in access.reaches:
        profile = min(access.reaches, default="")
    zones = scenario.tables.zones["zone_id"]
    columns: dict[str, Any] = {"zone_id": zones, "residents": _residents(scenario)}
    for name, found in (("on_streets", access), ("in_line", straight)):
        if profile in found.reaches:
            sites, nearest = _by_zone(found[profile], len(zones), open_sites)
            columns |= {f"sites_{name}": sites, f"nearest_{name}_min": nearest}
    frame = pd.DataFrame(columns)
    if "sites_in_line" not in frame:
        return frame.head(0)
    differs = (frame["sites_in_line"] - frame["sites_on_streets"]).abs()
    order = differs[differs > 0].sort_values(ascending=False, kind="stable").index
    return frame.loc[order[:MOST_ZONES]].reset_index(drop=True)


def _residents(scenario: Scenario) -> pd.Series[float]:
    """Return the persons given by zone; those given by community are not spread."""
    population = scenario.tables.population
    persons = population.groupby("zone_id")["persons"].sum()
    by_zone = persons.reindex(scenario.tables.zones["zone_id"]).fillna(0.0)
    return by_zone.reset_index(drop=True)


def _by_zone(reach: Reach, zones: int, open_sites: Bools) -> tuple[Any, Any]:
    """Return how many open sites each zone reaches, and minutes to the nearest."""
    counts = np.repeat(open_sites, np.diff(reach.start))
    zone, walk_min = reach.zone[counts], reach.walk_min[counts]
    nearest = np.full(zones, np.inf)
    np.minimum.at(nearest, zone, walk_min)
    nearest[np.isinf(nearest)] = np.nan
    return np.bincount(zone, minlength=zones), nearest
