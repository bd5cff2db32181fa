"""The covering subjects are what they say, and a run prints one record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from allocator.scenario import read_scenario
from benchmarks import covering
from benchmarks.covering_subjects import Cloud, coordinates, write_cloud

if TYPE_CHECKING:
    from pathlib import Path

SMALL = Cloud(300, 20, 3, 5.5, 30.0)


def test_a_cloud_is_a_scenario_with_its_points(tmp_path: Path) -> None:
    write_cloud(SMALL, 1, tmp_path)
    scenario = read_scenario(tmp_path)
    assert len(scenario.demand) == SMALL.points
    assert scenario.num_buildings == SMALL.candidates
    visits = scenario.demand.visits_per_week
    assert visits.min() >= 1
    assert (visits == np.rint(visits)).all()


def test_towns_lie_inside_the_square() -> None:
    cloud = Cloud(500, 5, 1, 0.5, 25.0, clusters=7)
    xy = coordinates(cloud, cloud.points, np.random.default_rng(3))
    assert xy.shape == (500, 2)
    assert (xy >= 0.0).all()
    assert (xy <= 25.0).all()


def test_both_engines_find_the_same_optimum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(covering, "HOME", tmp_path)
    monkeypatch.setitem(covering.CLOUDS, "uniform-10k", SMALL)
    records = [
        json.loads(json.dumps(covering._run("uniform-10k", engine, 1, 60.0)))
        for engine in ("cover", "highs")
    ]
    for record in records:
        assert record["plan"] == records[0]["plan"] > 0
        assert record["bound"] == pytest.approx(record["plan"], rel=1e-6)
        assert record["peak_mb"] > 0
