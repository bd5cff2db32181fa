"""What a solve or an evaluation returns; it cannot be built in a state that lies."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from allocator.engines.engine import StopReason
from allocator.units import OPTIMAL_GAP, optimality_gap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from allocator.engines.engine import Conflict
    from allocator.evaluate.evaluation import Evaluation
    from allocator.options import SolveOptions
    from allocator.plan import Plan
    from allocator.scenario import Scenario
    from allocator.scenario.schema import Goal


class Status(StrEnum):
    """What is known of the plan; why it stopped is another fact."""

    OPTIMAL = "optimal"
    """The gap of every goal is at most 1e-6."""
    FEASIBLE = "feasible"
    """A plan that keeps every rule, with a bound further away."""
    INFEASIBLE = "infeasible"
    """Proven that no plan keeps all rules."""
    NO_PLAN = "no_plan"
    """Stopped before a plan was found; nothing is proven."""
    EVALUATED = "evaluated"
    """A given plan was scored; it may break rules."""


@dataclass(frozen=True)
class GoalRecord:
    """One goal: what was asked, what the plan gives, and the limit on any plan.

    `bound` is at least the value of every plan of a maximised goal and at most that of
    a minimised one, among plans that keep the earlier goals' tolerances.
    """

    sense: str
    """``maximize`` or ``minimize``."""
    terms: tuple[Mapping[str, Any], ...]
    """Measures with weights and filters, as in the scenario."""
    tolerance: float
    value: float | None
    """Value of the final plan."""
    reached: float | None
    """Value when this goal was solved; later goals may have used its tolerance."""
    bound: float | None
    """Proven limit; None for an evaluated plan or an infeasible scenario."""

    @property
    def gap(self) -> float | None:
        """|bound − reached| ÷ max(|bound|, |reached|)."""
        if self.bound is None or self.reached is None:
            return None
        return optimality_gap(self.bound, self.reached)

    @property
    def maximizes(self) -> bool:
        """Whether larger is better."""
        return self.sense == "maximize"

    @property
    def label(self) -> str:
        """The goal in words, such as ``maximize weighted_covered_persons``."""
        return goal_label(self.sense, self.terms)

    def to_dict(self) -> dict[str, Any]:
        """Return a plain mapping for `run.json`."""
        return {
            "sense": self.sense,
            "terms": [dict(term) for term in self.terms],
            "tolerance": self.tolerance,
            "objective": self.value,
            "reached": self.reached,
            "bound": self.bound,
            "gap": self.gap,
        }


def goal_record(
    goal: Goal, value: float | None, reached: float | None, bound: float | None
) -> GoalRecord:
    """Return the record of a scenario's goal."""
    return GoalRecord(
        sense="maximize" if goal.maximizes else "minimize",
        terms=tuple(
            term.model_dump(mode="json", exclude_none=True) for term in goal.terms
        ),
        tolerance=goal.tolerance,
        value=value,
        reached=reached,
        bound=bound,
    )


def goal_label(sense: str, terms: Iterable[Mapping[str, Any]]) -> str:
    """Return a goal in words, such as ``maximize weighted_covered_persons``."""
    return f"{sense} {' + '.join(_term_text(term) for term in terms)}"


def _term_text(term: Mapping[str, Any]) -> str:
    """Return one weighted measure in words."""
    filters = [str(v) for k, v in term.items() if k not in ("measure", "weight")]
    measure = f"{term['measure']}[{','.join(filters)}]" if filters else term["measure"]
    weight = term.get("weight", 1.0)
    return str(measure) if weight == 1.0 else f"{weight:g}·{measure}"


@dataclass(frozen=True)
class ProgressRow:
    """One row of `progress.csv`: the first goal against time."""

    seconds: float
    steps: int
    objective: float | None
    bound: float | None


@dataclass(frozen=True, kw_only=True)
class Result:
    """A verified answer: plan or the reason why there is none.

    Raises
    ------
    ValueError
        If status, plan, bounds and reason contradict each other.
    """

    scenario: Scenario
    options: SolveOptions
    status: Status
    stop_reason: StopReason | None
    """None for an evaluated plan."""
    goals: tuple[GoalRecord, ...]
    """One record per goal of the scenario, in order."""
    plan: Plan | None = None
    evaluation: Evaluation | None = None
    engine: str = ""
    """Engines that took part, such as ``search+exact``; "" for an evaluated plan."""
    steps: int = 0
    conflicts: tuple[Conflict, ...] = ()
    """Rules and pins that cannot hold together, when infeasible."""
    conflicts_proven_irreducible: bool = False
    rules_not_priced: tuple[str, ...] = ()
    """Rules that the bound leaves out (it stays valid)."""
    progress: tuple[ProgressRow, ...] = ()
    times_s: Mapping[str, float] = field(default_factory=dict)
    """Seconds per step of the way."""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        wrong = [text for text, holds in self._claims().items() if not holds]
        if wrong:
            msg = f"result of status {self.status} contradicts itself: "
            raise ValueError(msg + "; ".join(wrong))

    def _claims(self) -> dict[str, bool]:
        """Return what must hold, each with the words for when it does not."""
        planned = self.status in (Status.OPTIMAL, Status.FEASIBLE, Status.EVALUATED)
        bounded = self.status in (Status.OPTIMAL, Status.FEASIBLE, Status.NO_PLAN)
        gaps = [goal.gap for goal in self.goals]
        bounds = [goal.bound for goal in self.goals]
        values = [goal.value for goal in self.goals]
        finite = all(b is None or math.isfinite(b) for b in (*bounds, *values))
        proven = all(gap is not None and gap <= OPTIMAL_GAP for gap in gaps)
        broken = self.evaluation.violations if self.evaluation else ()
        return {
            "a plan is there exactly when the status has one": planned
            == (self.plan is not None),
            "a plan comes with its evaluation": (self.plan is None)
            == (self.evaluation is None),
            "residents of a plan are assigned": self.plan is None
            or self.plan.served is not None,
            "every goal has a value exactly when there is a plan": all(
                (value is not None) == planned for value in values
            ),
            "there is a record for every goal": len(self.goals)
            == len(self.scenario.spec.goals),
            "the first goal has a bound": not bounded or bounds[0] is not None,
            "no bound without a solve": bounded or all(b is None for b in bounds),
            "numbers are finite": finite,
            "optimal means a gap of at most 1e-6 in every goal": (
                self.status is not Status.OPTIMAL or proven
            ),
            "a solved plan breaks no rule": not bounded or not broken,
            "an evaluated plan has no reason to stop, a solve has one": (
                self.status is Status.EVALUATED
            )
            == (self.stop_reason is None),
            "infeasible is proven": self.status is not Status.INFEASIBLE
            or self.stop_reason is StopReason.PROVEN,
            "conflicts only when infeasible": not self.conflicts
            or self.status is Status.INFEASIBLE,
        }

    @property
    def objective(self) -> float | None:
        """Value of the first goal in the plan."""
        return self.goals[0].value

    @property
    def bound(self) -> float | None:
        """Proven limit on the first goal."""
        return self.goals[0].bound

    @property
    def gap(self) -> float | None:
        """Optimality gap of the first goal."""
        return self.goals[0].gap

    @property
    def measures(self) -> Mapping[str, float]:
        """Every measure of the plan by name; empty without a plan."""
        return self.evaluation.measures if self.evaluation else {}

    def summary(self) -> str:
        """Return what a planner wants to know first, as lines of text."""
        from allocator.summary import summary_text

        return summary_text(self)

    def _repr_html_(self) -> str:
        """Show the result in a notebook."""
        from allocator import display

        broken = len(self.evaluation.violations) if self.evaluation else 0
        facts = display.outcome_facts(
            self.status.value,
            self.stop_reason.value if self.stop_reason else None,
            [(goal.label, goal.value, goal.bound, goal.gap) for goal in self.goals],
            self.measures,
            self.scenario.spec.limits.model_dump(exclude_none=True),
            broken,
        )
        names = [self.scenario.name, *self.scenario.provenance.variants]
        return display.card(", ".join(names), facts, display.lines(self.notes))
