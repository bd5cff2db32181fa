"""The first sheet: what was solved, what came out, what the other sheets hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocator.report.headline import CARDS, UNITS
from allocator.report.meeting import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocator.report.workbook.book import Book
    from allocator.runs import Run

WIDTHS = (34, 24, 24, 16)
KINDS = {
    "share": Kind.SHARE,
    "money": Kind.MONEY,
    "m2": Kind.AREA,
    "minutes": Kind.MINUTES,
    "persons": Kind.PERSONS,
    "number": Kind.NUMBER,
}
DECIMALS = {"share": 1, "m2": 1, "minutes": 1, "persons": 1, "number": 1}


def write_cover(book: Book, sheet: Any, run: Run, sheets: Mapping[str, str]) -> None:
    """Fill the cover.

    Parameters
    ----------
    sheets
        Title of each table to the name of its (first) sheet.
    """
    words, styles = book.words, book.styles
    for k, width in enumerate(WIDTHS):
        sheet.set_column(k, k, width)
    sheet.fit_to_pages(1, 1)
    sheet.set_row(0, 34)
    sheet.write_string(0, 0, words("title", name=words.title), styles.title)
    row = _origin(book, sheet, run, 2)
    row = _goals(book, sheet, run, row + 1)
    if run.has_plan:
        row = _measures(book, sheet, run, row + 1)
    sheet.write_string(row + 1, 0, words("contents"), styles.head)
    for k, (title, name) in enumerate(sheets.items()):
        link = f"internal:'{name}'!A1"
        sheet.write_url(row + 2 + k, 0, link, string=title)


def _origin(book: Book, sheet: Any, run: Run, row: int) -> int:
    """Write dates, status and why the solve stopped."""
    words, record = book.words, run.record
    reason = record["stop_reason"]
    status = words.known("status", run.status)
    if reason:
        status += " " + words("stopped", reason=words.known("stop", reason))
    facts = {
        "cover.date": str(book.words.scenario.spec.date),
        "variant": ", ".join(record["variant"]) or "–",
        "cover.status": status,
        "run": run.name,
        "written_at": record["written_at"],
        "scenario_hash": record["scenario"]["hash"],
    }
    label = book.styles.add({"bold": True, "valign": "top"})
    text = book.styles.add({"text_wrap": True, "valign": "top", "align": "left"})
    for k, (key, value) in enumerate(facts.items()):
        sheet.write_string(row + k, 0, words(key), label)
        sheet.merge_range(row + k, 1, row + k, len(WIDTHS) - 1, value, text)
    sheet.set_row(row + 2, 34)
    return row + len(facts)


def _goals(book: Book, sheet: Any, run: Run, row: int) -> int:
    """Write each goal with plan, bound and gap."""
    words = book.words
    heads = [f"goals.{key}" for key in ("goal", "objective", "bound", "gap")]
    for k, key in enumerate(heads):
        sheet.write_string(row, k, words(key), book.styles.head)
    for goal in run.record["goals"]:
        row += 1
        names = [words.known("measure", term["measure"]) for term in goal["terms"]]
        units = {UNITS.get(term["measure"], "number") for term in goal["terms"]}
        unit = units.pop() if len(units) == 1 else "number"
        text = words.known("sense", goal["sense"]) + " " + " + ".join(names)
        sheet.write_string(row, 0, text, book.styles.cell(TEXT))
        for k, key in enumerate(("objective", "bound"), 1):
            _figure(book, sheet, row, k, goal[key], unit)
        _figure(book, sheet, row, 3, goal["gap"], "share")
    return row + 1


def _measures(book: Book, sheet: Any, run: Run, row: int) -> int:
    """Write the headline figures, the facilities alone beside them."""
    words = book.words
    for k, key in enumerate(("measure", "cover.plan", "cover.before")):
        sheet.write_string(row, k, words(key), book.styles.head)
    for name, unit, before in CARDS:
        if name not in run.measures:
            continue
        row += 1
        text = words.known("measure", name)
        if unit == "money":
            text += f" ({words.money_unit})"
        elif unit in ("m2", "minutes"):
            text += " (m²)" if unit == "m2" else f" ({words('unit.minutes')})"
        sheet.write_string(row, 0, text, book.styles.cell(TEXT))
        _figure(book, sheet, row, 1, run.measures[name], unit)
        value = run.measures[before] if before else None
        _figure(book, sheet, row, 2, value, unit)
    return row + 1


TEXT = Column("text", "", "", Kind.TEXT)


def _figure(
    book: Book, sheet: Any, row: int, k: int, value: float | None, unit: str
) -> None:
    """Write a figure in the unit of its measure; an empty cell for none."""
    money = unit == "money"
    decimals = 2 if money and book.words.in_wan else DECIMALS.get(unit, 0)
    form = book.styles.cell(Column("", "", "", KINDS[unit], decimals=decimals))
    if value is None:
        sheet.write_blank(row, k, None, form)
        return
    scale = book.words.money_scale if money else 1
    sheet.write_number(row, k, value / scale, form)
