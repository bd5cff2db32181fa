"""What a restriction costs, between the bounds of two solves.

Let V be the best value of the first goal without the restriction and W with it, values
turned so that larger is better. A solve gives a plan and a bound: V lies in [P, B] and
W in [F, C]. Every plan that keeps the restriction is one without it, so that W ≤ V and

    max(0, max(P, F) − min(C, B)) ≤ V − W ≤ B − F.

The loss is *undecided* where this interval holds both 0 and more.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from allocator.units import VIOLATION_TOLERANCE


@dataclass(frozen=True)
class Range:
    """Where the best value of a goal lies, turned so that larger is better."""

    plan: float | None
    """Value of the best plan known; None = no plan is known."""
    bound: float | None
    """No plan is better; None = nothing is proven."""

    @classmethod
    def of(cls, value: float | None, bound: float | None, *, maximizes: bool) -> Range:
        """Turn value and bound of a goal."""
        sign = 1.0 if maximizes else -1.0
        return cls(
            None if value is None else sign * value,
            None if bound is None else sign * bound,
        )


class Verdict(StrEnum):
    """What the interval of a loss says."""

    LOSS = "loss"
    """Something is lost for certain."""
    NONE = "none"
    """Nothing is lost, within a millionth."""
    UNDECIDED = "undecided"
    """The gaps of the two solves are wider than the loss."""
    IMPOSSIBLE = "impossible"
    """Proven that no plan keeps all rules with the restriction."""


@dataclass(frozen=True)
class Loss:
    """The loss of the first goal, best plan against best plan, as an interval."""

    low: float | None
    """At least so much; None where no plan is possible."""
    high: float | None
    """At most so much; None = unknown."""
    verdict: Verdict
    from_plan: float | None
    """Value of the run's plan less that of the plan found; below 0 the new one is
    better; None without one of them."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "low": self.low,
            "high": self.high,
            "verdict": self.verdict.value,
            "from_plan": self.from_plan,
        }


def loss(free: Range, restricted: Range, *, infeasible: bool = False) -> Loss:
    """Return the loss of a restriction from what two solves have shown.

    Parameters
    ----------
    free
        Without the restriction.
    restricted
        With it.
    infeasible
        Proven that no plan keeps it.
    """
    if infeasible:
        return Loss(None, None, Verdict.IMPOSSIBLE, None)
    plans = [value for value in (free.plan, restricted.plan) if value is not None]
    bounds = [value for value in (free.bound, restricted.bound) if value is not None]
    low = max(0.0, max(plans) - min(bounds)) if plans and bounds else 0.0
    high = None
    if free.bound is not None and restricted.plan is not None:
        high = max(low, free.bound - restricted.plan)
    between = None
    if free.plan is not None and restricted.plan is not None:
        between = free.plan - restricted.plan
    return Loss(low, high, _verdict(low, high, plans), between)


def _verdict(low: float, high: float | None, plans: list[float]) -> Verdict:
    """Say what the interval decides; a millionth of the value counts as nothing."""
    nothing = VIOLATION_TOLERANCE * max(1.0, *map(abs, plans)) if plans else 0.0
    if low > nothing:
        return Verdict.LOSS
    if high is not None and high <= nothing:
        return Verdict.NONE
    return Verdict.UNDECIDED
