"""The kernels of the price bound against their slow twin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from allocator.engines.price.lists import RowPrices
from allocator.engines.price.twin import space_value
from tests.engines.price_samples import new_search, random_prices, sample

if TYPE_CHECKING:
    from allocator.engines.price.problem import RelaxedProblem


def building_values(
    problem: RelaxedProblem, rows: RowPrices, prices: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return what every building earns by the kernels, and by the twin."""
    layout = problem.layout
    instance, count = layout.instance, len(problem.earned)
    problem.use_all(rows, np.tile(prices, (count, 1)), 0.0)
    slow = np.zeros(count)
    for building in range(count):
        table = layout.rooms.building[building]
        value = -prices[0] * table["opening"] - prices[1] * table["rent"] - prices[3]
        low, high = instance.buildings.space_start[building : building + 2]
        for space in instance.buildings.space_of[low:high]:
            value += space_value(layout, int(space), rows, prices)
        slow[building] = value if table["forced"] else max(0.0, value)
    return problem.earned.copy(), slow


@pytest.mark.parametrize("sessions", [0, 3, 4])
def test_kernels_never_earn_less_than_the_twin(sessions: int) -> None:
    earning = 0
    for seed in range(8):
        search = new_search(sample(seed, sessions=sessions).instance)
        rng = np.random.default_rng(seed)
        drawn = random_prices(search, rng)
        rows = RowPrices(drawn.rho, search.problem.cover_prices(drawn), np.zeros(0))
        prices = rng.random(4) * np.array([0.03, 0.05, 0.2, 0.5])
        fast, slow = building_values(search.problem, rows, prices)
        assert (fast >= slow - 1e-7 * np.maximum(1.0, slow)).all(), seed
        earning += int((slow > 0.0).sum())
    assert earning >= 5


def test_kernels_equal_the_twin_where_nothing_is_relaxed() -> None:
    # Whole spaces, needs that accept one session each, no two sessions of a service:
    # no place is shared and no demand served twice, so the two must agree.
    compared = 0
    for seed in range(120):
        instance = sample(seed).instance
        one_session = np.bincount(instance.offers.service).max() == 1
        accepted = np.bincount(
            [reach.need for reach in instance.reaches for _ in reach.offers]
        )
        if (
            instance.spaces.divisible.any()
            or not one_session
            or accepted.max(initial=0) > 1
        ):
            continue
        search = new_search(instance)
        rng = np.random.default_rng(seed)
        drawn = random_prices(search, rng)
        rows = RowPrices(drawn.rho, search.problem.cover_prices(drawn), np.zeros(0))
        prices = rng.random(4) * np.array([0.005, 0.01, 0.02, 0.05])
        fast, slow = building_values(search.problem, rows, prices)
        np.testing.assert_allclose(fast, slow, rtol=1e-7, atol=1e-7)
        compared += int((slow > 0.0).sum())
    assert compared >= 3
