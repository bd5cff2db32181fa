"""`allocator sweep` writes a frontier, and goes on after it was killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from allocator.cli.app import run
from tests.cli.conftest import call, command

if TYPE_CHECKING:
    from pathlib import Path


def names(folder: Path) -> set[str]:
    """Return the points whose run is whole."""
    found = {path.parent.name for path in folder.glob("points/*/run.json")}
    return {name for name in found if not name.startswith(".")}


def test_a_sweep_from_the_command_line(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tiny.parent / "front"
    asked = ["sweep", str(tiny), "--limit", "capital_budget", "--from", "1500"]
    asked += [
        "--to",
        "3000",
        "--points",
        "2",
        "--max-steps",
        "20",
        "--out",
        str(folder),
    ]
    assert run(asked) == 0
    out = capsys.readouterr().out
    assert out.startswith("What more is worth: capital budget (tiny)")
    assert out.rstrip().endswith(str(folder))
    written = {path.name for path in folder.iterdir()}
    assert {"points", "frontier.csv", "sweep.json", "frontier-zh.svg"} <= written
    assert len(names(folder)) == 2
    assert run([*asked, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [row["capital_budget"] for row in answer["frontier"]] == [1500, 3000]
    assert names(folder) == {row["run"] for row in answer["frontier"]}


def test_variants_are_swept_by_themselves(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["sweep", str(tiny), "--variants", "poor,impossible", "--max-steps", "20"]
    assert run([*asked, "--out", str(tiny.parent / "v"), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["frontier"]
    assert [row["variant"] for row in rows] == ["poor", "impossible"]
    assert rows[1]["status"] == "infeasible"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ((), "nothing is moved"),
        (("--limit", "capital_budget"), "needs values"),
        (("--limit", "capital_budget=1:2"), "are no values of capital_budget"),
        (("--limit", "capital_budget=a,b"), "are no values of capital_budget"),
        (("--limit", "capital=1,2"), "a sweep cannot move 'capital'"),
        (("--scale", "floor_area_m2=1,2"), "no floor_area_m2 to be scaled"),
        (("--limit", "buildings", "--limit", "annual_budget"), "needs its values"),
        (
            ("--limit", "a=1", "--limit", "b=1", "--limit", "c=1"),
            "one or two things",
        ),
    ],
)
def test_what_cannot_be_swept(
    tiny: Path,
    capsys: pytest.CaptureFixture[str],
    asked: tuple[str, ...],
    message: str,
) -> None:
    assert run(["sweep", str(tiny), *asked]) == 2
    assert message in capsys.readouterr().err


def test_a_killed_sweep_goes_on_where_it_was(tiny: Path) -> None:
    """Killed for good when a point is done: that point is not solved again."""
    folder = tiny.parent / "front"
    asked = ["sweep", tiny, "--limit", "capital_budget=1000,1500,2000,2500,3000"]
    asked += ["--engine", "search", "--max-steps", "20000", "--jobs", "1"]
    asked += ["--out", folder]
    process = subprocess.Popen(
        command(*asked),
        cwd=tiny.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        waited_until = time.monotonic() + 120
        while not names(folder) and time.monotonic() < waited_until:
            assert process.poll() is None
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = names(folder)
    assert 0 < len(done) < 5
    written = {name: _written(folder, name) for name in done}
    again = call(*asked, cwd=tiny.parent)
    assert again.returncode == 0, again.stderr
    assert len(names(folder)) == 5
    assert {name: _written(folder, name) for name in done} == written
    assert not list(folder.glob("points/.*"))


def _written(folder: Path, name: str) -> int:
    return os.stat(folder / "points" / name / "run.json").st_mtime_ns
