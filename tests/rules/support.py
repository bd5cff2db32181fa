"""Plans written down by hand, and what the evaluator says of one rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.access import build_access
from allocator.evaluate import evaluate_plan
from allocator.options import SolveOptions
from allocator.plan import SERVED_COLUMNS, Plan, empty_served
from allocator.solve import solve
from tests.builders import make_scenario, need

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


def rooms_of_20_m2(
    services: Sequence[Mapping[str, Any]],
    homes: Sequence[str] = ("B1",),
    **sections: Any,
) -> Scenario:
    """Return one room of 20 m² in each building of `homes`, and far more demand.

    A room holds 10 places of 2 m², that is 70 visits a week. Every service has a need
    of its own, of 1000 persons who come once a week. Keys of `room` and `house` go
    into every space and building, by number where they are lists.
    """
    room, house = sections.pop("room", {}), sections.pop("house", {})

    def pick(keys: Mapping[str, Any], k: int) -> dict[str, Any]:
        return {n: v[k] if isinstance(v, list) else v for n, v in keys.items()}

    names = sorted(set(homes))
    return make_scenario(
        services=services,
        needs=[need(f"need_{item['id']}", item["id"]) for item in services],
        population=[{"zone_id": "Z1", "group_id": "all", "persons": 1000}],
        buildings=[
            {"building_id": name, "x": 0, "y": 0} | pick(house, k)
            for k, name in enumerate(names)
        ],
        spaces=[
            {"space_id": f"R{k + 1}", "building_id": home, "usable_area_m2": 20}
            | pick(room, k)
            for k, home in enumerate(homes)
        ],
        **sections,
    )


def best(scenario: Scenario) -> float:
    """Return the proven best value of the first goal."""
    result = solve(scenario, SolveOptions(engine="exact", time_limit_s=60))
    assert result.status == "optimal"
    value = result.goals[0].value
    assert value is not None
    return float(value)
