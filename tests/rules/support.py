"""Plans written down by hand, and what the evaluator says of one rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from allocator.access import build_access
from allocator.evaluate import evaluate_plan
from allocator.plan import SERVED_COLUMNS, Plan, empty_served

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocator.evaluate import Evaluation, Violation
    from allocator.scenario import Scenario

    Places = Mapping[tuple[str, str, str, str], float]
    Served = Sequence[tuple[str, str, str, str, str, str, float]]


def make_plan(places: Places, served: Served | None = ()) -> Plan:
    """Return a plan; `served` None leaves residents to be assigned."""
    plan = Plan.from_places({key: 1 for key in places})
    assignments = plan.assignments.assign(places=[places[k] for k in sorted(places)])
    if served is None:
        return Plan(assignments)
    frame = pd.DataFrame(list(served), columns=list(SERVED_COLUMNS))
    return Plan(assignments, frame if len(frame) else empty_served())


def evaluate(
    scenario: Scenario, places: Places, served: Served | None = ()
) -> Evaluation:
    """Evaluate a plan written by hand."""
    plan = make_plan(places, served)
    return evaluate_plan(scenario, build_access(scenario), plan)


def breaches(
    rule_id: str, scenario: Scenario, places: Places, served: Served | None = ()
) -> list[Violation]:
    """Return the violations of one rule."""
    found = evaluate(scenario, places, served).violations
    return [violation for violation in found if violation.rule_id == rule_id]


def broken_rules(
    scenario: Scenario, places: Places, served: Served | None = ()
) -> set[str]:
    """Return the ids of all broken rules."""
    return {v.rule_id for v in evaluate(scenario, places, served).violations}
