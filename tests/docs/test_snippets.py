"""The commands and snippets of README and guide run as they are written."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from allocator.issues import Severity
from allocator.scenario import check_scenario
from allocator.scenario.templates import write_template

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "docs" / "guide.md"]


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language, in order."""
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def commands(page: Path) -> list[list[str]]:
    """Return the arguments of every `allocator` command of a page, in order."""
    lines = "".join(blocks(page, "sh")).splitlines()
    words = [shlex.split(line, comments=True) for line in lines]
    return [w[1:] for w in words if w and Path(w[0]).name == "allocator"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_run_in_order(page: Path, tmp_path: Path) -> None:
    assert len(commands(page)) >= 6
    for arguments in commands(page):
        done = subprocess.run(
            [sys.executable, "-m", "allocator", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_runs(page: Path) -> None:
    snippets = blocks(page, "python")
    assert snippets
    for snippet in snippets:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", snippet],
            cwd=ROOT,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()


def test_the_fragments_of_the_guide_are_valid_changes_of_the_template(
    tmp_path: Path,
) -> None:
    write_template(tmp_path / "base")
    buildings = pd.read_csv(tmp_path / "base" / "buildings.csv")
    headers = {
        "building_id": "编号",
        "x": "横坐标",
        "y": "纵坐标",
        "gross_area_m2": "建筑面积",
    }
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "存量用房"
    register = buildings[list(headers)].rename(columns=headers)
    for row in [list(register.columns), *register.to_numpy(object).tolist()]:
        sheet.append(row)
    book.save(tmp_path / "台账.xlsx")
    fragments = blocks(ROOT / "docs" / "guide.md", "yaml fragment")
    assert len(fragments) == 2
    for fragment in fragments:
        text = f"format: allocator/1\nextends: base/scenario.yaml\n{fragment}"
        (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
        issues = check_scenario(tmp_path)
        errors = [str(i) for i in issues if i.severity is Severity.ERROR]
        assert errors == []


def test_the_make_targets_of_the_readme_exist() -> None:
    targets = re.findall(r"^make (\w+)", (ROOT / "README.md").read_text(), flags=re.M)
    makefile = (ROOT / "Makefile").read_text()
    assert {"demo", "test"} <= set(targets)
    for target in targets:
        assert re.search(rf"^{target}:", makefile, flags=re.M), target


def test_links_between_pages_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
