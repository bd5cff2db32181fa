"""Every command through a real process: output, exit code, what is written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from allocator.cli.app import run
from allocator.scenario.templates import template_names
from tests.cli.conftest import call, write_folder

# Tiny, by hand: 160 residents. Meals 0.5 × 160 = 80 persons, leisure 0.2 × 160 = 32:
# 112 person-needs. The facility serves 1 place × 7 days = 7 meals. A canteen of 11
# places (22 of 40 m²) serves 77 ≥ 73 meals, a club of 5 places (20 m²) 35 ≥ 32 visits,
# both in reach of everybody from either building; equipment 1,000, yearly 110: all 112.
EVERYBODY = 112.0
# With 500 of capital no canteen (1,000) is possible: 7 meals + 32 leisure.
WITHOUT_CANTEEN = 39.0


class Answer(NamedTuple):
    """What a command said in this process."""

    returncode: int
    stdout: str
    stderr: str


Here = Callable[..., Answer]


@pytest.fixture
def here(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Answer]:
    """Run a command in this process: the same code, without starting Python anew."""

    def run_here(*arguments: object, cwd: Path) -> Answer:
        monkeypatch.chdir(cwd)
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return Answer(code, *capsys.readouterr())

    return run_here


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A scenario solved by a real process: where, its stdout and its stderr."""
    folder = write_folder(tmp_path_factory.mktemp("solved") / "tiny")
    done = call("solve", folder, cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    return folder.parent, done.stdout, done.stderr


def run_of(stdout: str) -> Path:
    """Return the run's path: the last line of stdout."""
    return Path(stdout.strip().splitlines()[-1])


def record_of(folder: Path) -> dict[str, object]:
    return dict(json.loads((folder / "run.json").read_text(encoding="utf-8")))


def test_solve_proves_the_optimum_and_writes_a_whole_run(
    solved: tuple[Path, str, str],
) -> None:
    place, stdout, _ = solved
    folder = place / run_of(stdout)
    assert folder.parent.name == "runs"
    assert folder.name.startswith("tiny-20")
    assert sorted(path.name for path in folder.iterdir()) == [
        "assignments.csv",
        "compliance.csv",
        "coverage.csv",
        "progress.csv",
        "requests.csv",
        "run.json",
        "scenario",
        "served.parquet",
        "sites.csv",
        "spaces.csv",
    ]
    record = record_of(folder)
    assert record["status"] == "optimal"
    assert record["stop_reason"] == "proven"
    assert record["objective"] == pytest.approx(EVERYBODY)
    assert record["bound"] == pytest.approx(EVERYBODY)
    assert record["gap"] <= 1e-6  # type: ignore[operator]
    assert record["seed"] == 3
    assert record["violations"] == []
    assert list(folder.parent.glob(".*")) == []


def test_files_of_a_run_agree_with_its_record(solved: tuple[Path, str, str]) -> None:
    out = solved[0] / run_of(solved[1])
    measures = record_of(out)["measures"]
    assert isinstance(measures, dict)
    sites = pd.read_csv(out / "sites.csv")
    assert sites["capital_cost"].sum() == pytest.approx(measures["capital_cost"])
    assert sites["floor_used_m2"].sum() == pytest.approx(measures["floor_used_m2"])
    served = pd.read_parquet(out / "served.parquet")
    assert served["covered_persons"].sum() == pytest.approx(EVERYBODY)
    coverage = pd.read_csv(out / "coverage.csv")
    assert coverage["demand_persons"].sum() == pytest.approx(112)
    assert coverage["baseline_covered_persons"].sum() == pytest.approx(7)


def test_a_run_names_no_path_of_the_user(solved: tuple[Path, str, str]) -> None:
    out = solved[0] / run_of(solved[1])
    for file in (out / "run.json", out / "scenario" / "scenario.yaml"):
        assert str(solved[0]) not in file.read_text(encoding="utf-8")


def test_solving_the_copy_in_a_run_repeats_the_run(tiny: Path) -> None:
    first, second = tiny.parent / "first", tiny.parent / "second"
    options = ["--variant", "poor", "--seed", 5, "--max-steps", 200]
    options += ["--time-limit", 600]  # kernels may have to be compiled first
    begun = call("solve", tiny, *options, "--out", first, cwd=tiny.parent)
    assert begun.returncode == 0, begun.stderr
    done = call("solve", first / "scenario", "--out", second, cwd=tiny.parent)
    assert done.returncode == 0, done.stderr
    for name in ("assignments.csv", "spaces.csv", "coverage.csv", "sites.csv"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    assert record_of(second)["seed"] == 5
    assert record_of(second)["steps"] == record_of(first)["steps"]
    assert record_of(second)["objective"] == pytest.approx(WITHOUT_CANTEEN)


@pytest.mark.parametrize("engine", ["search", "greedy", "exact"])
def test_each_engine_can_be_asked_for(here: Here, tiny: Path, engine: str) -> None:
    out = tiny.parent / "run"
    done = here("solve", tiny, "--engine", engine, "--out", out, cwd=tiny.parent)
    assert done.returncode == 0, done.stderr
    record = record_of(out)
    assert record["engine"] == engine
    assert record["bound"] >= record["objective"]  # type: ignore[operator]


def test_solve_prints_json_that_parses_and_nothing_else(here: Here, tiny: Path) -> None:
    done = here("solve", tiny, "--json", cwd=tiny.parent)
    record = json.loads(done.stdout)
    assert record["status"] == "optimal"
    assert (tiny.parent / record["run"] / "run.json").is_file()


def test_output_has_no_escape_codes_when_it_is_no_terminal(
    solved: tuple[Path, str, str],
) -> None:
    _, stdout, stderr = solved
    assert "\x1b" not in stdout + stderr
    assert "\r" not in stdout + stderr
    assert "reading" in stderr


def test_proven_infeasible_is_exit_3_with_conflicting_rules(tiny: Path) -> None:
    # at most 39 of the 70 persons asked are possible without capital; 1,000 of capital
    # or a floor lower by 31 persons restores a plan
    out = tiny.parent / "run"
    options = ["--variant", "impossible", "--engine", "exact", "--out", out]
    done = call("solve", tiny, *options, cwd=tiny.parent)
    assert done.returncode == 3, done.stderr
    record = record_of(out)
    assert record["status"] == "infeasible"
    assert (record["bound"], record["gap"], record["objective"]) == (None, None, None)
    conflicts = record["conflicts"]
    assert isinstance(conflicts, list)
    changes = {c["rule_id"]: c["least_change"] for c in conflicts}
    assert changes.keys() == {"capital_budget", "coverage_floor"}
    assert changes["capital_budget"] == pytest.approx(1000, rel=1e-4)
    assert changes["coverage_floor"] == pytest.approx(31, rel=1e-4)
    assert "capital_budget" in done.stdout


def test_a_typo_is_exit_2_with_place_and_nearest_name(
    here: Here, tmp_path: Path
) -> None:
    text = (write_folder(tmp_path / "good") / "scenario.yaml").read_text("utf-8")
    wrong = text.replace("service: canteen", "service: cantine")
    bad = write_folder(tmp_path / "bad", wrong)
    done = here("solve", bad, cwd=tmp_path)
    assert done.returncode == 2
    assert "cantine" in done.stderr
    assert "did you mean 'canteen'?" in done.stderr
    assert "scenario.yaml" in done.stderr


def test_validate_lists_every_problem_at_once(tmp_path: Path) -> None:
    text = (write_folder(tmp_path / "good") / "scenario.yaml").read_text("utf-8")
    wrong = text.replace("service: canteen", "service: cantine").replace(
        "capital_budget: 3000", "capital_budget: -1"
    )
    bad = write_folder(
        tmp_path / "bad",
        wrong,
        spaces="space_id,building_id,usable_area_m2\nR1,B9,40\n",
    )
    done = call("validate", bad, "--json", cwd=tmp_path)
    assert done.returncode == 2
    answer = json.loads(done.stdout)
    assert answer["valid"] is False
    messages = " ".join(issue["message"] for issue in answer["issues"])
    for word in ("cantine", "B9"):
        assert word in messages
    assert len([i for i in answer["issues"] if i["severity"] == "error"]) >= 2


def test_validate_says_valid(here: Here, tiny: Path) -> None:
    done = here("validate", tiny, cwd=tiny.parent)
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("valid: 0 errors")


def test_validate_checks_every_variant_too(here: Here, tmp_path: Path) -> None:
    text = (write_folder(tmp_path / "good") / "scenario.yaml").read_text("utf-8")
    wrong = text.replace("capital_budget: 500", "capital_budgte: 500")
    bad = write_folder(tmp_path / "bad", wrong)
    done = here("validate", bad, cwd=tmp_path)
    assert done.returncode == 2
    assert "capital_budgte" in done.stdout
    assert here("validate", bad, "--variant", "impossible", cwd=tmp_path)[0] == 0


def test_init_writes_a_scenario_that_is_valid_and_solves(tmp_path: Path) -> None:
    assert call("init", "mine", cwd=tmp_path).returncode == 0
    done = call("validate", "mine", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    done = call("solve", "mine", "--time-limit", 10, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_init_writes_an_input_workbook_that_is_valid(
    here: Here, tmp_path: Path
) -> None:
    assert here("init", tmp_path / "mine", "--lang", "zh", cwd=tmp_path).returncode == 0
    assert (tmp_path / "mine" / "输入表.xlsx").is_file()
    done = here("validate", tmp_path / "mine", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    done = here("init", "other", "--lang", "en", "--template", "small", cwd=tmp_path)
    assert done.returncode == 2
    assert "goes with no --template" in done.stderr


def test_init_does_not_write_over_a_folder(here: Here, tiny: Path) -> None:
    before = (tiny / "scenario.yaml").read_bytes()
    done = here("init", tiny, cwd=tiny.parent)
    assert done.returncode == 2
    assert (tiny / "scenario.yaml").read_bytes() == before


def test_schema_is_a_json_schema_of_the_scenario(tmp_path: Path) -> None:
    done = call("schema", cwd=tmp_path)
    assert done.returncode == 0
    schema = json.loads(done.stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert "m2_per_place" in done.stdout


def test_evaluate_lists_every_broken_rule_with_its_excess(tiny: Path) -> None:
    # 25 places × 2 m² = 50 of 40 m²: 10 too many
    plan = tiny.parent / "plan.csv"
    plan.write_text(
        "space_id,service_id,session_id,places\nR1,canteen,lunch,25\n", encoding="utf-8"
    )
    done = call("evaluate", tiny, "--plan", plan, "--json", cwd=tiny.parent)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["status"] == "evaluated"
    assert (record["bound"], record["gap"], record["stop_reason"]) == (None,) * 3
    excess = {v["rule_id"]: (v["excess"], v["unit"]) for v in record["violations"]}
    assert excess["area_limit"] == (pytest.approx(10.0), "m²")
    assert (tiny.parent / record["run"] / "scenario" / "scenario.yaml").is_file()


def test_evaluate_scores_a_run_under_another_variant(
    here: Here, tiny: Path, solved: tuple[Path, str, str]
) -> None:
    out = solved[0] / run_of(solved[1])
    done = here(
        *("evaluate", tiny, "--plan", out, "--variant", "poor", "--json"),
        cwd=tiny.parent,
    )
    record = json.loads(done.stdout)
    # the plan's canteen costs 1,000 of capital where 500 may be spent
    broken = {v["rule_id"]: v["excess"] for v in record["violations"]}
    assert broken == {"capital_budget": pytest.approx(500.0)}
    assert record["objective"] == pytest.approx(EVERYBODY)


def test_evaluate_reads_a_plan_from_excel(here: Here, tiny: Path) -> None:
    plan = tiny.parent / "plan.xlsx"
    rows = [("R1", "canteen", "lunch", 11), ("R1", "club", "evening", 5)]
    columns = ["space_id", "service_id", "session_id", "places"]
    pd.DataFrame(rows, columns=columns).to_excel(plan, index=False)
    done = here("evaluate", tiny, "--plan", plan, "--json", cwd=tiny.parent)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["objective"] == pytest.approx(EVERYBODY)


def test_evaluate_reports_every_wrong_row_of_a_plan(here: Here, tiny: Path) -> None:
    plan = tiny.parent / "plan.csv"
    plan.write_text(
        "space_id,service_id,session_id,places\nR7,canteen,lunch,1\n"
        "R1,canteen,lunhc,2\nR1,club,evening,1.5\n",
        encoding="utf-8",
    )
    done = here("evaluate", tiny, "--plan", plan, cwd=tiny.parent)
    assert done.returncode == 2
    for part in ("row 2", "R7", "row 3", "did you mean 'lunch'?", "row 4", "1.5"):
        assert part in done.stderr
    assert "3 errors" in done.stderr


def test_compare_puts_runs_side_by_side(
    tiny: Path, solved: tuple[Path, str, str]
) -> None:
    rich, poor = tiny.parent / "rich", tiny.parent / "poor"
    shutil.copytree(solved[0] / run_of(solved[1]), rich)
    call("solve", tiny, "--variant", "poor", "--out", poor, cwd=tiny.parent)
    table = tiny.parent / "both.csv"
    done = call("compare", rich, poor, "--json", "--out", table, cwd=tiny.parent)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    covered = answer["measures"]["covered_persons"]
    assert covered["rich"] == pytest.approx(EVERYBODY)
    assert covered["poor"] == pytest.approx(WITHOUT_CANTEEN)
    assert covered["difference"] == pytest.approx(WITHOUT_CANTEEN - EVERYBODY)
    assert any(row["service_id"] == "canteen" for row in answer["changes"])
    assert any("Different variants" in note for note in answer["notes"])
    kinds = {"measure", "limit", "covered_persons", "places", "hours"}
    assert set(pd.read_csv(table)["kind"]) == kinds


def test_compare_needs_two_runs(here: Here, tiny: Path) -> None:
    assert here("compare", tiny, cwd=tiny.parent).returncode == 2


def test_describe_shows_shortfall_and_what_bars_a_service(tmp_path: Path) -> None:
    # R2 has 20 m², the canteen now needs 30
    text = (write_folder(tmp_path / "base") / "scenario.yaml").read_text("utf-8")
    folder = write_folder(
        tmp_path / "city",
        text.replace("m2_per_place: 2\n", "m2_per_place: 2\n    min_area_m2: 30\n"),
    )
    done = call("describe", folder, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["sizes"]["buildings"] == 2
    meals = {
        r["community_id"]: r for r in answer["shortfall"] if r["need_id"] == "meal"
    }
    # 50 + 30 persons ask; the facility serves 7, all of them in Z1, which is nearest
    assert meals["C1"]["unmet_persons"] == pytest.approx(43)
    assert meals["C2"]["unmet_persons"] == pytest.approx(30)
    # the same facility is in reach of both and counts in full for each
    column = "capacity_within_reach_visits_per_week"
    assert [meals[c][column] for c in ("C1", "C2")] == [7, 7]
    bars = {(r["space_id"], r["service_id"]): r for r in answer["suitability"]}
    assert bars["R1", "canteen"]["bar"] == ""
    assert bars["R2", "canteen"]["bar"] == "min_area"
    assert bars["R2", "canteen"]["reason"]


def test_describe_works_without_buildings(here: Here, tmp_path: Path) -> None:
    text = (write_folder(tmp_path / "base") / "scenario.yaml").read_text("utf-8")
    without = text.replace("  buildings: buildings.csv\n", "").replace(
        "  spaces: spaces.csv\n", ""
    )
    folder = write_folder(tmp_path / "city", without)
    done = here("describe", folder, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Shortfall before planning" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve", "nowhere"],
        ["solve"],
        ["solve", "tiny", "--time-limit", "0"],
        ["solve", "tiny", "--time-limit", "nan"],
        ["solve", "tiny", "--time-limit", "inf"],
        ["solve", "tiny", "--gap", "5"],
        ["solve", "tiny", "--target", "nan"],
        ["solve", "tiny", "--engine", "magic"],
        ["solve", "tiny", "--variant", "porr"],
        ["evaluate", "tiny", "--plan", "nowhere.csv"],
        ["compare", "tiny", "nowhere"],
        ["nonsense"],
    ],
)
def test_bad_usage_is_exit_2_and_says_so(
    here: Here, tiny: Path, arguments: list[str]
) -> None:
    done = here(*arguments, cwd=tiny.parent)
    assert done.returncode == 2
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert not (tiny.parent / "runs").exists() or not any(
        (tiny.parent / "runs").iterdir()
    )


def test_help_names_every_template_and_cuts_no_summary_off(
    here: Here, tmp_path: Path
) -> None:
    helped = here("init", "--help", cwd=tmp_path).stdout
    assert all(name in helped for name in template_names())
    _, _, summaries = here("--help", cwd=tmp_path).stdout.partition("Commands:")
    assert "solve" in summaries
    assert "..." not in summaries


def test_an_internal_error_is_one_line_and_the_traceback_on_request(tiny: Path) -> None:
    code = (
        "import sys, allocator.scenario as s, allocator.cli as c\n"
        "def broken(*a, **k): raise ZeroDivisionError('a bug')\n"
        "s.read_scenario = broken\n"
        "c.main(['describe', 'tiny'])\n"
    )
    plain = subprocess.run(
        [sys.executable, "-c", code], cwd=tiny.parent, capture_output=True, text=True
    )
    assert plain.returncode == 1
    assert "internal error: ZeroDivisionError: a bug" in plain.stderr
    assert "ALLOCATOR_DEBUG=1" in plain.stderr
    assert "Traceback" not in plain.stderr
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tiny.parent,
        capture_output=True,
        text=True,
        env=os.environ | {"ALLOCATOR_DEBUG": "1"},
    )
    assert "Traceback" in shown.stderr
