"""Hours of the week: sessions, and when a space or building may be used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from allocator.units import MINUTES_PER_DAY, MINUTES_PER_WEEK

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PUNCTUATION = str.maketrans("；，：、–—～~－", ";,:,-----")
"""Marks that word processors put for ours."""
_DAYS_THEN_HOURS = re.compile(r"^(\D+)(\d.*)$")
_CLOCK = re.compile(r"^([0-9]{1,2}):([0-9]{2})$")


@dataclass(frozen=True)
class WeekHours:
    """Intervals of the week in minutes from Monday 00:00, half open, sorted.

    An interval starts in [0, 10080) and belongs to the day it begins on; its end
    may exceed 10080, which runs into Monday.
    """

    intervals: tuple[tuple[int, int], ...]

    @cached_property
    def days_per_week(self) -> int:
        """Distinct weekdays on which an interval begins."""
        return len({start // MINUTES_PER_DAY for start, _ in self.intervals})

    @cached_property
    def minutes_per_week(self) -> int:
        """Total length in minutes."""
        return sum(end - start for start, end in self.intervals)

    @cached_property
    def covered(self) -> tuple[tuple[int, int], ...]:
        """The union as disjoint intervals of [0, 10080], split at the week's end."""
        pieces = []
        for start, end in self.intervals:
            if end <= MINUTES_PER_WEEK:
                pieces.append((start, end))
            else:
                pieces += [(start, MINUTES_PER_WEEK), (0, end - MINUTES_PER_WEEK)]
        merged: list[tuple[int, int]] = []
        for start, end in sorted(pieces):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return tuple(merged)

    def contains(self, other: WeekHours) -> bool:
        """Tell whether every interval of `other` lies inside this union."""
        return all(
            any(low <= start and end <= high for low, high in self.covered)
            for start, end in other.covered
        )

    def overlaps(self, other: WeekHours) -> bool:
        """Tell whether the two share at least one minute."""
        return any(
            start < high and low < end
            for start, end in self.covered
            for low, high in other.covered
        )

    def __str__(self) -> str:
        def clock(minute: int) -> str:
            return f"{minute // 60:02d}:{minute % 60:02d}"

        by_hours: dict[tuple[int, int, int], list[str]] = {}
        for start, end in self.intervals:
            day, begin = divmod(start, MINUTES_PER_DAY)
            finish = end - day * MINUTES_PER_DAY
            if finish > MINUTES_PER_DAY:
                finish -= MINUTES_PER_DAY
            word, nth = DAYS[day], 0
            while word in by_hours.get((begin, finish, nth), []):
                nth += 1
            by_hours.setdefault((begin, finish, nth), []).append(word)
        return "; ".join(
            f"{','.join(days)} {clock(begin)}-{clock(finish)}"
            for (begin, finish, _), days in sorted(by_hours.items())
        )


ALWAYS = WeekHours(
    tuple((d * MINUTES_PER_DAY, (d + 1) * MINUTES_PER_DAY) for d in range(7))
)


def parse_clock(text: str) -> int:
    """Return minutes after midnight of ``hh:mm``; 24:00 is allowed.

    Raises
    ------
    ValueError
        If the text is no time of day.
    """
    match = _CLOCK.match(text.strip())
    if match is None:
        msg = f"{text!r} is not a time of day hh:mm"
        raise ValueError(msg)
    hour, minute = int(match[1]), int(match[2])
    if minute > 59 or hour > 24 or (hour == 24 and minute > 0):
        msg = f"{text!r} is not a time of day between 00:00 and 24:00"
        raise ValueError(msg)
    return hour * 60 + minute


def parse_days(text: str) -> tuple[int, ...]:
    """Return weekday numbers (Monday 0) of ``all``, ``mon-fri`` or ``mon,wed``.

    Raises
    ------
    ValueError
        If a word is no weekday.
    """
    days: set[int] = set()
    plain = text.translate(_PUNCTUATION).lower()
    for part in "".join(plain.split()).split(","):
        if part == "all":
            days.update(range(7))
            continue
        ends = part.split("-")
        if len(ends) > 2 or any(end not in DAYS for end in ends):
            msg = f"{part!r} is not a weekday; use all, {', '.join(DAYS)} or mon-fri"
            raise ValueError(msg)
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        days.update((first + k) % 7 for k in range((last - first) % 7 + 1))
    return tuple(sorted(days))


def parse_hours(text: str) -> tuple[tuple[int, int], ...]:
    """Return (start, end) minutes of ``10:30-13:00,17:00-19:00``; end may pass 1440.

    Raises
    ------
    ValueError
        If an interval is malformed or empty.
    """
    intervals = []
    for part in text.translate(_PUNCTUATION).split(","):
        ends = part.strip().split("-")
        if len(ends) != 2:
            msg = f"{part.strip()!r} is not an interval hh:mm-hh:mm"
            raise ValueError(msg)
        start, end = parse_clock(ends[0]), parse_clock(ends[1])
        if start == MINUTES_PER_DAY:
            msg = f"{part.strip()!r} starts at 24:00; write 00:00 of the next day"
            raise ValueError(msg)
        if start == end:
            msg = f"{part.strip()!r} is empty"
            raise ValueError(msg)
        intervals.append((start, end if end > start else end + MINUTES_PER_DAY))
    return tuple(intervals)


def week_hours(days: tuple[int, ...], hours: tuple[tuple[int, int], ...]) -> WeekHours:
    """Hold the same daily `hours` on each of `days` (Monday 0)."""
    return WeekHours(
        tuple(
            sorted(
                (day * MINUTES_PER_DAY + start, day * MINUTES_PER_DAY + end)
                for day in days
                for start, end in hours
            )
        )
    )


@lru_cache(maxsize=65536)
def parse_when(text: str) -> WeekHours:
    """Return the hours of ``mon-fri 18:00-22:00; sat,sun 08:00-22:00``.

    Raises
    ------
    ValueError
        If a part is malformed.
    """
    intervals: list[tuple[int, int]] = []
    for part in text.translate(_PUNCTUATION).split(";"):
        match = _DAYS_THEN_HOURS.match(part.strip())
        if match is None:
            msg = (
                f"{part.strip()!r} is not 'days hh:mm-hh:mm', such as 'all 08:00-22:00'"
            )
            raise ValueError(msg)
        intervals += week_hours(parse_days(match[1]), parse_hours(match[2])).intervals
    return WeekHours(tuple(sorted(intervals)))


def overlaps_itself(hours: WeekHours) -> bool:
    """Tell whether two intervals of the same hours share a minute."""
    return sum(end - start for start, end in hours.covered) < hours.minutes_per_week
