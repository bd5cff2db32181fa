"""With the whole decisions of a plan kept, solve what is left exactly as an LP."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import highspy
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.exact.model import Matrix

    Floats = npt.NDArray[np.float64]


LARGE = 50_000
"""Columns from which the interior point method goes first."""


def pass_model(solver: highspy.Highs, matrix: Matrix) -> None:
    """Hand a model over as arrays; it is taken as a minimisation or as it says."""
    sense = (
        highspy.ObjSense.kMaximize if matrix.maximizes else highspy.ObjSense.kMinimize
    )
    solver.passModel(
        matrix.num_columns,
        matrix.num_rows,
        len(matrix.value),
        int(highspy.MatrixFormat.kRowwise),
        int(sense),
        0.0,
        matrix.objective,
        matrix.lower,
        matrix.upper,
        matrix.row_lower,
        matrix.row_upper,
        matrix.start[:-1].astype(np.int32),
        matrix.index,
        matrix.value,
        matrix.integer.astype(np.int32),
    )


def refine(matrix: Matrix, point: Floats, time_limit_s: float = 1e6) -> Floats | None:
    """Return the best point with the integers of `point`, feasible to 1e-9, or None.

    The integers are rounded first: a solver's 2.9999997 places are 3.
    """
    whole = np.rint(point[matrix.integer])
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    lower[matrix.integer] = upper[matrix.integer] = whole
    fixed = replace(
        matrix, lower=lower, upper=upper, integer=np.zeros(len(lower), bool)
    )
    return solve_lp(fixed, time_limit_s)


def solve_lp(matrix: Matrix, time_limit_s: float = 1e6) -> Floats | None:
    """Return an optimal point of a model without integers, or None."""
    solver = highspy.Highs()
    method = "ipm" if matrix.num_columns >= LARGE else "choose"
    for key, value in (
        ("output_flag", False),
        ("solver", method),
        ("primal_feasibility_tolerance", 1e-9),
        ("dual_feasibility_tolerance", 1e-9),
        ("time_limit", time_limit_s),
    ):
        solver.setOptionValue(key, value)
    pass_model(solver, matrix)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(solver.getSolution().col_value, np.float64)
