"""Rule `annual_budget`: rent + running cost − fees, in total and by district."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate, rooms_of_20_m2


def city(fee: float = 0.0, tables=None, **limits):
    """Rent 1000 (building) + 200 (space); a session costs 300 + 10 per place."""
    return make_scenario(
        services=[service("a", annual_cost_fixed=300, annual_cost_per_place=10)],
        needs=[need("one", "a", fee_per_visit=fee)],
        buildings=[
            {
                "building_id": "B1",
                "x": 0,
                "y": 0,
                "annual_rent": 1000,
                "district_id": "west",
            },
            {"building_id": "B2", "x": 0, "y": 0, "district_id": "east"},
        ],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 100,
                "annual_rent": 200,
            },
            {"space_id": "R2", "building_id": "B2", "usable_area_m2": 100},
        ],
        limits=limits,
        tables=tables,
    )


WEST, EAST = ("B1", "R1", "a", "main"), ("B2", "R2", "a", "main")


def at(site: str, visits: float):
    return [("Z1", "one", "all", site, "a", "main", visits)]


def test_yearly_outlay_is_rent_and_running_cost():
    # west 1000 + 200 + 300 + 5 × 10 = 1550; east 300 + 2 × 10 = 320
    found = evaluate(city(), {WEST: 5, EAST: 2})
    assert found.measures["annual_rent"] == 1200
    assert found.measures["annual_running_cost"] == 350 + 320
    assert found.measures["yearly_outlay"] == 1870
    assert found.spaces["annual_cost"].tolist() == [200 + 350, 320]


def test_fees_of_52_weeks_come_off():
    # 10 visits a week × 2 × 52 = 1040
    found = evaluate(city(fee=2), {WEST: 5}, at("B1", 10))
    assert found.measures["annual_fees"] == pytest.approx(1040)
    assert found.measures["yearly_outlay"] == pytest.approx(1550 - 1040)


def test_more_than_the_budget_is_flagged():
    (violation,) = breaches("annual_budget", city(annual_budget=1500), {WEST: 5})
    assert violation.excess == pytest.approx(50)
    assert violation.unit == "CNY per year"
    assert breaches("annual_budget", city(annual_budget=1550), {WEST: 5}) == []


def test_fees_can_keep_a_budget():
    # 1550 − 510 × … : 5 visits × 2 × 52 = 520
    scenario = city(fee=2, annual_budget=1030)
    assert breaches("annual_budget", scenario, {WEST: 5}, at("B1", 5)) == []
    (violation,) = breaches("annual_budget", scenario, {WEST: 5}, at("B1", 4))
    assert violation.excess == pytest.approx(104)  # 1550 − 416 − 1030


def test_facilities_cost_and_earn_nothing_for_the_plan():
    facility = {
        "facility_id": "F1",
        "service_id": "a",
        "session_id": "main",
        "x": 0,
        "y": 0,
        "places": 5,
    }
    scenario = city(fee=2, tables={"facilities": [facility]})
    found = evaluate(scenario, {}, at("F1", 10))
    assert found.measures["yearly_outlay"] == 0


def test_a_district_has_its_own_budget():
    limits = {"by_district": {"east": {"annual_budget": 300}}}
    (violation,) = breaches("annual_budget", city(**limits), {WEST: 5, EAST: 2})
    assert violation.where == {"district": "east"}
    assert violation.excess == pytest.approx(20)


def test_each_session_has_its_fixed_cost_and_a_session_may_have_its_own():
    sessions = [
        {"id": "am", "days": "all", "hours": "09:00-12:00"},
        {"id": "pm", "days": "all", "hours": "14:00-17:00", "annual_cost_fixed": 40},
    ]
    scenario = make_scenario(
        services=[service("a", sessions=sessions, annual_cost_fixed=300)],
        needs=[need("one", "a")],
    )
    places = {("B1", "R1", "a", "am"): 1, ("B1", "R1", "a", "pm"): 1}
    assert evaluate(scenario, places).measures["yearly_outlay"] == 340


@pytest.mark.parametrize(("budget", "covered"), [(99, 0), (150, 70), (200, 140)])
def test_the_best_plan_runs_what_the_budget_pays(budget, covered):
    scenario = rooms_of_20_m2(
        [service("a", annual_cost_fixed=100)],
        ("B1", "B2"),
        limits={"annual_budget": budget},
    )
    assert best(scenario) == pytest.approx(covered)


@pytest.mark.parametrize(
    ("budget", "covered"), [(99, 0), (100, 70), (169, 70), (170, 140)]
)
def test_the_best_plan_pays_the_rent_of_buildings_and_spaces(budget, covered):
    # the building 60, its rooms 40 and 70
    scenario = rooms_of_20_m2(
        [service("a")],
        ("B1", "B1"),
        house={"annual_rent": 60},
        room={"annual_rent": [40, 70]},
        limits={"annual_budget": budget},
    )
    assert best(scenario) == pytest.approx(covered)
