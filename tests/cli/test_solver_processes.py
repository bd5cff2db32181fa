"""The exact engine's solver, a process of its own, never outlives the command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, command, wait_for

RIVERSIDE = ROOT / "scenarios" / "riverside"


@pytest.fixture
def solving(tmp_path: Path):  # type: ignore[no-untyped-def]
    """A solve of Riverside whose solver is at work, in a process group of its own."""
    process = subprocess.Popen(
        command("solve", RIVERSIDE, "--engine", "exact", "--out", tmp_path / "run"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 60
        while not children(process.pid) and time.monotonic() < until:
            time.sleep(0.05)
        wait_for(process, "highs")
        yield process
    finally:
        process.kill()
        process.communicate()


def children(pid: int) -> list[int]:
    """Return the processes that `pid` has started."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text(encoding="utf-8").split()]
    return found


def wait_until_gone(pids: list[int], seconds: float) -> bool:
    """Tell whether all processes have ended within some seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(is_alive(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and waits does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")


def test_a_killed_command_leaves_no_solver_behind(
    solving: subprocess.Popen[str], tmp_path: Path
) -> None:
    solvers = children(solving.pid)
    assert solvers
    solving.kill()
    solving.wait()
    assert wait_until_gone(solvers, seconds=10)
    assert not (tmp_path / "run").exists()


def test_ctrl_c_of_a_terminal_saves_the_plan_and_ends_the_solver(
    solving: subprocess.Popen[str], tmp_path: Path
) -> None:
    solvers = children(solving.pid)
    assert solvers
    # a terminal sends the signal to the whole group
    os.killpg(solving.pid, signal.SIGINT)
    solving.communicate(timeout=60)
    assert solving.returncode == 130
    assert wait_until_gone(solvers, seconds=10)
    record = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert record["stop_reason"] == "interrupt"


def test_two_signals_end_the_solver_too(
    solving: subprocess.Popen[str], tmp_path: Path
) -> None:
    solvers = children(solving.pid)
    assert solvers
    os.killpg(solving.pid, signal.SIGTERM)
    wait_for(solving, "once more to abort")
    os.killpg(solving.pid, signal.SIGTERM)
    assert solving.wait(timeout=30) == 130
    assert wait_until_gone(solvers, seconds=10)
    assert not (tmp_path / "run").exists()
