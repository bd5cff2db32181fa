"""Rule `change_over`: minutes from each end of one service to the next of another."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate, rooms_of_20_m2

A, B = ("B1", "R1", "a", "main"), ("B1", "R1", "b", "main")


def city(
    first: str,
    second: str,
    rules: list,
    divisible: bool = False,
    **keys,
):
    return make_scenario(
        services=[service("a", first, **keys), service("b", second, **keys)],
        needs=[need("one", "a"), need("two", "b")],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 100,
                "divisible": divisible,
            }
        ],
        rules={"change_over_min": rules},
    )


HOUR = [{"services": ["a", "b"], "minutes": 60}]


def test_too_little_time_in_a_whole_space_is_flagged_by_the_missing_minutes():
    # 40 minutes from 12:00 to 12:40 against 60
    scenario = city("09:00-12:00", "12:40-15:00", HOUR)
    (violation,) = breaches("change_over", scenario, {A: 1, B: 1})
    assert violation.excess == 20
    assert (violation.value, violation.limit) == (40, 60)
    assert violation.unit == "min"
    assert violation.where == {
        "building": "B1",
        "space": "R1",
        "offer": "a/main",
        "other": "b/main",
    }


def test_exactly_the_minutes_are_no_violation():
    scenario = city("09:00-12:00", "13:00-15:00", HOUR)
    found = evaluate(scenario, {A: 10, B: 10}, None)
    assert found.violations == ()
    assert found.measures["covered_persons"] == pytest.approx(140)  # 70 visits each


def test_the_next_start_is_counted_round_the_week_and_whatever_lies_between():
    # b ends sunday 24:00 and a starts monday 00:30: 30 of 60 minutes
    sessions = {"a": {"id": "main", "days": "mon", "hours": "00:30-02:00"}}
    sessions["b"] = {"id": "main", "days": "sun", "hours": "22:00-24:00"}
    scenario = make_scenario(
        services=[service(name, sessions=[sessions[name]]) for name in "ab"],
        needs=[need("one", "a"), need("two", "b")],
        rules={"change_over_min": HOUR},
    )
    (violation,) = breaches("change_over", scenario, {A: 1, B: 1})
    assert violation.excess == 30


def test_from_and_to_hold_in_one_direction_only():
    # a ends 12:00, b starts 12:10; b ends 13:00, a starts again 20 h later
    a_first = [{"from": "a", "to": "b", "minutes": 30}]
    b_first = [{"from": "b", "to": "a", "minutes": 30}]
    (violation,) = breaches(
        "change_over", city("09:00-12:00", "12:10-13:00", a_first), {A: 1, B: 1}
    )
    assert violation.excess == 20
    other = city("09:00-12:00", "12:10-13:00", b_first)
    assert breaches("change_over", other, {A: 1, B: 1}) == []


def test_the_longest_time_asked_of_a_pair_counts():
    rules = [*HOUR, {"from": "a", "to": "b", "minutes": 90}]
    scenario = city("09:00-12:00", "12:40-15:00", rules)
    (violation,) = breaches("change_over", scenario, {A: 1, B: 1})
    assert violation.excess == 50


def test_sessions_of_one_service_need_no_change_over():
    sessions = [
        {"id": "am", "days": "all", "hours": "09:00-12:00"},
        {"id": "pm", "days": "all", "hours": "12:00-15:00"},
    ]
    scenario = make_scenario(
        services=[service("a", sessions=sessions), service("b", "20:00-21:00")],
        needs=[need("one", "a"), need("two", "b")],
        rules={"change_over_min": HOUR},
    )
    places = {("B1", "R1", "a", "am"): 1, ("B1", "R1", "a", "pm"): 1}
    assert breaches("change_over", scenario, places) == []


def test_in_a_divisible_space_each_also_counts_while_the_other_runs():
    # 20 and 15 places of 2 m² at different hours would use max(40, 30) = 40 m²;
    # with 40 of 60 minutes between them each counts in the other's hours: 70 m².
    scenario = city("09:00-12:00", "12:40-15:00", HOUR, divisible=True)
    found = evaluate(scenario, {A: 20, B: 15})
    assert found.measures["floor_used_m2"] == pytest.approx(70)
    assert found.violations == ()
    enough = city("09:00-12:00", "13:00-15:00", HOUR, divisible=True)
    found = evaluate(enough, {A: 20, B: 15})
    assert found.measures["floor_used_m2"] == pytest.approx(40)


def test_a_dedicated_service_keeps_its_area_and_lends_its_hours():
    # b dedicated: 15 × 2 = 30 m² all week. a of class hall counts also in b's hours,
    # where it is alone of its class: 20 × 2 = 40 m². Together 70 m² either way.
    scenario = make_scenario(
        services=[
            service("a", "09:00-12:00"),
            service("b", "12:40-15:00", sharing="dedicated"),
            service("c", "13:00-15:00"),
        ],
        needs=[need("one", "a"), need("two", "b"), need("three", "c")],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 100,
                "divisible": True,
            }
        ],
        rules={"change_over_min": HOUR},
    )
    found = evaluate(scenario, {A: 20, B: 15})
    assert found.measures["floor_used_m2"] == pytest.approx(70)
    # c of a's class runs in b's hours, into which a now reaches: (20 + 5) × 2 + 30
    found = evaluate(scenario, {A: 20, B: 15, ("B1", "R1", "c", "main"): 5})
    assert found.measures["floor_used_m2"] == pytest.approx(80)


@pytest.mark.parametrize(
    ("second", "covered"), [("12:40-15:00", 70), ("13:00-15:00", 140)]
)
def test_the_best_plan_leaves_time_to_clear_up(second, covered):
    services = [service("a", "09:00-12:00"), service("b", second)]
    scenario = rooms_of_20_m2(services, rules={"change_over_min": HOUR})
    assert best(scenario) == pytest.approx(covered)
