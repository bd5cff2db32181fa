"""Rule `sharing`: one dedicated service or one class, one service at a time."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate, rooms_of_20_m2


def key(name: str):
    return ("B1", "R1", name, "main")


def city(divisible: bool = False):
    """Return a, b, c of class hall (a, b meet 11–12), d of class quiet, e dedicated."""
    hours = {"a": "09:00-12:00", "b": "11:00-14:00", "c": "15:00-17:00"}
    hours |= {"d": "18:00-20:00", "e": "20:00-22:00"}
    sharing = {"d": "quiet", "e": "dedicated"}
    return make_scenario(
        services=[
            service(name, hours[name], sharing=sharing.get(name, "hall"))
            for name in hours
        ],
        needs=[need(f"need_{name}", name) for name in hours],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 100,
                "divisible": divisible,
            }
        ],
    )


def test_services_of_one_class_take_turns_in_a_whole_space():
    # 10 places each, a: 70 visits, c: 70 visits of 100 each
    found = evaluate(city(), {key("a"): 10, key("c"): 10}, None)
    assert found.measures["covered_persons"] == pytest.approx(140)
    assert found.violations == ()


def test_two_services_at_once_in_a_whole_space_are_flagged():
    (violation,) = breaches("sharing", city(), {key("a"): 1, key("b"): 1})
    assert violation.excess == 1
    assert violation.where == {
        "building": "B1",
        "space": "R1",
        "services": "a, b",
        "hours": "mon 11:00-12:00",
    }


def test_two_classes_in_a_whole_space_are_flagged_whatever_their_hours():
    (violation,) = breaches("sharing", city(), {key("a"): 1, key("d"): 1})
    assert violation.excess == 1
    assert violation.where["services"] == "a, d"


def test_a_dedicated_service_shares_with_nobody():
    (violation,) = breaches("sharing", city(), {key("c"): 1, key("e"): 1})
    assert violation.excess == 1
    (violation,) = breaches("sharing", city(), {key(n): 1 for n in "cde"})
    assert violation.excess == 2  # class hall, class quiet and one dedicated: 3 − 1


def test_a_dedicated_service_alone_is_no_violation():
    assert breaches("sharing", city(), {key("e"): 1}) == []


def test_divisible_spaces_take_services_side_by_side():
    places = {key(name): 1 for name in "abcde"}
    assert breaches("sharing", city(divisible=True), places) == []


def test_touching_sessions_are_no_overlap():
    scenario = make_scenario(
        services=[service("a", "09:00-12:00"), service("b", "12:00-14:00")],
        needs=[need("one", "a"), need("two", "b")],
    )
    assert breaches("sharing", scenario, {key("a"): 1, key("b"): 1}) == []


def test_a_night_session_meets_the_next_morning_round_the_week():
    # sunday 22:00–02:00 runs into monday; monday 01:00–03:00 meets it for an hour
    night = {"id": "main", "days": "sun", "hours": "22:00-02:00"}
    early = {"id": "main", "days": "mon", "hours": "01:00-03:00"}
    scenario = make_scenario(
        services=[service("a", sessions=[night]), service("b", sessions=[early])],
        needs=[need("one", "a"), need("two", "b")],
    )
    (violation,) = breaches("sharing", scenario, {key("a"): 1, key("b"): 1})
    assert violation.where["hours"] == "mon 01:00-02:00"


@pytest.mark.parametrize(
    ("classes", "covered"), [(("hall", "hall"), 140), (("hall", "quiet"), 70)]
)
def test_the_best_plan_lets_only_one_class_take_turns(classes, covered):
    services = [
        service("a", "09:00-12:00", sharing=classes[0]),
        service("b", "14:00-16:00", sharing=classes[1]),
    ]
    assert best(rooms_of_20_m2(services)) == pytest.approx(covered)
