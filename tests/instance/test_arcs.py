"""Supplies, and the expansion of reaches into arcs."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.access import build_access
from allocator.instance import build_instance
from allocator.instance.arcs import arc_positions
from tests.builders import make_scenario, need, service
from tests.properties.tiny import seeded


@pytest.mark.parametrize("seed", range(12))
def test_arcs_are_those_of_the_reaches(seed: int):
    scenario = seeded(seed).build()
    instance = build_instance(scenario, build_access(scenario))
    wanted = []
    for q, (site, offer) in enumerate(
        zip(instance.supplies.site, instance.supplies.offer, strict=True)
    ):
        for reach in instance.reaches:
            if offer in reach.offers:
                part = slice(reach.start[site], reach.start[site + 1])
                values = (reach.row[part], reach.credit[part], reach.walk_min[part])
                wanted += [(q, *own) for own in zip(*values, strict=True)]
    arcs = instance.arcs
    found = list(zip(arcs.supply, arcs.row, arcs.credit, arcs.walk_min, strict=True))
    assert found == sorted(wanted)
    assert len(set(zip(arcs.supply, arcs.row, strict=True))) == len(found)


def test_an_arc_is_found_by_row_and_supply():
    scenario = seeded(5).build()
    instance = build_instance(scenario, build_access(scenario))
    arcs = instance.arcs
    every = np.arange(len(arcs.row))
    assert arc_positions(instance, arcs.row, arcs.supply).tolist() == every.tolist()
    known = set(zip(arcs.row.tolist(), arcs.supply.tolist(), strict=True))
    rows, supplies = len(instance.rows), len(instance.supplies.site)
    absent = [
        (i, q) for i in range(rows) for q in range(supplies) if (i, q) not in known
    ]
    assert absent
    found = arc_positions(instance, *np.array(absent, np.int64).T)
    assert set(found.tolist()) == {-1}


def facility(facility_id: str, service_id: str, **amount: float) -> dict[str, object]:
    """Return a facility beside the only building."""
    place = {"session_id": "main", "x": 0, "y": 0}
    return {"facility_id": facility_id, "service_id": service_id, **place, **amount}


def test_supplies_are_buildings_then_facilities_with_their_capacities():
    scenario = make_scenario(
        services=[
            service("canteen", turns=2),
            service("stop", capacity="unlimited"),
        ],
        needs=[need("eat", "canteen"), need("meet", "stop")],
        spaces=[
            {"space_id": "R1", "building_id": "B1", "usable_area_m2": 10},
            {"space_id": "R2", "building_id": "B1", "usable_area_m2": 1},
        ],
        tables={
            "facilities": [
                facility("F1", "canteen", places=3),
                facility("F2", "canteen", visits_per_week=17),
                facility("F3", "stop", places=1),
                facility("F4", "stop", places=0),
            ]
        },
    )
    instance = build_instance(scenario, build_access(scenario))
    supplies = instance.supplies
    assert [instance.index.sites[site] for site in supplies.site] == [
        "B1", "B1", "F1", "F2", "F3", "F4"
    ]  # fmt: skip
    names = [instance.index.offers[offer][0] for offer in supplies.offer]
    assert names == ["canteen", "stop", "canteen", "canteen", "stop", "stop"]
    # F1: 3 places × 2 turns × 7 days.
    fixed = supplies.fixed_visits_per_week
    assert np.isnan(fixed[:2]).all()
    assert fixed[2:].tolist() == [42, 17, np.inf, 0]
    assert supplies.planned.tolist() == [True, True, False, False, False, False]
    # R2 of 1 m² holds no place of 2 m²: candidates are R1/canteen, R1/stop, R2/stop.
    assert instance.candidates.space.tolist() == [0, 0, 1]
    assert supplies.candidate_start.tolist() == [0, 1, 3, 3, 3, 3, 3]
    assert supplies.candidate.tolist() == [0, 1, 2]
