"""Fewest places of one service: short cuts agree with the linear program."""

import numpy as np
import pytest

from allocator.shortfall.places_needed import PlacesNeeded

HOLDS = np.array([[1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]], bool)
"""Three sessions over four slots; the second and the third meet."""


def peak(needed: PlacesNeeded, places: np.ndarray) -> float:
    return float((places @ needed.holds).max())


@pytest.mark.parametrize(
    ("accepted", "visits"),
    [
        ([[1, 1, 1]], [90.0]),  # one need, any session
        ([[0, 1, 1]], [40.0]),
        ([[1, 0, 0], [0, 0, 1], [0, 1, 0]], [30.0, 20.0, 10.0]),  # nobody has a choice
    ],
)
def test_short_cuts_agree_with_the_program(
    accepted: list[list[int]], visits: list[float]
) -> None:
    rows = np.array(accepted, bool)
    needed = PlacesNeeded(rows, HOLDS, np.array([5.0, 7.0, 2.0]), np.full(3, 2.0))
    found = needed._by_session(np.array(visits), rows)
    best = needed._optimum(np.array(visits), rows)
    assert peak(needed, found) == pytest.approx(peak(needed, best))
    again = needed._by_session(2 * np.array(visits), rows)
    assert again == pytest.approx(2 * found)
