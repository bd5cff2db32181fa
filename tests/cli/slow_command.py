"""The real command with an engine that works until it is told to stop.

Run as ``python slow_command.py MODE ARGUMENTS…``. Modes: ``polite`` (stops when told),
``deaf`` (never stops), ``slow-read`` (reading takes for ever), ``slow-write`` (writing
does), ``quick`` (stops at once), ``late`` (at once, after two seconds of reading),
``full`` (at once, and then no file may grow beyond 1,000 bytes).
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from allocator import scenario as scenario_room
from allocator.cli import main
from allocator.cli.output import say
from allocator.engines.engine import GoalOutcome, Outcome, Progress, StopReason
from allocator.instance import Solution
from allocator.instance.measures import goal_value
from allocator.solve import threads

MODE = sys.argv.pop(1)
FOR_EVER_S = 60.0
SMALL_FILE = 1000


class SlowEngine:
    """Returns the empty plan; nobody but the facilities serves."""

    name = "slow"

    def solve(self, instance: Any, options: Any) -> Outcome:
        say(f"engine at work, {options.stop.remaining_s():.2f} s left")
        options.on_progress(Progress(0, 0.0, 112.0, phase="slow work"))
        begun = time.monotonic()
        while MODE in ("polite", "deaf") and time.monotonic() - begun < FOR_EVER_S:
            if MODE == "polite" and options.stop.reason() is not None:
                break
            time.sleep(0.02)
        if MODE == "full":
            resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL_FILE, SMALL_FILE))
        none = np.zeros(0, np.int64)
        empty = Solution(
            np.zeros(len(instance.candidates.offer), np.int64), none, none, np.zeros(0)
        )
        value = goal_value(instance, instance.goals[0], empty)
        reason = options.stop.reason() or StopReason.STEPS
        return Outcome(empty, (GoalOutcome(value, 112.0),), reason, 1)


def slowly(function: Any, message: str, wait_s: float = FOR_EVER_S) -> Any:
    """Return the function after a long wait."""

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        say(message)
        time.sleep(wait_s)
        return function(*args, **kwargs)

    return wrapped


threads.load_engine = lambda name: SlowEngine()  # type: ignore[assignment]
if MODE == "slow-read":
    scenario_room.read_scenario = slowly(scenario_room.read_scenario, "reading now")
if MODE == "late":
    scenario_room.read_scenario = slowly(scenario_room.read_scenario, "late", 2.0)
if MODE == "slow-write":
    Path.rename = slowly(Path.rename, "writing now")  # type: ignore[method-assign]

if __name__ == "__main__":
    main()
