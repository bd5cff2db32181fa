"""Elementary slots, cut wherever a session begins or ends."""

from __future__ import annotations

from allocator.instance.slots import build_slots
from allocator.scenario.hours import parse_when


def slots_of(*when: str) -> dict[tuple[bool, ...], int]:
    """Return {who holds the slot: its minutes per week}."""
    slots = build_slots([parse_when(text) for text in when])
    held = [tuple(column) for column in slots.holds.T.tolist()]
    return dict(zip(held, slots.minutes_per_week.tolist(), strict=True))


def test_sessions_are_cut_where_they_overlap():
    # Mon 9-12 and 11-15: 2 h alone, 1 h both, 3 h alone.
    assert slots_of("mon 09:00-12:00", "mon 11:00-15:00") == {
        (True, False): 120,
        (True, True): 60,
        (False, True): 180,
    }


def test_days_with_equal_sessions_are_one_slot():
    # Seven days of 9-12 alone; lunch on Saturday and Sunday cuts those two days.
    assert slots_of("all 09:00-12:00", "sat,sun 11:00-12:00") == {
        (True, False): 5 * 180 + 2 * 120,
        (True, True): 2 * 60,
    }


def test_sessions_that_touch_share_no_slot():
    assert slots_of("mon 09:00-12:00", "mon 12:00-13:00") == {
        (True, False): 180,
        (False, True): 60,
    }


def test_a_night_runs_into_the_next_day_and_sunday_into_monday():
    # Sunday 22:00 to Monday 02:00 is 120 min on Sunday and 120 on Monday, of which
    # the hour from 00:00 is shared with Monday 00:00-01:00.
    assert slots_of("sun 22:00-02:00", "mon 00:00-01:00") == {
        (True, True): 60,
        (True, False): 180,
    }


def test_hours_without_any_session_are_no_slot():
    assert sum(slots_of("mon 09:00-10:00", "sun 09:00-10:00").values()) == 120


def test_only_slots_that_no_other_contains_matter_for_areas():
    slots = build_slots(
        [
            parse_when(text)
            for text in ("mon 09:00-12:00", "mon 11:00-15:00", "tue 09:00-10:00")
        ]
    )
    held = slots.holds.T[slots.maximal].tolist()
    assert held == [[True, True, False], [False, False, True]]


def test_no_sessions_no_slots():
    assert build_slots([]).holds.shape == (0, 0)
