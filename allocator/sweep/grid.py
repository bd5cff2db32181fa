"""The points of a sweep, which of them are looser, and the order they are solved in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocator.scenario import Scenario
    from allocator.sweep.axes import Axis

CHAINS = 2
"""Points of one axis start from the plan two before, so that two can be solved at once
and the plans do not depend on how many are."""


@dataclass(frozen=True)
class Point:
    """One scenario of a sweep."""

    number: int
    variant: str
    at: tuple[int, ...]
    """Position on each axis."""
    values: tuple[float, ...]
    scenario: Scenario
    predecessor: int | None
    """Number of the point whose plan this one starts from; solved before it."""


@dataclass(frozen=True)
class Grid:
    """All points of a sweep."""

    axes: tuple[Axis, ...]
    points: tuple[Point, ...]

    def is_looser(self, point: Point, than: Point) -> bool:
        """Tell whether every plan of `than` is a plan of `point`, at least as good."""
        if point.variant != than.variant:
            return False
        relaxes = [axis.only_relaxes(point.scenario) for axis in self.axes]
        pairs = zip(point.at, than.at, relaxes, strict=True)
        return all(a == b or (a > b and good) for a, b, good in pairs)

    def next_along_first(self, point: Point) -> Point | None:
        """Return the next looser point along the first axis."""
        if not point.at:
            return None
        at = (point.at[0] + 1, *point.at[1:])
        same = (p for p in self.points if p.variant == point.variant and p.at == at)
        return next(same, None)


def build_grid(scenarios: Mapping[str, Scenario], axes: Sequence[Axis]) -> Grid:
    """Return the points of every variant, the tightest first.

    Parameters
    ----------
    scenarios
        Variant ("" = as it stands) to its scenario.
    axes
        One or two, or none for the variants alone.
    """
    points: list[Point] = []
    for variant, scenario in scenarios.items():
        numbers: dict[tuple[int, ...], int] = {}
        for at in product(*(range(len(axis.values)) for axis in axes)):
            values = tuple(axis.values[k] for axis, k in zip(axes, at, strict=True))
            changed = scenario
            for axis, value in zip(axes, values, strict=True):
                changed = axis.apply(changed, value)
            numbers[at] = len(points)
            start = numbers.get(_start(at))
            points.append(Point(len(points), variant, at, values, changed, start))
    return Grid(tuple(axes), tuple(points))


def _start(at: tuple[int, ...]) -> tuple[int, ...]:
    """Return the position a point starts from: along a row, or down the first column.

    Positions below 0 stand for none.
    """
    if len(at) < 2:
        return tuple(k - CHAINS for k in at) or (-1,)
    first, second = at
    return (first, second - 1) if second > 0 else (first - 1, 0)
