"""Zones that merge into few rows are added up without sorting, to the same arcs."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.instance import reaches
from tests.builders import make_scenario, need, service
from tests.engines.exact.support import instance_of

ZONES = [
    {"zone_id": f"Z{k:03d}", "x": 40 * (k % 3), "y": k % 5, "community_id": "C1"}
    for k in range(90)
]
PEOPLE = [
    {"zone_id": row["zone_id"], "group_id": "all", "persons": 1 + k % 7}
    for k, row in enumerate(ZONES)
    if k % 11
]


@pytest.mark.parametrize("credit", [{}, {"credit": {"full_min": 0, "zero_min": 9}}])
def test_both_ways_give_the_same_arcs(
    monkeypatch: pytest.MonkeyPatch, credit: dict[str, object]
) -> None:
    scenario = make_scenario(
        services=[service("stop")],
        needs=[need("one", "stop", **credit)],
        zones=ZONES,
        population=PEOPLE,
        buildings=[{"building_id": "B1", "x": 0, "y": 0}],
    )
    dense = instance_of(scenario)
    monkeypatch.setattr(reaches, "PAIRS_PER_CELL", 1_000)
    sorted_out = instance_of(scenario)
    assert len(dense.rows) < len(PEOPLE)
    for one, other in zip(dense.reaches, sorted_out.reaches, strict=True):
        np.testing.assert_array_equal(one.start, other.start)
        np.testing.assert_array_equal(one.row, other.row)
        np.testing.assert_array_equal(one.credit, other.credit)
        np.testing.assert_allclose(one.walk_min, other.walk_min, rtol=1e-12)
