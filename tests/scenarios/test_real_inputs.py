"""Scenarios made from real data: known counts and known best answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from allocator.options import SolveOptions
from allocator.scenario import read_scenario
from allocator.shortfall import describe
from allocator.solve import solve
from scenarios.importers.__main__ import DATA, IMPORTERS
from scenarios.importers.material import write_import
from scenarios.importers.san_francisco_stores import BEST_COVERED, SITES_FOR_EVERYONE

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.scenario import Scenario

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real inputs in {DATA}"),
]
EXACT = SolveOptions(engine="exact", time_limit_s=60.0)


def _import(name: str, folder: Path) -> Path:
    write_import(IMPORTERS[name](DATA), folder / name)
    return folder / name


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _import("san_francisco_stores", tmp_path_factory.mktemp("real"))


@pytest.fixture(scope="module")
def baltimore(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return read_scenario(_import("baltimore", tmp_path_factory.mktemp("real")))


@pytest.mark.parametrize(("count", "persons"), BEST_COVERED.items())
def test_best_stores_cover_the_known_persons(
    stores: Path, count: int, persons: int
) -> None:
    result = solve(read_scenario(stores, variant=f"p{count}"), EXACT)
    assert result.status == "optimal"
    assert result.evaluation is not None
    assert result.evaluation.measures["covered_persons"] == pytest.approx(persons)


def test_covering_everyone_takes_the_known_number_of_stores(stores: Path) -> None:
    result = solve(read_scenario(stores, variant="everyone"), EXACT)
    assert result.status == "optimal"
    assert result.plan is not None
    assert result.plan.assignments["building_id"].nunique() == SITES_FOR_EVERYONE


def test_tract_ids_stay_text(stores: Path) -> None:
    # 060750479.01 is a tract; as a number it would lose its zeros
    zones = read_scenario(stores).tables.zones["zone_id"]
    assert "060750479.01" in set(zones)
    assert len(zones) == 205


def test_baltimore_has_every_vacant_building_with_a_place(baltimore: Scenario) -> None:
    # 18,084 rows − 1,507 not vacant in October − 1,360 without coordinates
    assert len(baltimore.tables.buildings) == 18_084 - 1_507 - 1_360 == 15_217
    assert len(baltimore.tables.spaces) == 15_217


def test_baltimore_has_every_block_and_resident(baltimore: Scenario) -> None:
    assert len(baltimore.tables.zones) == 10_025
    residents = baltimore.tables.population["persons"].sum()
    assert residents == pytest.approx(585_708, abs=0.01)


def test_baltimore_says_how_many_rows_were_left_out(tmp_path: Path) -> None:
    readme = IMPORTERS["baltimore"](DATA).readme
    for count in ("18,084", "15,217", "1,507", "1,360", "10,025", "585,708"):
        assert count in readme


def test_the_centre_of_baltimore_walks_along_its_streets(tmp_path: Path) -> None:
    """Counts as the data's description gives them; the harbour cuts straight lines."""
    scenario = read_scenario(_import("baltimore_centre", tmp_path))
    assert scenario.num_buildings == 12_806
    assert len(scenario.tables.zones) == 4_891
    assert scenario.tables.population["persons"].sum() == pytest.approx(276_219, abs=9)
    assert scenario.tables.streets is not None
    assert len(scenario.tables.streets) == 25_316
    streets = describe(scenario).streets
    assert streets is not None
    assert len(streets.facts.cut_off_zones) == 57
    assert len(streets.facts.cut_off_sites) == 1
    total = streets.needs.set_index("need_id").loc["all"]
    assert total["only_in_line"] > 0
    assert total["only_on_streets"] > 0
