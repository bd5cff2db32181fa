"""Runs side by side: differences, inputs, and what the gaps leave undecided."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import allocator as al
from allocator.engines.engine import StopReason
from allocator.result import goal_record
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from pathlib import Path


def evaluated(places: int, persons: float = 100) -> al.Result:
    """10 places serve 70 visits, one per person and week."""
    city = make_scenario(
        services=[service("canteen")],
        needs=[need("lunch", "canteen")],
        population=[{"zone_id": "Z1", "group_id": "all", "persons": persons}],
    )
    plan = al.Plan.from_places({("B1", "R1", "canteen", "main"): places})
    return al.evaluate(city, plan)


def solved(places: int, bound: float) -> al.Result:
    result = evaluated(places)
    goal = goal_record(
        result.scenario.spec.goals[0], result.objective, result.objective, bound
    )
    return replace(
        result, goals=(goal,), status=al.Status.FEASIBLE, stop_reason=StopReason.TIME
    )


def test_measures_stand_side_by_side_with_their_difference() -> None:
    table = al.compare([evaluated(5), evaluated(10)]).table
    assert list(table.columns) == ["tiny #1", "tiny #2", "difference"]
    assert table.loc["covered_persons"].tolist() == [
        pytest.approx(35),
        pytest.approx(70),
        pytest.approx(35),
    ]


def test_changed_assignments_are_listed_with_the_places_of_each() -> None:
    changes = al.compare([evaluated(5), evaluated(10)]).changes
    assert changes.to_dict(orient="records") == [
        {
            "building_id": "B1",
            "space_id": "R1",
            "service_id": "canteen",
            "session_id": "main",
            "tiny #1": 5,
            "tiny #2": 10,
        }
    ]
    assert len(al.compare([evaluated(5), evaluated(5)]).changes) == 0


def test_different_inputs_are_named() -> None:
    notes = al.compare([evaluated(5, 100), evaluated(5, 120)]).notes
    assert any("different inputs" in note and "population" in note for note in notes)
    assert al.compare([evaluated(5), evaluated(6)]).notes == ()


def test_a_difference_smaller_than_the_gap_is_undecided() -> None:
    # 63 and 70 persons; the worse may still reach 75
    notes = al.compare([solved(9, 75.0), solved(10, 75.0)]).notes
    assert [note for note in notes if note.startswith("undecided")]
    # no plan of the worse is above 65, so 70 is truly more
    assert al.compare([solved(9, 65.0), solved(10, 75.0)]).notes == ()


def test_runs_and_results_compare_alike(tmp_path: Path) -> None:
    first, second = evaluated(5), evaluated(10)
    folder = al.write_run(first, tmp_path / "first")
    comparison = al.compare([folder, al.read_run(folder), second])
    row = comparison.table.loc["covered_persons"]
    assert row.tolist() == [pytest.approx(35), pytest.approx(35), pytest.approx(70)]
    assert list(comparison.table.columns) == ["first #1", "first #2", "tiny"]


def test_one_run_is_no_comparison() -> None:
    with pytest.raises(ValueError, match="two"):
        al.compare([evaluated(5)])


def test_the_long_form_holds_measures_and_places() -> None:
    long = al.compare([evaluated(5), evaluated(10)]).to_long()
    places = long[long["kind"] == "places"]
    assert places["item"].tolist() == ["B1 / R1 / canteen / main"]
    assert places[["tiny #1", "tiny #2"]].values.tolist() == [[5, 10]]
