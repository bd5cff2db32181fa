"""What is asked and what is reached (达标对照表)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.breaches import below
from allocator.evaluate.coverage import resident_rows
from allocator.evaluate.rules_coverage import coverage_floors
from allocator.report.meeting.table import Kind, MeetingTable, column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocator.report.meeting.facts import Facts

COLUMNS = ["standard", "place", "demand_persons", "asked_persons", "reached_persons"]
COLUMNS += ["asked_share", "reached_share", "met"]


def standards(facts: Facts) -> MeetingTable:
    """Return every coverage floor of the scenario with what the plan reaches."""
    words = facts.words
    rows = pd.DataFrame(_rows(facts), columns=COLUMNS)
    figures = {c: np.float64 for c in COLUMNS[2:-1]}
    columns = [column(words, "standard"), column(words, "place")]
    columns += [column(words, key, Kind.PERSONS) for key in COLUMNS[2:5]]
    columns += [column(words, key, Kind.SHARE) for key in COLUMNS[5:7]]
    columns += [column(words, "met", Kind.VERDICT)]
    notes = [words("note.standards" if len(rows) else "note.no_standards")]
    return MeetingTable(
        "standards",
        words("meeting.standards"),
        tuple(columns),
        rows.astype(figures),
        tuple(notes),
    )


def _rows(facts: Facts) -> list[dict[str, object]]:
    """Return floors in the order the evaluator checks them."""
    covered = facts.view.covered_by_row()
    persons = resident_rows(facts.scenario).persons
    found: list[dict[str, object]] = []
    for floor in coverage_floors(facts.scenario):
        demand = float(persons[floor.rows].sum())
        value = float(covered[floor.rows].sum())
        broken = list(below("coverage_floor", floor.where, value, floor.persons, ""))
        found.append(
            {
                "standard": _standard(facts, floor.where),
                "place": _place(facts, floor.where),
                "demand_persons": demand,
                "asked_persons": floor.persons,
                "reached_persons": value,
                "asked_share": floor.persons / demand if demand else np.nan,
                "reached_share": value / demand if demand else np.nan,
                "met": facts.words.verdict(not broken),
            }
        )
    return found


def _standard(facts: Facts, where: Mapping[str, str]) -> str:
    """Return what a floor asks."""
    words = facts.words
    if "need" not in where:
        return words("floor.total")
    return words("floor.need", need=words.need[where["need"]])


def _place(facts: Facts, where: Mapping[str, str]) -> str:
    """Return where a floor holds."""
    community = where.get("community")
    if community is None:
        return facts.words("total")
    return facts.words.community.get(community, community)
