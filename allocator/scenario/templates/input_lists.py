"""What may be chosen in a cell of the input workbook, and what it must be."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocator.scenario.columns import TABLES, Column, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocator.scenario.schema import ScenarioSpec
    from allocator.scenario.templates.input_texts import InputTexts

ROWS = 5000
"""Rows below the header that have drop-downs."""
OF_TABLE = {"zone_id": "zones", "community_id": "communities"}
OF_TABLE |= {"building_id": "buildings"}
"""Column to the table whose ids it names."""
OPTION_COLUMNS = ("group_id", "service_id", "session_id", "need_id", "profile")
"""Columns whose ids stand in the sheet of options, in its order."""


@dataclass(frozen=True)
class Options:
    """Ids the scenario defines, each with its name."""

    columns: Mapping[str, Sequence[tuple[str, str]]]

    @classmethod
    def of(cls, spec: ScenarioSpec, language: str) -> Options:
        """List what a scenario defines."""
        sessions = {
            session.id: session.label(language)
            for service in spec.services
            for session in service.sessions
        }
        return cls(
            {
                "group_id": [(g.id, g.label(language)) for g in spec.groups],
                "service_id": [(s.id, s.label(language)) for s in spec.services],
                "session_id": list(sessions.items()),
                "need_id": [(n.id, n.label(language)) for n in spec.needs],
                "profile": [(name, name) for name in spec.access.profiles],
            }
        )


def validation(
    texts: InputTexts, table: Table, column: Column, options: Options
) -> dict[str, Any] | None:
    """Return Excel's check of a column; None where anything may stand."""
    wrong = {"error_message": texts("wrong"), "input_title": ""}
    if column.choices:
        return {"validate": "list", "source": list(column.choices)} | wrong
    if column.kind is Kind.YES_NO:
        return {"validate": "list", "source": [texts("yes"), texts("no")]} | wrong
    if column.kind is Kind.DATE:
        first = dt.date(1900, 1, 1)
        return {"validate": "date", "criteria": ">=", "value": first} | wrong
    if column.kind in (Kind.NUMBER, Kind.INTEGER):
        return _bounds(column, wrong)
    source = _ids(texts, table, column, options)
    if source is None:
        source = texts.known(f"suggest.{column.name}")
    if source is None:
        return None
    # an id may be written before it is defined, and a use may be a new one
    return {"validate": "list", "source": source, "error_type": "warning"} | wrong


def _bounds(column: Column, wrong: dict[str, Any]) -> dict[str, Any] | None:
    """Return the check of a number."""
    if column.kind is Kind.INTEGER and column.minimum is not None and column.maximum:
        steps = range(int(column.minimum), int(column.maximum) + 1)
        return {"validate": "list", "source": [str(k) for k in steps]} | wrong
    kind = "integer" if column.kind is Kind.INTEGER else "decimal"
    if column.minimum is None:
        least = -1e9
        return {"validate": kind, "criteria": ">=", "value": least} | wrong
    if column.maximum is not None:
        bounds = {"minimum": column.minimum, "maximum": column.maximum}
        return {"validate": kind, "criteria": "between"} | bounds | wrong
    criteria = ">" if column.exclusive else ">="
    return {"validate": kind, "criteria": criteria, "value": column.minimum} | wrong


def _ids(
    texts: InputTexts, table: Table, column: Column, options: Options
) -> str | None:
    """Return the cells that hold the ids a column may name."""
    home = OF_TABLE.get(column.name)
    if home is not None and home != table.name:
        other = TABLES[home]
        return _range(texts.sheet(other), other.column_names.index(column.name), ROWS)
    if column.name in OPTION_COLUMNS:
        at = 2 * OPTION_COLUMNS.index(column.name)
        return _range(texts("options"), at, len(options.columns[column.name]))
    return None


def _range(sheet: str, column: int, rows: int) -> str:
    letter = chr(ord("A") + column)
    return f"='{sheet}'!${letter}$2:${letter}${rows + 1}"
