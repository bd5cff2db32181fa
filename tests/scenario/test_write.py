"""What is written reads back as the same scenario."""

from __future__ import annotations

import datetime as dt
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.scenario import (
    Scenario,
    build_scenario,
    read_scenario,
    write,
    write_scenario,
)
from allocator.scenario.columns import TABLES
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.scenario.folder import Folder


def assert_equal(one: Scenario, other: Scenario) -> None:
    """Assert that two scenarios hold the same."""
    assert one.spec == other.spec
    assert one.provenance.document == other.provenance.document
    for name in TABLES:
        pd.testing.assert_frame_equal(
            getattr(one.tables, name), getattr(other.tables, name), check_exact=True
        )
    for name in ("zone", "need", "group", "visits_per_week", "weight"):
        np.testing.assert_array_equal(
            getattr(one.demand, name), getattr(other.demand, name)
        )


def again(scenario: Scenario) -> Scenario:
    """Write and read back."""
    with TemporaryDirectory() as folder:
        write_scenario(scenario, folder)
        return read_scenario(folder)


def rich() -> Scenario:
    """A scenario with every kind of cell and awkward texts."""
    buildings = [
        {
            "building_id": "007",
            "x": 0.1 + 0.2,
            "y": -1e-17,
            "name": '滨江, "一号"\n厂房',
            "features": "gas;通风",
            "lease_until": dt.date(2031, 5, 6),
            "available": "mon-fri 18:00-02:00; sat,sun 08:00-22:00",
            "fire_resistance_class": 2,
            "gross_area_m2": 1e9,
            "reserve_share": 1 / 3,
        },
        {"building_id": "7", "x": 3, "y": 4, "name": " NA "},
    ]
    spaces = [
        {"space_id": "S,1", "building_id": "007", "usable_area_m2": 99.9, "floor": -1,
         "divisible": True, "fitted_for": ["a"]},
        {"space_id": "null", "building_id": "7", "usable_area_m2": 120},
    ]  # fmt: skip
    return make_scenario(
        name={"zh": "滨江街道", "en": "~"},
        services=[
            service("a", name="14:00", tags=["yes", "1e5", "0x1F", "<<", "- x", "# y"]),
            service("no", sessions=[{"id": "1.50", "when": "sat 22:00-02:00"}]),
        ],
        needs=[
            need("n", "a"),
            need("null", "no", credit={"full_min": 2, "zero_min": 9}),
        ],
        buildings=buildings,
        spaces=spaces,
        limits={"capital_budget": 1e16, "by_district": {"007": {"annual_budget": 0}}},
        communities=[{"community_id": "C1", "district_id": "007"}],
        rules={"pins": [{"fix": "out", "building": "007", "reason": "噪声\n- 居民会"}]},
        goals=[{"minimize": {"capital_cost": 1}, "tolerance": 1e-9}],
        options={"seed": 7, "time_limit_s": 0.5},
        tables={
            "facilities": [
                {"facility_id": "F", "service_id": "a", "session_id": "main", "x": 0,
                 "y": 0, "visits_per_week": 12.5}
            ],
            "survey": [{"community_id": "C1", "need_id": "n", "rate": 0.1}],
        },
    )  # fmt: skip


def test_every_kind_of_cell_and_awkward_texts_survive() -> None:
    scenario = rich()
    assert_equal(again(scenario), scenario)


def test_writing_is_the_same_each_time(tmp_path: Path) -> None:
    write_scenario(rich(), tmp_path / "a")
    write_scenario(again(rich()), tmp_path / "b")
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_derived_spaces_are_derived_again(tmp_path: Path) -> None:
    scenario = make_scenario(
        services=[service("a", capacity="unlimited")],
        needs=[need("n", "a")],
        spaces=(),
    )
    write_scenario(scenario, tmp_path)
    assert not (tmp_path / "spaces.csv").exists()
    assert_equal(read_scenario(tmp_path), scenario)


def test_an_empty_table_of_spaces_stays_empty(tmp_path: Path) -> None:
    document = {"format": "allocator/1", "name": "empty"}
    spaces = pd.DataFrame(columns=["space_id", "building_id", "usable_area_m2"])
    tables = {
        "zones": pd.DataFrame({"zone_id": ["Z"], "x": [0], "y": [0]}),
        "demand": pd.DataFrame(columns=["zone_id", "need_id", "visits_per_week"]),
        "population": pd.DataFrame(
            {"zone_id": ["Z"], "group_id": ["g"], "persons": [1]}
        ),
        "buildings": pd.DataFrame(
            {"building_id": ["B"], "x": [0], "y": [0], "gross_area_m2": [50]}
        ),
    }
    scenario = build_scenario(
        document | {"groups": [{"id": "g"}]}, tables | {"spaces": spaces}
    )
    write_scenario(scenario, tmp_path)
    assert len(read_scenario(tmp_path).tables.spaces) == 0
    assert_equal(read_scenario(tmp_path), scenario)


def test_variants_extends_and_the_catalogue_are_merged(folder: Folder) -> None:
    folder.write(
        "../child/scenario.yaml",
        "extends: ../little\ncatalogue: cn-community\n"
        "variants: {low: {limits: {capital_budget: 5}, name: 低}}\n",
    )
    folder.path = folder.path.with_name("child")
    scenario = folder.read(variant="low")
    written = folder.path.with_name("written")
    write_scenario(scenario, written)
    text = (written / "scenario.yaml").read_text(encoding="utf-8")
    assert text.startswith("format: allocator/1\nname: 低\n")
    for key in ("extends", "catalogue", "variants"):
        assert f"{key}:" not in text
    assert_equal(read_scenario(written), scenario)


def test_large_tables_are_parquet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "MAX_CSV_ROWS", 1)
    scenario = rich()
    write_scenario(scenario, tmp_path)
    assert (tmp_path / "buildings.parquet").exists()
    assert (tmp_path / "zones.csv").exists()
    assert_equal(read_scenario(tmp_path), scenario)


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
    | st.sampled_from("\n,\"';#"),
    max_size=8,
)
IDS = TEXTS.map(str.strip).filter(bool)
NUMBERS = st.floats(-1e12, 1e12, allow_nan=False).map(lambda x: x + 0.0)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Scenarios whose ids, texts and numbers are anything a file can hold."""
    zone_ids = draw(st.lists(IDS, min_size=1, max_size=4, unique=True))
    building_ids = draw(st.lists(IDS, max_size=3, unique=True))
    a, b = draw(st.lists(IDS, min_size=2, max_size=2, unique=True))
    name = draw(TEXTS.filter(bool))
    zones = [{"zone_id": z, "x": draw(NUMBERS), "y": draw(NUMBERS)} for z in zone_ids]
    population = [
        {"zone_id": z, "group_id": a, "persons": draw(st.floats(1e-3, 1e9))}
        for z in zone_ids
    ]
    buildings = [
        {"building_id": k, "x": draw(NUMBERS), "y": 0, "name": draw(TEXTS),
         "former_use": draw(TEXTS), "gross_area_m2": draw(st.floats(0.1, 1e6))}
        for k in building_ids
    ]  # fmt: skip
    tags = draw(st.lists(TEXTS, max_size=3))
    return make_scenario(
        name=name,
        groups=[{"id": a, "tags": tags, "weight": draw(st.floats(0, 1e300))}],
        services=[service(b)],
        needs=[need(a, b, groups={a: draw(st.floats(0.01, 1))})],
        zones=zones,
        population=population,
        buildings=buildings,
        spaces=(),
        communities=(),
        options={"seed": draw(st.integers(0, 2**63))},
    )


@given(scenarios())
@settings(max_examples=25, deadline=None)
def test_any_scenario_reads_back_equal(scenario: Any) -> None:
    assert_equal(again(scenario), scenario)
