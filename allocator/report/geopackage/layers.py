"""The layers of a run: their fields from the run's tables, their geometry as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.report.zones import zone_coverage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from allocator.report.words import Words
    from allocator.runs import Run
    from allocator.scenario import Scenario

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Layer:
    """One table of the file.

    Parameters
    ----------
    name
        Name of the table, the same in every language.
    fields
        One row per feature.
    xy
        Vertices of all features in the scenario's coordinates, shape (vertices, 2);
        None for a table without geometry.
    start
        First vertex of each feature and the end, shape (features + 1,); None for
        points. A point that is not finite has no geometry.
    """

    name: str
    fields: pd.DataFrame
    xy: Floats | None = None
    start: npt.NDArray[np.int64] | None = None

    @property
    def geometry_type(self) -> str | None:
        """``Point``, ``LineString`` or None."""
        if self.xy is None:
            return None
        return "Point" if self.start is None else "LineString"


def run_layers(scenario: Scenario, run: Run, words: Words) -> Iterator[Layer]:
    """Yield the layers, those drawn on top first."""
    served = run.table("served.parquet")
    yield _assignments(scenario, run, words)
    yield _facilities(scenario, served, words)
    yield _sites(scenario, run, served, words)
    yield _buildings(scenario, run, words)
    yield _communities(scenario, run, words)
    yield _zones(scenario, served, words)
    yield _lines(scenario, served, words)
    if scenario.tables.streets is not None:
        yield _streets(scenario)
    yield _coverage(run, words)


def _site_places(scenario: Scenario) -> pd.DataFrame:
    """Return x and y by site."""
    return pd.DataFrame(
        scenario.site_xy,
        index=pd.Index(scenario.site_ids, dtype=object),
        columns=["x", "y"],
    )


def _xy(frame: pd.DataFrame) -> Floats:
    return np.asarray(frame[["x", "y"]], np.float64)


def _named(ids: pd.Series[str], names: Mapping[str, str]) -> list[str]:
    """Return names by id; the id where there is none."""
    return [names.get(item) or item for item in ids.tolist()]


def _assignments(scenario: Scenario, run: Run, words: Words) -> Layer:
    """Return what runs where and when; several share the place of their building."""
    rows = run.assignments
    places = _site_places(scenario).reindex(rows["building_id"])
    keys = list(zip(rows["service_id"], rows["session_id"], strict=True))
    hours = {offer.key: str(offer.hours) for offer in scenario.offers}
    fields = rows[["building_id", "space_id", "service_id", "session_id"]].assign(
        building=_named(rows["building_id"], words.building),
        service=_named(rows["service_id"], words.service),
        session=[words.session.get(key, key[1]) for key in keys],
        hours=[hours[key] for key in keys],
        places=rows["places"].astype("int64"),
        area_m2=rows["area_m2"].astype(float),
        capacity_visits_per_week=rows["capacity_visits_per_week"].astype(float),
        served_visits_per_week=rows["served_visits_per_week"].astype(float),
    )
    fields = fields.replace({"capacity_visits_per_week": {np.inf: np.nan}})
    return Layer("assignments", fields, _xy(places))


def _facilities(scenario: Scenario, served: pd.DataFrame, words: Words) -> Layer:
    """Return the existing facilities, a row for each offer, with visits served."""
    table = scenario.tables.facilities
    keys = ["site_id", "service_id", "session_id"]
    visits = served.groupby(keys)["served_visits_per_week"].sum()
    own = pd.MultiIndex.from_frame(table[["facility_id", *keys[1:]]], names=keys)
    sessions = zip(table["service_id"], table["session_id"], strict=True)
    fields = table[["facility_id", "service_id", "session_id"]].assign(
        service=_named(table["service_id"], words.service),
        session=[words.session.get(key, key[1]) for key in sessions],
        places=table["places"].astype(float),
        visits_per_week=table["visits_per_week"].astype(float),
        served_visits_per_week=visits.reindex(own).fillna(0.0).to_numpy(np.float64),
        gross_area_m2=table["gross_area_m2"].astype(float),
    )
    return Layer("facilities", fields, _xy(table))


def _sites(scenario: Scenario, run: Run, served: pd.DataFrame, words: Words) -> Layer:
    """Return every site that is open under the plan, with whom it serves."""
    used = sorted(set(run.table("sites.csv")["building_id"]))
    existing = list(scenario.site_ids[scenario.num_buildings :])
    ids = [*used, *existing]
    minutes = served["served_visits_per_week"] * served["walk_min"]
    figures = served.assign(minutes=minutes).groupby("site_id")[
        ["served_visits_per_week", "covered_persons", "minutes"]
    ]
    sums = figures.sum().reindex(ids).fillna(0.0)
    visits = sums["served_visits_per_week"].to_numpy(np.float64)
    walk = np.full(len(ids), np.nan)
    np.divide(sums["minutes"], visits, out=walk, where=visits > 0)
    fields = pd.DataFrame(
        {
            "site_id": ids,
            "kind": ["planned"] * len(used) + ["existing"] * len(existing),
            "name": [words.building.get(item, item) for item in ids],
            "services": _services_of(scenario, run, ids, words),
            "served_visits_per_week": visits,
            "covered_persons": sums["covered_persons"].to_numpy(np.float64),
            "mean_walk_min": walk,
        }
    )
    return Layer("sites", fields, _xy(_site_places(scenario).reindex(ids)))


def _services_of(
    scenario: Scenario, run: Run, ids: list[str], words: Words
) -> list[str]:
    """Return the names of what each site offers."""
    planned = run.assignments[["building_id", "service_id"]]
    existing = scenario.tables.facilities[["facility_id", "service_id"]]
    offered: dict[str, set[str]] = {}
    for site, service in [*planned.values.tolist(), *existing.values.tolist()]:
        offered.setdefault(site, set()).add(words.service.get(service, service))
    return [", ".join(sorted(offered.get(site, ()))) for site in ids]


def _buildings(scenario: Scenario, run: Run, words: Words) -> Layer:
    """Return all candidate buildings with the plan for those that are used."""
    table = scenario.tables.buildings
    ids = table["building_id"]
    sites = run.table("sites.csv").set_index("building_id").reindex(ids)
    usable = scenario.tables.spaces.groupby("building_id")["usable_area_m2"].sum()
    places = run.assignments.groupby("building_id")["places"].sum().reindex(ids)
    outlay = sites["annual_rent"] + sites["annual_running_cost"] - sites["annual_fees"]
    used = ids.isin(run.table("sites.csv")["building_id"])
    fields = pd.DataFrame(
        {
            "building_id": ids,
            "name": _named(ids, words.building),
            "state": np.where(used, "used", "idle").astype(object),
            "services": _services_of(scenario, run, ids.tolist(), words),
            "community": _named(table["community_id"], words.community),
            "district_id": table["district_id"],
            "former_use": table["former_use"],
            "ownership": table["ownership"],
            "usable_area_m2": usable.reindex(ids).to_numpy(np.float64),
            "places": places.to_numpy(np.float64),
            "floor_used_m2": sites["floor_used_m2"].to_numpy(np.float64),
            "capital_cost": sites["capital_cost"].to_numpy(np.float64),
            "yearly_outlay": outlay.to_numpy(np.float64),
        }
    )
    return Layer("buildings", fields, _xy(table))


def _zones(scenario: Scenario, served: pd.DataFrame, words: Words) -> Layer:
    """Return all zones; coverage is absent where nobody asks for anything."""
    table = scenario.tables.zones
    asked = zone_coverage(scenario, served).reindex(table["zone_id"])
    covered = served.groupby("zone_id")["covered_persons"].sum()
    demand = asked["persons"].fillna(0.0).to_numpy(np.float64)
    fields = pd.DataFrame(
        {
            "zone_id": table["zone_id"],
            "community_id": table["community_id"],
            "community": _named(table["community_id"], words.community),
            "counted": table["counted"].to_numpy(bool),
            "demand_persons": demand,
            "covered_persons": covered.reindex(table["zone_id"])
            .fillna(0.0)
            .to_numpy(np.float64),
            "coverage": asked["coverage"].to_numpy(np.float64),
        }
    )
    return Layer("zones", fields, _xy(table))


def _lines(scenario: Scenario, served: pd.DataFrame, words: Words) -> Layer:
    """Return a line from each zone to each site that serves it, by service."""
    keys = ["zone_id", "site_id", "service_id"]
    rows = served.assign(minutes=served["served_visits_per_week"] * served["walk_min"])
    figures = ["served_visits_per_week", "covered_persons", "minutes"]
    sums = rows.groupby(keys, sort=True)[figures].sum().reset_index()
    zones = scenario.tables.zones.set_index("zone_id")
    ends = np.stack(
        [
            _xy(zones.loc[sums["zone_id"]]),
            _xy(_site_places(scenario).loc[sums["site_id"]]),
        ],
        axis=1,
    )
    fields = sums[keys].assign(
        service=_named(sums["service_id"], words.service),
        served_visits_per_week=sums["served_visits_per_week"],
        covered_persons=sums["covered_persons"],
        mean_walk_min=sums["minutes"] / sums["served_visits_per_week"],
    )
    start = np.arange(len(sums) + 1, dtype=np.int64) * 2
    return Layer("served", fields, ends.reshape(-1, 2), start)


def _communities(scenario: Scenario, run: Run, words: Words) -> Layer:
    """Return communities at the middle of their residents' demand."""
    table = scenario.tables.communities
    ids = table["community_id"]
    cells = run.table("coverage.csv")
    cells = cells.assign(reached=cells["access"] * cells["demand_persons"])
    figures = ["demand_persons", "baseline_covered_persons", "covered_persons"]
    sums = cells.groupby("community_id")[[*figures, "reached"]].sum().reindex(ids)
    persons = sums["demand_persons"].where(sums["demand_persons"] > 0)
    fields = pd.DataFrame(
        {
            "community_id": ids,
            "name": _named(ids, words.community),
            "street_id": table["street_id"],
            "district_id": table["district_id"],
            **{name: sums[name].fillna(0.0).to_numpy(np.float64) for name in figures},
            "baseline_coverage": (sums["baseline_covered_persons"] / persons).to_numpy(
                np.float64
            ),
            "coverage": (sums["covered_persons"] / persons).to_numpy(np.float64),
            "access": (sums["reached"] / persons).to_numpy(np.float64),
        }
    )
    return Layer("communities", fields, _middles(scenario, ids))


def _middles(scenario: Scenario, ids: pd.Series[str]) -> Floats:
    """Return the mean place of each community's zones, weighted by demand."""
    zones = scenario.tables.zones
    visits = np.bincount(
        scenario.demand.zone,
        weights=scenario.demand.visits_per_week,
        minlength=len(zones),
    )
    weight = visits + 1e-9 * max(float(visits.max(initial=0.0)), 1.0)
    frame = pd.DataFrame(
        {
            "x": zones["x"] * weight,
            "y": zones["y"] * weight,
            "w": weight,
        }
    ).groupby(zones["community_id"])
    sums = frame.sum().reindex(ids)
    return np.asarray(sums[["x", "y"]].div(sums["w"], axis=0), np.float64)


def _streets(scenario: Scenario) -> Layer:
    """Return the street lines."""
    lines = scenario.tables.streets
    assert lines is not None
    classes = np.array(lines.classes, object)[lines.class_position]
    fields = pd.DataFrame({"class": classes, "layer": lines.layer})
    return Layer("streets", fields, lines.xy, lines.start)


def _coverage(run: Run, words: Words) -> Layer:
    """Return `coverage.csv` with names, as a table without geometry."""
    cells = run.table("coverage.csv")
    groups = {group.id: group.label(words.language) for group in words.scenario.groups}
    fields = cells.assign(
        community=_named(cells["community_id"], words.community),
        need=_named(cells["need_id"], words.need),
        group=_named(cells["group_id"], groups),
    )
    return Layer("coverage", fields)
