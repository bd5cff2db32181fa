"""``python -m benchmarks quality``: one line for each run, and none run twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.quality.case import Case
from benchmarks.quality.store import append_result, is_done, read_results
from tests.benchmarks.quality_records import record_of

if TYPE_CHECKING:
    from subprocess import CompletedProcess

ROOT = Path(__file__).parents[2]
TINY = ["--subject", "tiny", "--seed", "1", "--engine", "search"]
FEW_STEPS = ["--max-steps", "30", "--time-limit", "60"]
"""Steps end the run, so that a slow machine finds the same plan."""


def run(results: Path, *flags: str) -> CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "benchmarks", "quality", "--results", str(results)]
    return subprocess.run(
        [*command, *flags], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("quality") / "deep" / "results.jsonl"


@pytest.fixture(scope="module")
def first(results: Path) -> CompletedProcess[str]:
    return run(results, *TINY, *FEW_STEPS, "--json")


def test_a_run_prints_one_line_with_its_measures(first: CompletedProcess[str]) -> None:
    assert first.returncode == 0, first.stderr
    (line,) = first.stdout.splitlines()
    record = json.loads(line)
    asked = {"subject": "tiny", "engine": "search", "seed": 1, "max_steps": 30}
    assert {name: record[name] for name in asked} == asked
    assert 0 < record["plan"] <= record["bound"]
    assert record["gap"] == pytest.approx(1 - record["plan"] / record["bound"])
    assert record["stop_reason"] == "steps"
    assert record["seconds"] > 0
    assert record["cpu_seconds"] > 0
    # The interpreter with numpy alone holds more than this.
    assert record["peak_mb"] > 20
    assert record["trace"][-1][1] == pytest.approx(record["plan"], rel=1e-8)


def test_the_line_is_what_the_results_file_holds(
    first: CompletedProcess[str], results: Path
) -> None:
    assert results.read_text(encoding="utf-8") == first.stdout


def test_a_second_call_runs_nothing(
    first: CompletedProcess[str], results: Path
) -> None:
    second = run(results, *TINY, *FEW_STEPS, "--json")
    assert second.returncode == 0
    assert second.stdout == ""
    assert "0 runs, 1 done before" in second.stderr
    assert results.read_text(encoding="utf-8") == first.stdout


def test_a_call_for_more_lists_only_what_is_left(
    first: CompletedProcess[str], results: Path
) -> None:
    more = run(results, *TINY, *FEW_STEPS, "--engine", "milp-highs", "--list")
    assert first.returncode == more.returncode == 0
    assert more.stdout.splitlines() == [
        "tiny, money 0.35, seed 1, milp-highs, 60 s",
        "tiny, money 0.35, seed 1, milp-highs, from greedy, 60 s",
    ]


def test_results_that_are_a_folder_are_refused(tmp_path: Path) -> None:
    refused = run(tmp_path, *TINY)
    assert refused.returncode == 2
    assert "is no file" in refused.stderr


def test_done_is_done_by_this_code_or_by_any() -> None:
    case = Case(subject="s", engine="search")
    records = [record_of("search", 90.0, 100.0, code="old")]
    assert is_done(case, records, "old")
    assert is_done(case, records, None)
    assert not is_done(case, records, "new")


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 2},
        {"time_limit_s": 30.0},
        {"money_share": 0.7},
        {"start": "greedy"},
        {"workers": 1},
        {"protocol": 0},
    ],
)
def test_another_run_does_not_make_this_one_done(other: dict[str, object]) -> None:
    case = Case(subject="s", engine="search")
    record = record_of("search", 90.0, 100.0)
    assert is_done(case, [record], None)
    assert not is_done(case, [record | other], None)


def test_a_line_that_was_cut_off_is_dropped_and_written_over(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text('{"seed": 0}\n{"se', encoding="utf-8")
    assert read_results(path) == [{"seed": 0}]
    append_result(path, {"seed": 1})
    assert read_results(path) == [{"seed": 0}, {"seed": 1}]
