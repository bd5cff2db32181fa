"""What is asked and what is reached (达标对照表)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.breaches import below
from allocator.evaluate.coverage import resident_rows
from allocator.evaluate.rules_coverage import coverage_floors
from allocator.evaluate.standards import compliance_table
from allocator.report.meeting.table import Kind, MeetingTable, column
from allocator.scenario.schema import Level

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocator.report.meeting.facts import Facts

FLOOR_COLUMNS = ["standard", "place", "demand_persons", "asked_persons"]
FLOOR_COLUMNS += ["reached_persons", "asked_share", "reached_share", "met"]


def standards(facts: Facts) -> MeetingTable:
    """Return every standard in every area, with facilities alone and with the plan."""
    words, found = facts.words, compliance_table(facts.view, facts.alone)
    names = {s.id: s.label(words.language) for s in facts.scenario.spec.standards}
    measures = [words.known("standard", measure) for measure in found["measure"]]
    units = [words.known("missing_unit", unit) for unit in found["missing_unit"]]
    rows = pd.DataFrame(
        {
            "standard": [names[s] for s in found["standard_id"]],
            "standard_measure": measures,
            "place": [
                _area(facts, level, area)
                for level, area in zip(found["level"], found["area_id"], strict=True)
            ],
            "minimum": found["minimum"].astype(np.float64),
            "value_before": found["baseline_value"].astype(np.float64),
            "value_after": found["value"].astype(np.float64),
            "met_before": _verdicts(facts, found["baseline_status"]),
            "met": _verdicts(facts, found["status"]),
            "missing": found["missing"].astype(np.float64),
            "missing_unit": units,
            "verified": [
                words("verified.yes" if known else "verified.no")
                for known in found["verified"]
            ],
            "source": found["source"].fillna("").astype(str),
        }
    )
    columns = [column(words, "standard"), column(words, "standard_measure")]
    columns += [column(words, "place")]
    values = ("minimum", "value_before", "value_after")
    columns += [column(words, key, Kind.VALUE) for key in values]
    columns += [column(words, key, Kind.VERDICT) for key in ("met_before", "met")]
    columns += [column(words, "missing", Kind.NUMBER), column(words, "missing_unit")]
    columns += [column(words, "verified"), column(words, "source")]
    notes = ["note.standards", "note.verified"] if len(rows) else ["note.no_standards"]
    return MeetingTable(
        "standards",
        words("meeting.standards"),
        tuple(columns),
        rows,
        tuple(words(note) for note in notes),
    )


def floors(facts: Facts) -> MeetingTable | None:
    """Return every coverage floor with what the plan reaches; None without floors."""
    words, found = facts.words, _floor_rows(facts)
    if not found:
        return None
    rows = pd.DataFrame(found, columns=FLOOR_COLUMNS)
    columns = [column(words, "standard"), column(words, "place")]
    columns += [column(words, key, Kind.PERSONS) for key in FLOOR_COLUMNS[2:5]]
    columns += [column(words, key, Kind.SHARE) for key in FLOOR_COLUMNS[5:7]]
    columns += [column(words, "met", Kind.VERDICT)]
    return MeetingTable(
        "floors",
        words("meeting.floors"),
        tuple(columns),
        rows.astype(dict.fromkeys(FLOOR_COLUMNS[2:-1], np.float64)),
        (words("note.floors"),),
    )


def _verdicts(facts: Facts, statuses: pd.Series[str]) -> list[str]:
    """Return yes, no, or that it is not known."""
    answers = {"met": facts.words.verdict(True), "below": facts.words.verdict(False)}
    unknown = facts.words("verdict.unknown")
    return [answers.get(status, unknown) for status in statuses]


def _area(facts: Facts, level: str, area_id: str) -> str:
    """Return the name of an area."""
    if level == Level.ALL.value:
        return facts.words("total")
    return facts.community_name(area_id) if level == "community" else area_id


def _floor_rows(facts: Facts) -> list[dict[str, object]]:
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
                "standard": _floor_name(facts, floor.where),
                "place": _floor_place(facts, floor.where),
                "demand_persons": demand,
                "asked_persons": floor.persons,
                "reached_persons": value,
                "asked_share": floor.persons / demand if demand else np.nan,
                "reached_share": value / demand if demand else np.nan,
                "met": facts.words.verdict(not broken),
            }
        )
    return found


def _floor_name(facts: Facts, where: Mapping[str, str]) -> str:
    """Return what a floor asks."""
    words = facts.words
    if "need" not in where:
        return words("floor.total")
    return words("floor.need", need=words.need[where["need"]])


def _floor_place(facts: Facts, where: Mapping[str, str]) -> str:
    """Return where a floor holds."""
    if "community" not in where:
        return facts.words("total")
    return facts.community_name(where["community"])
