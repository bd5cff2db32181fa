"""Full disks and unwritable places: said early where possible, never a lost plan."""

from __future__ import annotations

import os
import resource
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cli.conftest import ROOT, call, leftovers, wait_for

if TYPE_CHECKING:
    from tests.cli.conftest import Begin


def test_an_existing_folder_is_refused_before_solving(begin: Begin, tiny: Path) -> None:
    (tiny.parent / "run").mkdir()
    process = begin("deaf")
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "exists already" in stderr
    assert "engine at work" not in stderr


def test_a_place_that_cannot_be_a_folder_is_refused_before_solving(tiny: Path) -> None:
    # a file stands where a folder is needed: nobody can write there, not even root
    (tiny.parent / "file").write_text("", encoding="utf-8")
    done = call("solve", tiny, "--out", "file/run", cwd=tiny.parent)
    assert done.returncode == 2
    assert "cannot write the run file/run" in done.stderr
    assert "--out" in done.stderr


def test_a_full_disk_is_found_before_solving(tiny: Path) -> None:
    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    done = call("solve", tiny, "--out", "run", cwd=tiny.parent, preexec_fn=little_room)
    assert done.returncode == 2
    assert "cannot write the run run" in done.stderr
    assert leftovers(tiny) == []


def test_a_place_that_vanishes_while_solving_does_not_lose_the_plan(
    begin: Begin, tiny: Path, tmp_path: Path
) -> None:
    spare = tmp_path / "spare"
    spare.mkdir()
    target = tmp_path / "place"
    process = begin(
        "polite",
        *("--out", str(target / "run")),
        env=os.environ | {"TMPDIR": str(spare), "PYTHONPATH": str(ROOT)},
    )
    wait_for(process, "engine at work")
    shutil.rmtree(target)
    target.write_text("no folder any more", encoding="utf-8")
    process.send_signal(signal.SIGTERM)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "cannot write the run" in stderr
    saved = Path(stdout.strip().splitlines()[-1])
    assert saved.parent == spare
    assert str(saved) in stderr
    assert (saved / "run.json").is_file()


def test_when_nothing_can_be_written_the_plan_is_printed(
    begin: Begin, tiny: Path
) -> None:
    process = begin("full")
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "written nowhere" in stderr
    assert "building_id,space_id,service_id,session_id,places" in stderr
    assert leftovers(tiny) == []
