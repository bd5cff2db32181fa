"""Rule `pins`: what must and must not be in the plan."""

import pytest

from allocator.errors import ScenarioInvalid
from allocator.options import SolveOptions
from allocator.runs.record import run_record
from allocator.solve import solve
from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate, rooms_of_20_m2

R1, R2 = ("B1", "R1", "a", "am"), ("B2", "R2", "b", "main")
FACILITY = {
    "facility_id": "F1",
    "service_id": "b",
    "session_id": "main",
    "x": 0,
    "y": 0,
    "places": 5,
    "building_id": "B2",
}


def city(*pins):
    sessions = [
        {"id": "am", "days": "all", "hours": "09:00-12:00"},
        {"id": "pm", "days": "all", "hours": "14:00-17:00"},
    ]
    return make_scenario(
        services=[
            service("a", sessions=sessions, category="meals"),
            service("b", category="sports"),
        ],
        needs=[need("one", "a"), need("two", "b")],
        communities=[
            {"community_id": "C1", "street_id": "S1", "district_id": "D1"},
            {"community_id": "C2", "street_id": "S2", "district_id": "D2"},
        ],
        buildings=[
            {"building_id": f"B{k}", "x": 0, "y": 0, "community_id": f"C{k}"}
            for k in (1, 2)
        ],
        spaces=[
            {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100},
            {"space_id": "R2", "building_id": "B2", "usable_area_m2": 100},
        ],
        rules={"pins": list(pins)},
        tables={"facilities": [FACILITY]},
    )


@pytest.mark.parametrize(
    "keys",
    [
        {"building": "B1"},
        {"space": "R1"},
        {"service": "a"},
        {"category": "meals"},
        {"session": "am"},
        {"community": "C1"},
        {"street": "S1", "service": "a"},
        {"district": "D1", "category": "meals"},
        {"building": "B1", "space": "R1", "service": "a", "session": "am"},
    ],
)
def test_in_wants_a_match_and_out_wants_none(keys):
    assert breaches("pins", city({"fix": "in", **keys}), {R1: 1}) == []
    (missing,) = breaches("pins", city({"fix": "in", **keys}), {})
    assert missing.excess == 1
    assert missing.where == {"pin": "0", "fix": "in", **keys}
    (present,) = breaches("pins", city({"fix": "out", **keys}), {R1: 1})
    assert present.excess == 1
    assert breaches("pins", city({"fix": "out", **keys}), {}) == []


def test_all_keys_must_match_one_assignment_together():
    pin = {"fix": "in", "building": "B1", "service": "b"}
    (violation,) = breaches("pins", city(pin), {R1: 1, R2: 1})
    assert violation.excess == 1


def test_out_counts_every_match():
    pin = {"fix": "out", "service": "a"}
    places = {R1: 1, ("B1", "R1", "a", "pm"): 1, R2: 1}
    (violation,) = breaches("pins", city(pin), places)
    assert violation.excess == 2


def test_zero_places_are_no_match():
    (violation,) = breaches("pins", city({"fix": "in", "space": "R1"}), {R1: 0})
    assert violation.excess == 1


def test_facilities_never_satisfy_a_pin():
    (violation,) = breaches("pins", city({"fix": "in", "service": "b"}), {})
    assert violation.excess == 1
    assert breaches("pins", city({"fix": "out", "building": "B2"}), {}) == []


def test_the_pin_is_named_by_its_place_in_the_list():
    kept = {"fix": "in", "space": "R1"}
    broken = {"fix": "in", "space": "R2"}
    (violation,) = breaches("pins", city(kept, broken), {R1: 1})
    assert violation.where["pin"] == "1"


def test_pinned_services_serve_as_any_other():
    # 10 places × 7 visits of need one beside the facility's 35 visits of need two
    found = evaluate(city({"fix": "in", "service": "a"}), {R1: 10}, None)
    assert found.measures["covered_persons"] == pytest.approx(105)
    assert found.violations == ()


@pytest.mark.parametrize(
    ("pin", "covered"),
    [
        ({"fix": "out", "space": "R2"}, 70),
        ({"fix": "in", "service": "b"}, 70 + 7 * 2),
        ({"fix": "in", "building": "B1"}, 140),
    ],
)
def test_the_best_plan_keeps_the_pin(pin, covered):
    # a fills each room with 70 visits; b needs 10 m² per place, 2 places, 14 visits
    services = [service("a"), service("b", m2_per_place=10)]
    scenario = rooms_of_20_m2(services, ("B1", "B2"), rules={"pins": [pin]})
    assert best(scenario) == pytest.approx(covered)


@pytest.mark.parametrize("area", ["community", "street", "district"])
def test_an_area_is_pinned_by_the_place_of_the_building(area):
    first, second = {"community": "C1"}, {"community": "C2"}
    if area != "community":
        first, second = {area: f"{area[0].upper()}1"}, {area: f"{area[0].upper()}2"}

    assert breaches("pins", city({"fix": "out", **second}), {R1: 1}) == []
    assert len(breaches("pins", city({"fix": "out", **first}), {R1: 1})) == 1
    assert len(breaches("pins", city({"fix": "in", **second}), {R1: 1})) == 1


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        ({"community": "C9"}, "unknown-community"),
        ({"street": "S9"}, "unknown-street"),
        ({"district": "D9"}, "unknown-district"),
    ],
)
def test_an_unknown_area_is_refused(pin, code):
    with pytest.raises(ScenarioInvalid) as caught:
        city({"fix": "in", **pin})
    assert code in {issue.code for issue in caught.value.issues}


def test_the_best_plan_has_a_match_in_the_area():
    """Left alone, the plan would use neither building, since it minimises money."""
    scenario = rooms_of_20_m2(
        [service("a")],
        ("B1", "B2"),
        house={"community_id": ["C1", "C2"], "opening_cost": [100, 700]},
        communities=[{"community_id": f"C{k}", "street_id": f"S{k}"} for k in (1, 2)],
        rules={"pins": [{"fix": "in", "street": "S2", "service": "a"}]},
        goals=[{"minimize": {"capital_cost": 1}}],
    )
    assert best(scenario) == pytest.approx(700)


def test_a_pin_that_cannot_hold_is_told_with_what_it_names_and_why():
    pin = {"fix": "in", "community": "C2", "service": "b", "reason": "promised"}
    scenario = rooms_of_20_m2(
        [service("b")],
        house={"community_id": "C1"},
        communities=[{"community_id": "C1"}, {"community_id": "C2"}],
        rules={"pins": [pin]},
    )
    result = solve(scenario, SolveOptions(engine="exact", time_limit_s=60))
    assert result.status == "infeasible"
    (conflict,) = run_record(result)["conflicts"]
    assert conflict["where"] == {"pin": "0", **pin}
    text = "pins at pin 0, fix in, service b, community C2, reason promised"
    assert text in result.summary()
