"""Whatever a solver does, the best plan comes back in time and nothing stays behind."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from allocator.engines.engine import EngineOptions, Progress, StopReason, StopSignal
from allocator.engines.exact import ExactEngine
from tests.engines.exact.stubs import HERE
from tests.engines.exact.support import instance_of, two_services, within

DEAF, KILLED, FAILING = (f"{HERE}:{name}" for name in ("Deaf", "Killed", "Failing"))
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def instance():
    return instance_of(two_services())


def test_the_real_solver_proves_its_answer_from_a_child_process(instance):
    outcome = ExactEngine().solve(instance, EngineOptions(stop=within(60)))
    assert outcome.stop_reason is StopReason.PROVEN
    assert outcome.goals[0].value == pytest.approx(140.0)


def test_a_solver_that_ignores_its_limit_is_stopped_at_the_deadline(instance):
    heard: list[tuple[float, Progress]] = []
    begin = time.monotonic()
    outcome = ExactEngine().solve(
        instance,
        EngineOptions(
            stop=within(4.0),
            solver=DEAF,
            on_progress=lambda progress: heard.append((time.monotonic(), progress)),
        ),
    )
    assert time.monotonic() - begin < 6.0
    assert outcome.stop_reason is StopReason.TIME
    assert outcome.solution is not None
    assert outcome.solution.places.sum() == 0
    # The solver's bound of 99 is better than the 200 visits there are.
    assert outcome.goals[0].bound == 99.0
    assert heard[-1][1].objective == 0.0
    times = [at for at, _ in heard]
    longest = max(b - a for a, b in itertools.pairwise(times))
    assert longest < 1.0


def test_an_interrupt_ends_a_solver_that_does_not_listen(instance):
    stop = StopSignal()
    found = threading.Event()

    def on_progress(progress: Progress) -> None:
        # The stub's own bound shows that it runs.
        if progress.bound == 99.0 and not found.is_set():
            found.set()
            stop.interrupt()

    options = EngineOptions(stop=stop, solver=DEAF, on_progress=on_progress)
    ended: list[float] = []
    thread = threading.Thread(
        target=lambda: ended.append(
            (ExactEngine().solve(instance, options).stop_reason, time.monotonic())
        )
    )
    thread.start()
    assert found.wait(30.0)
    asked = time.monotonic()
    thread.join(10.0)
    reason, at = ended[0]
    assert reason is StopReason.INTERRUPT
    assert at - asked < 2.0


def test_a_killed_solver_leaves_its_best_plan_and_says_so(instance):
    outcome = ExactEngine().solve(
        instance, EngineOptions(stop=within(60), solver=KILLED)
    )
    assert outcome.solution is not None
    assert outcome.goals[0].value == 0.0
    assert outcome.goals[0].bound == pytest.approx(200.0)
    assert outcome.stop_reason is StopReason.INTERRUPT
    assert "SIGKILL" in outcome.notes[0]
    assert not outcome.infeasible


def test_a_failing_solver_is_reported_in_its_own_words(instance):
    outcome = ExactEngine().solve(
        instance, EngineOptions(stop=within(60), solver=FAILING)
    )
    # The empty plan keeps all rules and is all there is.
    assert outcome.solution is not None
    assert outcome.solution.places.sum() == 0
    assert "out of luck" in outcome.notes[0]
    assert outcome.stop_reason is StopReason.INTERRUPT


PARENT = f"""
from tests.engines.exact.support import instance_of, two_services
from allocator.engines.engine import EngineOptions
from allocator.engines.exact import ExactEngine

def say(progress):
    if progress.bound == 99.0:
        print("running", flush=True)

ExactEngine().solve(
    instance_of(two_services()), EngineOptions(solver={DEAF!r}, on_progress=say)
)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_killed_parent_leaves_no_orphan():
    environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, env=environment
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"running\n"
        (child,) = _children(parent.pid)
        os.kill(parent.pid, signal.SIGKILL)
    deadline = time.monotonic() + 5.0
    while _lives(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _lives(child)


def _children(pid: int) -> list[int]:
    """Return the direct children of a process."""
    listed = [
        path.read_text().split()
        for path in Path(f"/proc/{pid}/task").glob("*/children")
    ]
    return [int(child) for part in listed for child in part]


def _lives(pid: int) -> bool:
    """Tell whether a process runs; one that waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"
