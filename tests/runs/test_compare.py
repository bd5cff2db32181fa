"""Runs side by side: differences, inputs, and what the gaps leave undecided."""

from __future__ import annotations

import json
import shutil
import string
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import allocator as al
from allocator.engines.engine import StopReason
from allocator.result import goal_record
from allocator.runs.comparing import wording
from allocator.runs.comparing.files import write_comparison
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.runs.comparison import Pair


def evaluated(places: int, persons: float = 100, **sections: Any) -> al.Result:
    """10 places serve 70 visits, one per person and week."""
    given: dict[str, Any] = {
        "services": [service("canteen")],
        "needs": [need("lunch", "canteen")],
        "population": [{"zone_id": "Z1", "group_id": "all", "persons": persons}],
    }
    city = make_scenario(**(given | sections))
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


def solved_under(places: int, bound: float, **sections: object) -> al.Result:
    """Solved as `solved`, of a scenario with further sections."""
    result = replace(solved(places, bound), options=al.SolveOptions())
    given = evaluated(places, **sections)
    return replace(result, scenario=given.scenario, evaluation=given.evaluation)


def pair(first: al.Result, other: al.Result) -> Pair:
    (found,) = al.compare([first, other]).pairs
    return found


def test_other_residents_are_not_compared_as_equals() -> None:
    comparison = al.compare([evaluated(5, 100), evaluated(5, 120)])
    (found,) = comparison.pairs
    assert found.inputs.basis == "different"
    assert found.inputs.files == ("<frame:population>",)
    (table,) = found.inputs.tables
    assert (table.table, table.changed, table.columns) == (
        "population",
        1,
        ("persons",),
    )
    assert not comparison.like_for_like
    assert list(comparison.table.columns) == ["tiny #1", "tiny #2"]
    assert (found.verdict.outcome, found.gains) == ("incomparable", None)
    assert comparison.residents["gain_persons"].isna().all()
    assert any("not comparable as equals" in note for note in comparison.notes)


def test_a_changed_limit_is_named_with_both_values() -> None:
    poor = evaluated(5, limits={"capital_budget": 10})
    rich = evaluated(5, limits={"capital_budget": 20})
    found = pair(poor, rich).inputs
    assert [str(key) for key in found.keys] == ["limits.capital_budget: 10 → 20"]
    assert found.basis == "changed"
    assert found.files == ("<document>",)


def test_items_of_a_list_are_compared_by_id() -> None:
    found = pair(evaluated(5), evaluated(5, groups=[{"id": "all"}, {"id": "old"}]))
    assert [str(key) for key in found.inputs.keys] == ["groups[old]: – → {…}"]
    assert found.inputs.basis == "different"


def test_items_without_ids_are_compared_by_position() -> None:
    def sited(*floors: int) -> al.Result:
        requires = {"any_of": [{"max_floor": floor} for floor in floors]}
        return evaluated(5, services=[service("canteen", requires=requires)])

    found = pair(sited(1, 2), sited(1, 3)).inputs
    path = "services[canteen].requires.any_of[1].max_floor"
    assert [str(key) for key in found.keys] == [f"{path}: 2 → 3"]


def test_street_lines_are_inputs_too(tmp_path: Path) -> None:
    from tests.access.network.test_scenario import FILES

    def town(name: str, streets: str) -> al.Result:
        folder = tmp_path / name
        folder.mkdir()
        for file, text in (FILES | {"streets.csv": streets}).items():
            (folder / file).write_text(text, encoding="utf-8")
        city = al.read_scenario(folder)
        return al.evaluate(city, al.Plan.from_places({}))

    given = FILES["streets.csv"]
    more = given + '"LINESTRING (0 50, 0 900)"\n'
    found = pair(town("first", given), town("other", more)).inputs
    assert (found.basis, found.files) == ("changed", ("streets.csv",))
    assert [str(table) for table in found.tables] == ["streets: +1"]


def test_names_and_options_leave_scenarios_the_same() -> None:
    named = evaluated(5, name="other", options={"seed": 5})
    found = pair(evaluated(5), named).inputs
    assert found.basis == "same"
    assert [key.path for key in found.options] == ["seed"]


def test_another_first_goal_is_another_question() -> None:
    cheap = evaluated(5, goals=[{"minimize": {"capital_cost": 1}}])
    found = pair(evaluated(5), cheap)
    assert (found.inputs.basis, found.verdict.reason) == ("different", "different")


# one scenario: 9 places serve 63 persons, 10 places 70


def test_a_difference_smaller_than_what_the_bounds_leave_open_is_undecided() -> None:
    # the tighter bound is 80: any plan may gain 10 on the better, which is 7 ahead
    verdict = pair(solved(9, 90.0), solved(10, 80.0)).verdict
    assert (verdict.outcome, verdict.reason) == ("undecided", "smaller_than_gap")
    assert verdict.difference == pytest.approx(7)
    assert verdict.still_open == pytest.approx(10)


def test_the_bound_of_either_run_holds_for_both() -> None:
    # 75 leaves 5 open, less than the 7 between the plans
    verdict = pair(solved(9, 75.0), solved(10, 90.0)).verdict
    assert (verdict.outcome, verdict.reason) == ("better", "decided")
    assert verdict.still_open == pytest.approx(5)
    assert pair(solved(10, 90.0), solved(9, 75.0)).verdict.outcome == "worse"


def test_a_hand_made_plan_is_judged_by_the_bound_of_the_solved_one() -> None:
    assert pair(evaluated(9), solved(10, 72.0)).verdict.outcome == "better"
    assert pair(solved(10, 80.0), evaluated(9)).verdict.outcome == "undecided"


def test_without_any_bound_nothing_is_decided() -> None:
    verdict = pair(evaluated(9), evaluated(10)).verdict
    assert (verdict.outcome, verdict.reason) == ("undecided", "no_bound")
    assert verdict.still_open is None
    assert pair(evaluated(9), evaluated(9)).verdict.outcome == "equal"


def test_a_plan_that_breaks_rules_is_not_ranked() -> None:
    # 60 places need 120 m² of 100
    found = al.compare([solved(10, 80.0), evaluated(60)])
    assert found.pairs[0].verdict.reason == "breaks_rules"
    assert any("tiny #2 breaks 1 rule" in note for note in found.notes)


def test_least_money_is_judged_the_other_way_round() -> None:
    def spent(places: int, bound: float) -> al.Result:
        sections = {
            "services": [service("canteen", equipment_cost_per_place=1)],
            "goals": [{"minimize": {"capital_cost": 1}}],
        }
        result = evaluated(places, **sections)
        assert result.objective == places
        goal = goal_record(
            result.scenario.spec.goals[0], result.objective, result.objective, bound
        )
        return replace(
            result,
            goals=(goal,),
            status=al.Status.FEASIBLE,
            stop_reason=StopReason.TIME,
        )

    # 6 is cheaper than 9 by 3; any plan may be cheaper than 6 by 6 − 5 or 6 − 2
    assert pair(spent(9, 2.0), spent(6, 5.0)).verdict.outcome == "better"
    assert pair(spent(9, 2.0), spent(6, 2.0)).verdict.outcome == "undecided"


def test_changed_inputs_are_decided_when_the_intervals_lie_apart() -> None:
    # the best of the first lies in [63, 69], of the other in [70, 90]
    rich = {"limits": {"capital_budget": 20}}
    apart = pair(solved_under(9, 69.0), solved_under(10, 90.0, **rich))
    assert apart.inputs.basis == "changed"
    assert (apart.verdict.outcome, apart.verdict.reason) == ("better", "effect_decided")
    # in [63, 72]: 70 to 72 belongs to both
    overlap = pair(solved_under(9, 72.0), solved_under(10, 90.0, **rich)).verdict
    assert (overlap.outcome, overlap.still_open) == ("undecided", pytest.approx(2))
    proven = pair(solved_under(10, 70.0), solved_under(10, 70.0, **rich)).verdict
    assert (proven.outcome, proven.reason) == ("equal", "effect_none")


def test_gains_and_losses_are_counted_by_community_need_and_group() -> None:
    """A canteen moves from the first community to the second."""
    city = make_scenario(
        services=[service("canteen")],
        needs=[need("lunch", "canteen", walk=1.0)],
        zones=[
            {"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1"},
            {"zone_id": "Z2", "x": 900, "y": 0, "community_id": "C2"},
        ],
        population=[
            {"zone_id": "Z1", "group_id": "all", "persons": 50},
            {"zone_id": "Z2", "group_id": "all", "persons": 80},
        ],
        communities=[{"community_id": "C1"}, {"community_id": "C2"}],
        buildings=[
            {"building_id": "B1", "x": 0, "y": 0},
            {"building_id": "B2", "x": 900, "y": 0},
        ],
        spaces=[
            {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100},
            {"space_id": "R2", "building_id": "B2", "usable_area_m2": 100},
        ],
    )
    plans = [
        al.Plan.from_places({(b, r, "canteen", "main"): 20})
        for b, r in (("B1", "R1"), ("B2", "R2"))
    ]
    comparison = al.compare([al.evaluate(city, plan) for plan in plans])
    gains = comparison.pairs[0].gains
    assert gains is not None
    # 20 places × 7 days reach all 50 of the one and all 80 of the other
    assert gains.gained_persons == pytest.approx(80)
    assert gains.lost_persons == pytest.approx(50)
    rows = comparison.residents
    other = rows[(rows["run"] == "tiny #2") & (rows["by"] == "community")]
    assert dict(zip(other["id"], other["gain_persons"], strict=True)) == {
        "C1": pytest.approx(-50),
        "C2": pytest.approx(80),
    }
    changes = comparison.buildings.set_index(["building_id", "run"])["change"]
    assert changes["B1", "tiny #2"] == "removed"
    assert changes["B2", "tiny #2"] == "added"


def test_hours_that_differ_are_cut_where_either_changes() -> None:
    services = [
        service("canteen", "11:00-13:00"),
        service("club", "12:00-14:00", sharing="hall"),
    ]
    needs = [need("lunch", "canteen"), need("meet", "club")]
    spaces = [
        {
            "space_id": "R1",
            "building_id": "B1",
            "usable_area_m2": 100,
            "divisible": True,
        }
    ]
    city = make_scenario(services=services, needs=needs, spaces=spaces)
    meals = {("B1", "R1", "canteen", "main"): 5}
    both = meals | {("B1", "R1", "club", "main"): 3}
    results = [al.evaluate(city, al.Plan.from_places(p)) for p in (meals, both)]
    hours = al.compare(results).hours
    assert hours.values.tolist() == [
        ["B1", "R1", "all 12:00-13:00", "canteen 5", "canteen 5 + club 3"],
        ["B1", "R1", "all 13:00-14:00", "", "club 3"],
    ]


def test_limits_bind_at_the_last_hundredth() -> None:
    def table(limits: dict[str, object]) -> dict[str, tuple[float, bool]]:
        services = [service("canteen", equipment_cost_per_place=1)]
        home = {"building_id": "B1", "x": 0, "y": 0, "district_id": "west"}
        result = evaluated(10, services=services, limits=limits, buildings=[home])
        frame = al.compare([result, result]).limits
        own = frame[frame["run"] == "tiny #1"]
        return {
            f"{row.rule_id} {row.where}".strip(): (row.value, row.binds)
            for row in own.itertuples()
        }

    assert table({"capital_budget": 10.1})["capital_budget"] == (10, True)
    assert table({"capital_budget": 10.2})["capital_budget"] == (10, False)
    by_district = {"by_district": {"west": {"buildings": 1}}}
    assert table(by_district) == {"building_limit west": (1, True)}
    # a whole space counts with all its 100 m², of which half should stay free
    assert table({"reserve_share": 0.5}) == {"reserve": (100, True)}


def test_coverage_floors_bind_from_below() -> None:
    def binds(floor: float) -> bool:
        rules = {"coverage_floor": {"needs": {"lunch": {"persons": floor}}}}
        frame = al.compare([evaluated(10, rules=rules)] * 2).limits
        assert frame["where"].tolist() == ["lunch", "lunch"]
        assert frame["value"].tolist() == pytest.approx([70, 70])
        return bool(frame["binds"].iloc[0])

    assert binds(69.5)
    assert not binds(60.0)


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


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json"])
def test_a_file_holds_the_tables(tmp_path: Path, suffix: str) -> None:
    comparison = al.compare([evaluated(5), evaluated(10)])
    path = tmp_path / f"both{suffix}"
    write_comparison(comparison, path)
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
    if suffix == ".json":
        answer = json.loads(path.read_text(encoding="utf-8"))
        assert answer["pairs"][0]["verdict"]["outcome"] == "undecided"
        assert answer["hours"][0]["tiny #2"] == "canteen 10"
        return
    if suffix == ".csv":
        rows = pd.read_csv(path).set_index(["kind", "item"])[["tiny #1", "tiny #2"]]
        assert rows.loc["places", "B1 / R1 / canteen / main"].tolist() == ["5", "10"]
        assert rows.loc["covered_persons", "need / lunch"].astype(float).tolist() == [
            pytest.approx(35),
            pytest.approx(70),
        ]
        return
    book = pd.read_excel(path, sheet_name=None, engine="calamine")
    assert set(book) == {"notes", *comparison.tables()}
    assert book["assignments"]["tiny #2"].tolist() == [10]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    comparison = al.compare([evaluated(5), evaluated(10)])
    with pytest.raises(al.RunError, match="cannot write the comparison"):
        write_comparison(comparison, tmp_path / "absent" / "both.csv")


def test_every_sentence_exists_in_both_languages() -> None:
    english, chinese = (wording.messages(language) for language in wording.LANGUAGES)
    assert english.keys() == chinese.keys()
    for key in english:
        fields = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in (english[key], chinese[key])
        ]
        assert fields[0] == fields[1], key
    reasons = [k for k in english if k.startswith("verdict.")]
    assert len(reasons) == 10


def test_a_run_without_a_copy_of_its_scenario_is_refused(tmp_path: Path) -> None:
    folder = al.write_run(evaluated(5), tmp_path / "first")
    shutil.rmtree(folder / "scenario")
    with pytest.raises(al.RunError, match="inputs cannot be compared"):
        al.compare([folder, evaluated(5)])
