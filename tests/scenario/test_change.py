"""One thing changed: the same scenario otherwise, written and read back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from allocator.scenario import read_scenario, write_scenario
from allocator.scenario.change import (
    with_limit,
    with_longer_opening,
    with_pins,
    with_walk_factor,
)

if TYPE_CHECKING:
    from allocator.scenario import Scenario

RIVERSIDE = Path(__file__).parents[2] / "scenarios" / "riverside"


@pytest.fixture(scope="module")
def riverside() -> Scenario:
    return read_scenario(RIVERSIDE)


def test_a_limit_in_total_and_of_a_district(riverside: Scenario) -> None:
    changed = with_limit(riverside, "capital_budget", 3e6)
    changed = with_limit(changed, "buildings", 2, district="qiaobei")
    limits = changed.spec.limits
    assert (limits.capital_budget, limits.annual_budget) == (3e6, 1e6)
    assert limits.by_district["qiaobei"].capital_budget == 3e5
    assert limits.by_district["qiaobei"].buildings == 2
    assert changed.provenance.variants == (
        "capital_budget=3000000",
        "qiaobei.buildings=2",
    )
    assert riverside.spec.limits.capital_budget == 5e6


def test_a_limit_is_taken_away(riverside: Scenario) -> None:
    assert (
        with_limit(riverside, "capital_budget", None).spec.limits.capital_budget is None
    )


def test_pins_come_after_those_there_are(riverside: Scenario) -> None:
    pin = {"fix": "in", "building": "B1", "service": "canteen"}
    pins = with_pins(riverside, [pin], "canteen at B1").spec.rules.pins
    assert pins[:-1] == riverside.spec.rules.pins
    assert (pins[-1].fix, pins[-1].building, pins[-1].service) == tuple(pin.values())


def test_walking_limits_and_their_credit_grow_together(riverside: Scenario) -> None:
    needs = {need.id: need for need in with_walk_factor(riverside, 1.5).spec.needs}
    assert [a.max_walk_min for a in needs["lunch_elder"].accepts] == [15, 12]
    steps = needs["lunch_elder"].credit
    assert isinstance(steps, tuple)
    assert [(step.max_min, step.share) for step in steps] == [(7.5, 1.0), (15, 0.8)]
    line = needs["elder_activity"].credit
    assert not isinstance(line, tuple)
    assert line is not None
    assert (line.full_min, line.zero_min) == (7.5, 18)


@pytest.mark.parametrize("minutes", [60, -60, -100_000])
def test_opening_hours_move_their_ends(riverside: Scenario, minutes: int) -> None:
    changed = with_longer_opening(riverside, minutes)
    before, after = (
        s.tables.spaces["available"].tolist() for s in (riverside, changed)
    )
    for old, new in zip(before, after, strict=True):
        for (start, end), (begin, finish) in zip(
            old.intervals, new.intervals, strict=True
        ):
            assert begin == start
            assert finish - begin == min(max(end - start + minutes, 1), 1440)


def test_what_was_changed_is_written_and_read_back(
    riverside: Scenario, tmp_path: Path
) -> None:
    changed = with_walk_factor(with_longer_opening(riverside, 45), 1.2)
    write_scenario(with_limit(changed, "reserve_share", 0.2), tmp_path)
    again = read_scenario(tmp_path)
    assert again.spec.needs == changed.spec.needs
    assert again.spec.limits.reserve_share == 0.2
    assert again.tables.spaces.equals(changed.tables.spaces)
    assert again.tables.buildings.equals(changed.tables.buildings)
