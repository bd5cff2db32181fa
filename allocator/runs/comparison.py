"""Runs side by side: measures, the difference of plans, and what is undecided."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.runs.comparing import wording
from allocator.runs.comparing.inputs import Basis, InputChanges, input_changes
from allocator.runs.comparing.limits import limit_table
from allocator.runs.comparing.plans import (
    assignment_changes,
    building_changes,
    hour_changes,
)
from allocator.runs.comparing.residents import Gains, gains, resident_table
from allocator.runs.comparing.sides import Side, read_sides
from allocator.runs.comparing.verdicts import Verdict, verdict
from allocator.runs.record import plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from allocator.result import Result
    from allocator.runs.read import Run

FACTS = (
    "status",
    "stop_reason",
    "objective",
    "bound",
    "gap",
    "engine",
    "seed",
    "steps",
)
"""Keys of `run.json` that come before the measures."""


@dataclass(frozen=True)
class Pair:
    """Another run beside the first: what differs, and which is better."""

    first: str
    other: str
    inputs: InputChanges
    verdict: Verdict
    maximizes: bool
    """Whether more of the first goal is better."""
    gains: Gains | None
    """None without two plans, or where residents or needs differ."""

    def sentences(self, language: str = "en") -> list[str]:
        """Say it: what they have in common, verdict, gains, then what differs."""
        names = (self.first, self.other)
        common, *details = wording.input_sentences(self.inputs, *names, language)
        judged = wording.verdict_sentence(
            self.verdict, *names, maximizes=self.maximizes, language=language
        )
        lines = [common, judged]
        if self.gains is not None:
            lines.append(wording.gains_sentence(self.gains, *names, language))
        return [*lines, *details]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for machines."""
        return {
            "first": self.first,
            "other": self.other,
            "inputs": self.inputs.to_dict(),
            "verdict": self.verdict.to_dict(),
            "gains": vars(self.gains) if self.gains else None,
        }


@dataclass(frozen=True)
class Comparison:
    """What `compare` found; tables of plans are made when first asked for."""

    sides: tuple[Side, ...]
    """The runs, the first of which the others are compared with."""
    pairs: tuple[Pair, ...]
    """One for each run but the first."""
    table: pd.DataFrame
    """Index: measure; one column per run; for two like runs also `difference`."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the runs, as in the columns of the tables."""
        return tuple(side.label for side in self.sides)

    @property
    def like_for_like(self) -> bool:
        """Whether all runs were made from one scenario."""
        return all(pair.inputs.basis is Basis.SAME for pair in self.pairs)

    @cached_property
    def changes(self) -> pd.DataFrame:
        """Assignments that differ: ids and the places in each run."""
        return assignment_changes(self.sides)

    @cached_property
    def buildings(self) -> pd.DataFrame:
        """Used buildings of each run: same, changed, added or removed."""
        return building_changes(self.sides)

    @cached_property
    def hours(self) -> pd.DataFrame:
        """Hours of the week in which a space is used otherwise."""
        return hour_changes(self.sides)

    @cached_property
    def residents(self) -> pd.DataFrame:
        """Covered persons by community, need and group; who gains and who loses."""
        comparable = [self._persons_comparable(k) for k in range(len(self.sides))]
        return resident_table(self.sides, comparable)

    @cached_property
    def limits(self) -> pd.DataFrame:
        """Each limit with what each run uses of it, and whether it binds."""
        return limit_table(self.sides)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know first, in English; see `sentences`."""
        return tuple(self.sentences())

    def sentences(self, language: str = "en") -> list[str]:
        """Say what differs in the inputs, which run is better, and who gains."""
        lines = [line for pair in self.pairs for line in pair.sentences(language)]
        return [*lines, *self.plan_sentences(language)]

    def plan_sentences(self, language: str = "en") -> list[str]:
        """Say which runs have no plan or break rules."""
        counts = {side.label: (side.has_plan, side.num_broken) for side in self.sides}
        return list(wording.plan_sentences(counts, language))

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by name, measures with their names as a column."""
        return {
            "measures": self.table.reset_index(),
            "limits": self.limits,
            "residents": self.residents,
            "buildings": self.buildings,
            "assignments": self.changes,
            "hours": self.hours,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for machines."""
        table = self.table.astype(object).where(self.table.notna(), None)
        further = {
            name: plain(frame.to_dict(orient="records"))
            for name, frame in self.tables().items()
            if name not in ("measures", "assignments")
        }
        return {
            "like_for_like": self.like_for_like,
            "pairs": plain([pair.to_dict() for pair in self.pairs]),
            "measures": plain(table.to_dict(orient="index")),
            "changes": plain(self.changes.to_dict(orient="records")),
            **further,
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        """Show verdicts and measures in a notebook."""
        from allocator import display

        table = self.table.reset_index()
        for label in table.columns[1:]:
            table[label] = [
                value if isinstance(value, str) else display.figure(value)
                for value in table[label]
            ]
        measures = table.to_html(index=False, border=0)
        return display.card("Comparison", {}, display.lines(self.sentences()), measures)

    def _persons_comparable(self, k: int) -> bool:
        return k > 0 and self.pairs[k - 1].inputs.basis is not Basis.DIFFERENT


def compare(runs: Sequence[Result | Run | str | Path]) -> Comparison:
    """Put runs side by side.

    Parameters
    ----------
    runs
        Two or more results, runs or run folders; the first is what the others are
        compared with.

    Raises
    ------
    RunError
        If a folder is no run.
    ValueError
        If fewer than two are given.
    """
    if len(runs) < 2:
        msg = "a comparison needs at least two runs"
        raise ValueError(msg)
    sides = tuple(read_sides(runs))
    pairs = tuple(_pair(sides[0], other) for other in sides[1:])
    return Comparison(sides, pairs, _measures(sides, pairs))


def _pair(first: Side, other: Side) -> Pair:
    changes = input_changes(first, other)
    comparable = changes.basis is not Basis.DIFFERENT
    return Pair(
        first=first.label,
        other=other.label,
        inputs=changes,
        verdict=verdict(first, other, changes.basis),
        maximizes=first.record["goals"][0]["sense"] == "maximize",
        gains=gains(first, other) if comparable else None,
    )


def _measures(sides: Sequence[Side], pairs: Sequence[Pair]) -> pd.DataFrame:
    """Return facts and measures, one column per run."""
    columns: dict[str, dict[str, Any]] = {}
    for side in sides:
        facts = {key: side.record.get(key) for key in FACTS}
        facts["seconds"] = sum(side.record.get("times_s", {}).values())
        facts["variant"] = ",".join(side.record.get("variant", ())) or None
        facts["rules_broken"] = side.num_broken
        columns[side.label] = facts | dict(side.record["measures"])
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    table = pd.DataFrame(
        {
            label: pd.Series([column.get(name) for name in names], names, dtype=object)
            for label, column in columns.items()
        }
    )
    if len(sides) == 2 and pairs[0].inputs.basis is not Basis.DIFFERENT:
        first, second = (table[side.label] for side in sides)
        table["difference"] = pd.Series(
            [
                None if name == "seed" else difference(a, b)
                for name, a, b in zip(names, first, second, strict=True)
            ],
            table.index,
            dtype=object,
        )
    return table.rename_axis("measure")


def difference(first: Any, second: Any) -> float | None:
    """Return second − first where both are numbers."""
    numbers = all(
        isinstance(v, (int, float)) and not isinstance(v, bool) for v in (first, second)
    )
    return second - first if numbers else None
