"""Cells by the kind of their column, as DataFrames may hold them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from allocator.issues import IssueCollector
from allocator.scenario.canonical import canonicalise, empty_table, raw_from_frame
from allocator.scenario.columns import TABLES, Kind
from allocator.scenario.convert import convert
from allocator.scenario.hours import ALWAYS, parse_when


def held(kind: Kind, *cells: Any, dtype: Any = object) -> list[Any]:
    """Return the values of cells that are all sound or absent."""
    found = convert(pd.Series(list(cells), dtype=dtype), kind)
    assert not found.faulty.any()
    return list(found.values.tolist())


def faults(kind: Kind, *cells: Any) -> list[bool]:
    """Return which cells are not of the kind."""
    return list(convert(pd.Series(list(cells), dtype=object), kind).faulty.tolist())


def test_numbers() -> None:
    values = held(Kind.NUMBER, "1.5", 2, np.float32(0.5), " 3 ", "1e2", None, "", "  ")
    assert values[:5] == [1.5, 2, 0.5, 3, 100]
    assert np.isnan(values[5:]).all()


@pytest.mark.parametrize(
    "cell",
    [
        "nan",
        "inf",
        float("inf"),
        "1,000",
        "约5",
        True,
        "NA",
        "0x1F",
        "#N/A",
        [1],
        dt.date(2026, 1, 1),
    ],
)
def test_what_is_no_number(cell: Any) -> None:
    assert faults(Kind.NUMBER, cell, "1") == [True, False]


def test_whole_numbers() -> None:
    assert held(Kind.INTEGER, "3", 3.0, -1) == [3, 3, -1]
    assert faults(Kind.INTEGER, "3.5", "1") == [True, False]


def test_ids() -> None:
    assert held(Kind.ID, "007", 7, 7.0, 1.5, True, 1, None, " a ", "") == [
        "007", "7", "7", "1.5", "True", "1", "", "a", ""
    ]  # fmt: skip
    assert held(Kind.ID, 7.0, np.nan, dtype=float) == ["7", ""]
    assert held(Kind.ID, dt.datetime(2026, 1, 2), dt.time(8)) == ["2026-01-02", "08:00"]
    assert faults(Kind.ID, ["a"], "b") == [True, False]


def test_texts_keep_their_spaces() -> None:
    assert held(Kind.TEXT, " a ", " ") == [" a ", " "]


def test_yes_and_no() -> None:
    cells = ["yes", "No", "TRUE", "false", 1, 0.0, "是", "否", True, np.False_]
    assert held(Kind.YES_NO, *cells) == [True, False] * 5
    assert faults(Kind.YES_NO, "maybe", 2, "yes") == [True, True, False]


def test_dates() -> None:
    day = dt.datetime(2026, 2, 28)
    cells = ["2026-02-28", day, day.date(), pd.Timestamp(day), "2026-02-28 00:00:00"]
    assert held(Kind.DATE, *cells) == [day] * 5
    column = convert(pd.Series([day, None]), Kind.DATE)
    assert column.values.dtype == "datetime64[s]"
    assert column.absent.tolist() == [False, True]


@pytest.mark.parametrize(
    "cell",
    ["2026-02-30", "28.2.2026", "2026/2/28", 46000, dt.datetime(2026, 1, 1, 5), "x"],
)
def test_what_is_no_date(cell: Any) -> None:
    assert faults(Kind.DATE, cell, "2026-01-01") == [True, False]


def test_words() -> None:
    cells = ["gas; lift", "gas，lift、", ["gas", "lift"], {"gas;lift"}, ("gas", "lift")]
    assert held(Kind.WORDS, *cells) == [frozenset({"gas", "lift"})] * 5
    assert held(Kind.WORDS, None, 5) == [frozenset(), frozenset({"5"})]


def test_hours() -> None:
    week = parse_when("mon 08:00-10:00")
    assert held(Kind.HOURS, week, "mon 08:00-10:00", None) == [week, week, ALWAYS]
    assert faults(Kind.HOURS, "08:00-10:00", 8, "mon 8:00-10:00") == [True, True, False]


@pytest.mark.parametrize("dtype", ["str", "string", "category", "object"])
def test_text_columns_of_any_dtype_read_the_same(dtype: str) -> None:
    frame = pd.DataFrame({"zone_id": ["Z2", "Z1"], "x": ["1", "2"], "y": ["3", "4"]})
    raw = raw_from_frame(TABLES["zones"], frame.astype(dtype))
    collector = IssueCollector()
    zones = canonicalise(TABLES["zones"], raw, collector).frame
    assert collector.issues == []
    assert zones["zone_id"].tolist() == ["Z1", "Z2"]
    assert zones["x"].tolist() == [2, 1]
    assert zones.dtypes.to_dict() == empty_table(TABLES["zones"]).dtypes.to_dict()


def test_an_index_and_a_column_order_mean_nothing() -> None:
    frame = pd.DataFrame({"y": [1, 2], "x": [3, 4], "zone_id": [10, 9]}, index=[5, 5])
    raw = raw_from_frame(TABLES["zones"], frame)
    zones = canonicalise(TABLES["zones"], raw, IssueCollector())
    # sorted as text: "10" before "9"
    assert zones.frame[["zone_id", "x"]].to_numpy().tolist() == [["10", 3], ["9", 4]]
    assert zones.origin.rows.tolist() == [2, 3]


def test_defaults_are_filled_and_counted() -> None:
    frame = pd.DataFrame(
        {
            "space_id": ["a", "b"],
            "building_id": "B",
            "usable_area_m2": 5,
            "floor": [2, None],
        }
    )
    spaces = canonicalise(
        TABLES["spaces"], raw_from_frame(TABLES["spaces"], frame), IssueCollector()
    )
    assert spaces.frame["floor"].tolist() == [2, 1]
    assert spaces.frame["floor"].dtype == np.int64
    assert spaces.frame["divisible"].tolist() == [False, False]
    assert "spaces.floor: 1 for 1 rows" in spaces.defaults_taken
    assert "spaces.divisible: no for 2 rows" in spaces.defaults_taken


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"use_coefficient": 0}, "out-of-range use_coefficient"),
        ({"use_coefficient": 1.01}, "out-of-range use_coefficient"),
        ({"gross_area_m2": -1}, "out-of-range gross_area_m2"),
        ({"fire_resistance_class": 5}, "out-of-range fire_resistance_class"),
        ({"x": None}, "missing-value x"),
        ({"building_id": ""}, "missing-value building_id"),
        ({"available": "daily"}, "wrong-type available"),
    ],
)
def test_ranges_and_required_cells(row: dict[str, Any], fault: str) -> None:
    frame = pd.DataFrame([{"building_id": "B", "x": 0, "y": 0} | row])
    collector = IssueCollector()
    table = TABLES["buildings"]
    canonicalise(table, raw_from_frame(table, frame), collector)
    assert [f"{i.code} {i.place.column}" for i in collector.issues] == [fault]


def test_exactly_one_of_zone_and_community() -> None:
    frame = pd.DataFrame(
        {"zone_id": ["Z", "", "Z"], "community_id": ["C", "", ""], "group_id": "g",
         "persons": 1}
    )  # fmt: skip
    collector = IssueCollector()
    table = TABLES["population"]
    canonicalise(table, raw_from_frame(table, frame), collector)
    assert [(i.code, i.place.row) for i in collector.issues] == [
        ("one-of", 2),
        ("one-of", 3),
    ]


def test_a_word_that_is_no_choice_names_the_nearest() -> None:
    frame = pd.DataFrame({"community_id": ["a", "b"], "kind": ["old_estat", None]})
    collector = IssueCollector()
    table = TABLES["communities"]
    frame = canonicalise(table, raw_from_frame(table, frame), collector).frame
    assert [(i.code, i.nearest) for i in collector.issues] == [
        ("unknown-value", "old_estate")
    ]
    assert frame["kind"].tolist()[1] == "existing"
