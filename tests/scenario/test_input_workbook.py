"""The input workbook: valid as it is, solved as it is, and it says what is asked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

import allocator as al
from allocator.errors import MissingExtra, OptionsInvalid
from allocator.scenario import check_scenario, read_scenario
from allocator.scenario.columns import TABLES, Kind
from allocator.scenario.templates import write_input_workbook
from allocator.scenario.templates.input_book import example_rows
from allocator.scenario.templates.input_texts import INPUT_LANGUAGES, InputTexts

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = {}
    for language in INPUT_LANGUAGES:
        found[language] = tmp_path_factory.mktemp("input") / language
        write_input_workbook(found[language], language)
    return found


def book_of(folder: Path) -> Any:
    (path,) = folder.glob("*.xlsx")
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize("language", INPUT_LANGUAGES)
def test_it_is_valid_without_a_warning(folders: dict[str, Path], language: str) -> None:
    assert check_scenario(folders[language]) == ()
    assert check_scenario(folders[language], variant="low_budget") == ()


def test_both_languages_hold_the_same_scenario(folders: dict[str, Path]) -> None:
    english, chinese = (read_scenario(folders[name]) for name in ("en", "zh"))
    for name, table in TABLES.items():
        told = [c.name for c in table.columns if c.kind is Kind.TEXT]
        told += ["street_id", "district_id"]
        first, second = (
            getattr(city.tables, name).drop(columns=told, errors="ignore")
            for city in (english, chinese)
        )
        pd.testing.assert_frame_equal(first, second)
    assert english.tables.buildings["ownership"].tolist()[0] == "collective"
    assert chinese.tables.buildings["ownership"].tolist()[0] == "集体"


def test_it_is_solved_as_it_is(folders: dict[str, Path]) -> None:
    options = al.SolveOptions(engine="greedy", seed=1, max_steps=200)
    result = al.solve(read_scenario(folders["zh"]), options)
    assert result.plan is not None
    assert len(result.plan.assignments) > 3
    assert result.evaluation is not None
    assert result.evaluation.violations == ()
    assert len(result.evaluation.requests) == 2


def test_example_rows_are_read_whole(folders: dict[str, Path]) -> None:
    scenario = read_scenario(folders["en"])
    empty = {"demand", "travel"}
    for name, table in TABLES.items():
        rows = example_rows(table, "en")
        assert bool(rows) != (name in empty)
        if name == "population":  # given by community, held by zone
            persons = sum(float(row["persons"]) for row in rows)
            assert scenario.tables.population["persons"].sum() == persons
        else:
            assert len(getattr(scenario.tables, name)) == len(rows)
    assert str(scenario.tables.buildings["lease_until"].iloc[0].date()) == "2036-12-31"


@pytest.mark.parametrize("language", INPUT_LANGUAGES)
def test_every_column_has_a_header_with_a_comment(
    folders: dict[str, Path], language: str
) -> None:
    texts, book = InputTexts(language), book_of(folders[language])
    for table in TABLES.values():
        sheet = book[texts.sheet(table)]
        assert sheet.freeze_panes == "B2"
        for k, column in enumerate(table.columns, 1):
            cell = sheet.cell(1, k)
            assert cell.value == texts.header(table, column)
            said = cell.comment.text
            assert texts.meaning(table, column) in said
            if column.required:
                assert texts("required") in said
            if column.default is not None and not isinstance(column.default, bool):
                assert f"{column.default}".removesuffix(".0") in said
            if language == "zh":
                assert cell.value != column.name
                assert column.name in said


def test_headers_of_a_sheet_differ() -> None:
    texts = InputTexts("zh")
    assert len({texts.sheet(table) for table in TABLES.values()}) == len(TABLES)
    for table in TABLES.values():
        headers = {texts.header(table, column) for column in table.columns}
        assert len(headers) == len(table.columns)


def checks(sheet: Any) -> dict[str, Any]:
    """Return the checks of a sheet by the letter of their column."""
    return {
        str(check.sqref).split("2:")[0]: check
        for check in sheet.data_validations.dataValidation
    }


def test_enumerations_have_drop_downs(folders: dict[str, Path]) -> None:
    texts, book = InputTexts("zh"), book_of(folders["zh"])
    known = {}
    for table in TABLES.values():
        found = checks(book[texts.sheet(table)])
        for k, column in enumerate(table.columns):
            check = found.get(chr(ord("A") + k))
            known[table.name, column.name] = check
            if column.choices or column.kind is Kind.YES_NO:
                assert check.type == "list"
            elif column.kind in (Kind.NUMBER, Kind.INTEGER, Kind.DATE):
                assert check is not None
    assert known["communities", "kind"].formula1 == '"existing,old_estate,new"'
    assert known["spaces", "divisible"].formula1 == '"是,否"'
    assert known["zones", "community_id"].formula1.startswith("'社区'!$A$2")
    assert known["survey", "need_id"].formula1.startswith("'选项'!$G$2")
    assert known["buildings", "fire_resistance_class"].formula1 == '"1,2,3,4"'
    assert "国有" in known["buildings", "ownership"].formula1
    assert known["buildings", "ownership"].errorStyle == "warning"
    share = known["buildings", "reserve_share"]
    assert (share.type, share.operator) == ("decimal", None)  # None: between
    assert (float(share.formula1), float(share.formula2)) == (0, 1)


def test_lists_of_ids_point_at_ids(folders: dict[str, Path]) -> None:
    texts, book = InputTexts("en"), book_of(folders["en"])
    scenario = read_scenario(folders["en"])
    wanted = {
        "need_id": {need.id for need in scenario.needs},
        "service_id": {service.id for service in scenario.services},
        "session_id": {offer.session_id for offer in scenario.offers},
        "group_id": {group.id for group in scenario.groups},
        "zone_id": set(scenario.tables.zones["zone_id"]),
        "building_id": set(scenario.tables.buildings["building_id"]),
    }
    seen = set()
    for table in TABLES.values():
        found = checks(book[texts.sheet(table)])
        for k, column in enumerate(table.columns):
            check = found.get(chr(ord("A") + k))
            if column.name not in wanted or check is None:
                continue
            sheet, cells = check.formula1.split("!")
            area = book[sheet.strip("'")][cells.replace("$", "")]
            ids = {row[0].value for row in area} - {None}
            assert ids == wanted[column.name], (table.name, column.name)
            seen.add(column.name)
    assert seen == set(wanted)


def test_ids_keep_their_zeros(folders: dict[str, Path]) -> None:
    texts, book = InputTexts("zh"), book_of(folders["zh"])
    sheet = book[texts.sheet(TABLES["zones"])]
    assert sheet.column_dimensions["A"].width > 12
    assert sheet["A2"].number_format == "@"


def test_an_unknown_language(tmp_path: Path) -> None:
    with pytest.raises(OptionsInvalid, match="'fr'"):
        write_input_workbook(tmp_path, "fr")


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OptionsInvalid, match=r"not empty \(it holds notes.txt\)"):
        write_input_workbook(tmp_path, "zh")


def test_without_the_package_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(MissingExtra, match=r"pip install 'allocator\[excel\]'"):
        write_input_workbook(tmp_path / "new", "zh")
    assert not (tmp_path / "new").exists()
