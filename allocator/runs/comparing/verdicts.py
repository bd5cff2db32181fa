"""Whether one run is better than another, or the bounds leave it undecided.

Written for a first goal that is maximised; a minimised one is mirrored.

One scenario. The values a and b are facts about two plans. With U the tighter of the
two bounds, which hold for every plan of the scenario, r = U − max(a, b) is what any
plan may still gain on the better of the two. The difference |a − b| is decided when
it is larger than r, and undecided otherwise.

Changed inputs, the same residents and goal. The best value of each scenario lies in
[a, U_a] and [b, U_b]. The change is decided when these do not overlap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from allocator.runs.comparing.inputs import Basis
from allocator.units import OPTIMAL_GAP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocator.runs.comparing.sides import Side


class Outcome(StrEnum):
    """The other run beside the first, by the first goal."""

    BETTER = "better"
    WORSE = "worse"
    EQUAL = "equal"
    UNDECIDED = "undecided"
    INCOMPARABLE = "incomparable"


@dataclass(frozen=True)
class Verdict:
    """An outcome with what it rests on."""

    outcome: Outcome
    reason: str
    """Key of the sentence that explains it."""
    difference: float | None = None
    """Other − first in the first goal."""
    still_open: float | None = None
    """r for one scenario; the overlap of the intervals for changed inputs."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for machines."""
        return {
            "outcome": self.outcome.value,
            "reason": self.reason,
            "difference": self.difference,
            "still_open": self.still_open,
        }


def verdict(first: Side, other: Side, basis: Basis) -> Verdict:
    """Judge the other run beside the first."""
    reason = _obstacle(first, other, basis)
    if reason:
        return Verdict(Outcome.INCOMPARABLE, reason)
    goals = [side.record["goals"][0] for side in (first, other)]
    sign = 1.0 if goals[0]["sense"] == "maximize" else -1.0
    values = [sign * float(goal["objective"]) for goal in goals]
    bounds = [_bound(goal, sign) for goal in goals]
    judge = _one_scenario if basis is Basis.SAME else _two_scenarios
    found = judge(values, bounds)
    difference = sign * (values[1] - values[0])
    still_open = None if math.isinf(found.still_open or 0.0) else found.still_open
    return Verdict(found.outcome, found.reason, difference, still_open)


def _obstacle(first: Side, other: Side, basis: Basis) -> str:
    """Return why the two cannot be judged at all, "" when they can."""
    if basis is Basis.DIFFERENT:
        return "different"
    if not (first.has_plan and other.has_plan):
        return "no_plan"
    if first.num_broken or other.num_broken:
        return "breaks_rules"
    return ""


def _bound(goal: Mapping[str, Any], sign: float) -> float:
    """Return the bound of a maximised goal; infinite when there is none."""
    return math.inf if goal["bound"] is None else sign * float(goal["bound"])


def _one_scenario(values: list[float], bounds: list[float]) -> Verdict:
    a, b = values
    better = Outcome.BETTER if b > a else Outcome.WORSE
    if abs(a - b) <= OPTIMAL_GAP * max(abs(a), abs(b)):
        return Verdict(Outcome.EQUAL, "equal")
    still_open = max(0.0, min(bounds) - max(a, b))
    if abs(a - b) > still_open:
        return Verdict(better, "decided", still_open=still_open)
    reason = "no_bound" if math.isinf(still_open) else "smaller_than_gap"
    return Verdict(Outcome.UNDECIDED, reason, still_open=still_open)


def _two_scenarios(values: list[float], bounds: list[float]) -> Verdict:
    (a, b), (u_a, u_b) = values, bounds
    tolerance = OPTIMAL_GAP * max(abs(a), abs(b))
    if max(a, b, u_a, u_b) - min(a, b, u_a, u_b) <= tolerance:
        return Verdict(Outcome.EQUAL, "effect_none", still_open=0.0)
    if b > u_a or a > u_b:
        outcome = Outcome.BETTER if b > u_a else Outcome.WORSE
        return Verdict(outcome, "effect_decided", still_open=0.0)
    overlap = min(u_a, u_b) - max(a, b)
    return Verdict(Outcome.UNDECIDED, "effect_open", still_open=overlap)
