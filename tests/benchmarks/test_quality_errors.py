"""A run that fails is an error line, is told by the exit code, and is run again."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks.quality import command, process, qualify
from benchmarks.quality.case import Case
from benchmarks.quality.store import is_done, newest, read_results
from tests.benchmarks.quality_records import record_of

if TYPE_CHECKING:
    from pathlib import Path


def given(*flags: str) -> argparse.Namespace:
    """Return the flags as the command reads them."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(flags)


def test_a_folder_that_is_none_is_an_error_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results, missing = tmp_path / "results.jsonl", str(tmp_path / "missing")
    flags = given(
        *("--subject", missing, "--seed", "3", "--time-limit", "5"),
        *("--results", str(results), "--json"),
    )
    assert command.run_command(flags) == 1
    (record,) = read_results(results)
    assert json.loads(capsys.readouterr().out) == record
    assert missing in record["error"]
    assert (record["subject"], record["seed"]) == (missing, 3)
    assert "plan" not in record
    case = Case(subject=missing, engine="search", seed=3, time_limit_s=5.0)
    assert not is_done(case, [record], None)


def test_a_process_that_ends_without_a_record_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho first >&2\necho out of luck >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    record = process.measure(Case(subject="tiny", engine="search"), tmp_path)
    assert record["error"] == "the process ended with code 3: out of luck"


def test_a_process_that_does_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = tmp_path / "python"
    endless.write_text("#!/bin/sh\nexec sleep 600\n")
    endless.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(endless))
    monkeypatch.setattr(process, "OVERRUN_S", 0.1)
    case = Case(subject="tiny", engine="search", time_limit_s=0.1)
    record = process.measure(case, tmp_path)
    assert record["error"].startswith("the process ended with code -9: ended after")


def test_an_error_is_a_row_of_the_table_and_not_of_the_summary() -> None:
    good = record_of("search", 90.0, 100.0)
    bad = record_of("search", None, None, seed=1, error="ValueError: no")
    assert command.as_row(bad) == "| s, money 0.35, seed 1, search | ValueError: no |"
    assert newest([good, bad]) == [good]


def test_a_later_record_replaces_an_earlier_one_of_the_same_run() -> None:
    old, new = (record_of("search", plan, 100.0) for plan in (90.0, 95.0))
    failed = record_of("search", None, None, error="ValueError: no")
    assert newest([old, new, failed]) == [new]


@pytest.mark.parametrize(
    ("gap", "binds_at", "hard"),
    [
        (0.05, [0.15, 0.35], True),
        (0.049, [0.15, 0.35], False),
        (0.3, [0.15], False),
    ],
)
def test_a_city_counts_when_it_is_hard_and_money_binds(
    gap: float, binds_at: list[float], hard: bool
) -> None:
    assert qualify.counts(gap, binds_at) is hard


def test_a_city_recorded_again_replaces_itself(tmp_path: Path) -> None:
    path = tmp_path / "qualified.json"
    for seed, counts in ((1, False), (0, True), (1, True)):
        qualify.record(path, {"subject": "s", "seed": seed, "counts": counts})
    assert qualify.read_qualified(path) == [
        {"subject": "s", "seed": 0, "counts": True},
        {"subject": "s", "seed": 1, "counts": True},
    ]


def test_a_city_that_cannot_be_judged_is_not_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(qualify, "run_case", lambda _: {"error": "ValueError: no"})
    parser, out = argparse.ArgumentParser(), tmp_path / "qualified.json"
    qualify.add_arguments(parser)
    flags = parser.parse_args(["--seed", "2", "--out", str(out)])
    assert qualify.run_command(flags) == 1
    assert "seed 2: ValueError: no" in capsys.readouterr().err
    assert not out.exists()
