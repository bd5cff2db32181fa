"""Parquet tables."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import parquet

if TYPE_CHECKING:
    from tests.scenario.folder import Folder

TABLES = (
    "tables: {zones: zones.csv, population: population.csv, buildings: b.parquet}\n"
)


def stored(folder: Folder, **columns: Any) -> None:
    """Write b.parquet; x and y are 0."""
    folder.yaml(tables=TABLES)
    rows = len(next(iter(columns.values())))
    table = pa.table({"x": [0.0] * rows, "y": [0.0] * rows, **columns})
    parquet.write_table(table, folder.path / "b.parquet")


def test_typed_columns_are_read(folder: Folder) -> None:
    large = 2**53 + 1
    stored(
        folder,
        building_id=pa.array([large, 7]),
        gross_area_m2=pa.array([1, 2], pa.int16()),
        community_id=pa.array(["a", None]).dictionary_encode(),
        fire_resistance_class=pa.array([None, 2], pa.int8()),
        lease_until=pa.array([dt.date(2030, 1, 1), None]),
        features=pa.array([["gas", "lift"], []]),
        unread=pa.array([b"x", b"y"]),
    )
    buildings = folder.read().tables.buildings
    assert buildings["building_id"].tolist() == ["7", str(large)]
    assert buildings["community_id"].tolist() == ["", "a"]
    assert buildings["fire_resistance_class"].tolist()[0] == 2
    assert buildings["lease_until"].isna().tolist() == [True, False]
    assert buildings["features"].tolist() == [frozenset(), {"gas", "lift"}]


def test_null_is_absent_and_required_cells_may_not_be(folder: Folder) -> None:
    stored(
        folder,
        building_id=["B1", None],
        gross_area_m2=[1.0, 5.0],
        opening_cost=[None, 1.0],
        annual_rent=[float("nan"), float("inf")],
    )
    assert folder.errors() == [
        "missing-value: b.parquet, row 3, column building_id",
        "wrong-type: b.parquet, row 3, column annual_rent",
    ]


def test_a_file_that_is_not_parquet(folder: Folder) -> None:
    folder.yaml(tables=TABLES)
    folder.write("b.parquet", b"PAR1 no")
    assert folder.errors() == ["unreadable-file: b.parquet"]
