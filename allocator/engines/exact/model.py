"""A mixed-integer linear model held as arrays and built block by block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Keys:
    """What each position of a block stands for; text is made only when read.

    Parameters
    ----------
    count
        Positions in the block.
    parts
        (word, ids, positions in ids) of every part of a name; positions of shape
        (count,).
    """

    count: int
    parts: tuple[tuple[str, Sequence[object], Ints], ...] = ()

    def where(self, position: int) -> dict[str, str]:
        """Return {word: id} of one position."""
        return {
            word: str(ids[int(positions[position])])
            for word, ids, positions in self.parts
        }

    def label(self, position: int) -> str:
        """Return ``space=R1,slot=2``."""
        return ",".join(f"{word}={name}" for word, name in self.where(position).items())


@dataclass(frozen=True)
class Terms:
    """Coefficients of a block of rows: rows count from 0 within the block."""

    rows: Ints
    columns: Ints
    values: Floats | float


@dataclass(frozen=True)
class Expression:
    """A linear expression; a column may occur more than once."""

    columns: Ints
    values: Floats

    def dense(self, num_columns: int) -> Floats:
        """Return one coefficient per column."""
        return np.bincount(self.columns, self.values, num_columns).astype(np.float64)

    def value(self, point: Floats) -> float:
        """Return the value at a point."""
        return float(point[self.columns] @ self.values)


def total(parts: Sequence[Expression]) -> Expression:
    """Return the sum of expressions."""
    if not parts:
        return Expression(np.empty(0, np.int64), np.empty(0))
    return Expression(
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


@dataclass(frozen=True)
class Block:
    """Rows or columns added together under one name."""

    name: str
    start: int
    keys: Keys

    def label(self, position: int) -> str:
        """Return the full name of a position counted from the block's start."""
        return f"{self.name}[{self.keys.label(position)}]"


@dataclass(frozen=True)
class Matrix:
    """The frozen model as a solver takes it: rows by CSR, nothing but arrays."""

    lower: Floats
    upper: Floats
    integer: Bools
    network: Bools
    """Columns that form a transport problem once the integers are fixed: in each row
    that bounds several of them, and in at most two such rows each, with factor 1; and
    rows of any other kind (floors, fees, worst coverages)."""
    objective: Floats
    maximizes: bool
    row_lower: Floats
    row_upper: Floats
    start: Ints
    """Shape (rows + 1,)."""
    index: npt.NDArray[np.int32]
    value: Floats

    @property
    def num_columns(self) -> int:
        """How many columns."""
        return len(self.lower)

    @property
    def num_rows(self) -> int:
        """How many rows."""
        return len(self.row_lower)

    @property
    def rows(self) -> sparse.csr_matrix:
        """The coefficients as a SciPy matrix that shares the arrays."""
        return sparse.csr_matrix(
            (self.value, self.index, self.start),
            shape=(self.num_rows, self.num_columns),
        )

    def excess(self, point: Floats) -> Floats:
        """Return by how much each row is broken, ≥ 0."""
        activity = self.rows @ point
        over = np.maximum(self.row_lower - activity, activity - self.row_upper)
        return np.asarray(np.maximum(over, 0.0), np.float64)


class LinearModel:
    """Columns and rows, appended in blocks of arrays and never term by term."""

    def __init__(self) -> None:
        self.column_blocks: list[Block] = []
        self.row_blocks: list[Block] = []
        self.num_columns = 0
        self.num_rows = 0
        self._columns: list[tuple[Floats, Floats, Bools, Bools]] = []
        self._row_bounds: list[tuple[Floats, Floats]] = []
        self._terms: list[tuple[Ints, Ints, Floats]] = []

    def add_columns(
        self,
        name: str,
        keys: Keys,
        *,
        lower: Floats | float = 0.0,
        upper: Floats | float,
        integer: bool = False,
        network: bool = False,
    ) -> Ints:
        """Append columns and return their positions; `network` as in `Matrix`."""
        count, start = keys.count, self.num_columns
        self.column_blocks.append(Block(name, start, keys))
        self._columns.append(
            (
                _full(lower, count),
                _full(upper, count),
                np.full(count, integer),
                np.full(count, network),
            )
        )
        self.num_columns += count
        return np.arange(start, start + count)

    def add_rows(
        self,
        rule_id: str,
        keys: Keys,
        terms: Sequence[Terms],
        *,
        lower: Floats | float = -np.inf,
        upper: Floats | float = np.inf,
    ) -> Ints:
        """Append rows ``lower ≤ Σ terms ≤ upper`` and return their positions."""
        count, start = keys.count, self.num_rows
        self.row_blocks.append(Block(rule_id, start, keys))
        self._row_bounds.append((_full(lower, count), _full(upper, count)))
        for term in terms:
            values = _full(term.values, len(term.columns))
            self._terms.append((term.rows + start, term.columns, values))
        self.num_rows += count
        return np.arange(start, start + count)

    def matrix(
        self, objective: Expression | None = None, *, maximizes: bool = False
    ) -> Matrix:
        """Freeze the model with an objective; terms of one place are summed."""
        rows = self._stack_rows()
        costs = objective or total([])
        lower, upper, integer, network = _joined(self._columns, 4)
        row_lower, row_upper = _joined(self._row_bounds, 2)
        return Matrix(
            lower=lower,
            upper=upper,
            integer=integer.astype(bool),
            network=network.astype(bool),
            objective=costs.dense(self.num_columns),
            maximizes=maximizes,
            row_lower=row_lower,
            row_upper=row_upper,
            start=rows.indptr.astype(np.int64),
            index=rows.indices.astype(np.int32),
            value=rows.data,
        )

    def _stack_rows(self) -> sparse.csr_matrix:
        """Return all coefficients, duplicates summed and zeros dropped."""
        rows, columns, values = _joined(self._terms, 3)
        matrix = sparse.csr_matrix(
            (values, (_whole(rows), _whole(columns))),
            shape=(self.num_rows, self.num_columns),
        )
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        return matrix

    def column_label(self, column: int) -> str:
        """Return the name of a column for people."""
        return _label(self.column_blocks, column)

    def row_label(self, row: int) -> str:
        """Return the name of a row for people."""
        return _label(self.row_blocks, row)

    def to_text(
        self, objective: Expression | None = None, *, maximizes: bool = True
    ) -> str:
        """Return the whole model as sorted text; meant for tiny models."""
        matrix = self.matrix(objective, maximizes=maximizes)
        lines = []
        if objective is not None:
            sense = "maximize" if maximizes else "minimize"
            used = np.flatnonzero(matrix.objective)
            lines.append(f"{sense}: {self._sum(used, matrix.objective[used])}")
        lines += sorted(self._row_lines(matrix))
        lines += sorted(self._column_lines(matrix))
        return "\n".join(lines) + "\n"

    def _row_lines(self, matrix: Matrix) -> Iterator[str]:
        for row in range(matrix.num_rows):
            part = slice(matrix.start[row], matrix.start[row + 1])
            body = self._sum(matrix.index[part], matrix.value[part])
            bounds = _bounds(body, matrix.row_lower[row], matrix.row_upper[row])
            yield f"{self.row_label(row)}: {bounds}"

    def _column_lines(self, matrix: Matrix) -> Iterator[str]:
        for column in range(matrix.num_columns):
            kind = "integer" if matrix.integer[column] else "real"
            name = self.column_label(column)
            bounds = _bounds(name, matrix.lower[column], matrix.upper[column])
            yield f"{kind} {bounds}"

    def _sum(self, columns: npt.NDArray[np.integer], values: Floats) -> str:
        names = sorted(
            (self.column_label(int(column)), float(value))
            for column, value in zip(columns, values, strict=True)
        )
        text = " ".join(
            f"{'-' if value < 0 else '+'} {abs(value):.6g} {name}"
            for name, value in names
        )
        return text or "0"


def _bounds(body: str, lower: float, upper: float) -> str:
    """Return ``lower <= body <= upper`` without infinite sides."""
    if lower == upper:
        return f"{body} = {upper:.6g}"
    left = "" if lower == -np.inf else f"{lower:.6g} <= "
    right = "" if upper == np.inf else f" <= {upper:.6g}"
    return f"{left}{body}{right}"


def _label(blocks: Sequence[Block], position: int) -> str:
    """Return the name of a row or column from its block."""
    for block in blocks:
        if block.start <= position < block.start + block.keys.count:
            return block.label(position - block.start)
    msg = f"position {position} is in no block"
    raise IndexError(msg)


def _full(values: Floats | float, count: int) -> Floats:
    """Return an array of `count` floats from a number or an array."""
    return np.broadcast_to(np.asarray(values, np.float64), (count,)).copy()


def _whole(positions: npt.NDArray[np.generic]) -> Ints:
    """Return positions as whole numbers, not copied where they are."""
    return positions.astype(np.int64, copy=False)


def _joined(
    blocks: Sequence[tuple[npt.NDArray[np.generic], ...]], width: int
) -> list[Floats]:
    """Concatenate blocks of parallel arrays, none given included."""
    if not blocks:
        return [np.empty(0) for _ in range(width)]
    return [np.concatenate([block[k] for block in blocks]) for k in range(width)]
