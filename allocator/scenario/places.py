"""Where every value of a scenario stands in the planner's own files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from allocator.issues import Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

Path = tuple[str | int, ...]
"""Keys and positions from the top of the document: ("services", 2, "id")."""
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def path_text(path: Sequence[str | int]) -> str:
    """Write a path as ``services[2].sessions[0]``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def parse_path(text: str) -> Path:
    """Read ``services[2].sessions[0]``; a key that holds a dot needs a tuple."""
    return tuple(
        int(match[1]) if match[1] is not None else match[2]
        for match in _STEP.finditer(text)
    )


@dataclass(frozen=True)
class TableOrigin:
    """Where the rows and columns of one canonical table come from."""

    file: str
    """As the planner wrote it, ``book.xlsx#sheet`` or ``<frame:zones>``."""
    rows: npt.NDArray[np.int64]
    """Row in the file (the header is row 1) of each row of the canonical table."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Canonical column to the file's own header, where they differ."""

    def standing_for(self, columns: Mapping[str, str]) -> TableOrigin:
        """Return the origin of a table whose rows stand for those of this one.

        `columns` gives, for a column of that table, the one it is taken from.
        """
        shown = {new: self.headers.get(old, old) for new, old in columns.items()}
        return replace(self, headers={**self.headers, **shown})


@dataclass(frozen=True)
class Places:
    """Finds the place of a YAML path or table cell, and what could not be read.

    Positions are those of the spec and tables that the checks are given, which may
    hold less than the files when some items are faulty.
    """

    yaml_places: Mapping[Path, Place] = field(default_factory=dict)
    tables: Mapping[str, TableOrigin] = field(default_factory=dict)
    lost_ids: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Ids that stand in a list of the document (``services``, ``groups``, ``needs``,
    ``services.<id>.sessions``) but whose item is faulty and therefore not in the
    spec: a reference to one of them is not unknown."""
    unreadable: frozenset[str] = frozenset()
    """Tables that are named but could not be read: what they hold is not known."""

    def yaml(self, path: str | Sequence[str | int]) -> Place:
        """Return the place of a path; of its nearest parent if it is not written."""
        steps = parse_path(path) if isinstance(path, str) else tuple(path)
        for length in range(len(steps), -1, -1):
            found = self.yaml_places.get(steps[:length])
            if found is not None:
                rest = path_text(steps[length:])
                joint = "." if rest and not rest.startswith("[") and found.path else ""
                full = f"{found.path or ''}{joint}{rest}"
                return Place(found.file, found.line, path=full or None)
        return Place(path=path_text(steps) or None)

    def cell(self, table: str, row: int | None, column: str | None = None) -> Place:
        """Return the place of a cell; `row` is the position in the canonical table.

        A row of None is the table as a whole.
        """
        origin = self.tables.get(table)
        if origin is None:
            return Place(file=f"<{table}>", column=column)
        header = origin.headers.get(column, column) if column is not None else None
        file_row = None if row is None else int(origin.rows[row])
        return Place(origin.file, row=file_row, column=header)

    def is_lost(self, kind: str, item_id: str) -> bool:
        """Tell whether `item_id` is written in the list `kind` but is faulty."""
        return item_id in self.lost_ids.get(kind, frozenset())
