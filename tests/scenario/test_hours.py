"""Hours of the week."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.scenario.hours import (
    ALWAYS,
    DAYS,
    WeekHours,
    overlaps_itself,
    parse_clock,
    parse_days,
    parse_hours,
    parse_when,
    week_hours,
)

DAY = 1440


def test_hours_that_cross_midnight_belong_to_the_day_they_begin_on() -> None:
    hours = parse_when("sat 22:00-02:00")
    assert hours.intervals == ((5 * DAY + 1320, 6 * DAY + 120),)
    assert hours.days_per_week == 1


def test_sunday_night_runs_into_monday() -> None:
    hours = parse_when("sun 22:00-02:00")
    # Sunday 22:00 is minute 6 × 1440 + 1320 = 9960; two hours remain for Monday
    assert hours.covered == ((0, 120), (9960, 10080))
    assert hours.overlaps(parse_when("mon 01:00-03:00"))
    assert not hours.overlaps(parse_when("mon 02:00-03:00"))


def test_days_hours_and_when_say_the_same() -> None:
    by_when = parse_when("mon,wed 09:00-11:00,14:00-16:00; sat 09:00-11:00")
    by_parts = (
        week_hours(
            parse_days("wed,mon"), parse_hours("14:00-16:00, 09:00-11:00")
        ).intervals
        + week_hours((5,), ((540, 660),)).intervals
    )
    assert by_when == WeekHours(tuple(sorted(by_parts)))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("all", range(7)),
        ("mon-fri", range(5)),
        ("sat-mon", (0, 5, 6)),
        ("Mon, Wed", (0, 2)),
        ("sun,sun", (6,)),
        ("mon–wed", range(3)),
        ("mon、tue", (0, 1)),
    ],
)
def test_days_are_words_ranges_and_lists(
    text: str, days: range | tuple[int, ...]
) -> None:
    assert parse_days(text) == tuple(days)


@pytest.mark.parametrize(
    "text",
    [
        "mon-fri 18:00-22:00; sat,sun 08:00-22:00",
        "mon-fri 18：00—22：00；sat、sun 8:00~22:00",
        "mon - fri 18:00 - 22:00 ; sat, sun 08:00-22:00",
    ],
)
def test_full_width_marks_and_spaces_read_the_same(text: str) -> None:
    hours = parse_when(text)
    assert hours.days_per_week == 7
    # 5 evenings of 4 h and 2 days of 14 h
    assert hours.minutes_per_week == (5 * 4 + 2 * 14) * 60


@pytest.mark.parametrize(
    "text", ["25:00", "24:01", "12:60", "12", "noon", "", "1:2", "-1:00"]
)
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time of day"):
        parse_clock(text)


def test_a_day_may_end_at_24_00_but_not_begin_there() -> None:
    assert parse_hours("00:00-24:00") == ((0, DAY),)
    with pytest.raises(ValueError, match="starts at 24:00"):
        parse_hours("24:00-02:00")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mon",
        "08:00-10:00",
        "mon 08:00",
        "funday 08:00-10:00",
        "mon 08:00-08:00",
        "mon 08:00-10:00;",
        "mon 08:00-10:00-12:00",
    ],
)
def test_hours_that_say_nothing_clear_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not|empty"):
        parse_when(text)


def test_overlap_with_oneself_is_seen_round_the_week() -> None:
    assert overlaps_itself(parse_when("sun 22:00-02:00; mon 01:00-03:00"))
    assert not overlaps_itself(parse_when("sun 22:00-02:00; mon 02:00-03:00"))


def test_containment_joins_touching_hours() -> None:
    opening = parse_when("mon 08:00-12:00; mon 12:00-18:00")
    assert opening.contains(parse_when("mon 11:00-13:00"))
    assert not opening.contains(parse_when("mon 07:59-09:00"))
    assert ALWAYS.contains(parse_when("sun 22:00-06:00"))


@given(
    st.lists(
        st.tuples(st.sampled_from(DAYS), st.integers(0, DAY - 1), st.integers(1, DAY)),
        min_size=1,
        max_size=5,
    )
)
def test_hours_written_as_text_read_back(parts: list[tuple[str, int, int]]) -> None:
    def clock(minute: int) -> str:
        return f"{minute // 60:02d}:{minute % 60:02d}"

    texts = [
        f"{day} {clock(start)}-{clock(end)}"
        for day, start, end in parts
        if start != end
    ]
    if texts:
        hours = parse_when("; ".join(texts))
        assert parse_when(str(hours)) == hours
