"""Hours of the week for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.scenario.hours import DAYS

if TYPE_CHECKING:
    from allocator.report.words import Words
    from allocator.scenario.hours import WeekHours


def hours_text(hours: WeekHours, words: Words) -> str:
    """Return hours such as ``Mon–Fri 08:00–12:00, 13:00–17:00``."""
    by_days: dict[str, list[str]] = {}
    for part in str(hours).split("; "):
        days, clock = part.split(" ")
        by_days.setdefault(days, []).append(clock.replace("-", "–"))
    return "; ".join(
        f"{_days(days.split(','), words)} {', '.join(clocks)}"
        for days, clocks in by_days.items()
    )


def _days(days: list[str], words: Words) -> str:
    """Return days, those in a row by the first and the last."""
    if len(days) == len(DAYS):
        return words("day.all")
    first, last = DAYS.index(days[0]), DAYS.index(days[-1])
    names = [words(f"day.{day}") for day in days]
    if len(days) > 2 and last - first == len(days) - 1:
        return f"{names[0]}–{names[-1]}"
    return words.listed(names)
