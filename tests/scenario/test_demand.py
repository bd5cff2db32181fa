"""Demand: residents × rate × visits × what a survey found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from allocator.errors import ScenarioInvalid
from allocator.scenario import demand as module
from allocator.scenario.canonical import empty_table
from allocator.scenario.columns import TABLES
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from allocator.scenario.scenario import Scenario

ZONES = [
    {"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1", "households": 30},
    {"zone_id": "Z2", "x": 1, "y": 0, "community_id": "C1", "households": 10},
    {"zone_id": "Z3", "x": 2, "y": 0, "community_id": "C2"},
    {"zone_id": "Z4", "x": 3, "y": 0, "community_id": "C2"},
]


def scenario(**changes: Any) -> Scenario:
    """Two needs, two groups, four zones in two communities."""
    tables = changes.pop("tables", {})
    base: dict[str, Any] = {
        "groups": [{"id": "old", "weight": 3}, {"id": "all"}],
        "services": [service("a"), service("b")],
        "needs": [
            need("n2", "b", groups={"old": 0.5, "all": 0.1}, visits_per_person_week=2),
            need("n1", "a", groups={"old": 0.25}, visits_per_person_week=5, weight=2),
        ],
        "zones": ZONES,
        "communities": [{"community_id": "C1"}, {"community_id": "C2"}],
        "population": [{"zone_id": "Z1", "group_id": "old", "persons": 40}],
    }
    return make_scenario(**(base | changes), tables=tables)


def rows(found: Scenario) -> dict[tuple[str, str, str], float]:
    """Return visits per week by (zone, need, group)."""
    demand, zones = found.demand, found.tables.zones["zone_id"].tolist()
    return {
        (
            zones[demand.zone[i]],
            found.needs[demand.need[i]].id,
            found.groups[demand.group[i]].id if demand.group[i] >= 0 else "",
        ): float(demand.visits_per_week[i])
        for i in range(len(demand))
    }


def test_demand_is_persons_times_rate_times_visits() -> None:
    # 40 × 0.25 × 5 = 50 and 40 × 0.5 × 2 = 40
    assert rows(scenario()) == {("Z1", "n1", "old"): 50, ("Z1", "n2", "old"): 40}


def test_weight_is_need_times_group() -> None:
    assert scenario().demand.weight.tolist() == [2 * 3, 1 * 3]


def test_rows_are_sorted_by_zone_need_and_group_and_read_only() -> None:
    population = [
        {"zone_id": zone, "group_id": group, "persons": 10}
        for zone in ("Z3", "Z1")
        for group in ("old", "all")
    ]
    found = scenario(population=population)
    assert list(rows(found)) == [
        (zone, *pair)
        for zone in ("Z1", "Z3")
        for pair in (("n1", "old"), ("n2", "all"), ("n2", "old"))
    ]
    with pytest.raises(ValueError, match="read-only"):
        found.demand.visits_per_week[0] = 1


def test_a_community_is_spread_by_households_else_equally() -> None:
    population = [
        {"community_id": "C1", "group_id": "old", "persons": 40},
        {"community_id": "C2", "group_id": "old", "persons": 40},
    ]
    found = rows(scenario(population=population))
    # C1: 30 and 10 of its 40 households; C2 has none, so half each; × 0.25 × 5
    assert [found[f"Z{k}", "n1", "old"] for k in (1, 2, 3, 4)] == [37.5, 12.5, 25, 25]


def test_zones_and_communities_may_give_different_groups() -> None:
    population = [
        {"community_id": "C1", "group_id": "old", "persons": 40},
        {"zone_id": "Z2", "group_id": "all", "persons": 10},
    ]
    found = rows(scenario(population=population))
    # Z2: 10 old of n1 and n2, 10 others × 0.1 × 2
    assert found["Z2", "n2", "all"] == 2
    assert found["Z2", "n2", "old"] == 10


def test_a_survey_factor_multiplies_and_a_rate_replaces() -> None:
    survey = [
        {"zone_id": "Z1", "need_id": "n1", "factor": 0.5},
        {"zone_id": "Z1", "need_id": "n2", "rate": 1.0},
    ]
    population = [
        {"zone_id": "Z1", "group_id": "old", "persons": 40},
        {"zone_id": "Z1", "group_id": "all", "persons": 10},
    ]
    found = rows(scenario(population=population, tables={"survey": survey}))
    # n1: 50 × 0.5; n2: rate 1 for each of its groups, × 2 visits
    assert found == {
        ("Z1", "n1", "old"): 25,
        ("Z1", "n2", "old"): 80,
        ("Z1", "n2", "all"): 20,
    }


def test_a_survey_row_of_the_zone_goes_before_its_community() -> None:
    survey = [
        {"zone_id": "Z2", "need_id": "n1", "factor": 2.0},
        {"community_id": "C1", "need_id": "n1", "rate": 1.0},
        {"community_id": "C2", "need_id": "n1", "factor": 0.0},
    ]
    population = [
        {"zone_id": f"Z{k}", "group_id": "old", "persons": 8} for k in (1, 2, 3)
    ]
    found = rows(scenario(population=population, tables={"survey": survey}))
    # Z1: 8 × 1 × 5; Z2: 8 × 0.25 × 5 × 2; Z3: factor 0, so no row
    assert found["Z1", "n1", "old"] == 40
    assert found["Z2", "n1", "old"] == 20
    assert ("Z3", "n1", "old") not in found


def test_given_demand_with_a_group_replaces_that_row_alone() -> None:
    given = [
        {"zone_id": "Z1", "need_id": "n2", "group_id": "all", "visits_per_week": 7},
        {"zone_id": "Z1", "need_id": "n1", "group_id": "old", "visits_per_week": 0},
    ]
    found = rows(scenario(tables={"demand": given}))
    assert found == {("Z1", "n2", "all"): 7, ("Z1", "n2", "old"): 40}


def test_given_demand_without_a_group_replaces_all_groups_by_one_of_weight_1() -> None:
    given = [{"zone_id": "Z1", "need_id": "n1", "visits_per_week": 7}]
    found = scenario(tables={"demand": given})
    assert rows(found) == {("Z1", "n1", ""): 7, ("Z1", "n2", "old"): 40}
    assert found.demand.weight.tolist() == [2, 3]  # need n1 weighs 2, no group


def test_demand_may_be_given_alone() -> None:
    given = [
        {"zone_id": f"Z{k}", "need_id": "n1", "visits_per_week": k} for k in (3, 1, 2)
    ]
    found = scenario(population=[], tables={"demand": given})
    assert found.demand.visits_per_week.tolist() == [1, 2, 3]
    assert found.demand.group.tolist() == [-1, -1, -1]


def test_blocks_of_zones_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def derive() -> Scenario:
        rng = np.random.default_rng(5)
        zones = [
            {"zone_id": f"Z{k:03d}", "x": k, "y": 0, "community_id": f"C{k % 3}"}
            for k in range(40)
        ]
        population = pd.DataFrame(
            {"zone_id": [z["zone_id"] for z in zones], "group_id": "old"}
        ).assign(persons=rng.integers(0, 3, 40))
        given = [
            {"zone_id": f"Z{k:03d}", "need_id": "n1", "visits_per_week": k % 3}
            for k in range(0, 40, 7)
        ]
        return scenario(
            zones=zones,
            communities=[{"community_id": f"C{k}"} for k in range(3)],
            population=population.to_dict("records"),
            tables={
                "demand": given,
                "survey": [{"community_id": "C1", "need_id": "n2", "factor": 0.5}],
            },
        )

    whole = derive()
    monkeypatch.setattr(module, "CELLS_PER_BLOCK", 20)  # 3 zones at a time
    parts = derive()
    assert len(whole.demand) > 30
    assert rows(parts) == rows(whole)
    assert list(rows(parts)) == list(rows(whole))


def test_without_zones_there_is_no_demand() -> None:
    tables = [
        empty_table(TABLES[n]) for n in ("zones", "population", "survey", "demand")
    ]
    demand = module.derive_demand(scenario().spec, *tables)
    assert len(demand) == 0
    assert demand.weight.dtype == np.float64


def test_rates_may_differ_by_the_kind_of_community() -> None:
    """A quarter of the old ask in estates, a tenth elsewhere; the young alike."""
    asked = need(
        "n1",
        "a",
        groups={"old": 0.1, "all": 0.2},
        groups_by_kind={"old_estate": {"old": 0.25}},
    )
    found = scenario(
        needs=[asked],
        communities=[
            {"community_id": "C1", "kind": "old_estate"},
            {"community_id": "C2", "kind": "new"},
        ],
        population=[
            {"zone_id": z, "group_id": g, "persons": 40}
            for z in ("Z1", "Z3")
            for g in ("old", "all")
        ],
    )

    assert rows(found) == {
        ("Z1", "n1", "old"): pytest.approx(10),
        ("Z1", "n1", "all"): pytest.approx(8),
        ("Z3", "n1", "old"): pytest.approx(4),
        ("Z3", "n1", "all"): pytest.approx(8),
    }


def test_a_rate_by_kind_of_a_group_without_a_rate_is_refused() -> None:
    asked = need("n1", "a", groups={"all": 0.2}, groups_by_kind={"new": {"old": 1}})
    with pytest.raises(ScenarioInvalid) as caught:
        scenario(needs=[asked])
    assert "invalid-value" in {issue.code for issue in caught.value.issues}
