"""Where places follow without a linear program, they are the program's."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.shortfall.places_needed import PlacesNeeded


def needed(accepted: list[list[int]], holds: list[list[int]]) -> PlacesNeeded:
    sessions = len(holds)
    return PlacesNeeded(
        accepted=np.array(accepted, bool),
        holds=np.array(holds, bool),
        visits_per_place=np.array([5.0, 14.0, 3.0][:sessions]),
        m2_per_place=np.full(sessions, 2.0),
    )


@pytest.mark.parametrize(
    ("accepted", "holds"),
    [
        ([[1, 0], [0, 1]], [[1, 1, 0], [0, 1, 1]]),
        ([[1, 0], [1, 0]], [[1, 0], [0, 1]]),
        ([[1, 1], [1, 1]], [[1, 0], [0, 1]]),
        ([[1, 0, 1]], [[1, 0, 0], [1, 1, 0], [0, 0, 1]]),
        ([[1, 1, 0], [0, 1, 0]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
        ([[1, 1, 1], [1, 0, 0]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
    ],
)
def test_the_peak_is_that_of_the_program(
    accepted: list[list[int]],
    holds: list[list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    places = needed(accepted, holds)
    visits = np.array([37.0, 61.0])[: len(accepted)]
    by_program = places._by_program(visits, places.accepted)
    with monkeypatch.context() as patch:
        patch.setattr(PlacesNeeded, "_by_program", None)  # not asked
        found = places._by_session(visits, places.accepted)
    peak = (found @ places.holds).max()
    assert peak == pytest.approx((by_program @ places.holds).max())
    assert (found >= 0).all()


def test_sessions_that_meet_need_the_program() -> None:
    # 60 visits in sessions of 5 and 14 that meet: all in the second, 60 ÷ 14 places
    places = needed([[1, 1]], [[1, 1], [0, 1]])
    assert places.of(np.array([60.0]))[0] == 5
