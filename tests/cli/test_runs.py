"""`allocator runs` lists, tags, deletes and compares the runs of a folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from allocator.cli.app import run

if TYPE_CHECKING:
    from pathlib import Path

    Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tiny: Path, capsys: Capture) -> Path:
    """Two runs of one scenario."""
    runs = tiny.parent / "runs"
    for name, variant in (("rich", []), ("poor", ["--variant", "poor"])):
        line = ["solve", str(tiny), *variant, "--max-steps", "5"]
        assert run([*line, "--out", str(runs / name)]) == 0
    capsys.readouterr()
    return runs


def answer(capsys: Capture, *arguments: str) -> object:
    assert run(["runs", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_runs_alone_lists_them(folder: Path, capsys: Capture) -> None:
    (folder / "half").mkdir()
    (folder / "half" / "assignments.csv").write_text("", encoding="utf-8")
    for line in (["runs"], ["runs", "list"]):
        assert run([*line, "--store", str(folder)]) == 0
        shown = capsys.readouterr()
        assert "poor" in shown.out
        assert "rich" in shown.out
        assert "note: half: incomplete" in shown.err


def test_filters_and_order(folder: Path, capsys: Capture) -> None:
    store = ("--store", str(folder))
    found = answer(capsys, "list", *store, "--where", "variant=poor")
    assert isinstance(found, list)
    assert [entry["run"] for entry in found] == ["poor"]
    ordered = answer(capsys, "list", *store, "--sort", "-coverage")
    assert isinstance(ordered, list)
    assert [entry["run"] for entry in ordered] == ["rich", "poor"]
    assert run(["runs", *store, "--where", "nonsense"]) == 2


def test_show_names_facts_and_measures(folder: Path, capsys: Capture) -> None:
    shown = answer(capsys, "show", "rich", "--store", str(folder))
    assert isinstance(shown, dict)
    assert shown["run"] == "rich"
    assert shown["coverage"] > 0
    assert run(["runs", "show", "rich", "--store", str(folder)]) == 0
    assert "capital_cost" in capsys.readouterr().out


def test_tag_untag_and_compare_by_tag(folder: Path, capsys: Capture) -> None:
    store = ["--store", str(folder)]
    for name in ("rich", "poor"):
        assert run(["runs", "tag", name, "draft", "初稿", *store]) == 0
    assert capsys.readouterr().out == "draft 初稿\ndraft 初稿\n"
    compared = answer(capsys, "compare", "--where", "tag=初稿", *store)
    assert isinstance(compared, dict)
    assert len(compared["pairs"]) == 1
    assert run(["runs", "untag", "rich", "draft", *store]) == 0
    assert capsys.readouterr().out == "初稿\n"
    assert run(["runs", "compare", "--where", "tag=draft", *store]) == 2


def test_delete_asks_unless_told(folder: Path, capsys: Capture) -> None:
    store = ["--store", str(folder)]
    assert run(["runs", "delete", "rich", *store]) == 2
    assert (folder / "rich").is_dir()
    assert run(["runs", "delete", *store, "--yes"]) == 2
    assert run(["runs", "delete", "rich", "--yes", *store]) == 0
    assert capsys.readouterr().out == "rich\n"
    assert not (folder / "rich").exists()
    assert run(["runs", "reindex", *store]) == 0
    assert capsys.readouterr().out == "1 runs\n"
