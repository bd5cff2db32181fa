"""How long the steps before and after solving take on the made-up city S.

Run by ``make bench``; the measured times are printed as a table and never compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from allocator.access import build_access
from allocator.evaluate import evaluate_plan
from allocator.instance import build_instance
from allocator.plan import Plan
from allocator.scenario import read_scenario
from benchmarks.cities import make_city
from scenarios.folder import write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture

    from allocator.access import Access
    from allocator.scenario import Scenario


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("city")
    write_folder(*make_city("s", 1), place)
    return place


@pytest.fixture(scope="module")
def scenario(folder: Path) -> Scenario:
    return read_scenario(folder)


@pytest.fixture(scope="module")
def access(scenario: Scenario) -> Access:
    return build_access(scenario)


def test_reading(benchmark: BenchmarkFixture, folder: Path) -> None:
    assert benchmark(read_scenario, folder).num_buildings == 30


def test_walking_times(benchmark: BenchmarkFixture, scenario: Scenario) -> None:
    benchmark(build_access, scenario)


def test_instance(
    benchmark: BenchmarkFixture, scenario: Scenario, access: Access
) -> None:
    assert len(benchmark(build_instance, scenario, access).rows) > 0


def test_evaluating_the_empty_plan_with_residents_assigned(
    benchmark: BenchmarkFixture, scenario: Scenario, access: Access
) -> None:
    evaluation = benchmark(evaluate_plan, scenario, access, Plan.from_places({}))
    assert evaluation.violations == ()
