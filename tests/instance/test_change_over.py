"""Which offers break their change-over time, and which may not meet."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.instance.change_over import change_over_conflict, incompatible_offers
from tests.builders import make_scenario, need, service


def conflict(first: str, second: str, **rule: Any) -> bool:
    """Tell whether sessions of services `a` and `b` at these hours conflict."""
    scenario = make_scenario(
        services=[
            service("a", sessions=[{"id": "main", "when": first}]),
            service("b", sessions=[{"id": "main", "when": second}]),
        ],
        needs=[need("n", "a")],
        rules={"change_over_min": [rule or {"services": ["a", "b"], "minutes": 60}]},
    )
    matrix = change_over_conflict(scenario)
    assert not matrix[0, 0]
    assert not matrix[1, 1]
    assert matrix[0, 1] == matrix[1, 0]
    return bool(matrix[0, 1])


def test_less_than_the_minutes_between_is_a_conflict():
    assert conflict("mon 09:00-12:00", "mon 12:59-14:00")


def test_exactly_the_minutes_between_is_none():
    assert not conflict("mon 09:00-12:00", "mon 13:00-14:00")


def test_sessions_that_touch_conflict():
    assert conflict("mon 09:00-12:00", "mon 12:00-14:00")


def test_the_week_is_round():
    # Sunday 23:30 to midnight, then Monday 00:15: 15 min.
    assert conflict("sun 23:00-24:00", "mon 00:15-01:00")
    # Sunday 22:00 to Monday 01:00, then Monday 01:30: 30 min.
    assert conflict("sun 22:00-01:00", "mon 01:30-02:00")
    assert not conflict("sun 22:00-01:00", "mon 02:00-03:00")


def test_one_day_of_the_week_is_enough():
    assert conflict("all 09:00-12:00", "mon 14:00-15:00; sun 12:30-13:00")


def test_what_lies_between_is_no_matter():
    # From the end of `a` on Monday 12:00 to the next start of `b` on Tuesday 09:00:
    # 21 h, although `a` is held again on Monday evening, after which it is 11 h.
    day = {"services": ["a", "b"], "minutes": 11 * 60 + 1}
    assert conflict("mon 09:00-12:00, 18:00-22:00", "tue 09:00-10:00", **day)
    day["minutes"] = 11 * 60
    assert not conflict("mon 09:00-12:00, 18:00-22:00", "tue 09:00-10:00", **day)


def test_overlapping_sessions_look_to_the_next_start():
    # Monday 12:00 to the start of `b` next Monday 11:00 is nearly a week, and so is
    # 14:00 to 09:00: no change-over is broken (that both want the floor is another
    # rule).
    assert not conflict("mon 09:00-12:00", "mon 11:00-14:00")


@pytest.mark.parametrize(
    ("ends", "starts", "breaks"), [("a", "b", True), ("b", "a", False)]
)
def test_from_and_to_hold_in_one_direction(ends: str, starts: str, breaks: bool):
    # `a` ends at 12:00 and `b` starts at 12:30; from the end of `b` at 14:00 to the
    # next start of `a` is far.
    rule = {"from": ends, "to": starts, "minutes": 60}
    assert conflict("mon 09:00-12:00", "mon 12:30-14:00", **rule) == breaks


def test_of_several_rules_on_a_pair_each_holds():
    scenario = make_scenario(
        services=[service("a", "09:00-12:00"), service("b", "13:00-14:00")],
        needs=[need("n", "a")],
        rules={
            "change_over_min": [
                {"from": "a", "to": "b", "minutes": 90},
                {"services": ["a", "b"], "minutes": 30},
            ]
        },
    )
    assert change_over_conflict(scenario)[0, 1]


def incompatible(when: str, hours: str) -> list[list[bool]]:
    """Return the matrix of `a` in the morning and `b` at two sessions."""
    scenario = make_scenario(
        services=[
            service("a", "09:00-12:00"),
            service(
                "b",
                sessions=[
                    {"id": "early", "hours": hours},
                    {"id": "late", "hours": "20:00-21:00"},
                ],
            ),
        ],
        needs=[need("n", "a")],
        rules={"incompatible": [{"services": ["a", "b"], "when": when}]},
    )
    return incompatible_offers(scenario).tolist()


def test_incompatible_in_the_same_slot_bars_overlapping_offers_only():
    # Offers: a/main, b/early, b/late.
    overlap = [[False, True, False], [True, False, False], [False, False, False]]
    assert incompatible("same_slot", "11:00-13:00") == overlap
    assert not any(map(any, incompatible("same_slot", "12:00-13:00")))


def test_incompatible_always_bars_every_pair_of_offers_of_two_services():
    apart = [[False, True, True], [True, False, False], [True, False, False]]
    assert incompatible("always", "12:00-13:00") == apart
