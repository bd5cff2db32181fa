"""`allocator report` writes a page and says where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from allocator.cli.app import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def solved(tiny: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tiny.parent / "first"
    assert run(["solve", str(tiny), "--max-steps", "5", "--out", str(folder)]) == 0
    capsys.readouterr()
    return folder


def test_the_page_lies_beside_the_run(
    solved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(solved.iterdir())
    assert run(["report", str(solved), "--lang", "zh"]) == 0
    page = solved.parent.resolve() / "first-report-zh.html"
    assert capsys.readouterr().out == f"{page}\n"
    assert '<html lang="zh">' in page.read_text(encoding="utf-8")
    assert sorted(solved.iterdir()) == before


def test_the_workbook_lies_beside_the_run(
    solved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", str(solved), "--format", "xlsx", "--lang", "zh"]) == 0
    book = solved.parent.resolve() / "first-report-zh.xlsx"
    assert capsys.readouterr().out == f"{book}\n"
    assert "封面" in openpyxl.load_workbook(book).sheetnames


@pytest.mark.parametrize("kind", ["xlsx", "gpkg"])
def test_one_file_of_another_kind(
    solved: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    assert run(["report", str(solved), "--format", kind]) == 0
    target = solved.parent.resolve() / f"first-report-en.{kind}"
    assert capsys.readouterr().out == f"{target}\n"
    assert target.stat().st_size > 1000


def test_charts_go_into_a_folder_or_onto_one_sheet(
    solved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", str(solved), "--format", "svg"]) == 0
    folder = solved.parent.resolve() / "first-charts-en"
    written = [str(path) for path in sorted(folder.iterdir())]
    assert sorted(capsys.readouterr().out.split()) == written
    sheet = solved.parent / "all.png"
    assert run(["report", str(solved), "--format", "png", "--out", str(sheet)]) == 0
    assert capsys.readouterr().out == f"{sheet}\n"
    assert sheet.read_bytes().startswith(b"\x89PNG")


def test_a_page_does_not_go_into_a_folder(
    solved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", str(solved), "--out", str(solved.parent)]) == 2
    assert "is a folder" in capsys.readouterr().err


def test_a_place_that_cannot_be_written(
    solved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = solved.parent / "absent" / "page.html"
    assert run(["report", str(solved), "--out", str(target)]) == 2
    assert "cannot write the report" in capsys.readouterr().err


def test_a_folder_that_is_no_run(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", str(tiny)]) == 2
    assert "is no run folder" in capsys.readouterr().err
