"""Goals: whether they can be solved and point the right way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.scenario.checks.facts import issue
from allocator.scenario.schema import Measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocator.issues import Issue
    from allocator.scenario.checks.facts import Facts
    from allocator.scenario.places import Path
    from allocator.scenario.schema import GoalTerm

WORST = {Measure.WORST_COMMUNITY_COVERAGE, Measure.WORST_GROUP_COVERAGE}
GOOD = WORST | {Measure.WEIGHTED_COVERED_PERSONS, Measure.COVERED_PERSONS}
"""Measures that a planner wants large; the others small."""


def worst_coverage_is_raised(facts: Facts) -> Iterator[Issue]:
    """Report a worst coverage that is not made large."""
    for j, goal in enumerate(facts.spec.goals):
        for term in goal.terms:
            if term.measure in WORST and not (goal.maximizes and term.weight > 0):
                yield issue(
                    "worst-coverage-lowered",
                    facts.places.yaml(("goals", j)),
                    f"{term.measure} can only be made large",
                    expected="maximize, with a weight above 0",
                )


def goals_point_the_right_way(facts: Facts) -> Iterator[Issue]:
    """Warn of coverage made small, or money, area or walking made large."""
    for path, term, raised in _terms(facts):
        wanted = term.measure in GOOD
        if term.measure in WORST or term.weight == 0 or raised == wanted:
            continue
        yield issue(
            "goal-sense",
            facts.places.yaml(path),
            f"{term.measure} is made {'large' if raised else 'small'}",
            expected="maximize" if wanted else "minimize",
        )


def goals_have_weight(facts: Facts) -> Iterator[Issue]:
    """Warn of measures with the weight 0."""
    for path, term, _ in _terms(facts):
        if term.weight == 0 and term.measure not in WORST:
            yield issue(
                "goal-weight-zero",
                facts.places.yaml(path),
                f"{term.measure} has the weight 0 and changes nothing",
                expected="a weight other than 0",
            )


def something_is_asked(facts: Facts) -> Iterator[Issue]:
    """Warn of least money without a floor or pin: the empty plan."""
    first, rules = facts.spec.goals[0], facts.spec.rules
    floors = rules.coverage_floor
    forced = any(pin.fix == "in" for pin in rules.pins)
    forced |= bool(floors.total or floors.needs or floors.communities)
    saves = all(term.measure not in GOOD for term in first.terms)
    if saves and not first.maximizes and not forced:
        yield issue(
            "goal-empty-plan",
            facts.places.yaml(("goals", 0)),
            "the first goal is best when nothing is done",
            expected="rules.coverage_floor or a pin that fixes something in",
        )


def _terms(facts: Facts) -> Iterator[tuple[Path, GoalTerm, bool]]:
    """Yield (path, term, whether the goal makes the measure large)."""
    for j, goal in enumerate(facts.spec.goals):
        sense = "maximize" if goal.maximizes else "minimize"
        for k, term in enumerate(goal.terms):
            raised = goal.maximizes == (term.weight > 0)
            yield ("goals", j, sense, k), term, raised and term.weight != 0
