"""What the schema itself refuses, and the short forms it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from allocator.scenario.schema import (
    ChangeOver,
    Condition,
    CoverageFloor,
    Goal,
    GoalTerm,
    Measure,
    Pin,
    Requirements,
    ScenarioSpec,
    Service,
    Session,
)

if TYPE_CHECKING:
    from tests.scenario.sound import Sound

SESSION = {"id": "lunch", "hours": "10:30-13:00"}


@pytest.mark.parametrize(
    ("session", "says"),
    [
        ({"hours": "08:00-12:00,11:00-13:00"}, "overlaps itself"),
        ({"days": "all", "hours": "22:00-23:30,21:00-07:00"}, "overlaps itself"),
        # Monday night runs into Tuesday's morning.
        ({"when": "mon 20:00-09:00; tue 08:00-12:00"}, "overlaps itself"),
        # Sunday night runs into Monday.
        ({"when": "sun 20:00-09:00; mon 08:00-12:00"}, "overlaps itself"),
        ({"hours": "08:00-12:00", "when": "mon 08:00-12:00"}, "either 'hours'"),
        ({"when": "mon 08:00-12:00", "days": "mon"}, "leave 'days' out"),
        ({}, "either 'hours'"),
        ({"hours": "8-12"}, "not a time of day"),
        ({"hours": "25:00-26:00"}, "not a time of day"),
        ({"days": "monday", "hours": "08:00-12:00"}, "not a weekday"),
    ],
)
def test_sessions_that_cannot_be(session: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Session(id="s", **session)


def test_an_overlapping_session_says_its_hours() -> None:
    with pytest.raises(ValidationError, match="mon 08:00-12:00; mon 11:00-13:00"):
        Session(id="s", days="mon", hours="08:00-12:00,11:00-13:00")


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"m2_per_place": -2}, "greater than or equal to 0"),
        ({}, "m2_per_place is missing"),
        ({"capacity": "unlimited", "m2_per_place": 2}, "neither m2_per_place"),
        ({"capacity": "unlimited", "annual_cost_per_place": 2}, "nor costs per place"),
        ({"m2_per_place": 2, "min_area_m2": 9, "max_area_m2": 8}, "below min_area_m2"),
        ({"m2_per_place": 2, "equipment_cost": -1}, "greater than or equal to 0"),
        ({"m2_per_place": 2, "turns": 0}, "greater than 0"),
    ],
)
def test_services_that_cannot_be(keys: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Service(id="canteen", sessions=[SESSION], **keys)


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"min_floor": 0}, "floor 0 does not exist"),
        ({"min_floor": 2, "max_floor": 1}, "min_floor is above max_floor"),
        ({"max_fire_resistance_class": 5}, "less than or equal to 4"),
    ],
)
def test_conditions_that_cannot_be(keys: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Condition(**keys)


def test_one_condition_stands_for_a_list_of_one() -> None:
    short = Requirements.model_validate({"max_floor": 1})

    assert short == Requirements(any_of=(Condition(max_floor=1),))
    assert Requirements.model_validate({}).any_of == ()


def test_a_condition_beside_any_of_is_refused() -> None:
    """It would come from a base that has any_of and a variant that has not."""
    mixed = {"any_of": [{"max_floor": 1}], "min_floor": 1}
    with pytest.raises(ValidationError, match="either any_of or"):
        Requirements.model_validate(mixed)


def test_a_bare_number_is_a_share() -> None:
    floor = CoverageFloor.model_validate(
        {"total": 0.5, "communities": {"lunch": {"by_id": {"C7": 0.4}}}}
    )

    assert floor.total is not None
    assert floor.total.share == 0.5
    assert floor.communities["lunch"].by_id["C7"].share == 0.4


@pytest.mark.parametrize("target", [1.5, -0.1, {"share": 0.5, "persons": 3}, {}])
def test_floors_that_cannot_be(target: Any) -> None:
    with pytest.raises(ValidationError):
        CoverageFloor.model_validate({"total": target})


def test_the_short_form_of_a_goal() -> None:
    short = Goal.model_validate({"maximize": {"covered_persons": 2}})

    assert short.terms == (GoalTerm(measure=Measure.COVERED_PERSONS, weight=2),)
    assert short.maximizes


@pytest.mark.parametrize(
    "goal",
    [
        {},
        {"maximize": {"buildings": 1}, "minimize": {"buildings": 1}},
        {"maximize": [{"measure": "buildings", "tier": 1}]},
        {"maximize": [{"measure": "worst_group_coverage", "group": "elder"}]},
        {"maximize": []},
    ],
)
def test_goals_that_cannot_be(goal: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Goal.model_validate(goal)


@pytest.mark.parametrize(
    "change",
    [
        {"minutes": 5},
        {"from": "a", "minutes": 5},
        {"services": ["a", "b"], "from": "a", "to": "b", "minutes": 5},
        {"services": ["a"], "minutes": 5},
        {"services": ["a", "b"], "minutes": 7 * 24 * 60},
    ],
)
def test_change_over_that_cannot_be(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ChangeOver.model_validate(change)


def test_change_over_of_three_services_holds_for_every_pair() -> None:
    change = ChangeOver(services=("a", "b", "c"), minutes=5)

    assert len(change.ordered_pairs) == 6


def test_a_pin_names_something() -> None:
    with pytest.raises(ValidationError, match="at least one of building"):
        Pin(fix="in", reason="because")


@pytest.mark.parametrize("budget", [0, 0.0, None])
def test_a_budget_of_zero_is_legal(sound: Sound, budget: float | None) -> None:
    sound.document["limits"] = {"capital_budget": budget}

    assert sound.issues() == ()


def test_the_spec_is_frozen() -> None:
    spec = ScenarioSpec(format="allocator/1", name="x")
    with pytest.raises(ValidationError, match="frozen"):
        spec.currency = "EUR"  # type: ignore[misc]
