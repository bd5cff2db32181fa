"""One commented input workbook with drop-downs, and the scenario that reads it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocator.scenario.columns import TABLES, Column, Kind, Table
from allocator.scenario.excel_writer import excel_writer
from allocator.scenario.templates.input_lists import (
    OPTION_COLUMNS,
    ROWS,
    Options,
    validation,
)
from allocator.scenario.templates.input_texts import InputTexts, input_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REQUIRED, ONE_OF, OPTIONAL = "#22333B", "#C77D2E", "#DDE5E8"
UNITS = {
    "cost_per_m2": "money_per_m2",
    "rent": "money_per_year",
    "cost": "money",
    "m2": "m2",
    "min": "minutes",
    "visits_per_week": "visits",
    "share": "share",
    "coefficient": "share",
    "persons": "persons",
}
"""How a column's name ends, to the message that names its unit."""


def write_input(folder: Path, language: str) -> tuple[str, ...]:
    """Write workbook and scenario into an empty folder; return the files' names.

    Raises
    ------
    MissingExtra
        If the package that writes workbooks is not installed.
    """
    texts = InputTexts(language)
    book_name = texts("file")
    text = input_folder().joinpath(f"scenario-{language}.yaml").read_text("utf-8")
    document = text.replace("{tables}", _mapping(texts, book_name))
    options = Options.of(_spec(document), language)
    with excel_writer().Workbook(str(folder / book_name)) as file:
        _Book(file, texts, options).write()
    (folder / "scenario.yaml").write_text(document, encoding="utf-8")
    return tuple(sorted((book_name, "scenario.yaml")))


def _mapping(texts: InputTexts, book_name: str) -> str:
    """Return the section `tables` of the scenario."""
    lines = ["tables:"]
    for table in TABLES.values():
        lines.append(f"  {table.name}:")
        lines.append(f'    file: "{book_name}#{texts.sheet(table)}"')
        pairs = [
            f"{column.name}: {texts.header(table, column)}"
            for column in table.columns
            if texts.header(table, column) != column.name
        ]
        if pairs:
            lines.append(f"    columns: {{{', '.join(pairs)}}}")
    return "\n".join(lines) + "\n"


def _spec(document: str) -> Any:
    """Return what the scenario defines, its catalogue merged in."""
    import yaml

    from allocator.catalogue import load
    from allocator.scenario.schema import ScenarioSpec

    content = yaml.safe_load(document)
    known = load(content["catalogue"])
    own = {key: content[key] for key in ("format", "name", "date", "crs")}
    own["date"] = str(own["date"])
    return ScenarioSpec.model_validate({**known, **own})


@dataclass(frozen=True)
class _Book:
    """The workbook being written."""

    file: Any
    texts: InputTexts
    options: Options

    def write(self) -> None:
        """Write the guide, a sheet for each table, and the options."""
        guide = self._sheet(self.texts("guide"))
        for table in TABLES.values():
            self._table(table)
        self._options()
        self._guide(guide)

    def _sheet(self, name: str) -> Any:
        """Return a new sheet that prints on the width of landscape A4."""
        sheet = self.file.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _table(self, table: Table) -> None:
        """Write one sheet: headers with comments, checks, example rows."""
        sheet = self._sheet(self.texts.sheet(table))
        examples = example_rows(table, self.texts.language)
        for k, column in enumerate(table.columns):
            header = self.texts.header(table, column)
            held = max((len(row.get(column.name, "")) for row in examples), default=0)
            width = max(12, 2 * len(header) + 3, min(1.2 * held + 2, 50))
            sheet.set_column(k, k, width, self._format(column))
            sheet.write_string(0, k, header, self._head(table, column))
            lines = list(comment_lines(self.texts, table, column))
            size = {"x_scale": 2, "y_scale": max(1.0, (len(lines) + 1) / 4)}
            sheet.write_comment(0, k, "\n".join(lines), size)
            check = validation(self.texts, table, column, self.options)
            if check is not None:
                sheet.data_validation(1, k, ROWS, k, check)
        sheet.set_row(0, 24)
        sheet.freeze_panes(1, 1)
        for n, row in enumerate(examples, 1):
            for k, column in enumerate(table.columns):
                self._cell(sheet, n, k, column, row.get(column.name, ""))

    def _cell(self, sheet: Any, row: int, k: int, column: Column, text: str) -> None:
        """Write an example as what its column holds."""
        if text == "":
            return
        form = self._format(column)
        if column.kind in (Kind.NUMBER, Kind.INTEGER):
            sheet.write_number(row, k, float(text), form)
        elif column.kind is Kind.DATE:
            day = dt.datetime.combine(dt.date.fromisoformat(text), dt.time())
            sheet.write_datetime(row, k, day, form)
        elif column.kind is Kind.YES_NO:
            sheet.write_string(row, k, self.texts(text), form)
        else:
            sheet.write_string(row, k, text, form)

    def _format(self, column: Column) -> Any:
        """Return the format of a column: ids and texts stay as they are typed."""
        if column.kind in (Kind.NUMBER, Kind.INTEGER):
            return self.file.add_format({})
        code = "yyyy-mm-dd" if column.kind is Kind.DATE else "@"
        return self.file.add_format({"num_format": code})

    def _head(self, table: Table, column: Column) -> Any:
        """Return the format of a header, by what is asked."""
        color = OPTIONAL
        if column.required:
            color = REQUIRED
        elif any(column.name in names for names in table.one_of):
            color = ONE_OF
        text = "#22333B" if color == OPTIONAL else "#FFFFFF"
        return self.file.add_format(
            {
                "bold": True,
                "bg_color": color,
                "font_color": text,
                "border": 1,
                "border_color": "#FFFFFF",
                "valign": "vcenter",
            }
        )

    def _options(self) -> None:
        """Write the ids the scenario defines, with their names."""
        sheet = self._sheet(self.texts("options"))
        head = self.file.add_format({"bold": True, "bg_color": OPTIONAL})
        for k, column in enumerate(OPTION_COLUMNS):
            sheet.set_column(2 * k, 2 * k + 1, 20)
            sheet.write_string(0, 2 * k, self.texts(column), head)
            sheet.write_string(0, 2 * k + 1, self.texts("name"), head)
            for n, pair in enumerate(self.options.columns[column], 1):
                for side, text in enumerate(pair):
                    sheet.write_string(n, 2 * k + side, text)
        sheet.freeze_panes(1, 0)

    def _guide(self, sheet: Any) -> None:
        """Write how the workbook is filled in."""
        title = self.file.add_format({"bold": True, "font_size": 16})
        wrap = self.file.add_format({"text_wrap": True, "valign": "top"})
        head = self.file.add_format({"bold": True, "bg_color": OPTIONAL})
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 90)
        sheet.set_row(0, 26)
        sheet.write_string(0, 0, self.texts("title", name="allocator"), title)
        for k in range(1, 5):
            sheet.set_row(k, 34)
            sheet.merge_range(k, 0, k, 1, f"{k}. {self.texts(f'step.{k}')}", wrap)
        sheet.write_string(6, 0, self.texts("sheet"), head)
        sheet.write_string(6, 1, self.texts("about"), head)
        for k, table in enumerate(TABLES.values(), 7):
            name = self.texts.sheet(table)
            sheet.write_url(k, 0, f"internal:'{name}'!A1", string=name)
            sheet.write_string(k, 1, self.texts.about(table), wrap)


def comment_lines(texts: InputTexts, table: Table, column: Column) -> Iterator[str]:
    """Yield what is said of a column: meaning, kind, unit, what is asked, bounds."""
    yield texts.meaning(table, column)
    yield texts(f"kind.{column.kind.value}")
    unit = next((u for end, u in UNITS.items() if column.name.endswith(end)), None)
    if unit is not None:
        yield texts("unit", unit=texts(f"unit.{unit}"))
    others = [names for names in table.one_of if column.name in names]
    if column.required:
        yield texts("required")
    elif others:
        names = ", ".join(texts.header(table, table[name]) for name in others[0])
        yield texts("one_of", names=names)
    elif column.default is not None:
        yield texts("default", value=_shown(texts, column.default))
    else:
        yield texts("optional")
    bounds = _bounds(column)
    if bounds:
        yield texts("bounds", bounds=bounds)
    if column.choices:
        yield texts("choices", choices=", ".join(column.choices))
    if texts.header(table, column) != column.name:
        yield texts("column", name=column.name)


def _shown(texts: InputTexts, value: object) -> str:
    """Return a default as it would be typed."""
    if isinstance(value, bool):
        return texts("yes" if value else "no")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _bounds(column: Column) -> str:
    """Return the least and largest value of a number."""
    bounds = []
    if column.minimum is not None:
        bounds.append(f"{'>' if column.exclusive else '≥'} {column.minimum:g}")
    if column.maximum is not None:
        bounds.append(f"≤ {column.maximum:g}")
    return ", ".join(bounds)


def example_rows(table: Table, language: str) -> list[dict[str, str]]:
    """Return the example rows of a table; cells ``中文|English`` in one language."""
    path = input_folder().joinpath("example", f"{table.name}.csv")
    if not path.is_file():
        return []
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    side = 0 if language == "zh" else -1
    return [{k: text.split("|")[side] for k, text in row.items()} for row in rows]
