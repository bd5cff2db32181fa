"""What residents asked for, met or not (居民意见采纳表)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from allocator.evaluate.rules_pins import pins
from allocator.report.meeting.table import Kind, MeetingTable, column

if TYPE_CHECKING:
    from allocator.report.meeting.facts import Facts
    from allocator.scenario.schema import Pin

COLUMNS = ("number", "asked", "building", "function", "reason", "source", "met")


def requests(facts: Facts) -> MeetingTable:
    """Return every pin with its reason and source, and whether the plan keeps it."""
    words = facts.words
    broken = {item.where["pin"] for item in pins(facts.view)}
    rows = pd.DataFrame(
        [
            {
                "number": number + 1,
                "asked": words(f"pin.{pin.fix}"),
                "building": _where(facts, pin),
                "function": _function(facts, pin),
                "reason": pin.reason or "",
                "source": pin.source or "",
                "met": words.verdict(str(number) not in broken),
            }
            for number, pin in enumerate(facts.scenario.spec.rules.pins)
        ],
        columns=COLUMNS,
    )
    kinds = {"number": Kind.COUNT, "met": Kind.VERDICT}
    columns = tuple(column(words, key, kinds.get(key, Kind.TEXT)) for key in COLUMNS)
    notes = () if len(rows) else (words("note.no_requests"),)
    return MeetingTable("requests", words("meeting.requests"), columns, rows, notes)


def _where(facts: Facts, pin: Pin) -> str:
    """Return the building and space a pin names."""
    name = facts.site_name(pin.building) if pin.building else ""
    if pin.space and not name:
        home = facts.scenario.tables.spaces.set_index("space_id")["building_id"]
        name = facts.site_name(str(home[pin.space]))
    return " ".join(part for part in (name, pin.space) if part)


def _function(facts: Facts, pin: Pin) -> str:
    """Return the service, category and session a pin names."""
    words = facts.words
    session = ""
    if pin.session:
        session = words.session.get((pin.service or "", pin.session), pin.session)
    category = words.known("category", pin.category) if pin.category else ""
    service = words.service[pin.service] if pin.service else ""
    return " · ".join(part for part in (category, service, session) if part)
