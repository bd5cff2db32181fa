"""Rows and objectives in sizes that floating-point solvers like."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.exact.model import Matrix

    Floats = npt.NDArray[np.float64]

LARGEST = 128.0
"""Largest coefficient of a row or objective after scaling, about."""


def scaled_to_minimize(matrix: Matrix) -> tuple[Matrix, float]:
    """Return an equal minimisation, and the factor its objective was multiplied by.

    Rows with coefficients above `LARGEST`, as money has, are divided by a power of two,
    so that a solver's absolute tolerance means the same for yuan and for places. Powers
    of two leave every digit as it is.
    """
    largest = np.zeros(matrix.num_rows)
    owner = np.repeat(np.arange(matrix.num_rows), np.diff(matrix.start))
    np.maximum.at(largest, owner, np.abs(matrix.value))
    factor = _power_of_two(largest)
    sense = -1.0 if matrix.maximizes else 1.0
    costs = np.abs(matrix.objective).max(initial=0.0)
    weight = sense * float(_power_of_two(np.array([costs]))[0])
    scaled = replace(
        matrix,
        objective=matrix.objective * weight,
        maximizes=False,
        row_lower=matrix.row_lower * factor,
        row_upper=matrix.row_upper * factor,
        value=matrix.value * factor[owner],
    )
    return scaled, weight


def _power_of_two(largest: Floats) -> Floats:
    """Return the factor that brings each size to `LARGEST` or below."""
    factor = np.ones(len(largest))
    big = largest > LARGEST
    factor[big] = 2.0 ** np.floor(np.log2(LARGEST / largest[big]))
    return factor
