"""The bundled scenario: its generator makes its tables, and its plan is rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from allocator.options import SolveOptions
from allocator.scenario import read_scenario
from allocator.solve import solve
from scenarios.riverside.make import FOLDER, write_tables

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from allocator.result import Result
    from allocator.scenario import Scenario

VARIANTS = (
    "low_budget",
    "rich",
    "ageing",
    "fewer_births",
    "fair_lunch",
    "care_first",
    "frugal",
    "feedback",
    "phase_two",
    "low_budget,ageing",
)


@pytest.fixture(scope="module")
def riverside() -> Scenario:
    return read_scenario(FOLDER)


@pytest.fixture(scope="module")
def solved(riverside: Scenario) -> Result:
    """Stop by steps, so that the plan is the same on every machine."""
    options = SolveOptions(engine="greedy", max_steps=2000, time_limit_s=300.0, seed=7)
    return solve(riverside, options)


def test_committed_tables_are_what_the_generator_makes(tmp_path: Path) -> None:
    write_tables(tmp_path)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted(path.name for path in FOLDER.glob("*.csv"))
    for name in made:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_it_is_as_large_as_promised(riverside: Scenario) -> None:
    # 12 communities of 10 zones each; the neighbour's 6 zones are not counted
    zones = riverside.tables.zones
    assert int(zones["counted"].sum()) == 120
    assert zones.loc[zones["counted"], "community_id"].nunique() == 12
    assert len(riverside.tables.buildings) == 26
    assert len(riverside.tables.spaces) == 66
    categories = {service.category for service in riverside.services}
    assert len(categories) == 9, "every category of the programme"


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_reads_without_problems(variant: str) -> None:
    read = read_scenario(FOLDER, variant=variant)
    assert read.provenance.variants == tuple(variant.split(","))


def test_plan_keeps_every_rule_and_money_binds(solved: Result) -> None:
    assert solved.evaluation is not None
    assert solved.evaluation.violations == ()
    limits = solved.scenario.spec.limits
    spent = solved.evaluation.measures["capital_cost"]
    assert limits.capital_budget is not None
    assert solved.gap is not None
    assert solved.gap <= 0.10
    # money binds when less is left than the cheapest building costs to open and fit
    assert spent > 0.97 * limits.capital_budget


def test_three_rooms_are_used_by_several_services_at_different_hours(
    solved: Result,
) -> None:
    assert int((_services_per(solved, "space_id", whole=True) >= 2).sum()) >= 3


def test_three_buildings_hold_three_services_or_more(solved: Result) -> None:
    assert int((_services_per(solved, "building_id") >= 3).sum()) >= 3


def _services_per(solved: Result, key: str, *, whole: bool = False) -> pd.Series:
    """Count the services of each space or building; `whole` leaves open floors out.

    In a whole space services can only take turns, so two of them are staggered use.
    """
    assert solved.plan is not None
    rows = solved.plan.assignments
    if whole:
        spaces = solved.scenario.tables.spaces
        rows = rows[rows["space_id"].isin(spaces.loc[~spaces["divisible"], "space_id"])]
    return rows.groupby(key)["service_id"].nunique()
