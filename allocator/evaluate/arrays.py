"""Sums by label, typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]


def sum_by(label: Ints, values: Floats, number: int) -> Floats:
    """Return the sum of `values` of each label 0 … number − 1."""
    return np.bincount(label, values, number).astype(np.float64)
