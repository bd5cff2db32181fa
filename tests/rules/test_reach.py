"""Rule `reach`: only within the walking limit, only in offers the need accepts."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate, rooms_of_20_m2

PLACES = {("B1", "R1", "canteen", "main"): 10}  # 70 visits a week


def city(x: float, **keys):
    """Return one zone x metres from B1, walked at 100 m/min."""
    return make_scenario(
        services=[service("canteen"), service("clinic")],
        needs=[
            need("lunch", "canteen", walk=5, **keys),
            need("care", "clinic", walk=8),
        ],
        zones=[{"zone_id": "Z1", "x": x, "y": 0, "community_id": "C1"}],
    )


def at_b1(need_id: str = "lunch", visits: float = 7.0):
    return [("Z1", need_id, "all", "B1", "canteen", "main", visits)]


def test_residents_within_the_limit_are_served_and_those_beyond_are_not():
    # 500 m = 5 min: at the limit, inclusive; 70 visits of capacity. 501 m: nobody.
    at_limit = evaluate(city(500), PLACES, None)
    assert at_limit.measures["covered_persons"] == pytest.approx(70)
    beyond = evaluate(city(501), PLACES, None)
    assert beyond.measures["covered_persons"] == 0


def test_a_walk_beyond_the_limit_is_flagged_by_its_minutes():
    # 700 m = 7 min against 5; the other need's limit of 8 min keeps the pair known.
    (violation,) = breaches("reach", city(700), PLACES, at_b1())
    assert violation.excess == pytest.approx(2)
    assert violation.unit == "min"
    assert violation.where == {
        "zone": "Z1",
        "need": "lunch",
        "group": "all",
        "site": "B1",
        "service": "canteen",
        "session": "main",
    }


def test_a_walk_of_exactly_the_limit_is_no_violation():
    assert breaches("reach", city(500), PLACES, at_b1()) == []


def test_minutes_compare_with_a_slack_of_1e_9():
    # 500.00000005 m is 5e-10 min beyond the limit, 500.001 m is 1e-5 min
    assert breaches("reach", city(500.00000005), PLACES, at_b1()) == []
    assert len(breaches("reach", city(500.001), PLACES, at_b1())) == 1


def test_a_walk_beyond_all_known_minutes_is_flagged_by_its_visits():
    (violation,) = breaches("reach", city(5000), PLACES, at_b1())
    assert violation.excess == pytest.approx(7)
    assert violation.unit == "visits per week"


def test_an_offer_the_need_does_not_accept_is_flagged_by_its_visits():
    (violation,) = breaches("reach", city(100), PLACES, at_b1("care", 4.0))
    assert violation.excess == pytest.approx(4)
    assert violation.unit == "visits per week"


def test_within_the_limit_but_without_credit_is_out_of_reach():
    # Credit ends at 3 min; a walk of 4 min is within the limit of 5 and worth nothing.
    steps = city(400, credit=[{"max_min": 3, "share": 1}])
    (violation,) = breaches("reach", steps, PLACES, at_b1())
    assert violation.excess == pytest.approx(1)
    assert violation.limit == pytest.approx(3)
    assert evaluate(steps, PLACES, None).measures["covered_persons"] == 0


def test_credit_beyond_the_limit_of_the_offer_is_nothing():
    # Steps would give half a share up to 9 min; the offer's limit of 5 min goes first.
    long = city(600, credit=[{"max_min": 9, "share": 0.5}])
    assert len(breaches("reach", long, PLACES, at_b1())) == 1


@pytest.mark.parametrize(("x", "covered"), [(1000, 70), (1001, 0)])
def test_the_best_plan_serves_whom_it_can_reach(x, covered):
    # 10 min at 100 m/min: the limit is inclusive; one room serves 70 visits
    zone = {"zone_id": "Z1", "x": x, "y": 0, "community_id": "C1"}
    assert best(rooms_of_20_m2([service("a")], zones=[zone])) == covered
