"""Where words go: results to stdout, messages to stderr, plain text everywhere."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from allocator.issues import Issue

EXIT_DONE = 0
EXIT_INTERNAL = 1
EXIT_USAGE = 2
EXIT_INFEASIBLE = 3
EXIT_NO_PLAN = 4
EXIT_INTERRUPTED = 130


def say(message: str) -> None:
    """Write a message to stderr."""
    click.echo(message, err=True)


def show(result: Any) -> None:
    """Write a result to stdout: text as it is, anything else as JSON."""
    if not isinstance(result, str):
        from allocator.runs.record import plain

        result = json.dumps(
            plain(result), ensure_ascii=False, indent=2, allow_nan=False
        )
    click.echo(result)


def issue_record(issue: Issue) -> dict[str, Any]:
    """Return a problem as plain values."""
    place = issue.place
    return {
        "severity": issue.severity.value,
        "code": issue.code,
        "file": place.file,
        "line": place.line,
        "row": place.row,
        "column": place.column,
        "path": place.path,
        "message": issue.message,
        "expected": issue.expected,
        "nearest": issue.nearest,
    }


def issue_totals(issues: Sequence[Issue]) -> str:
    """Return how many errors and warnings there are."""
    errors = sum(issue.severity == "error" for issue in issues)
    warnings = len(issues) - errors
    return f"{_count(errors, 'error')}, {_count(warnings, 'warning')}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def number_text(value: Any) -> str:
    """Return a figure for people: thousands apart, few decimals; "" when absent."""
    if value is None or value != value:  # NaN
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        if hasattr(value, "item"):
            return number_text(value.item())
        return str(value)
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.3f}" if abs(value) < 100 else f"{value:,.1f}"


def table_text(frame: pd.DataFrame, *, most_rows: int | None = None) -> str:
    """Return a table as aligned text; Chinese characters count as two columns."""
    shown = frame if most_rows is None else frame.head(most_rows)
    columns = [[str(name), *map(number_text, shown[name])] for name in shown.columns]
    right = [frame[name].dtype.kind in "iuf" for name in shown.columns]
    widths = [max(map(_width, column)) for column in columns]
    lines = [
        "  ".join(
            _pad(cell, width, to_right=r)
            for cell, width, r in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in zip(*columns, strict=True)
    ]
    if most_rows is not None and len(frame) > most_rows:
        lines.append(f"… {len(frame) - most_rows} more rows (all with --json)")
    return "\n".join(f"  {line}" for line in lines)


def heading(text: str, lines: Iterable[str]) -> str:
    """Return a titled block."""
    return "\n".join([text, *lines])


def _width(text: str) -> int:
    """Return how many columns a terminal needs."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int, *, to_right: bool) -> str:
    """Fill a cell with spaces."""
    space = " " * (width - _width(text))
    return space + text if to_right else text + space
