"""The mistakes of everyday work: each is one error with its code and its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from allocator.errors import ScenarioInvalid
from allocator.scenario import build_scenario
from tests.builders import make_scenario, need, service
from tests.scenario.folder import TABLES

if TYPE_CHECKING:
    from tests.scenario.folder import Folder

ZONES, RESIDENTS = "zone_id,x,y\n", "zone_id,group_id,persons\n"
BUILDINGS = "building_id,x,y,gross_area_m2\n"
SPACES = "space_id,building_id,usable_area_m2,floor\n"
WITH_SPACES = TABLES + "  spaces: spaces.csv\n"
MISTAKES = {
    "unknown id": ("population", RESIDENTS + "Z1,all,5\nZ9,all,5\n",
                   "unknown-zone: population.csv, row 3, column zone_id"),
    "duplicate id": ("zones", ZONES + "Z1,0,0\nZ2,9,9\nZ1,5,5\n",
                     "duplicate-row: zones.csv, row 4, column zone_id"),
    "missing column": ("buildings", "building_id,x,gross_area_m2\nB1,5,100\n",
                       "missing-column: buildings.csv, column y"),
    "wrong type": ("zones", ZONES + "Z1,east,0\nZ2,0,0\n",
                   "wrong-type: zones.csv, row 2, column x"),
    "NaN": ("population", RESIDENTS + "Z1,all,nan\nZ2,all,1\n",
            "wrong-type: population.csv, row 2, column persons"),
    "infinite": ("population", RESIDENTS + "Z1,all,inf\nZ2,all,1\n",
                 "wrong-type: population.csv, row 2, column persons"),
    "negative persons": ("population", RESIDENTS + "Z1,all,-1\nZ2,all,1\n",
                         "out-of-range: population.csv, row 2, column persons"),
    "empty cell": ("zones", ZONES + "Z1,,0\nZ2,0,0\n",
                   "missing-value: zones.csv, row 2, column x"),
    "negative area": ("spaces", SPACES + "R1,B1,-4,1\n",
                      "out-of-range: spaces.csv, row 2, column usable_area_m2"),
    "no area": ("spaces", SPACES + "R1,B1,0,1\n",
                "out-of-range: spaces.csv, row 2, column usable_area_m2"),
    "building without area": (
        "buildings", BUILDINGS + "B1,5,5,0\n",
        "missing-area: buildings.csv, row 2, column gross_area_m2"),
    "floor 0": ("spaces", SPACES + "R1,B1,40,0\n",
                "floor-zero: spaces.csv, row 2, column floor"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_table_is_one_error(folder: Folder, mistake: str) -> None:
    table, text, error = MISTAKES[mistake]
    if table == "spaces":
        folder.yaml(tables=WITH_SPACES)
    folder.write(f"{table}.csv", text)
    assert folder.errors() == [error]


@pytest.mark.parametrize("key", ["capital_budget", "annual_budget"])
def test_a_budget_may_be_0_but_not_below(folder: Folder, key: str) -> None:
    folder.yaml(f"limits: {{{key}: 0}}\n")
    assert folder.errors() == []
    folder.yaml(f"limits: {{{key}: -1}}\n")
    assert folder.errors() == [f"out-of-range: scenario.yaml, line 11, limits.{key}"]


def test_a_frame_with_nan_is_no_zero() -> None:
    document = make_scenario(
        services=[service("a")], needs=[need("one", "a")]
    ).spec.model_dump(mode="json", exclude_none=True)
    frames = {
        "zones": pd.DataFrame({"zone_id": ["Z1"], "x": [0.0], "y": [np.nan]}),
        "population": pd.DataFrame(
            {"zone_id": ["Z1"], "group_id": ["all"], "persons": [np.nan]}
        ),
    }
    with pytest.raises(ScenarioInvalid) as raised:
        build_scenario(document, frames)
    assert sorted((i.code, str(i.place)) for i in raised.value.issues if
                  i.severity == "error") == [
        ("missing-value", "<frame:population>, row 2, column persons"),
        ("missing-value", "<frame:zones>, row 2, column y"),
    ]  # fmt: skip
