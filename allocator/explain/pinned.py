"""A decision pinned in or out, solved, and what it costs between the bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocator.explain.loss import Loss, loss
from allocator.explain.starting import start_with, start_without
from allocator.scenario.change import with_pins

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocator.explain.known import Known
    from allocator.explain.words import Words
    from allocator.options import SolveOptions
    from allocator.plan import Plan


@dataclass(frozen=True)
class Solved:
    """A restriction solved: what was fixed, and the loss with its bounds."""

    pin: Mapping[str, str]
    """`fix` in or out, with the keys that were asked for."""
    loss: Loss
    status: str
    """Status of the solve."""
    objective: float | None
    bound: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "pin": dict(self.pin),
            "status": self.status,
            "objective": self.objective,
            "bound": self.bound,
            **self.loss.to_dict(),
        }


def solve_pin(
    run: Known, pin: Mapping[str, str], options: SolveOptions | None
) -> tuple[Solved, Plan | None]:
    """Solve the scenario with one more pin; return the loss and the best plan.

    It begins from the run's plan, mended so that it keeps the pin.
    """
    scenario = with_pins(run.scenario, [pin], "-".join(pin.values()))
    start = None
    if pin["fix"] == "out":
        start = start_without(run.plan, [pin])
    elif "building" in pin:
        start = start_with(run, scenario, pin)
    result = run.solve(scenario, options, start or run.plan)
    infeasible = result.status.value == "infeasible"
    solved = Solved(
        pin,
        loss(run.range, run.range_of(result), infeasible=infeasible),
        result.status.value,
        result.objective,
        result.bound,
    )
    return solved, result.plan


def solved_lines(solved: Solved, words: Words) -> tuple[str, ...]:
    """Return the solved loss in sentences."""
    found, pin = solved.loss, solved.pin
    what = words("join").join(v for k, v in pin.items() if k != "fix")
    lines = [words(f"loss.pin_{pin['fix']}", what=what)]
    lines.append(loss_line(found, words))
    if found.from_plan is not None:
        how = "better" if found.from_plan < 0 else "worse"
        by = words.figure(abs(found.from_plan))
        lines.append(words(f"loss.{how}", by=by, unit=words.unit))
    return tuple(lines)


def loss_line(found: Loss, words: Words) -> str:
    """Return the interval of a loss in a sentence."""
    low = words.figure(found.low)
    return words(
        f"loss.{found.verdict.value}",
        low=low,
        high=words("unknown") if found.high is None else words.figure(found.high),
        unit=words.unit,
    )
