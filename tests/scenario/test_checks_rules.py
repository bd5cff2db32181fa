"""Rules and goals that contradict each other or change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from allocator.issues import Severity

if TYPE_CHECKING:
    from tests.scenario.sound import Sound


@pytest.mark.parametrize(
    ("pin", "key"),
    [
        ({"building": "B1", "space": "R2"}, "space"),
        ({"service": "canteen", "category": "after_school_care"}, "category"),
    ],
)
def test_a_pin_that_nothing_can_match(
    sound: Sound, pin: dict[str, Any], key: str
) -> None:
    sound.document["rules"] = {"pins": [{"fix": "in", **pin}]}

    found = sound.only_issue()

    assert (found.code, found.place.path) == ("pin-mismatch", f"rules.pins[0].{key}")


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ({"building": "B1"}, {"building": "B1"}),
        ({"space": "R1", "service": "canteen"}, {"building": "B1"}),
        ({"service": "canteen"}, {"category": "meals"}),
        ({"building": "B1", "session": "lunch"}, {"session": "lunch"}),
    ],
)
def test_pins_that_contradict(
    sound: Sound, inside: dict[str, Any], outside: dict[str, Any]
) -> None:
    pins = [{"fix": "in", **inside}, {"fix": "out", **outside}]
    sound.document["rules"] = {"pins": pins}

    found = sound.only_issue()

    assert (found.code, found.severity) == ("pins-contradict", Severity.WARNING)
    assert found.place.path == "rules.pins[0]"
    assert "rules.pins[1]" in found.message


def test_pins_that_leave_room_do_not_contradict(sound: Sound) -> None:
    """A meal elsewhere in the building keeps both."""
    pins = [
        {"fix": "in", "building": "B1"},
        {"fix": "out", "building": "B1", "service": "canteen"},
        {"fix": "out", "space": "R2"},
    ]
    sound.document["rules"] = {"pins": pins}

    assert sound.issues() == ()


def test_rules_that_name_a_service_twice(sound: Sound) -> None:
    sound.document["rules"] = {
        "change_over_min": [{"from": "canteen", "to": "canteen", "minutes": 5}],
        "incompatible": [{"services": ["school", "school"]}],
    }

    found = [(i.code, i.place.path) for i in sound.issues()]

    assert found == [
        ("service-repeated", "rules.change_over_min[0]"),
        ("service-repeated", "rules.incompatible[0]"),
    ]


@pytest.mark.parametrize("sharing", ["dedicated", "quiet"])
def test_change_over_of_services_that_never_take_turns(
    sound: Sound, sharing: str
) -> None:
    sound.document["services"][1]["sharing"] = sharing
    sound.document["rules"] = {
        "change_over_min": [{"services": ["canteen", "school"], "minutes": 30}]
    }

    found = sound.only_issue()

    assert (found.code, found.severity) == (
        "change-over-without-effect",
        Severity.WARNING,
    )


def test_a_place_larger_than_the_service_may_be(sound: Sound) -> None:
    sound.document["services"][0]["max_area_m2"] = 2.5  # one seat takes 3 m²

    found = sound.only_issue()

    assert found.code == "place-above-max-area"
    assert found.expected == "at most max_area_m2, 2.5"


WORST = "worst_community_coverage"


@pytest.mark.parametrize("goal", [{"minimize": {WORST: 1}}, {"maximize": {WORST: -1}}])
def test_a_worst_coverage_can_only_be_raised(
    sound: Sound, goal: dict[str, Any]
) -> None:
    """Lowering a least value is not convex, and nobody wants it."""
    sound.document["goals"] = [{"maximize": {"covered_persons": 1}}, goal]

    found = sound.only_issue()

    assert (found.code, found.place.path) == ("worst-coverage-lowered", "goals[1]")


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        ({"maximize": {"walking_minutes": 1}}, "minimize"),
        ({"maximize": {"capital_cost": 1}}, "minimize"),
        ({"minimize": {"covered_persons": 1}}, "maximize"),
        ({"maximize": {"covered_persons": -1}}, "maximize"),
    ],
)
def test_a_goal_that_points_the_wrong_way(
    sound: Sound, goal: dict[str, Any], expected: str
) -> None:
    sound.document["goals"] = [{"maximize": {"covered_persons": 1}}, goal]

    found = sound.only_issue()

    assert (found.code, found.severity) == ("goal-sense", Severity.WARNING)
    assert found.expected == expected


def test_money_against_coverage_in_one_goal_is_fine(sound: Sound) -> None:
    goal = {"maximize": {"covered_persons": 1, "capital_cost": -0.001}}
    sound.document["goals"] = [goal]

    assert sound.issues() == ()


def test_a_measure_with_weight_zero(sound: Sound) -> None:
    goal = {"maximize": {"covered_persons": 1, "buildings": 0}}
    sound.document["goals"] = [goal]

    found = sound.only_issue()

    assert found.code == "goal-weight-zero"


@pytest.mark.parametrize(
    ("rules", "codes"),
    [
        ({}, ["goal-empty-plan"]),
        ({"pins": [{"fix": "out", "building": "B1"}]}, ["goal-empty-plan"]),
        ({"pins": [{"fix": "in", "building": "B1"}]}, []),
        ({"coverage_floor": {"total": 0.5}}, []),
    ],
)
def test_least_money_needs_something_that_is_asked(
    sound: Sound, rules: dict[str, Any], codes: list[str]
) -> None:
    sound.document |= {"goals": [{"minimize": {"capital_cost": 1}}], "rules": rules}

    assert [i.code for i in sound.issues()] == codes
