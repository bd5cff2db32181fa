"""A model in whole numbers of which every point of the true model is a point.

CP-SAT knows integers only. Every real column is counted in small units, every row is
multiplied and rounded outward, so that the optimum of the integer model bounds the
true one. Served visits round without loss in the objective: with the whole decisions
fixed they are a transport problem, and with demand and capacity rounded up to units
the corners of that problem are whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.instance.arrays import sums

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.exact.model import Matrix

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

LEAST_VISIT_UNITS = 1e3
MOST_VISIT_UNITS = 1e6
"""Units per visit: 1/1000 visit or finer while the sums stay small."""
VISITS_IN_ALL = 1e8
"""Size that the sum of all flows' bounds stays below with finer units."""
LARGEST_COLUMN = 1e9
MOST_UNITS = 1e8
LARGEST_ROW = 2.0**52
"""Size that the terms of a row, taken at their bounds, stay below in sum."""
LARGEST_OBJECTIVE = 2.0**50
MOST_DIGITS = 9
SLACK = 1e-6
"""Slack when a number is compared with the whole number it should be."""


@dataclass(frozen=True)
class IntegerModel:
    """Rows by CSR in whole numbers; the objective is minimised."""

    lower: Ints
    upper: Ints
    units: Floats
    """Units of every column per 1 of the true column."""
    objective: Ints
    objective_factor: float
    """True objective × this = integer objective, apart from `objective_slack`."""
    objective_slack: float
    """Most by which the integer objective of a true point may come out too high."""
    row_lower: Ints
    row_upper: Ints
    """Within ± `NO_LIMIT`."""
    start: Ints
    index: npt.NDArray[np.int32]
    value: Ints

    def true_bound(self, bound: float) -> float:
        """Return the bound on the true objective that an integer bound gives."""
        return (bound - self.objective_slack) / self.objective_factor

    def point(self, values: Floats) -> Floats:
        """Return the true point of integer values."""
        return values / self.units

    def values(self, point: Floats) -> Ints:
        """Return the nearest integer values of a true point."""
        return np.clip(np.rint(point * self.units), self.lower, self.upper).astype(
            np.int64
        )


NO_LIMIT = 2**62


def integer_model(matrix: Matrix) -> IntegerModel:
    """Return the integer model of a matrix."""
    units = _units(matrix)
    rounds_up = _rounds_up(matrix)
    lower = np.where(
        matrix.integer, np.ceil(matrix.lower - SLACK), matrix.lower * units
    )
    upper = np.where(
        matrix.integer, np.floor(matrix.upper + SLACK), matrix.upper * units
    )
    lower, upper = np.floor(lower + SLACK), np.ceil(upper - SLACK)
    size = np.maximum(np.abs(lower), np.abs(upper))
    row_lower, row_upper, value = _round_rows(matrix, units, size, rounds_up)
    objective, factor, slack = _round_objective(matrix, units, size, rounds_up)
    return IntegerModel(
        lower=lower.astype(np.int64),
        upper=upper.astype(np.int64),
        units=units,
        objective=objective,
        objective_factor=factor,
        objective_slack=slack,
        row_lower=row_lower,
        row_upper=row_upper,
        start=matrix.start,
        index=matrix.index,
        value=value,
    )


def _units(matrix: Matrix) -> Floats:
    """Return how many units every column is counted in."""
    real = ~matrix.integer & ~matrix.network
    largest = np.maximum(np.maximum(np.abs(matrix.lower), np.abs(matrix.upper)), 1e-6)
    fine = np.minimum(10.0 ** np.floor(np.log10(LARGEST_COLUMN / largest)), MOST_UNITS)
    visits = max(float(matrix.upper[matrix.network].sum()), 1.0)
    of_visits = 10.0 ** np.floor(np.log10(VISITS_IN_ALL / visits))
    of_visits = float(np.clip(of_visits, LEAST_VISIT_UNITS, MOST_VISIT_UNITS))
    units = np.ones(matrix.num_columns)
    units[real] = fine[real]
    units[matrix.network] = of_visits
    return units


def _rounds_up(matrix: Matrix) -> Bools:
    """Return which real columns round up: those that more rows hold from below."""
    owner = _owner(matrix)
    above = np.isfinite(matrix.row_upper)[owner]
    below = np.isfinite(matrix.row_lower)[owner]
    positive = matrix.value > 0
    hurts_up = (above & positive) | (below & ~positive)
    hurts_down = (below & positive) | (above & ~positive)
    count = matrix.num_columns
    up = np.bincount(matrix.index, hurts_up, count)
    down = np.bincount(matrix.index, hurts_down, count)
    # A column with a price is held down by it and defined by rows from below.
    return down >= up


def _round_rows(
    matrix: Matrix, units: Floats, size: Floats, rounds_up: Bools
) -> tuple[Ints, Ints, Ints]:
    """Return (lower, upper, value) of the rows, rounded outward.

    A transport row counts in units of visits and has its capacity rounded up.
    """
    owner, transport = _owner(matrix), _transport_rows(matrix)
    value = matrix.value / units[matrix.index]
    factor = _row_factors(matrix, owner, value, size)
    factor[transport] = units[matrix.network].max(initial=1.0)
    scaled = value * factor[owner]
    near = np.rint(scaled)
    low = np.floor(scaled + SLACK)
    whole = np.where(transport[owner], low, near)
    amount = np.abs(near - scaled) * size[matrix.index] * ~transport[owner]
    off = sums(owner, amount, matrix.num_rows)
    too_high, too_low = _rounding_slack(matrix, scaled, rounds_up)
    upper = matrix.row_upper * factor + off + too_high
    lower = matrix.row_lower * factor - off - too_low
    upper = np.where(transport, np.ceil(upper - SLACK), upper)
    return (
        _within(np.ceil(lower - _slack_of(lower))),
        _within(np.floor(upper + _slack_of(upper))),
        whole.astype(np.int64),
    )


def _row_factors(matrix: Matrix, owner: Ints, value: Floats, size: Floats) -> Floats:
    """Return a power of ten per row that makes its factors whole, or nearly so."""
    weight = np.bincount(owner, np.abs(value) * size[matrix.index], matrix.num_rows)
    largest = 10.0 ** np.floor(np.log10(LARGEST_ROW / np.maximum(weight, 1e-9)))
    factor = largest.copy()
    found = np.zeros(matrix.num_rows, bool)
    for digits in range(MOST_DIGITS + 1):
        scaled = value * 10.0**digits
        off = np.abs(scaled - np.rint(scaled)) > 1e-9 * np.maximum(1.0, np.abs(scaled))
        off |= np.rint(scaled) == 0
        fits = np.bincount(owner, off, matrix.num_rows) == 0
        fits &= (10.0**digits <= largest) & ~found
        factor[fits] = 10.0**digits
        found |= fits
    return factor


def _rounding_slack(
    matrix: Matrix, scaled: Floats, rounds_up: Bools
) -> tuple[Floats, Floats]:
    """Return by how much rounding columns may raise and lower each row.

    A network column moves by less than a unit in either direction; in transport rows
    it does not matter, since those hold after rounding anyway.
    """
    owner = _owner(matrix)
    network = matrix.network[matrix.index]
    real = ~matrix.integer[matrix.index] & ~network
    up = real & rounds_up[matrix.index]
    down = real & ~rounds_up[matrix.index]
    side = network & ~_transport_rows(matrix)[owner]
    positive = scaled > 0
    raises = (up & positive) | (down & ~positive) | side
    lowers = (up & ~positive) | (down & positive) | side
    amount = np.abs(scaled)
    return (
        sums(owner, amount * raises, matrix.num_rows),
        sums(owner, amount * lowers, matrix.num_rows),
    )


def _transport_rows(matrix: Matrix) -> Bools:
    """Return the rows ``sum of network columns ≤ whole decisions``.

    None of those that bound several columns, should a column stand in more than two
    (a goal held may look alike): the corners need not be whole then.
    """
    owner = _owner(matrix)
    network = matrix.network[matrix.index]
    alien = ~(network | matrix.integer[matrix.index])
    alien |= network & (matrix.value != 1.0)
    count = matrix.num_rows
    flows = np.bincount(owner, network, count)
    plain = (flows > 0) & (np.bincount(owner, alien, count) == 0)
    plain &= np.isneginf(matrix.row_lower)
    several = plain & (flows > 1)
    uses = np.bincount(matrix.index, network & several[owner], matrix.num_columns)
    return np.asarray(plain if uses.max(initial=0) <= 2 else plain & ~several, bool)


def _owner(matrix: Matrix) -> Ints:
    """Return the row of every entry."""
    return np.repeat(np.arange(matrix.num_rows), np.diff(matrix.start))


def _round_objective(
    matrix: Matrix, units: Floats, size: Floats, rounds_up: Bools
) -> tuple[Ints, float, float]:
    """Return (objective to minimise, factor, slack); see `IntegerModel`."""
    sense = -1.0 if matrix.maximizes else 1.0
    value = sense * matrix.objective / units
    weight = max(float(np.abs(value) @ size), 1e-9)
    factor = 10.0 ** np.floor(np.log10(LARGEST_OBJECTIVE / weight))
    for digits in range(MOST_DIGITS + 1):
        scaled = value * 10.0**digits
        off = np.abs(scaled - np.rint(scaled)) > 1e-12 * np.maximum(1.0, np.abs(scaled))
        if 10.0**digits <= factor and not off.any():
            factor = 10.0**digits
            break
    scaled = value * factor
    # Costs rounded down bound the true ones from below where columns are not negative.
    near = np.rint(scaled)
    same = np.abs(near - scaled) <= 1e-12 * np.maximum(1.0, np.abs(scaled))
    whole = np.where(same | (matrix.lower < 0.0), near, np.floor(scaled))
    slack = float(np.abs(whole - scaled)[matrix.lower < 0.0] @ size[matrix.lower < 0.0])
    real = ~matrix.integer & ~matrix.network
    raised = real & (rounds_up == (scaled > 0))
    slack += float(np.abs(scaled[raised]).sum())
    return whole.astype(np.int64), sense * factor, slack


def _slack_of(limit: Floats) -> Floats:
    """Return the slack for rounding a limit."""
    return SLACK + 1e-12 * np.abs(np.where(np.isfinite(limit), limit, 0.0))


def _within(limits: Floats) -> Ints:
    """Return limits as integers, absent ones as ± `NO_LIMIT`."""
    return np.clip(limits, -float(NO_LIMIT), float(NO_LIMIT)).astype(np.int64)
