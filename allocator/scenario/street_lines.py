"""Street lines as arrays: where they run and how they are walked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True)
class StreetLines:
    """Lines in the scenario's coordinate system; read-only by convention.

    The points of line k are ``xy[start[k]:start[k + 1]]``, two or more.
    """

    xy: npt.NDArray[np.float64]
    """Shape (points, 2)."""
    start: npt.NDArray[np.int64]
    """Shape (lines + 1,)."""
    classes: tuple[str, ...]
    """Names of the classes, "" = none given."""
    class_position: npt.NDArray[np.int64]
    """Class of each line, shape (lines,)."""
    layer: npt.NDArray[np.int64]
    """Shape (lines,)."""
    grade_percent: npt.NDArray[np.float64]
    """Shape (lines,), not negative."""
    crossing_delay_min: npt.NDArray[np.float64]
    """Shape (lines,); NaN = that of the class."""

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def num_points(self) -> int:
        """How many vertices all lines have together."""
        return len(self.xy)

    def line_of_point(self) -> npt.NDArray[np.int64]:
        """Return the line that each vertex belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))


def street_lines(
    xy: npt.NDArray[np.float64],
    start: npt.NDArray[np.int64],
    *,
    names: npt.NDArray[np.object_] | None = None,
    layer: npt.NDArray[np.int64] | None = None,
    grade_percent: npt.NDArray[np.float64] | None = None,
    crossing_delay_min: npt.NDArray[np.float64] | None = None,
) -> StreetLines:
    """Return lines with the defaults of what is not given; `names` are classes."""
    lines = len(start) - 1
    names = np.full(lines, "", object) if names is None else names
    classes, position = np.unique(names.astype(str), return_inverse=True)
    return StreetLines(
        np.asarray(xy, np.float64),
        np.asarray(start, np.int64),
        tuple(classes.tolist()),
        position.astype(np.int64),
        np.zeros(lines, np.int64) if layer is None else layer,
        np.zeros(lines) if grade_percent is None else grade_percent,
        np.full(lines, np.nan) if crossing_delay_min is None else crossing_delay_min,
    )
