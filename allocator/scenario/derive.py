"""Fill what the tables leave to be derived from one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.scenario.canonical import empty_table
from allocator.scenario.columns import SPACES
from allocator.scenario.convert import empty_value, held_dtype
from allocator.scenario.schema import Capacity

if TYPE_CHECKING:
    from allocator.scenario.faults import TableFaults
    from allocator.scenario.schema import ScenarioSpec


def named_by_id(frame: pd.DataFrame, id_column: str) -> pd.DataFrame:
    """Give items without a name their id as name."""
    name = frame["name"].where(frame["name"] != "", frame[id_column])
    return frame.assign(name=name.astype(object))


def with_districts(buildings: pd.DataFrame, communities: pd.DataFrame) -> pd.DataFrame:
    """Give buildings without a district that of their community."""
    unique = communities.drop_duplicates("community_id").set_index("community_id")
    inherited = buildings["community_id"].map(unique["district_id"]).astype(object)
    own = buildings["district_id"]
    district = own.where(own != "", inherited.where(inherited.notna(), ""))
    return buildings.assign(district_id=district.astype(object))


def with_households(communities: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """Give communities without households the sum over their zones, if any has."""
    summed = zones.groupby("community_id")["households"].sum(min_count=1)
    inherited = communities["community_id"].map(summed).astype(np.float64)
    return communities.assign(households=communities["households"].fillna(inherited))


def usable_areas(buildings: pd.DataFrame, spec: ScenarioSpec) -> pd.Series[float]:
    """Return gross area × use coefficient; 0 for unknown where no service needs it."""
    area = buildings["gross_area_m2"] * buildings["use_coefficient"]
    if all(service.capacity is Capacity.UNLIMITED for service in spec.services):
        area = area.fillna(0.0)
    return area


def whole_spaces(buildings: pd.DataFrame, spec: ScenarioSpec) -> pd.DataFrame:
    """Return one whole space per building, with the building's id."""
    empty = empty_table(SPACES)
    if buildings.empty:
        return empty
    rows = len(buildings)
    filled = {
        "space_id": buildings["building_id"],
        "building_id": buildings["building_id"],
        "usable_area_m2": usable_areas(buildings, spec),
    }
    for column in SPACES.columns:
        if column.name not in filled:
            blank = np.empty(rows, held_dtype(column.kind))
            blank.fill(_blank(column.name))
            filled[column.name] = pd.Series(blank, dtype=empty[column.name].dtype)
    return pd.DataFrame(filled)[list(SPACES.column_names)].reset_index(drop=True)


def _blank(name: str) -> object:
    column = SPACES[name]
    return column.default if column.default is not None else empty_value(column.kind)


def report_missing_areas(
    buildings: pd.DataFrame, spec: ScenarioSpec, faults: TableFaults
) -> None:
    """Report buildings whose one space would have no area, each fault once."""
    area = usable_areas(buildings, spec)
    needed = any(s.capacity is not Capacity.UNLIMITED for s in spec.services)
    missing = np.array(area.isna() | ((area <= 0) & needed), bool)
    reported = {issue.place for issue in faults.collector.errors}
    for row in np.flatnonzero(missing).tolist():
        missing[row] = faults.place("gross_area_m2", row) not in reported
    faults.cells(
        "missing-area",
        "gross_area_m2",
        missing,
        lambda row: f"building {buildings['building_id'].iloc[row]!r} has no area",
        expected="gross_area_m2 above 0, or its rooms in the table spaces",
    )
