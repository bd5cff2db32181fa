"""Constants and tolerances that several layers share, with their meaning."""

from __future__ import annotations

MINUTES_PER_DAY = 24 * 60
MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY
WEEKS_PER_YEAR = 52

VIOLATION_TOLERANCE = 1e-6
"""A violation is an excess above this times max(1, |limit|)."""
MINUTES_TOLERANCE = 1e-9
"""Walking minutes compare with this slack."""
PLACES_TOLERANCE = 1e-9
"""Slack when the most places of an offer are taken as floor(area / m2)."""
OPTIMAL_GAP = 1e-6
"""A status is `optimal` only when the gap is at most this."""


def optimality_gap(bound: float, value: float) -> float:
    """Return |bound − value| ÷ max(|bound|, |value|), 0 when both are 0."""
    largest = max(abs(bound), abs(value))
    return 0.0 if largest == 0.0 else abs(bound - value) / largest


def exceeds(value: float, limit: float) -> bool:
    """Tell whether `value` breaks the upper `limit` beyond the tolerance."""
    return value - limit > VIOLATION_TOLERANCE * max(1.0, abs(limit))
