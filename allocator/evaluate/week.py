"""Slots of the week and change-over minutes, straight from the sessions' hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.scenario.hours import WeekHours
from allocator.units import MINUTES_PER_WEEK, MINUTES_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from allocator.scenario import Scenario
    from allocator.scenario.scenario import Offer
    from allocator.scenario.schema import ChangeOver


@dataclass(frozen=True)
class Week:
    """The elementary slots and which offer holds which.

    Letters of shapes: o offers, t slots.
    """

    start_min: npt.NDArray[np.int64]
    """Shape (t,): first minute of the slot, from Monday 00:00."""
    minutes: npt.NDArray[np.int64]
    """Shape (t,): length of the slot."""
    holds: npt.NDArray[np.bool_]
    """Shape (o, t): offer o holds slot t."""
    conflict: npt.NDArray[np.bool_]
    """Shape (o, o), symmetric: the two offers break their change-over time."""
    shortage_min: Mapping[tuple[int, int], tuple[float, float]]
    """Of each conflicting pair (lower position first): (minutes between, asked)."""

    def hours_of(self, slot: int) -> str:
        """Return the slot as text, ``mon 09:00-12:00``."""
        start = int(self.start_min[slot])
        return str(WeekHours(((start, start + int(self.minutes[slot])),)))


def build_week(scenario: Scenario) -> Week:
    """Cut the week at every start and end of a session."""
    offers = scenario.offers
    cuts = sorted(
        {0, MINUTES_PER_WEEK}
        | {end for offer in offers for piece in offer.hours.covered for end in piece}
    )
    start = np.array(cuts[:-1], np.int64)
    minutes = np.array(cuts[1:], np.int64) - start
    holds = np.zeros((len(offers), len(start)), bool)
    for o, offer in enumerate(offers):
        for low, high in offer.hours.covered:
            holds[o] |= (start >= low) & (start < high)
    shortages = _change_over_shortages(offers, scenario.spec.rules.change_over_min)
    conflict = np.zeros((len(offers), len(offers)), bool)
    for first, second in shortages:
        conflict[first, second] = conflict[second, first] = True
    return Week(start, minutes, holds, conflict, shortages)


def minutes_to_next(first: WeekHours, second: WeekHours) -> int:
    """Return the least minutes from an end of `first` to the next start of `second`.

    Round the week and whatever lies between; 0 when one begins as the other ends.
    """
    return min(
        (start - end) % MINUTES_PER_WEEK
        for _, end in first.intervals
        for start, _ in second.intervals
    )


def _change_over_shortages(
    offers: Sequence[Offer], rules: Sequence[ChangeOver]
) -> dict[tuple[int, int], tuple[float, float]]:
    """Return {(o, o'): (minutes between, asked)} of the worst breach of each pair."""
    asked: dict[tuple[str, str], float] = {}
    for rule in rules:
        for pair in rule.ordered_pairs:
            asked[pair] = max(asked.get(pair, 0.0), rule.minutes)
    shortages: dict[tuple[int, int], tuple[float, float]] = {}
    for a, first in enumerate(offers):
        for b, second in enumerate(offers):
            minutes = asked.get((first.service_id, second.service_id), 0.0)
            if first.service_id == second.service_id or minutes <= 0:
                continue
            between = minutes_to_next(first.hours, second.hours)
            if between >= minutes - MINUTES_TOLERANCE:
                continue
            key = (min(a, b), max(a, b))
            known = shortages.get(key)
            if known is None or minutes - between > known[1] - known[0]:
                shortages[key] = (float(between), minutes)
    return shortages
