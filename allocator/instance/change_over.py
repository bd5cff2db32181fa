"""Which offers disturb one another: change-over times and incompatible services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.instance.arrays import frozen
from allocator.units import MINUTES_PER_WEEK, MINUTES_TOLERANCE

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.scenario.hours import WeekHours
    from allocator.scenario.scenario import Offer, Scenario


def change_over_conflict(scenario: Scenario) -> npt.NDArray[np.bool_]:
    """Return the pairs of offers that break their change-over time, shape (o, o).

    Offers of one service never conflict; where several rules name a pair, each holds.
    """
    offers = scenario.offers
    conflict = np.zeros((len(offers), len(offers)), bool)
    least = {
        pair: rule.minutes
        for rule in sorted(scenario.spec.rules.change_over_min, key=lambda r: r.minutes)
        for pair in rule.ordered_pairs
    }
    for (ends_first, starts_next), minutes in least.items():
        if ends_first == starts_next:
            continue
        for a in _of_service(offers, ends_first):
            for b in _of_service(offers, starts_next):
                free = _least_minutes_between(offers[a].hours, offers[b].hours)
                if free < minutes - MINUTES_TOLERANCE:
                    conflict[a, b] = conflict[b, a] = True
    return frozen(conflict)


def incompatible_offers(scenario: Scenario) -> npt.NDArray[np.bool_]:
    """Return the pairs of offers barred from one building together, shape (o, o)."""
    offers = scenario.offers
    barred = np.zeros((len(offers), len(offers)), bool)
    for rule in scenario.spec.rules.incompatible:
        members = [k for k, o in enumerate(offers) if o.service_id in rule.services]
        for a in members:
            for b in members:
                apart = offers[a].service_id != offers[b].service_id
                meet = rule.when == "always" or offers[a].hours.overlaps(
                    offers[b].hours
                )
                barred[a, b] |= apart and meet
    return frozen(barred)


def _of_service(offers: tuple[Offer, ...], service_id: str) -> list[int]:
    """Return positions of the offers of one service."""
    return [k for k, offer in enumerate(offers) if offer.service_id == service_id]


def _least_minutes_between(ends_first: WeekHours, starts_next: WeekHours) -> int:
    """Return the least time from an end to the next start, round the week."""
    return min(
        (start - end) % MINUTES_PER_WEEK
        for _, end in ends_first.intervals
        for start, _ in starts_next.intervals
    )
