"""`allocator explain` answers in text, JSON and files."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

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


def ask(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert run(["explain", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_limits_are_the_first_answer(
    solved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "capital budget" in ask(capsys, solved)
    assert "建设资金限额" in ask(capsys, solved, "--lang", "zh")


def test_a_building_in_text_and_json(
    solved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = ask(capsys, solved, "--building", "B2", "--service", "club")
    assert text.startswith("Why what is, and is not, in B2 (first)")
    answer = json.loads(ask(capsys, solved, "--building", "B2", "--json"))
    assert {row["state"] for row in answer["table"]} <= {"open", "barred", "possible"}
    assert len(answer["table"]) == 2
    assert answer["solved"] is None


def test_a_solved_answer_states_its_interval(
    solved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--building", "B2", "--service", "club", "--solve", "--max-steps", "50")
    answer = json.loads(ask(capsys, solved, *asked, "--json"))
    found = answer["solved"]
    assert found["pin"]["service"] == "club"
    assert found["verdict"] in ("loss", "none", "undecided")
    assert found["low"] <= found["high"]


def test_a_community_adds_up(solved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(ask(capsys, solved, "--community", "C2", "--json"))
    persons = sum(row["persons"] for row in answer["table"])
    assert persons == pytest.approx(answer["uncovered_persons"])


def test_which_sites_matter_and_alternatives(
    solved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--replacement", "building", "--top", "1", "--max-steps", "20", "--json")
    ranked = json.loads(ask(capsys, solved, *asked))["table"]
    assert ranked[0]["loss_low"] >= 0
    asked = ("--alternatives", "1", "--within", "1", "--max-steps", "20", "--json")
    answer = json.loads(ask(capsys, solved, *asked))
    assert answer["table"][0]["counts"]


def test_answers_are_written_as_page_table_and_json(
    solved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, table, data = (solved.parent / f"answer.{k}" for k in ("html", "csv", "json"))
    for path in (page, table, data):
        out = ask(capsys, solved, "--building", "B1", "--lang", "zh", "--out", path)
        assert out.rstrip().endswith(str(path))
    html = page.read_text(encoding="utf-8")
    assert '<html lang="zh">' in html
    assert "<script" not in html
    assert "default-src 'none'" in html
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == len(json.loads(data.read_text(encoding="utf-8"))["table"]) == 2


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("--building", "B1", "--community", "C1"), "two questions"),
        (("--service", "club"), "--service goes with --building"),
        (("--need", "meal"), "--need goes with --community"),
        (("--building", "B9"), "no building 'B9'"),
        (("--building", "B1", "--out", "answer.txt"), "ends in none of"),
    ],
)
def test_questions_that_cannot_be_answered(
    solved: Path,
    capsys: pytest.CaptureFixture[str],
    asked: tuple[str, ...],
    message: str,
) -> None:
    assert run(["explain", str(solved), *asked]) == 2
    assert message in capsys.readouterr().err


def test_an_infeasible_run_shows_its_conflicts(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tiny.parent / "none"
    asked = ["solve", str(tiny), "--variant", "impossible", "--out", str(folder)]
    assert run(asked) == 3
    capsys.readouterr()
    assert "No plan keeps all of these" in ask(capsys, folder)
    assert "最低满足率" in ask(capsys, folder, "--lang", "zh")
    assert run(["explain", str(folder), "--building", "B1"]) == 2
    assert "holds no plan" in capsys.readouterr().err
