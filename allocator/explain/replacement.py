"""Which sites and services matter: what is lost when one is taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from allocator.evaluate.arrays import sum_by
from allocator.explain.explanation import Explanation
from allocator.explain.known import known
from allocator.explain.pinned import solve_pin
from allocator.explain.words import Block
from allocator.explain.worth import by_assignment, counts_residents, served_worth

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocator.explain.known import Known, Source
    from allocator.explain.words import Words
    from allocator.options import SolveOptions

Kind = Literal["building", "service"]
SOLVED_COLUMNS = ["loss_low", "loss_high", "verdict", "from_plan"]


@dataclass(frozen=True)
class ReplacementExplanation(Explanation):
    """What the plan would lose without each building, or without each service.

    `table` has <kind>_id, rank, covered_persons, estimate (what its residents count in
    the first goal: the most that the plan loses without it), and for those solved
    loss_low, loss_high, verdict and from_plan.
    """

    kind: Kind

    def title(self, words: Words) -> str:
        """Return what was asked."""
        return words(f"replacement.{self.kind}", run=self.about.name)

    def parts(self, words: Words) -> list[Block]:
        """Return the ranking."""
        note = "note" if counts_residents(self.about) else "note_persons"
        lines = [words(f"replacement.{note}", unit=words.unit)]
        if self.table["verdict"].any():
            lines.append(words("replacement.solved", unit=words.unit))
        columns = [f"{self.kind}_id", "rank", "covered_persons", "estimate"]
        if self.table["verdict"].any():
            columns += SOLVED_COLUMNS
        shown = words.table(self.table, columns)
        return [Block(words("replacement.table"), tuple(lines), shown)]

    def facts(self) -> dict[str, Any]:
        """Return what is taken away."""
        return {"kind": self.kind}


def explain_replacement(
    source: Source,
    *,
    kind: Kind = "building",
    top: int = 0,
    options: SolveOptions | None = None,
    on_solved: Callable[[str], None] = lambda name: None,
) -> ReplacementExplanation:
    """Return what the plan loses when a building or a service is taken away.

    Parameters
    ----------
    source
        A result, a run or its folder.
    kind
        What is taken away, one at a time.
    top
        How many, of those with the largest estimates, are kept out by a pin and solved,
        beginning from the plan.
    options
        Of each solve; None: the scenario's own, with 10 s each.
    on_solved
        Called with each id when it is solved.

    Raises
    ------
    RunError
        If the run has no plan.
    """
    run = known(source)
    table = rank_items(run, kind)
    for name in SOLVED_COLUMNS:
        table[name] = pd.Series([None] * len(table), dtype=object)
    for k in range(min(top, len(table))):
        item = str(table.loc[k, f"{kind}_id"])
        solved, _ = solve_pin(run, {"fix": "out", kind: item}, options)
        found = solved.loss
        values = (found.low, found.high, found.verdict.value, found.from_plan)
        for name, value in zip(SOLVED_COLUMNS, values, strict=True):
            table.at[k, name] = value
        on_solved(item)
    return ReplacementExplanation(run, table, kind)


def rank_items(run: Known, kind: Kind) -> pd.DataFrame:
    """Return used buildings, or services, by estimate."""
    held = run.view.assigned
    if kind == "building":
        ids, owner = run.view.building_ids, held.building
    else:
        ids = [service.id for service in run.scenario.services]
        of_offer = [
            run.scenario.service2position[o.service_id] for o in run.scenario.offers
        ]
        owner = np.array(of_offer, np.int64)[held.offer]
    persons = by_assignment(run, run.view.served.covered_persons)
    estimate = by_assignment(run, served_worth(run))
    used = np.unique(owner[held.places > 0])
    table = pd.DataFrame(
        {
            f"{kind}_id": [ids[k] for k in used],
            "covered_persons": sum_by(owner, persons, len(ids))[used],
            "estimate": sum_by(owner, estimate, len(ids))[used],
        }
    )
    table = table.sort_values(
        "estimate", ascending=False, kind="stable", ignore_index=True
    )
    table.insert(1, "rank", np.arange(1, len(table) + 1))
    return table
