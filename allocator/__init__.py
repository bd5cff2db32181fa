"""Assigns community services to idle buildings and hours of the week.

>>> import allocator as al
>>> scenario = al.read_scenario("scenarios/riverside")      # doctest: +SKIP
>>> result = al.solve(scenario)                             # doctest: +SKIP

Every public name is loaded when it is first used, so that ``import allocator`` loads
no solver, no plotting and no table library.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocator.errors import (
        AllocatorError,
        MissingExtra,
        OptionsInvalid,
        PlanInvalid,
        RunError,
        ScenarioInvalid,
        VerificationFailed,
    )
    from allocator.explain import (
        AlternativesExplanation,
        BuildingExplanation,
        CommunityExplanation,
        LimitsExplanation,
        ReplacementExplanation,
        explain_alternatives,
        explain_building,
        explain_community,
        explain_limits,
        explain_replacement,
    )
    from allocator.issues import Issue, Place, Severity
    from allocator.options import SolveOptions
    from allocator.plan import Plan
    from allocator.result import GoalRecord, Result, Status
    from allocator.runs import (
        Comparison,
        Run,
        RunStore,
        compare,
        read_plan,
        read_run,
        write_run,
    )
    from allocator.scenario import (
        Scenario,
        build_scenario,
        check_scenario,
        read_scenario,
        write_scenario,
    )
    from allocator.shortfall import Description, describe
    from allocator.solve import evaluate, solve
    from allocator.sweep import Axis, Sweep, evenly, limit_axis, scaled_axis, sweep

    __version__: str

_HOMES = {
    "allocator.errors": (
        "AllocatorError",
        "MissingExtra",
        "OptionsInvalid",
        "PlanInvalid",
        "RunError",
        "ScenarioInvalid",
        "VerificationFailed",
    ),
    "allocator.explain": (
        "AlternativesExplanation",
        "BuildingExplanation",
        "CommunityExplanation",
        "LimitsExplanation",
        "ReplacementExplanation",
        "explain_alternatives",
        "explain_building",
        "explain_community",
        "explain_limits",
        "explain_replacement",
    ),
    "allocator.issues": ("Issue", "Place", "Severity"),
    "allocator.options": ("SolveOptions",),
    "allocator.plan": ("Plan",),
    "allocator.result": ("GoalRecord", "Result", "Status"),
    "allocator.runs": (
        "Comparison",
        "Run",
        "RunStore",
        "compare",
        "read_plan",
        "read_run",
        "write_run",
    ),
    "allocator.scenario": (
        "Scenario",
        "build_scenario",
        "check_scenario",
        "read_scenario",
        "write_scenario",
    ),
    "allocator.shortfall": ("Description", "describe"),
    "allocator.solve": ("evaluate", "solve"),
    "allocator.sweep": (
        "Axis",
        "Sweep",
        "evenly",
        "limit_axis",
        "scaled_axis",
        "sweep",
    ),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AllocatorError",
    "AlternativesExplanation",
    "Axis",
    "BuildingExplanation",
    "CommunityExplanation",
    "Comparison",
    "Description",
    "GoalRecord",
    "Issue",
    "LimitsExplanation",
    "MissingExtra",
    "OptionsInvalid",
    "Place",
    "Plan",
    "PlanInvalid",
    "ReplacementExplanation",
    "Result",
    "Run",
    "RunError",
    "RunStore",
    "Scenario",
    "ScenarioInvalid",
    "Severity",
    "SolveOptions",
    "Status",
    "Sweep",
    "VerificationFailed",
    "__version__",
    "build_scenario",
    "check_scenario",
    "compare",
    "describe",
    "evaluate",
    "evenly",
    "explain_alternatives",
    "explain_building",
    "explain_community",
    "explain_limits",
    "explain_replacement",
    "limit_axis",
    "read_plan",
    "read_run",
    "read_scenario",
    "scaled_axis",
    "solve",
    "sweep",
    "write_run",
    "write_scenario",
]


class _Package(ModuleType):
    """Keeps `al.solve` and `al.evaluate` functions, whatever is imported.

    The import system binds a submodule to its name in the package; two public
    functions have the names of their rooms and go before them.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _HOME_OF and isinstance(value, ModuleType):
            return
        super().__setattr__(name, value)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("allocator")
    if name not in _HOME_OF:
        msg = f"module 'allocator' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


sys.modules[__name__].__class__ = _Package
