"""No plan leaves before the specification has agreed with the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.errors import VerificationFailed
from allocator.solve.bounds import reached

if TYPE_CHECKING:
    from allocator.engines.engine import GoalOutcome, Outcome
    from allocator.evaluate.evaluation import Evaluation
    from allocator.instance.instance import GoalRow, Instance

AGREEMENT = 1e-6
"""Engine and evaluator agree within this times max(1, |value|)."""
LISTED = 5
"""Disagreements named in the message."""


def verify(
    instance: Instance,
    outcome: Outcome,
    evaluation: Evaluation,
    bounds: tuple[float, ...],
) -> None:
    """Compare an engine's plan with the evaluator's findings.

    Raises
    ------
    VerificationFailed
        If the plan breaks a rule, a goal's value differs from the engine's, a goal has
        lost more than its tolerance since it was solved, or a value beats its bound.
    """
    problems = [f"breaks {violation}" for violation in evaluation.violations]
    for j, goal in enumerate(instance.goals):
        found = evaluation.goals[j]
        problems += [
            f"goal {j + 1}: {text}"
            for text in _goal_problems(goal, outcome.goals[j], found, bounds[j])
        ]
    if problems:
        more = len(problems) - LISTED
        listed = "; ".join(problems[:LISTED]) + (f"; and {more} more" * (more > 0))
        msg = f"engine and evaluator disagree, so the plan is withheld: {listed}"
        raise VerificationFailed(msg)


def _goal_problems(
    goal: GoalRow, claim: GoalOutcome, found: float, bound: float
) -> list[str]:
    """Return what is wrong with one goal's figures."""
    problems = []
    if claim.value is None or abs(claim.value - found) > agreed_slack(found):
        problems.append(f"engine says {claim.value}, evaluator {found}")
    sign = 1.0 if goal.maximizes else -1.0
    then = reached(claim)
    if then is not None:
        kept = sign * then - goal.tolerance * abs(then)
        if sign * found < kept - agreed_slack(then):
            problems.append(f"{found} lost more than its tolerance from {then}")
    for value in (found, found if then is None else then):
        if sign * (value - bound) > agreed_slack(bound):
            problems.append(f"{value} is better than the bound {bound}")
            break
    return problems


def agreed_slack(value: float) -> float:
    """Return how far two figures may be apart."""
    return AGREEMENT * max(1.0, abs(value))
