"""A run folder is written whole or not at all, and reads back as it was."""

from __future__ import annotations

import errno
import json
import os
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import allocator as al
from allocator.runs import check_writable, default_folder
from allocator.runs.tables import TABLE_COLUMNS
from tests.builders import make_scenario, need, service


@pytest.fixture(scope="module")
def result() -> al.Result:
    city = make_scenario(
        services=[service("canteen", equipment_cost=500)],
        needs=[need("lunch", "canteen")],
        limits={"capital_budget": 400},
        options={"seed": 9},
    )
    plan = al.Plan.from_places({("B1", "R1", "canteen", "main"): 10})
    return al.evaluate(city, plan)


def test_a_run_reads_back_as_it_was(result: al.Result, tmp_path: Path) -> None:
    run = al.read_run(al.write_run(result, tmp_path / "run"))
    assert run.status == "evaluated"
    assert (run.objective, run.bound, run.gap) == (70.0, None, None)
    assert run.measures["capital_cost"] == 500.0
    assert result.plan is not None
    assert run.plan is not None
    pd.testing.assert_frame_equal(
        run.plan.assignments, result.plan.assignments, check_dtype=False
    )
    assert run.plan.served is not None
    assert run.plan.served["served_visits_per_week"].tolist() == [70.0]
    assert run.scenario().spec.limits.capital_budget == 400


def test_every_table_has_the_promised_columns(
    result: al.Result, tmp_path: Path
) -> None:
    folder = al.write_run(result, tmp_path / "run")
    run = al.read_run(folder)
    for name, columns in TABLE_COLUMNS.items():
        assert tuple(run.table(name).columns[: len(columns)]) == columns, name


def test_the_record_has_what_the_contract_names(
    result: al.Result, tmp_path: Path
) -> None:
    record = al.read_run(al.write_run(result, tmp_path / "run")).record
    promised = (
        "format scenario variant options engine seed steps versions machine times_s "
        "status stop_reason objective bound gap goals measures violations conflicts "
        "rules_not_priced"
    )
    assert set(promised.split()) <= record.keys()
    assert record["scenario"]["name"] == "tiny"
    # 500 of equipment where 400 may be spent
    assert record["violations"] == [
        {
            "rule_id": "capital_budget",
            "where": {},
            "excess": 100.0,
            "unit": "CNY",
            "value": 500.0,
            "limit": 400.0,
        }
    ]
    assert record["options"]["seed"] == 9


def test_the_record_names_no_host_and_no_user(
    result: al.Result, tmp_path: Path
) -> None:
    import getpass
    import socket

    folder = al.write_run(result, tmp_path / "run")
    words = set((folder / "run.json").read_text(encoding="utf-8").split('"'))
    assert socket.gethostname() not in words
    assert getpass.getuser() not in words
    assert str(Path.home()) not in words


def test_a_run_is_never_written_over(result: al.Result, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with pytest.raises(al.RunError, match="exists already"):
        al.write_run(result, tmp_path / "run")


def test_a_full_disk_leaves_nothing_behind(
    result: al.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*unused: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    module = sys.modules["allocator.runs.write"]
    monkeypatch.setattr(module, "write_table", full)
    with pytest.raises(al.RunError, match="No space left on device"):
        al.write_run(result, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_place_below_a_file_is_refused_early(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(al.RunError, match="cannot write the run"):
        check_writable(tmp_path / "file" / "run")


def test_trying_a_place_leaves_nothing_behind(tmp_path: Path) -> None:
    check_writable(tmp_path / "deep" / "run")
    assert list((tmp_path / "deep").iterdir()) == []


def test_what_a_killed_process_left_is_removed_a_day_later(
    result: al.Result, tmp_path: Path
) -> None:
    old, fresh = tmp_path / ".run.tmp-0123abcd", tmp_path / ".run.tmp-0123abce"
    for folder in (old, fresh):
        folder.mkdir()
        (folder / "run.json").write_text("{", encoding="utf-8")
    yesterday = time.time() - 25 * 3600
    os.utime(old, (yesterday, yesterday))
    al.write_run(result, tmp_path / "run")
    assert sorted(path.name for path in tmp_path.iterdir()) == [fresh.name, "run"]


def test_the_default_folder_names_scenario_variant_and_time(result: al.Result) -> None:
    folder = default_folder(result.scenario)
    assert folder.parent == Path("runs")
    name, stamp, suffix = folder.name.rsplit("-", 2)
    assert (name, len(stamp), stamp[-1], len(suffix)) == ("tiny", 16, "Z", 4)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(al.RunError, match=r"no run\.json"):
        al.read_run(tmp_path)
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(al.RunError, match="format None"):
        al.read_run(tmp_path)


def test_numbers_that_json_does_not_know_become_null(
    result: al.Result, tmp_path: Path
) -> None:
    folder = al.write_run(result, tmp_path / "run")
    text = (folder / "run.json").read_text(encoding="utf-8")

    def refuse(word: str) -> None:
        raise AssertionError(word)

    json.loads(text, parse_constant=refuse)
