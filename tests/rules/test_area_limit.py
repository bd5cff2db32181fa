"""Rule `area_limit`: places fit a whole space, floor used a divisible one."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate, rooms_of_20_m2

MORNING, NOON = ("B1", "R1", "a", "main"), ("B1", "R1", "b", "main")


def city(divisible: bool, area_m2: float = 100, **services):
    """Return services a (09–12) and b (11–14), 2 m² per place, one space."""
    return make_scenario(
        services=[
            service("a", "09:00-12:00", **services),
            service("b", "11:00-14:00", **services),
        ],
        needs=[need("one", "a"), need("two", "b")],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": area_m2,
                "divisible": divisible,
            }
        ],
    )


def test_a_whole_space_of_100_m2_holds_50_places_of_2_m2():
    assert breaches("area_limit", city(False), {MORNING: 50}) == []
    (violation,) = breaches("area_limit", city(False), {MORNING: 52})
    assert violation.excess == pytest.approx(4)  # 104 m² against 100
    # the week is cut at 11:00, where the other service begins
    where = {"building": "B1", "space": "R1", "hours": "mon 09:00-11:00"}
    assert violation.where == where
    assert violation.unit == "m²"


def test_sessions_of_one_service_share_a_whole_space_only_in_common_slots():
    # breakfast 07–09 and lunch 11–13 never meet: 50 places each fit 100 m²;
    # lunch and late lunch 12–14 meet from 12 to 13: 30 + 30 places need 120 m².
    sessions = [
        {"id": "breakfast", "days": "all", "hours": "07:00-09:00"},
        {"id": "lunch", "days": "all", "hours": "11:00-13:00"},
        {"id": "late", "days": "all", "hours": "12:00-14:00"},
    ]
    scenario = make_scenario(
        services=[service("canteen", sessions=sessions)],
        needs=[need("lunch", "canteen")],
    )

    def at(session: str):
        return ("B1", "R1", "canteen", session)

    apart = {at("breakfast"): 50, at("lunch"): 50}
    assert breaches("area_limit", scenario, apart) == []
    (violation,) = breaches("area_limit", scenario, {at("lunch"): 30, at("late"): 30})
    assert violation.excess == pytest.approx(20)
    assert violation.where["hours"] == "mon 12:00-13:00"


def test_a_session_may_have_its_own_area_per_place():
    sessions = [
        {"id": "main", "days": "all", "hours": "09:00-12:00", "m2_per_place": 5}
    ]
    scenario = make_scenario(
        services=[service("a", sessions=sessions)], needs=[need("one", "a")]
    )
    assert breaches("area_limit", scenario, {MORNING: 20}) == []  # 20 × 5 = 100
    (violation,) = breaches("area_limit", scenario, {MORNING: 21})
    assert violation.excess == pytest.approx(5)


def test_floor_used_of_a_class_is_its_largest_sum_in_a_slot():
    # a and b are of one class and meet from 11 to 12: (30 + 25) × 2 = 110 m²
    (violation,) = breaches("area_limit", city(True), {MORNING: 30, NOON: 25})
    assert violation.value == pytest.approx(110)
    assert violation.excess == pytest.approx(10)
    assert violation.where == {"building": "B1", "space": "R1"}
    assert breaches("area_limit", city(True), {MORNING: 30, NOON: 20}) == []


def test_services_of_one_class_at_different_hours_use_the_same_floor():
    scenario = make_scenario(
        services=[service("a", "09:00-11:00"), service("b", "11:00-14:00")],
        needs=[need("one", "a"), need("two", "b")],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 100,
                "divisible": True,
            }
        ],
    )
    found = evaluate(scenario, {MORNING: 50, NOON: 40})
    assert found.measures["floor_used_m2"] == pytest.approx(100)  # the larger of both
    assert found.violations == ()


def test_dedicated_services_and_classes_add_up_whatever_their_hours():
    # both dedicated: 30 × 2 + 25 × 2 = 110 m², though apart from 11–12 they never meet
    apart = city(True, sharing="dedicated")
    (violation,) = breaches("area_limit", apart, {MORNING: 30, NOON: 25})
    assert violation.excess == pytest.approx(10)
    assert breaches("area_limit", apart, {MORNING: 30, NOON: 20}) == []


def test_the_area_of_a_dedicated_service_is_its_largest_slot_once():
    # sessions of one dedicated service at different hours hold max(40, 30) × 2 = 80 m²
    sessions = [
        {"id": "am", "days": "all", "hours": "09:00-12:00"},
        {"id": "pm", "days": "all", "hours": "14:00-17:00"},
    ]
    scenario = make_scenario(
        services=[service("a", sessions=sessions, sharing="dedicated")],
        needs=[need("one", "a")],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 80,
                "divisible": True,
            }
        ],
    )
    places = {("B1", "R1", "a", "am"): 40, ("B1", "R1", "a", "pm"): 30}
    found = evaluate(scenario, places)
    assert found.measures["floor_used_m2"] == pytest.approx(80)
    assert found.violations == ()


def test_a_whole_space_uses_all_its_floor_once_however_many_take_turns():
    scenario = make_scenario(
        services=[service("a", "09:00-11:00"), service("b", "11:00-14:00")],
        needs=[need("one", "a"), need("two", "b")],
    )
    found = evaluate(scenario, {MORNING: 5, NOON: 5})
    assert found.measures["floor_used_m2"] == pytest.approx(100)


def test_unlimited_services_take_their_least_area_in_a_divisible_space():
    # two dedicated services of unlimited capacity with 60 m² and 50 m² in 100 m²
    scenario = make_scenario(
        services=[
            service("a", capacity="unlimited", min_area_m2=60, sharing="dedicated"),
            service("b", capacity="unlimited", min_area_m2=50, sharing="dedicated"),
        ],
        needs=[need("one", "a"), need("two", "b")],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 100,
                "divisible": True,
            }
        ],
    )
    (violation,) = breaches("area_limit", scenario, {MORNING: 1, NOON: 1})
    assert violation.excess == pytest.approx(10)
    assert breaches("area_limit", scenario, {MORNING: 1}) == []


@pytest.mark.parametrize(
    ("second", "covered"), [("11:00-14:00", 70), ("12:00-14:00", 140)]
)
def test_the_best_plan_uses_the_floor_of_a_class_once_per_slot(second, covered):
    # 20 m² hold 10 places in every slot: 70 visits, or 70 and 70 at different hours
    services = [service("a", "09:00-12:00"), service("b", second)]
    scenario = rooms_of_20_m2(services, room={"divisible": True})
    assert best(scenario) == pytest.approx(covered)
