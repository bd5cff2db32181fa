"""Ctrl-C, SIGTERM and kill -9: a whole run or none, and the right exit code."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import leftovers, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Begin


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_saves_the_best_plan(
    begin: Begin, tiny: Path, number: int
) -> None:
    process = begin("polite")
    wait_for(process, "engine at work")
    process.send_signal(number)
    stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stdout.strip().splitlines()[-1] == "run"
    record = json.loads((tiny.parent / "run" / "run.json").read_text(encoding="utf-8"))
    assert (record["status"], record["stop_reason"]) == ("feasible", "interrupt")
    assert leftovers(tiny) == ["run"]


def test_the_second_signal_ends_at_once_without_a_run(begin: Begin, tiny: Path) -> None:
    process = begin("deaf")
    wait_for(process, "engine at work")
    process.send_signal(signal.SIGINT)
    wait_for(process, "once more to abort")
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert time.monotonic() - begun < 5.0
    assert process.returncode == 130
    assert "no run was written" in stderr
    assert leftovers(tiny) == []


def test_a_second_signal_while_writing_leaves_no_run(begin: Begin, tiny: Path) -> None:
    process = begin("slow-write")
    wait_for(process, "writing now")
    process.send_signal(signal.SIGTERM)
    wait_for(process, "once more to abort")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert leftovers(tiny) == []


def test_a_signal_while_reading_ends_at_once(begin: Begin, tiny: Path) -> None:
    process = begin("slow-read")
    wait_for(process, "reading now")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130
    assert leftovers(tiny) == []


def test_a_killed_process_leaves_no_half_run(begin: Begin, tiny: Path) -> None:
    process = begin("slow-write")
    wait_for(process, "writing now")
    process.kill()
    process.communicate(timeout=60)
    # a hidden folder may remain; it is no run, and nothing takes it for one
    assert all(name.startswith(".run.tmp-") for name in leftovers(tiny))
    again = begin("quick")
    again.communicate(timeout=60)
    assert again.returncode == 0
    assert (tiny.parent / "run" / "run.json").is_file()


def test_other_commands_end_at_a_signal_too(tiny: Path) -> None:
    code = (
        "import sys, time, allocator.scenario as s, allocator.cli as c\n"
        "def slow(*a, **k):\n"
        "    print('reading now', file=sys.stderr, flush=True); time.sleep(60)\n"
        "s.check_scenario = slow\n"
        "c.main(['validate', 'tiny'])\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tiny.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(process, "reading now")
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in stderr


def test_a_terminal_sees_one_line_that_is_rewritten(begin: Begin, tiny: Path) -> None:
    ours, theirs = pty.openpty()
    process = begin("polite", "--time-limit", "8", stderr=theirs)
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # the other end has closed
            break
        if not part:
            break
        seen += part
    os.close(ours)
    process.communicate(timeout=60)
    assert process.returncode == 0
    lines = [part for part in seen.decode().split("\r") if "slow work" in part]
    assert len(lines) >= 3
    assert "plan 0" in lines[-1]
    assert "bound 112" in lines[-1]
    assert "gap 100.00 %" in lines[-1]
    assert b"\x1b" not in seen


def test_the_time_limit_counts_from_the_commands_start(begin: Begin) -> None:
    # reading takes two seconds of the thirty before the engine begins
    process = begin("late", "--time-limit", "30")
    _, stderr = process.communicate(timeout=60)
    left, *_ = re.findall(r"engine at work, ([0-9.]+) s left", stderr)
    assert float(left) < 28.0
