"""The model as arrays: text, building by blocks, size."""

from __future__ import annotations

import time

import numpy as np
import pytest

from allocator.engines.exact.backends.highs import Highs
from allocator.engines.exact.backends.scip import bound_of_log_line
from allocator.engines.exact.model import Expression, Keys, LinearModel, Terms, total
from allocator.engines.exact.names import numbered
from allocator.engines.exact.refine import refine


def test_text_names_rows_and_columns_and_sums_terms_of_one_place():
    model = LinearModel()
    x = model.add_columns("x", numbered(2, item=np.arange(2)), upper=[3, 4])
    y = model.add_columns("y", Keys(1), upper=1, integer=True)
    rows = np.zeros(4, np.int64)
    columns = np.concatenate([x, x[:1], y])
    model.add_rows(
        "rule", Keys(1), [Terms(rows, columns, np.array([1, 2, 1, -5.0]))], upper=0
    )
    assert model.to_text(Expression(x, np.ones(2))) == (
        "maximize: + 1 x[item=0] + 1 x[item=1]\n"
        "rule[]: + 2 x[item=0] + 2 x[item=1] - 5 y[] <= 0\n"
        "integer 0 <= y[] <= 1\n"
        "real 0 <= x[item=0] <= 3\n"
        "real 0 <= x[item=1] <= 4\n"
    )


def test_excess_tells_how_much_a_point_breaks_each_row():
    model = LinearModel()
    x = model.add_columns("x", Keys(2), upper=10)
    for lower, upper in ((-np.inf, 5), (8, np.inf), (3, 3)):
        terms = [Terms(np.zeros(2, np.int64), x, 1.0)]
        model.add_rows("rule", Keys(1), terms, lower=lower, upper=upper)
    assert model.matrix().excess(np.array([4.0, 3.0])).tolist() == [2.0, 1.0, 4.0]


def test_a_model_without_rows_or_terms_is_a_model():
    model = LinearModel()
    model.add_columns("x", Keys(1), upper=2)
    matrix = model.matrix(total([]), maximizes=True)
    assert (matrix.num_rows, matrix.num_columns) == (0, 1)


def test_refining_keeps_the_rounded_integers_and_solves_the_rest():
    model = LinearModel()
    places = model.add_columns("places", Keys(1), upper=9, integer=True)
    flow = model.add_columns("flow", Keys(1), upper=100)
    rows = np.zeros(1, np.int64)
    terms = [Terms(rows, flow, 1.0), Terms(rows, places, -7.0)]
    model.add_rows("capacity", Keys(1), terms, upper=0)
    matrix = model.matrix(Expression(flow, np.ones(1)), maximizes=True)
    point = refine(matrix, np.array([2.9999997, 5.0]))
    assert point == pytest.approx([3.0, 21.0], abs=1e-9)


def test_a_million_columns_and_rows_are_handed_over_in_seconds():
    # Five terms per row; about a second alone on a machine.
    size = 200_000
    begin = time.process_time()
    model = LinearModel()
    columns = model.add_columns("x", Keys(size), upper=1, integer=True)
    rows = np.repeat(np.arange(size), 5)
    picked = columns[np.random.default_rng(0).integers(size, size=5 * size)]
    model.add_rows("rule", Keys(size), [Terms(rows, picked, 1.0)], upper=3.0)
    matrix = model.matrix(Expression(columns, np.ones(size)))
    import highspy

    from allocator.engines.exact.refine import pass_model

    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    pass_model(solver, matrix)
    assert solver.getNumRow() == size
    assert time.process_time() - begin < 4.0


def test_highs_reports_the_bound_in_the_sense_of_the_model():
    model = LinearModel()
    x = model.add_columns("x", Keys(2), upper=1, integer=True)
    terms = [Terms(np.zeros(2, np.int64), x, np.array([2.0, 3.0]))]
    model.add_rows("rule", Keys(1), terms, upper=4.0)
    from allocator.engines.exact.backends.backend import Settings

    class Quiet:
        def incumbent(self, point):
            self.point = point

        def bound(self, bound, steps):
            self.last = bound

    goal = Expression(x, np.array([1000.0, 1500.0]))
    quiet = Quiet()
    outcome = Highs().solve(model.matrix(goal, maximizes=True), Settings(), quiet)
    assert outcome.bound == pytest.approx(1500.0)
    assert goal.value(quiet.point) == pytest.approx(1500.0)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "  0.5s|     1 |     0 |  1819 |     - |    51M |   0 | 400 | 101 | 110 |"
            "  10 |  5 |   0 |   0 |-1.305742e+04 |-1.156200e+04 |  12.93%| unknown",
            (-13057.42, 1),
        ),
        (
            "L 2.5s|    17 |     0 |  4086 |     - |    rens|   0 | 400 | 101 | 118 |"
            "  18 | 11 |   0 |   0 |-1.305525e+04 |-1.268900e+04 |   2.89%| unknown",
            (-13055.25, 17),
        ),
        ("presolving:", None),
        (
            " time | node  | left  |LP iter|LP it/n|mem/heur|mdpt |vars |cons |rows |"
            "cuts |sepa|confs|strbr|  dualbound   | primalbound  |  gap   | compl.",
            None,
        ),
    ],
)
def test_the_bound_in_the_log_of_scip_is_read_and_stays_valid(line, expected):
    found = bound_of_log_line(line)
    if expected is None:
        assert found is None
        return
    bound, nodes = found
    assert nodes == expected[1]
    # Not above what is printed, and less than 0.02 below.
    assert expected[0] - 0.02 < bound < expected[0]
