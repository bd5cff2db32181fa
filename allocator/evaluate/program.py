"""Linear programs solved one objective after another, component by component.

min c·x, A x ≤ b (= b on some rows), x ≥ 0. After each objective the program is cut
down to its optimal face: by complementary slackness with any optimal dual solution,
the optimal x are exactly those with x = 0 wherever the reduced cost is above 0 and
with equality in every row whose dual is not 0 (Schrijver 1986, Theory of Linear and
Integer Programming, section 7.9).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from allocator.errors import AllocatorError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

DUAL_TOLERANCE = 1e-8
"""Reduced costs below this, relative to the largest cost, count as 0."""
FEASIBILITY_TOLERANCE = 1e-9
BATCH_COLUMNS = 20_000
"""Components are handed over together up to about this size."""


@dataclass(frozen=True)
class Program:
    """Rows and the columns still free."""

    matrix: sp.csc_matrix
    """A, shape (rows, columns)."""
    upper: Floats
    """b."""
    equal: Bools
    """Rows that hold with equality."""
    free: Bools
    """Columns that may be above 0."""

    def with_row(self, coefficients: Floats, upper: float) -> Program:
        """Return the program with one more row, ≤."""
        return replace(
            self,
            matrix=sp.vstack([self.matrix, sp.csr_matrix(coefficients)]).tocsc(),
            upper=np.append(self.upper, upper),
            equal=np.append(self.equal, False),
        )


@dataclass(frozen=True)
class Optimum:
    """One optimal basic solution, and the program cut down to all optimal ones."""

    x: Floats
    face: Program
    basic_columns: Bools
    basic_rows: Bools
    """Rows whose slack is basic."""


def minimise(program: Program, cost: Floats) -> Optimum:
    """Solve one objective.

    Raises
    ------
    AllocatorError
        If the solver fails; the programs here are feasible and bounded by design.
    """
    num_rows, num_columns = program.matrix.shape
    x, reduced, duals = np.zeros(num_columns), np.zeros(num_columns), np.zeros(num_rows)
    basic_columns, basic_rows = np.zeros(num_columns, bool), np.ones(num_rows, bool)
    scale = float(np.abs(cost[program.free]).max(initial=0.0)) or 1.0
    for columns, rows in _batches(program):
        part = program.matrix[:, columns][rows].tocsc()
        solver = loaded_solver(part, program.upper[rows], program.equal[rows])
        which = np.arange(len(columns), dtype=np.int32)
        solver.changeColsCost(len(columns), which, cost[columns] / scale)
        solution = run(solver)
        x[columns] = np.maximum(solution.col_value, 0.0)
        reduced[columns], duals[rows] = solution.col_dual, solution.row_dual
        basic_columns[columns], basic_rows[rows] = _basic(solver)
    face = replace(
        program,
        free=program.free & (np.abs(reduced) <= DUAL_TOLERANCE),
        equal=program.equal | (np.abs(duals) > DUAL_TOLERANCE),
    )
    return Optimum(x, face, basic_columns, basic_rows)


def loaded_solver(matrix: sp.csc_matrix, upper: Floats, equal: Bools) -> Any:
    """Return HiGHS holding A x ≤ b (= b), x ≥ 0 without costs."""
    import highspy

    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = matrix.shape
    program.col_cost_ = np.zeros(matrix.shape[1])
    program.col_lower_ = np.zeros(matrix.shape[1])
    program.col_upper_ = np.full(matrix.shape[1], highspy.kHighsInf)
    program.row_lower_ = np.where(equal, upper, -highspy.kHighsInf)
    program.row_upper_ = upper
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = matrix.indptr
    program.a_matrix_.index_ = matrix.indices
    program.a_matrix_.value_ = matrix.data
    solver = highspy.Highs()
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("primal_feasibility_tolerance", FEASIBILITY_TOLERANCE),
        ("dual_feasibility_tolerance", FEASIBILITY_TOLERANCE),
    ):
        solver.setOptionValue(name, value)
    solver.passModel(program)
    return solver


def run(solver: Any) -> Any:
    """Solve what the solver holds and return its solution.

    Raises
    ------
    AllocatorError
        If it does not end with an optimum.
    """
    import highspy

    solver.run()
    status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        msg = f"assigning residents failed: HiGHS says {status.name}"
        raise AllocatorError(msg)
    return solver.getSolution()


def _basic(solver: Any) -> tuple[Bools, Bools]:
    """Return which columns and row slacks are basic."""
    import highspy

    basis = solver.getBasis()
    basic = highspy.HighsBasisStatus.kBasic
    return (
        np.array([status == basic for status in basis.col_status], bool),
        np.array([status == basic for status in basis.row_status], bool),
    )


def components(program: Program) -> tuple[Ints, Ints]:
    """Return the component of each column and of each row; −1 for a fixed column."""
    free = np.flatnonzero(program.free)
    part = program.matrix[:, free].tocoo()
    rows, size = program.matrix.shape[0], program.matrix.shape[0] + len(free)
    graph = sp.coo_matrix(
        (np.ones(part.nnz, np.int8), (part.row, part.col + rows)), shape=(size, size)
    )
    _, label = connected_components(graph, directed=False)
    column = np.full(len(program.free), -1, np.int64)
    column[free] = label[rows:]
    return column, label[:rows].astype(np.int64)


def split(items: Ints, label: Ints, number: int) -> list[Ints]:
    """Return the items of each label 0 … number − 1, in order."""
    order = np.argsort(label, kind="stable")
    cuts = np.searchsorted(label[order], np.arange(1, number))
    return np.split(items[order], cuts)


def _batches(program: Program) -> list[tuple[Ints, Ints]]:
    """Return (columns, rows) of whole components, small ones together."""
    free = np.flatnonzero(program.free)
    if len(free) == 0:
        return []
    column, row = components(program)
    number = int(max(column.max(), row.max(initial=0))) + 1
    size = np.bincount(column[free], minlength=number)
    _, batch = np.unique((np.cumsum(size) - size) // BATCH_COLUMNS, return_inverse=True)
    number = int(batch.max()) + 1
    columns_of = split(free, batch[column[free]], number)
    rows_of = split(np.arange(len(row)), batch[row], number)
    pairs = zip(columns_of, rows_of, strict=True)
    return [(columns, rows) for columns, rows in pairs if len(columns)]
