"""Order and names of rows are of no consequence; runs can be repeated."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from allocator.access import build_access
from allocator.engines.engine import EngineOptions
from allocator.engines.exact import ExactEngine
from allocator.engines.greedy import GreedyEngine
from allocator.instance import build_instance, solution_to_plan
from tests.properties.proofs import prove
from tests.properties.tiny import Tiny, seeded

if TYPE_CHECKING:
    from allocator.plan import Plan

IDS = ("zone_id", "community_id", "building_id", "space_id", "facility_id")
SEEDS = range(200, 208)


def shuffled(tiny: Tiny, seed: int) -> Tiny:
    """Return the scenario with all rows and lists in another order."""
    rng = random.Random(seed)

    def change(document: dict[str, Any], tables: dict[str, Any]) -> None:
        for rows in tables.values():
            rng.shuffle(rows)
        for key in ("services", "needs", "groups"):
            rng.shuffle(document[key])
        for service in document["services"]:
            rng.shuffle(service["sessions"])

    return tiny.changed(change)


def renamed(tiny: Tiny) -> Tiny:
    """Return the scenario with all ids reversed in order: Z1 → z8-Z1."""
    document, tables = tiny.document, tiny.tables
    named = [item for key in ("services", "needs", "groups") for item in document[key]]
    named += [s for service in document["services"] for s in service["sessions"]]
    old = {item["id"] for item in named}
    old |= {row[key] for rows in tables.values() for row in rows for key in IDS
            if row.get(key)}  # fmt: skip
    new = {
        name: f"z{position}-{name}"
        for position, name in enumerate(sorted(old, reverse=True))
    }

    def rename(part: Any) -> Any:
        if isinstance(part, dict):
            return {new.get(key, key): rename(value) for key, value in part.items()}
        if isinstance(part, list):
            return [rename(value) for value in part]
        return new.get(part, part) if isinstance(part, str) else part

    return Tiny(rename(document), rename(tables))


def assert_same_plan(one: Plan | None, other: Plan | None) -> None:
    """Fail unless both are absent, or equal in places and flows."""
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        pd.testing.assert_frame_equal(one.assignments, other.assignments)
        assert one.served is not None
        assert other.served is not None
        pd.testing.assert_frame_equal(one.served, other.served, rtol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_reordering_rows_leaves_the_plan_identical(seed: int) -> None:
    tiny = seeded(seed)
    assert_same_plan(prove(tiny).plan, prove(shuffled(tiny, seed)).plan)


@pytest.mark.parametrize("seed", SEEDS)
def test_renaming_ids_leaves_optimum_and_bound_equal(seed: int) -> None:
    before, after = prove(seeded(seed)), prove(renamed(seeded(seed)))
    assert after.value == pytest.approx(before.value, rel=1e-9, abs=1e-9)
    assert after.bound == pytest.approx(before.bound, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("engine", [ExactEngine(isolated=False), GreedyEngine()])
@pytest.mark.parametrize("seed", [200, 203])
def test_same_seed_and_step_limit_give_the_same_plan(
    seed: int, engine: ExactEngine | GreedyEngine
) -> None:
    scenario = seeded(seed).build()
    instance = build_instance(scenario, build_access(scenario))
    options = EngineOptions(seed=5, max_steps=50)
    first, second = (engine.solve(instance, options).solution for _ in range(2))
    if first is None or second is None:
        assert first is second
        return
    assert_same_plan(
        solution_to_plan(scenario, instance, first),
        solution_to_plan(scenario, instance, second),
    )
