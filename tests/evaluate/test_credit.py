"""δ by walking time: steps, line, limits."""

import numpy as np
import pytest

from allocator.evaluate.credit import credit
from allocator.scenario.schema import Need


def shares(limit: float, minutes, **keys):
    item = Need(
        id="n",
        visits_per_person_week=1,
        accepts=[{"service": "a", "max_walk_min": limit}],
        **keys,
    )
    return credit(item, np.array(minutes, float), limit).tolist()


def test_without_credit_it_is_one_up_to_the_limit_and_nothing_beyond():
    assert shares(10, [0, 10, 10 + 5e-10, 10.001, np.nan]) == [1, 1, 1, 0, 0]


def test_steps_take_the_first_that_is_long_enough():
    steps = [{"max_min": 5, "share": 1}, {"max_min": 10, "share": 0.6}]
    assert shares(12, [0, 5, 5.01, 10, 10.01], credit=steps) == [1, 1, 0.6, 0.6, 0]


def test_the_limit_of_the_offer_cuts_every_credit():
    steps = [{"max_min": 15, "share": 0.6}]
    assert shares(10, [10, 11], credit=steps) == [0.6, 0]
    line = {"full_min": 5, "zero_min": 15}
    assert shares(10, [10, 11], credit=line) == [0.5, 0]


def test_a_line_falls_from_full_to_zero():
    line = {"full_min": 5, "zero_min": 15}
    found = shares(20, [0, 5, 7.5, 10, 15, 16], credit=line)
    assert found == pytest.approx([1, 1, 0.75, 0.5, 0, 0])
