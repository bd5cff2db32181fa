"""Instances from small scenarios, and the exact engine on them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from allocator.access import build_access
from allocator.engines.engine import EngineOptions, Outcome, StopSignal
from allocator.engines.exact import ExactEngine
from allocator.instance import build_instance
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from allocator.instance.instance import Instance
    from allocator.scenario import Scenario

SOLVERS = ("highs", "scip", "cp-sat")


def instance_of(scenario: Scenario) -> Instance:
    """Return the instance of a scenario."""
    return build_instance(scenario, build_access(scenario))


def room(area_m2: float = 20, **more: Any) -> dict[str, Any]:
    """Return a space R1 in building B1: ten places at 2 m² each."""
    return {"space_id": "R1", "building_id": "B1", "usable_area_m2": area_m2} | more


def two_services(
    second: str = "13:00-15:00", services: dict[str, Any] | None = None, **keys: Any
) -> Scenario:
    """Return services a (09:00-12:00) and b, 100 visits a week for each, one room.

    A place serves 7 visits a week.
    """
    own = services or {}
    return make_scenario(
        services=[service("a", **own), service("b", second, **own)],
        needs=[need("one", "a"), need("two", "b")],
        **{"spaces": [room()], **keys},
    )


def solve_here(instance: Instance, **options: Any) -> Outcome:
    """Solve in this process: tiny instances only."""
    return ExactEngine(isolated=False).solve(instance, EngineOptions(**options))


def within(seconds: float) -> StopSignal:
    """Return a stop signal with a deadline so many seconds from now."""
    return StopSignal(time.monotonic() + seconds)
