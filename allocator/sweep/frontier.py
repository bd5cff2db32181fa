"""What a sweep found: the frontier, what is gained from point to point, nesting."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.explain.loss import loss
from allocator.explain.words import Words
from allocator.plan import difference
from allocator.runs.record import plain
from allocator.sweep.telling import sweep_blocks, sweep_title
from allocator.units import optimality_gap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from allocator.explain.words import Block
    from allocator.plan import Plan
    from allocator.scenario import Scenario
    from allocator.sweep.carry import Solved
    from allocator.sweep.grid import Grid
    from allocator.sweep.nested import Nested

MEASURES = {
    "coverage": "coverage",
    "covered_persons": "covered_persons",
    "capital_cost": "capital_cost",
    "yearly_outlay": "yearly_outlay",
    "floor_used_m2": "floor_used_m2",
    "buildings_used": "buildings",
}
"""Column to the measure it holds; a limit may be called `buildings` too."""
STEP_COLUMNS = [
    "variant",
    "from_point",
    "to_point",
    "buildings_added",
    "buildings_left",
    "assignments_added",
    "assignments_left",
    "capital_cost",
    "gain",
    "gain_low",
    "gain_high",
    "verdict",
]
ITEM_COLUMNS = [
    "variant",
    "from_point",
    "to_point",
    "change",
    "building_id",
    "space_id",
    "service_id",
    "session_id",
    "places_first",
    "places_second",
]


@dataclass(frozen=True)
class Sweep:
    """The frontier of a sweep."""

    grid: Grid
    solved: tuple[Solved, ...]
    """Every point with the best plan and bound that the points together give it."""
    nested: Mapping[str, tuple[Nested, ...]]
    """Nested plans by variant; empty unless asked for."""
    folder: Path

    @property
    def scenario(self) -> Scenario:
        """The first point's scenario, for names and units."""
        return self.grid.points[0].scenario

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per point: variant, a column per axis, status, objective, bound, gap.

        Then the measures of its plan; `plan_from`, the point whose run holds the plan
        (−1: its nested run); own_objective and own_bound of its own run; `run`, that
        run's folder below ``points``.
        """
        rows = []
        for item in self.solved:
            objective, bound = self._turned(item.range.plan), item.range.bound
            shown_bound = self._turned(bound)
            gap = None
            if objective is not None and shown_bound is not None:
                gap = optimality_gap(shown_bound, objective)
            row = {"point": item.point.number, "variant": item.point.variant}
            names = (axis.name for axis in self.grid.axes)
            row |= dict(zip(names, item.point.values, strict=True))
            row |= {
                "status": self._status(item),
                "objective": objective,
                "bound": shown_bound,
                "gap": gap,
                **{name: item.measures.get(m) for name, m in MEASURES.items()},
                "plan_from": item.plan_from,
                "own_objective": item.run.objective,
                "own_bound": item.run.bound,
                "run": item.run.name,
            }
            rows.append(row)
        return pd.DataFrame(rows)

    def _turned(self, value: float | None) -> float | None:
        """Return a value in the sense of the first goal."""
        if value is None or self.scenario.spec.goals[0].maximizes:
            return value
        return -value

    @staticmethod
    def _status(item: Solved) -> str:
        if item.infeasible:
            return "infeasible"
        if item.plan is None:
            return "no_plan"
        plan, bound = item.range.plan, item.range.bound
        if plan is not None and bound is not None and bound - plan <= 1e-6 * abs(bound):
            return "optimal"
        return "feasible"

    @cached_property
    def steps(self) -> pd.DataFrame:
        """What each step to the next looser value of the first axis brings.

        gain is the difference of the two plans, gain_low and gain_high the interval of
        the difference of the best plans, turned so that larger is better.
        """
        rows = []
        for tight, loose in self._pairs():
            gains = loss(loose.range, tight.range)
            items = difference(_plan(tight), _plan(loose))
            added = items[items["change"] == "added"]
            left = items[items["change"] == "removed"]
            before, after = (
                set(_plan(item).assignments["building_id"]) for item in (tight, loose)
            )
            rows.append(
                (
                    loose.point.variant,
                    tight.point.number,
                    loose.point.number,
                    ", ".join(sorted(after - before)),
                    ", ".join(sorted(before - after)),
                    len(added),
                    len(left),
                    loose.measures["capital_cost"] - tight.measures["capital_cost"],
                    gains.from_plan,
                    gains.low,
                    gains.high,
                    _gain_word(gains.verdict.value),
                )
            )
        return pd.DataFrame(rows, columns=STEP_COLUMNS)

    @cached_property
    def items(self) -> pd.DataFrame:
        """Assignments that come, go or change at each step of the first axis."""
        frames = []
        for tight, loose in self._pairs():
            frame = difference(_plan(tight), _plan(loose))
            frame.insert(0, "to_point", loose.point.number)
            frame.insert(0, "from_point", tight.point.number)
            frame.insert(0, "variant", loose.point.variant)
            frames.append(frame[ITEM_COLUMNS])
        filled = [frame for frame in frames if len(frame)]
        if not filled:
            return pd.DataFrame(columns=ITEM_COLUMNS)
        return pd.concat(filled, ignore_index=True)

    def _pairs(self) -> Iterator[tuple[Solved, Solved]]:
        """Yield neighbours along the first axis that both have a plan."""
        for item in self.solved:
            following = self.grid.next_along_first(item.point)
            if following is not None:
                loose = self.solved[following.number]
                if item.plan is not None and loose.plan is not None:
                    yield item, loose

    @cached_property
    def nesting(self) -> pd.DataFrame:
        """Nested plans: point, objective, bound, and the price of nesting.

        price_low and price_high hold what the best nested plan loses against the best
        free one, the chain before it given.
        """
        columns = ["variant", "point", "objective", "bound", "assignments"]
        columns += ["price", "price_low", "price_high", "verdict"]
        rows = [
            (
                variant,
                plan.number,
                self._turned(plan.range.plan),
                self._turned(plan.range.bound),
                len(plan.plan.assignments),
                plan.price.from_plan,
                plan.price.low,
                plan.price.high,
                plan.price.verdict.value,
            )
            for variant, chain in self.nested.items()
            for plan in chain
        ]
        return pd.DataFrame(rows, columns=columns)

    def blocks(self, language: str = "en") -> list[Block]:
        """Return frontier, steps, items and nesting for people, ``en`` or ``zh``.

        Raises
        ------
        OptionsInvalid
            If there are no words in that language.
        """
        return sweep_blocks(self, Words(language, self.scenario))

    def title(self, language: str = "en") -> str:
        """Return what was moved, in words."""
        return sweep_title(self, Words(language, self.scenario))

    def text(self, language: str = "en") -> str:
        """Return the sentences, without the tables."""
        lines = [line for block in self.blocks(language) for line in block.lines]
        return "\n".join([self.title(language), *lines])

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for machines."""
        frames = {
            "frontier": self.table,
            "steps": self.steps,
            "items": self.items,
            "nested": self.nesting,
        }
        content = {
            name: frame.astype(object).where(frame.notna(), None).to_dict("records")
            for name, frame in frames.items()
        }
        axes = [{"name": a.name, "values": list(a.values)} for a in self.grid.axes]
        answer: dict[str, Any] = plain(
            {"scenario": self.scenario.name, "axes": axes, **content}
        )
        return answer

    def write(self) -> None:
        """Write ``frontier.csv``, ``steps.csv``, ``items.csv`` and ``sweep.json``."""
        for name, frame in {
            "frontier": self.table,
            "steps": self.steps,
            "items": self.items,
            "nested": self.nesting,
        }.items():
            if len(frame) or name == "frontier":
                path = self.folder / f"{name}.csv"
                path.write_text(
                    frame.to_csv(index=False, lineterminator="\n"), encoding="utf-8"
                )
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=2)
        (self.folder / "sweep.json").write_text(text + "\n", encoding="utf-8")


def _plan(item: Solved) -> Plan:
    assert item.plan is not None
    return item.plan


def _gain_word(verdict: str) -> str:
    """Say of a gain what the verdict says of the loss of going back."""
    return {"loss": "gain", "none": "no_gain"}.get(verdict, verdict)
