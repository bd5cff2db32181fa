"""A result in words and figures, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.scenario.schema import PIN_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from allocator.engines.engine import Conflict
    from allocator.result import GoalRecord, Result
    from allocator.scenario import Scenario

MOST_LISTED = 20
"""Broken rules named in a summary; the run folder has all."""


def summary_text(result: Result) -> str:
    """Return coverage, access, money, bound and gap, buildings and use, as lines."""
    lines = [_headline(result)]
    lines += [f"  {_goal_text(goal)}" for goal in result.goals]
    if result.evaluation is not None:
        lines += _residents(result.measures)
        lines += _money(result)
        lines += _use(result)
        lines += _norms_and_requests(result.measures)
        lines += _violations(result)
    if result.conflicts:
        lines += _conflicts(result)
    if result.rules_not_priced:
        lines.append("  bound leaves out: " + ", ".join(result.rules_not_priced))
    lines += [f"  note: {note}" for note in result.notes]
    return "\n".join(lines)


def _headline(result: Result) -> str:
    """Return name, variant, status and why it stopped."""
    names = ", ".join([result.scenario.name, *result.scenario.provenance.variants])
    words = {
        "optimal": "optimal plan, proven",
        "feasible": "plan found",
        "infeasible": "infeasible: proven that no plan keeps all rules",
        "no_plan": "stopped before a plan was found",
        "evaluated": "given plan, evaluated",
    }
    why = f" (stopped: {result.stop_reason})" if result.stop_reason else ""
    return f"{names}: {words[result.status.value]}{why}"


def _goal_text(goal: GoalRecord) -> str:
    """Return value, bound and gap of a goal."""
    parts = [f"{goal.label}: {_figure(goal.value)}"]
    if goal.reached is not None and goal.reached != goal.value:
        parts.append(f"reached {_figure(goal.reached)} before later goals")
    if goal.bound is not None:
        parts.append(f"no plan is better than {_figure(goal.bound)}")
    if goal.gap is not None:
        parts.append(f"gap {_percent(goal.gap)}")
    return ", ".join(parts)


def _residents(measures: Mapping[str, float]) -> list[str]:
    """Return coverage and access, with facilities alone beside each."""
    m = measures
    return [
        f"  coverage {_percent(m['coverage'])} of demand "
        f"({_figure(m['counted_covered_persons'])} of "
        f"{_figure(m['counted_demand_persons'])} person-needs, a person counts once "
        f"for each need); facilities alone {_percent(m['baseline_coverage'])}",
        f"  access {_percent(m['access'])} have an accepted offer within the limit; "
        f"facilities alone {_percent(m['baseline_access'])}",
    ]


def _money(result: Result) -> list[str]:
    """Return money, floor and buildings against the limits in total."""
    m, limits = result.measures, result.scenario.spec.limits
    currency = result.scenario.spec.currency
    pairs = [
        ("capital cost", "capital_cost", limits.capital_budget, currency),
        ("yearly outlay", "yearly_outlay", limits.annual_budget, currency),
        ("floor used", "floor_used_m2", limits.floor_area_m2, "m²"),
        ("buildings", "buildings", limits.buildings, ""),
    ]
    return [
        f"  {name} {_figure(m[key])}{f' {unit}' if unit else ''}"
        + ("" if limit is None else f" of at most {_figure(limit)}")
        for name, key, limit, unit in pairs
    ]


def _use(result: Result) -> list[str]:
    """Return how many spaces and buildings are used by several services."""
    assert result.evaluation is not None
    use = use_counts(result.evaluation.assignments)
    return [
        f"  used spaces {use['spaces']}, of which {use['staggered_spaces']} host two "
        f"or more services; used buildings {use['buildings']}, of which "
        f"{use['mixed_buildings']} host three or more"
    ]


def use_counts(assignments: pd.DataFrame) -> dict[str, int]:
    """Return used spaces and buildings, and those with several services.

    ``staggered_spaces`` host two or more services, ``mixed_buildings`` three or more.
    """
    in_space = assignments.groupby("space_id")["service_id"].nunique()
    in_building = assignments.groupby("building_id")["service_id"].nunique()
    return {
        "spaces": len(in_space),
        "buildings": len(in_building),
        "staggered_spaces": int(np.sum(in_space.to_numpy() >= 2)),
        "mixed_buildings": int(np.sum(in_building.to_numpy() >= 3)),
    }


def _violations(result: Result) -> list[str]:
    """Return the broken rules."""
    assert result.evaluation is not None
    broken = result.evaluation.violations
    if not broken:
        return ["  keeps every rule"]
    lines = [f"  breaks {len(broken)} rule{'s' * (len(broken) > 1)}:"]
    lines += [f"    {violation}" for violation in broken[:MOST_LISTED]]
    if len(broken) > MOST_LISTED:
        lines.append(f"    … {len(broken) - MOST_LISTED} more (all in run.json)")
    return lines


def _norms_and_requests(measures: Mapping[str, float]) -> list[str]:
    """Return how far standards and requests are met, where there are any."""
    lines = []
    if "compliance" in measures:
        now, before = measures["compliance"], measures["baseline_compliance"]
        lines.append(
            f"  standards met in {_percent(now)} of the areas compared; "
            f"facilities alone {_percent(before)}"
        )
    if "requests" in measures:
        met, partly, asked = (
            int(measures[key])
            for key in ("requests_met", "requests_partly_met", "requests")
        )
        lines.append(f"  requests met {met}, in part {partly}, of {asked}")
    return lines


def _conflicts(result: Result) -> list[str]:
    """Return the rules that cannot hold together and the least change of each."""
    proven = result.conflicts_proven_irreducible
    extent = "none can be left out" if proven else "perhaps not all are needed"
    lines = [f"  these cannot hold together ({extent}):"]
    texts = (_conflict_text(result.scenario, conflict) for conflict in result.conflicts)
    return [*lines, *(f"    {text}" for text in texts)]


def conflict_place(scenario: Scenario, conflict: Conflict) -> dict[str, str]:
    """Return where a conflict lies; of a pin, also what it names and why."""
    where = dict(conflict.where)
    if "pin" not in where:
        return where
    pin = scenario.spec.rules.pins[int(where["pin"])]
    given = {key: getattr(pin, key) for key in ("fix", *PIN_KEYS, "reason")}
    return where | {key: value for key, value in given.items() if value is not None}


def _conflict_text(scenario: Scenario, conflict: Conflict) -> str:
    """Return one conflicting rule with the change that alone restores a plan."""
    named = conflict_place(scenario, conflict)
    place = ", ".join(f"{key} {value}" for key, value in named.items())
    at = f" at {place}" if place else ""
    if conflict.least_change is None:
        return f"{conflict.rule_id}{at}: no change of it alone is known to help"
    change = f"{_figure(conflict.least_change)} {conflict.unit}".strip()
    return f"{conflict.rule_id}{at}: a change of {change} alone restores a plan"


def _figure(value: Any) -> str:
    """Return a figure with thousands apart."""
    if value is None:
        return "no value"
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) < 1000 else f"{value:,.1f}"


def _percent(share: float) -> str:
    """Return a share in per cent."""
    return f"{100 * share:.2f} %"
