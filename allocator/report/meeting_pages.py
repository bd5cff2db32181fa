"""The tables of the meeting as sections of the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from allocator.report.html import note, subtitle, table
from allocator.report.meeting import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from allocator.report.html import Held
    from allocator.report.meeting import Column, MeetingPage, MeetingTable
    from allocator.report.words import Words

BELOW = {
    "shortfall_streets": "shortfall",
    "shortfall_areas": "shortfall",
    "bars": "suitability",
    "project_functions": "projects",
    "funds_buildings": "funds_limits",
    "funds_services": "funds_limits",
    "floors": "standards",
    "decided": "requests",
}
"""Tables that stand below another one in its section."""
PAGE_IDS = {"sites": "site", "communities": "community"}
"""What the anchors of pages begin with."""
MOST_ROWS = 2000
"""Rows of a table that the page shows; the workbook has all."""
MOST_PAGE_ROWS = 4000
"""Of more rows than this on pages, each page is held back."""


@dataclass
class MeetingSections:
    """Sections by id with their titles."""

    titles: dict[str, str] = field(default_factory=dict)
    parts: dict[str, list[str]] = field(default_factory=dict)


def meeting_sections(
    tables: Iterable[MeetingTable], words: Words, held: Held
) -> MeetingSections:
    """Return the tables as sections; pages of many rows are held back."""
    made = MeetingSections()
    for item in tables:
        id_ = f"meeting-{BELOW.get(item.key, item.key)}"
        if id_ in made.titles:
            made.parts[id_].append(subtitle(item.title))
        made.titles.setdefault(id_, item.title)
        part = made.parts.setdefault(id_, [])
        part += [note(text) for text in item.notes]
        if item.page_by is not None:
            part.append(_pages(item, words, held))
        elif len(item.rows):
            part.append(_table(item, words))
    return made


def _table(item: MeetingTable, words: Words) -> str:
    """Return a table, its sums first."""
    rows = [_cells(item.columns, row, words) for row in _records(item.rows[:MOST_ROWS])]
    totals = item.totals
    if totals:
        sums = _cells(item.columns, totals, words)
        sums[0] = escape(words("total_row"))
        rows.insert(0, [f"<b>{cell}</b>" if cell else "" for cell in sums])
    cut = ""
    if len(item.rows) > MOST_ROWS:
        shown, all_ = words.count(MOST_ROWS), words.count(len(item.rows))
        cut = note(words("meeting.cut", shown=shown, all=all_))
    return cut + _bare_table(item.columns, rows, f"meeting-{item.key}-table")


def _bare_table(columns: Iterable[Column], rows: list[list[str]], id_: str) -> str:
    """Return a table of cells that are HTML already."""
    columns = list(columns)
    heads = [column.heading for column in columns]
    return table(heads, rows, id_=id_, texts=[column.is_text for column in columns])


def _records(rows: pd.DataFrame) -> list[dict[Any, Any]]:
    return rows.to_dict("records")


def _cells(
    columns: Iterable[Column], row: Mapping[Any, Any], words: Words
) -> list[str]:
    return [_cell(column, row.get(column.key), words) for column in columns]


def _cell(column: Column, value: Any, words: Words) -> str:
    """Return a cell as HTML: a text, a verdict in its colour, or an exact figure."""
    if value is None or value != value:  # NaN
        return ""
    if column.kind is Kind.VERDICT:
        known = {words(f"verdict.{name}"): name for name in ("yes", "partly", "no")}
        known |= {words("suits"): "yes", words("suits_partly"): "partly"}
        name = known.get(str(value), "bar-reason")
        return f'<span class="verdict {name}">{escape(str(value))}</span>'
    if column.is_text:
        return escape(str(value))
    if column.kind is Kind.SHARE:
        text = f"{value:.{column.decimals}%}"
    else:
        text = f"{value:,.{column.decimals}f}"
    if float(text.strip("%").replace(",", "")) == 0:
        text = text.removeprefix("-")
    return f'<data value="{float(value)!r}">{text}</data>'


def _pages(item: MeetingTable, words: Words, held: Held) -> str:
    """Return a page for each site or community, to be opened."""
    kind = PAGE_IDS.get(item.key, item.key)
    rows_of: dict[str, list[dict[Any, Any]]] = {}
    for row in _records(item.rows):
        rows_of.setdefault(str(row[item.page_by]), []).append(row)
    many = len(item.rows) > MOST_PAGE_ROWS
    drawn = []
    for page in item.pages:
        inner = _page(item, page, rows_of.get(page.id, []), words)
        mark, inner = (held.hold(inner), "") if many else ("", inner)
        drawn.append(
            f'<details class="page" id="{escape(f"{kind}-{page.id}")}"{mark}>'
            f"<summary><b>{escape(page.title)}</b></summary>{inner}</details>"
        )
    needs = f"<noscript>{note(words('held'))}</noscript>" if many else ""
    return f'{needs}<div class="tools"></div><div>{"".join(drawn)}</div>'


def _page(
    item: MeetingTable, page: MeetingPage, rows: list[dict[Any, Any]], words: Words
) -> str:
    """Return the inside of a page: facts, then its rows."""
    facts = "".join(
        f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in page.facts
    )
    cells = [_cells(item.columns, row, words) for row in rows]
    id_ = escape(f"{item.key}-{page.id}-table")
    return f'<dl class="facts">{facts}</dl>{_bare_table(item.columns, cells, id_)}'
