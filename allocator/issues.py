"""Problems collected while reading, each with its place and advice."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(StrEnum):
    """How bad a problem is; only errors keep a scenario from being used."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Place:
    """Where a problem stands in the planner's own files.

    `line` is used for YAML; `row` for tables, counted as the file or sheet shows
    it (the header is row 1). `path` is the YAML path (``services[2].sessions[0]``).
    """

    file: str | None = None
    line: int | None = None
    row: int | None = None
    column: str | None = None
    path: str | None = None

    def __str__(self) -> str:
        parts = [self.file or ""]
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column is not None:
            parts.append(f"column {self.column}")
        if self.path is not None:
            parts.append(self.path)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Issue:
    """One problem: stable code, place, what is wrong, what was expected."""

    code: str
    place: Place
    message: str
    expected: str | None = None
    nearest: str | None = None
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        text = f"{self.severity} {self.code}: {self.place}: {self.message}"
        if self.expected is not None:
            text += f"; expected {self.expected}"
        if self.nearest is not None:
            text += f"; did you mean {self.nearest!r}?"
        return text


@dataclass
class IssueCollector:
    """Gathers every problem of one reading, so that all are reported at once."""

    issues: list[Issue] = field(default_factory=list)

    def error(
        self,
        code: str,
        place: Place,
        message: str,
        *,
        expected: str | None = None,
        nearest: str | None = None,
    ) -> None:
        """Add an error."""
        self.issues.append(Issue(code, place, message, expected, nearest))

    def warning(
        self,
        code: str,
        place: Place,
        message: str,
        *,
        expected: str | None = None,
        nearest: str | None = None,
    ) -> None:
        """Add a warning."""
        self.issues.append(
            Issue(code, place, message, expected, nearest, Severity.WARNING)
        )

    @property
    def errors(self) -> tuple[Issue, ...]:
        """The problems that keep the scenario from being used."""
        return tuple(i for i in self.issues if i.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Issue, ...]:
        """The problems that are only worth knowing."""
        return tuple(i for i in self.issues if i.severity is Severity.WARNING)


def nearest_name(name: str, names: Iterable[str]) -> str | None:
    """Return the valid name most like `name`, or None when none is close."""
    matches = difflib.get_close_matches(str(name), list(names), n=1, cutoff=0.6)
    return matches[0] if matches else None
