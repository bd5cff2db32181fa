"""The lexicographically largest f by ids on an optimal face.

Most of an optimal solution cannot move. With a basis of it, every point of the face is
x_B = x*_B − B⁻¹N y, y ≥ 0, over the nonbasic columns and slacks that the face leaves
free: a basic column whose row of B⁻¹N is 0 keeps its value on the whole face. What is
left falls into components, and in each of them the columns are raised one after the
other: by warm-started linear programs, or along residual paths where they are many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from allocator.evaluate.program import (
    DUAL_TOLERANCE,
    Program,
    components,
    loaded_solver,
    run,
    split,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.evaluate.flow import FlowProblem
    from allocator.evaluate.program import Optimum

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

MANY = 5_000
"""Columns from which compiling the fast way pays off."""
STILL = 1e-9
"""An entry of B⁻¹N below this is rounding."""


def largest_by_ids(optimum: Optimum, flow: FlowProblem) -> Floats:
    """Return the lexicographically largest x of the optimal face, by column."""
    face = optimum.face
    x = np.where(face.free, optimum.x, 0.0)
    moves = movable(optimum)
    still = face.free & ~moves
    rest = Program(
        face.matrix, face.upper - face.matrix @ (x * still), face.equal, moves
    )
    pure, parts = _parts(rest, flow)
    if len(pure) > MANY:
        from allocator.evaluate.residual import raise_along_paths

        x[pure] = raise_along_paths(rest, pure, x)
    for columns, rows, is_pure in parts:
        if not (is_pure and len(pure) > MANY):
            x[columns] = raise_in_turn(rest, columns, rows)
    return x


def _parts(
    program: Program, flow: FlowProblem
) -> tuple[Ints, list[tuple[Ints, Ints, bool]]]:
    """Return the columns of all pure flows, and (columns, rows, pure) by component.

    A component is a pure flow if it has no columns and rows but those of arcs, demand
    and capacities.
    """
    column, row = components(program)
    columns = np.flatnonzero(program.free)
    number = int(max(column.max(initial=0), row.max(initial=0))) + 1
    mixed = np.zeros(number, bool)
    mixed[column[columns[columns >= flow.num_arcs]]] = True
    mixed[row[flow.num_rows :]] = True
    parts = [
        (own, rows, not mixed[k])
        for k, (own, rows) in enumerate(
            zip(
                split(columns, column[columns], number),
                split(np.arange(len(row)), row, number),
                strict=True,
            )
        )
        if len(own)
    ]
    return columns[~mixed[column[columns]]], parts


def movable(optimum: Optimum) -> Bools:
    """Tell which columns may differ between two points of the face.

    The union of the supports of B⁻¹N is read off one solve with a random positive
    combination of N's columns. A column more than needed does no harm.
    """
    face = optimum.face
    entering = face.free & ~optimum.basic_columns
    loose = ~face.equal & ~optimum.basic_rows
    basic_columns = np.flatnonzero(optimum.basic_columns)
    slacks = np.flatnonzero(optimum.basic_rows)
    num_rows = len(face.upper)
    moves = entering.copy()
    if not (entering.any() or loose.any()):
        return moves
    unit = sp.identity(num_rows, format="csc")
    basis = sp.hstack([face.matrix[:, basic_columns], unit[:, slacks]]).tocsc()
    draw = np.random.default_rng(0).uniform(1.0, 2.0, len(face.free) + num_rows)
    step = face.matrix @ (draw[: len(face.free)] * entering)
    step = step + draw[len(face.free) :] * loose
    response = splu(basis).solve(step)
    moves[basic_columns] = np.abs(response[: len(basic_columns)]) > STILL
    return moves


def raise_in_turn(program: Program, columns: Ints, rows: Ints) -> Floats:
    """Return the lexicographically largest values of `columns`, one component.

    After each column is raised, columns with a reduced cost and rows with a dual are
    settled too: they are the same in all solutions that reach the column's maximum.
    """
    part = program.matrix[:, columns][rows].tocsc()
    upper = program.upper[rows]
    solver = loaded_solver(part, upper, program.equal[rows])
    solver.setOptionValue("presolve", "off")
    settled = np.zeros(len(columns), bool)
    values = np.zeros(len(columns))
    for k in range(len(columns)):
        if settled[k]:
            continue
        solver.changeColCost(k, -1.0)
        solution = run(solver)
        solver.changeColCost(k, 0.0)
        values[k] = max(solution.col_value[k], 0.0)
        settled[k] = True
        solver.changeColBounds(k, values[k], values[k])
        reduced = np.abs(solution.col_dual) > DUAL_TOLERANCE
        for j in np.flatnonzero(reduced & ~settled).tolist():
            settled[j] = True
            solver.changeColBounds(j, 0.0, 0.0)
        duals = np.abs(solution.row_dual) > DUAL_TOLERANCE
        for i in np.flatnonzero(duals).tolist():
            solver.changeRowBounds(i, upper[i], upper[i])
    return values
