"""The workbook, read back, holds the meeting's tables and prints as it should."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from allocator.errors import MissingExtra, OptionsInvalid, RunError
from allocator.plan import Plan
from allocator.report.meeting import MeetingTable, meeting_tables
from allocator.report.words import Words
from allocator.report.workbook import pages, write_workbook
from allocator.report.workbook.grid import heading
from allocator.report.workbook.text import lines_of, sheet_name, text_width
from tests.builders import make_scenario, need, service
from tests.report.test_report import saved, two_rooms

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.runs import Run

TWO_ROOMS = Plan.from_places(
    {("B1", "R1", "canteen", "main"): 10, ("B1", "R1", "club", "main"): 5}
)


@pytest.fixture(scope="module")
def written(
    run: Run,
    language: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    path = tmp_path_factory.mktemp("book") / f"{language}.xlsx"
    write_workbook(run, path, language)
    return path


@pytest.fixture(scope="module")
def book(written: Path) -> Any:
    return openpyxl.load_workbook(written)


def sheet_of(book: Any, table: MeetingTable) -> Any:
    """Return the sheet whose first cell is the table's title."""
    (sheet,) = [s for s in book.worksheets if s["A1"].value == table.title]
    return sheet


def head_row(sheet: Any, table: MeetingTable) -> int:
    """Return the row of the header."""
    first = heading(table.columns[0])
    return next(c.row for c in sheet["A"] if c.value == first and c.row > 1)


def test_every_table_has_its_figures(run: Run, language: str, book: Any) -> None:
    flat = [t for t in meeting_tables(run, language) if t.page_by is None]
    assert len(flat) > 8
    for table in flat:
        sheet = sheet_of(book, table)
        top = head_row(sheet, table)
        heads = [c.value for c in sheet[top]]
        assert heads == [heading(column) for column in table.columns]
        for k, column in enumerate(table.columns, 1):
            cells = [sheet.cell(top + 1 + n, k).value for n in range(len(table.rows))]
            wanted = [
                None if value == "" or value != value else value
                for value in table.rows[column.key].tolist()
            ]
            assert [c is None for c in cells] == [w is None for w in wanted]
            held, meant = ([x for x in xs if x is not None] for xs in (cells, wanted))
            if column.is_text:
                assert held == meant
            else:
                assert held == pytest.approx(meant, rel=1e-14), (table.key, column.key)


def test_totals_are_sums_with_their_value(
    run: Run,
    language: str,
    book: Any,
    written: Path,
) -> None:
    (table,) = [t for t in meeting_tables(run, language) if t.key == "projects"]
    sheet = sheet_of(book, table)
    end = head_row(sheet, table) + len(table.rows) + 1
    values = CalamineWorkbook.from_path(str(written)).get_sheet_by_name(sheet.title)
    shown = values.to_python(skip_empty_area=False)[end - 1]
    scale = 10_000 if language == "zh" else 1
    for k, column in enumerate(table.columns):
        if not column.total:
            continue
        assert str(sheet.cell(end, k + 1).value).startswith("=SUBTOTAL(109,")
        assert shown[k] == pytest.approx(table.totals[column.key])
        if column.key == "capital_cost":
            assert shown[k] == pytest.approx(run.measures["capital_cost"] / scale)


def test_sheets_print_on_landscape_pages(book: Any) -> None:
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in (None, 1)
    tables = [s for s in book.worksheets if s.auto_filter.ref]
    assert len(tables) > 8
    for sheet in tables:
        assert sheet.freeze_panes is not None
        row = int(sheet.print_title_rows.split(":")[0].strip("$"))
        assert sheet.auto_filter.ref.startswith(f"A{row}:")


def test_the_cover_states_plan_bound_and_gap(
    run: Run, language: str, book: Any
) -> None:
    cover, words = book.worksheets[0], Words(language, run.scenario())
    cells = {row[0].value: [c.value for c in row[1:]] for row in cover.iter_rows()}
    assert cover["A1"].value == words("title", name=words.title)
    assert cells[words("cover.date")][0] == "2026-01-01"
    assert words(f"status.{run.status}") in cells[words("cover.status")][0]
    (goal,) = [
        v for k, v in cells.items() if str(k).startswith(words("sense.maximize"))
    ]
    # a workbook keeps 16 digits
    exact = [run.objective, run.bound, run.gap]
    assert goal == pytest.approx(exact, rel=1e-14)
    measures = cells[words("measure.coverage")]
    shares = [run.measures["coverage"], run.measures["baseline_coverage"]]
    assert measures[:2] == pytest.approx(shares, rel=1e-14)
    links = {c.value: c.hyperlink.location for c in cover["A"] if c.hyperlink}
    assert len(links) > 10
    for place in links.values():
        assert place.split("!")[0].strip("'") in book.sheetnames


def test_a_sheet_for_each_site_and_community(
    run: Run, language: str, book: Any
) -> None:
    for table in meeting_tables(run, language):
        if table.page_by is None:
            continue
        for number, page in enumerate(table.pages, 1):
            title = f"{table.title} · {page.title}"
            (sheet,) = [s for s in book.worksheets if s["A1"].value == title]
            assert sheet.title.startswith(f"{number} ")
            assert sheet.page_setup.fitToHeight in (None, 1)
            own = table.rows[table.rows[table.page_by] == page.id]
            top = head_row(sheet, table)
            assert sheet.cell(top + len(own), 1).value == own.iloc[-1, 1]
            for _, text in page.facts:
                assert text in sheet["A2"].value


def test_many_pages_share_a_sheet_with_breaks(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "MOST_SHEETS", 5)
    monkeypatch.setattr(pages, "MOST_BREAKS", 7)
    write_workbook(run, tmp_path / "run.xlsx", "en")
    book = openpyxl.load_workbook(tmp_path / "run.xlsx")
    (table,) = [t for t in meeting_tables(run, "en") if t.key == "communities"]
    sheets = [s for s in book.worksheets if s.title.startswith("Communities")]
    assert [s.title for s in sheets] == ["Communities", "Communities 2"]
    assert [len(s.row_breaks.brk) for s in sheets] == [6, len(table.pages) - 7 - 1]
    for sheet in sheets:
        assert not sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.scale < 100
        for row in sheet.row_breaks.brk:
            assert sheet.cell(row.id + 1, 1).value.startswith(table.title)


def test_the_week_shows_turns_in_one_row(tmp_path: Path) -> None:
    write_workbook(saved(two_rooms(), TWO_ROOMS, tmp_path / "run"), tmp_path / "w.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")["Week"]
    (row,) = [r for r in sheet.iter_rows() if r[0].value == "B1"]
    assert [c.value for c in row[1:3]] == ["R1", "daily"]
    # hours from 11 to 22, an hour a cell: canteen 11–13, club 18–22
    held = {str(area) for area in sheet.merged_cells.ranges}
    at = row[0].row
    assert {f"D{at}:E{at}", f"K{at}:N{at}"} <= held
    assert row[3].value.endswith("10")
    assert row[10].value == "club 5"
    colors = {row[k].fill.fgColor.rgb for k in (3, 10)}
    assert len(colors) == 2


def test_services_side_by_side_have_rows_of_their_own(tmp_path: Path) -> None:
    city = make_scenario(
        services=[service("day", "09:00-12:00"), service("late", "11:30-13:00")],
        needs=[need("one", "day"), need("other", "late")],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 100,
                "divisible": "yes",
            }
        ],
    )
    plan = Plan.from_places(
        {("B1", "R1", "day", "main"): 1, ("B1", "R1", "late", "main"): 2}
    )
    write_workbook(saved(city, plan, tmp_path / "run"), tmp_path / "w.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")["Week"]
    assert len([r for r in sheet.iter_rows() if r[0].value == "B1"]) == 2


def test_texts_stay_texts(tmp_path: Path) -> None:
    homes = [{"building_id": "B1", "x": 0, "y": 0, "name": "=1+1"}]
    run = saved(two_rooms(buildings=homes), TWO_ROOMS, tmp_path / "run")
    write_workbook(run, tmp_path / "w.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")["Projects"]
    (cell,) = [c for c in sheet["B"] if c.value == "=1+1"]
    assert cell.data_type == "s"


def test_a_run_without_a_plan(tmp_path: Path) -> None:
    import allocator as al
    from allocator.runs import read_run

    pins = [{"fix": "in", "building": "B1"}]
    city = two_rooms(limits={"buildings": 0}, rules={"pins": pins})
    result = al.solve(city, al.SolveOptions(engine="exact"))
    found = read_run(al.write_run(result, tmp_path / "run"))
    write_workbook(found, tmp_path / "w.xlsx")
    names = openpyxl.load_workbook(tmp_path / "w.xlsx").sheetnames
    assert names[:2] == ["Cover", "Shortfall"]
    assert "Week" not in names


def test_an_empty_plan_has_a_workbook(tmp_path: Path) -> None:
    run = saved(two_rooms(), Plan.from_places({}), tmp_path / "run")
    write_workbook(run, tmp_path / "w.xlsx", "zh")
    assert "封面" in openpyxl.load_workbook(tmp_path / "w.xlsx").sheetnames


def test_without_the_package_the_message_says_what_to_install(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(MissingExtra, match=r"pip install 'allocator\[excel\]'"):
        write_workbook(run, tmp_path / "w.xlsx")


def test_a_file_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot write the workbook"):
        write_workbook(run, tmp_path / "absent" / "w.xlsx")
    (tmp_path / "taken").mkdir()
    with pytest.raises(RunError, match="cannot write the workbook"):
        write_workbook(run, tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_an_unknown_language(run: Run, tmp_path: Path) -> None:
    with pytest.raises(OptionsInvalid, match="'fr'"):
        write_workbook(run, tmp_path / "w.xlsx", "fr")


def test_chinese_takes_twice_the_room() -> None:
    assert text_width("社区 C1") == 7
    assert lines_of("短", 10) == 1
    assert lines_of("一二三四五六七八九十", 12) == 2
    taken: set[str] = set()
    long = "a/b: " + "x" * 40
    names = [sheet_name(long, taken) for _ in range(3)]
    assert names[0] == "a b  " + "x" * 26
    assert len(set(names)) == 3
    assert max(map(len, names)) == 31
