"""Clearly different plans that are nearly as good, and what all of them share.

Method, stated because it decides what is found: one plan after another is solved with
a part of the buildings kept out that the plans so far have in common: those that most
use, and of these the ones that bring least. When the plan found is too far below, fewer
are kept out next; when it differs too little, more. A plan counts when it is within the
share of the first goal and far enough from every plan that counts; other near-best
plans may exist that this way does not find.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from allocator.explain.explanation import Explanation
from allocator.explain.known import known
from allocator.explain.replacement import rank_items
from allocator.explain.starting import start_without
from allocator.explain.words import Block
from allocator.plan import ASSIGNMENT_COLUMNS
from allocator.scenario.change import with_pins

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocator.explain.known import Known, Source
    from allocator.explain.words import Words
    from allocator.options import SolveOptions
    from allocator.plan import Plan

KEYS = list(ASSIGNMENT_COLUMNS[:-1])
Pairs = frozenset[tuple[str, str]]
"""What a plan decides for the distance: its (space, service) pairs."""


@dataclass(frozen=True)
class AlternativesExplanation(Explanation):
    """Plans near the best that differ clearly.

    `table` has plan (0 is the run's), kept_out (buildings), objective, loss_share
    (against the run's plan), distance (to the run's plan), least_distance (to the plans
    that count before it), counts.
    """

    frequency: pd.DataFrame
    """building_id, space_id, service_id, session_id, plans, share of the plans that
    count in which the assignment appears."""
    plans: tuple[Plan, ...]
    """The plans that count, the run's first."""
    within: float
    differ: float

    def title(self, words: Words) -> str:
        """Return what was asked."""
        return words("alternatives.title", run=self.about.name)

    def parts(self, words: Words) -> list[Block]:
        """Return the plans and how often each assignment appears."""
        count = len(self.plans)
        lines = (
            words("alternatives.count", plans=count - 1, within=self.within),
            words("alternatives.distance", differ=self.differ),
            words("alternatives.method"),
        )
        columns = [name for name in self.table.columns if name != "kept_out"]
        often = words("alternatives.often", plans=count)
        return [
            Block(words("alternatives.table"), lines, words.table(self.table, columns)),
            Block(
                words("alternatives.frequency"),
                (often,),
                words.table(self.frequency, [*KEYS, "plans", "share"]),
            ),
        ]

    def facts(self) -> dict[str, Any]:
        """Return the frequencies."""
        return {
            "within": self.within,
            "differ": self.differ,
            "frequency": self.frequency.to_dict("records"),
        }


def explain_alternatives(
    source: Source,
    *,
    number: int = 3,
    within: float = 0.03,
    differ: float = 0.2,
    options: SolveOptions | None = None,
    on_solved: Callable[[str], None] = lambda name: None,
) -> AlternativesExplanation:
    """Return clearly different plans that are nearly as good.

    Parameters
    ----------
    source
        A result, a run or its folder.
    number
        How many are looked for; at most twice as many solves are made.
    within
        Largest share of the first goal by which a plan may be below the run's.
    differ
        Least distance between any two plans: 1 − the share of (space, service) pairs,
        of all that either plan has, which both have.
    options
        Of each solve; None: the scenario's own, with 10 s each.
    on_solved
        Called with a word on each plan when it is solved.

    Raises
    ------
    RunError
        If the run has no plan.
    """
    run = known(source)
    search = _Search(run, within, differ, options)
    for _ in range(2 * number):
        if len(search.plans) > number or not search.step():
            break
        on_solved(str(len(search.rows) - 1))
    table = pd.DataFrame(search.rows)
    plans = tuple(search.plans)
    return AlternativesExplanation(run, table, _frequency(plans), plans, within, differ)


class _Search:
    """Plans so far, and which buildings to keep out next."""

    def __init__(
        self, run: Known, within: float, differ: float, options: SolveOptions | None
    ) -> None:
        self.run, self.within, self.differ, self.options = run, within, differ, options
        self.plans = [run.plan]
        self.size = differ
        """Share of the buildings in common that the next step keeps out."""
        ranking = rank_items(run, "building")
        self.brings = dict(
            zip(ranking["building_id"], ranking["estimate"], strict=True)
        )
        self.tried: set[frozenset[str]] = set()
        self.rows: list[dict[str, Any]] = []
        self.rows.append(self._row((), run.plan, run.objective))

    def step(self) -> bool:
        """Solve one more plan; False when there is nothing left to keep out."""
        out = self._keep_out()
        if not out or out in self.tried:
            return False
        self.tried.add(out)
        names = sorted(out)
        pins = [{"fix": "out", "building": name} for name in names]
        label = f"without-{len(names)}-buildings-{len(self.tried)}"
        scenario = with_pins(self.run.scenario, pins, label)
        start = start_without(self.run.plan, pins)
        result = self.run.solve(scenario, self.options, start)
        if result.plan is None:
            self.size /= 2
            return True
        row = self._row(tuple(names), result.plan, result.objective)
        self.rows.append(row)
        if row["counts"]:
            self.plans.append(result.plan)
        elif row["loss_share"] > self.within:
            self.size /= 2
        else:
            self.size = min(1.0, 1.5 * self.size)
        return True

    def _keep_out(self) -> frozenset[str]:
        """Return buildings that most plans use, of these the ones that bring least."""
        uses: dict[str, int] = {}
        for plan in self.plans:
            for name in plan.assignments["building_id"].unique():
                uses[name] = uses.get(name, 0) + 1
        order = sorted(uses, key=lambda b: (-uses[b], self.brings.get(b, 0.0), b))
        common = sum(count == len(self.plans) for count in uses.values())
        return frozenset(order[: int(np.ceil(self.size * common))])

    def _row(
        self, kept_out: tuple[str, ...], plan: Plan, objective: float | None
    ) -> dict[str, Any]:
        """Describe a plan against those before it."""
        best = self.run.objective or 0.0
        sign = 1.0 if self.run.maximizes else -1.0
        below = sign * (best - (objective or 0.0))
        loss_share = below / abs(best) if best else below
        apart = [distance(plan, other) for other in self.plans]
        first = plan is self.run.plan
        counts = first or (loss_share <= self.within and min(apart) >= self.differ)
        return {
            "plan": len(self.rows),
            "kept_out": ", ".join(kept_out),
            "objective": objective,
            "loss_share": loss_share,
            "distance": apart[0],
            "least_distance": min(apart),
            "counts": counts,
        }


def distance(first: Plan, second: Plan) -> float:
    """Return 1 − |pairs both have| ÷ |pairs either has|, of (space, service) pairs."""
    one, other = _pairs(first), _pairs(second)
    either = len(one | other)
    return 1.0 - len(one & other) / either if either else 0.0


def _pairs(plan: Plan) -> Pairs:
    rows = plan.assignments
    return frozenset(zip(rows["space_id"], rows["service_id"], strict=True))


def _frequency(plans: tuple[Plan, ...]) -> pd.DataFrame:
    """Return in how many plans each assignment appears, the most frequent first."""
    rows = pd.concat([plan.assignments[KEYS] for plan in plans], ignore_index=True)
    table = rows.groupby(KEYS).size().rename("plans").reset_index()
    table["share"] = table["plans"] / len(plans)
    return table.sort_values(
        ["plans", *KEYS],
        ascending=[False, *[True] * len(KEYS)],
        kind="stable",
        ignore_index=True,
    )
