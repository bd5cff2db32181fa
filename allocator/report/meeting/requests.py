"""What residents asked for, met or not (居民意见采纳表), and what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.requests import requests_table
from allocator.evaluate.rules_pins import pins
from allocator.report.meeting.table import Kind, MeetingTable, column

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from allocator.report.meeting.facts import Facts
    from allocator.scenario.schema import Pin

REQUEST_KEYS = ["number", "priority", "date", "place", "asked_for", "text", "source"]
REQUEST_KEYS += ["met", "reason", "served_share", "near_share", "nearest_site"]
REQUEST_KEYS += ["nearest_walk_min"]
REQUEST_KINDS = {
    "priority": Kind.COUNT,
    "met": Kind.VERDICT,
    "served_share": Kind.SHARE,
    "near_share": Kind.SHARE,
    "nearest_walk_min": Kind.MINUTES,
}
PIN_KEYS = ["number", "asked", "building", "function", "reason", "source", "met"]
STATUS = {"met": "yes", "partly": "partly", "not_met": "no"}


def requests(facts: Facts) -> MeetingTable:
    """Return every request of residents, whether it is met, and why not."""
    words, found = facts.words, requests_table(facts.view, facts.alone)
    rows = pd.DataFrame(
        [_request(facts, row) for row in found.to_dict("records")],
        columns=REQUEST_KEYS,
    )
    columns = tuple(
        column(words, key, REQUEST_KINDS.get(key, Kind.TEXT)) for key in REQUEST_KEYS
    )
    figures = [c.key for c in columns if not c.is_text]
    return MeetingTable(
        "requests",
        words("meeting.requests"),
        columns,
        rows.astype(dict.fromkeys(figures, np.float64)),
        (words("note.requests" if len(rows) else "note.no_requests"),),
    )


def _request(facts: Facts, row: Mapping[Any, Any]) -> dict[str, object]:
    """Return one request for people."""
    words = facts.words
    asked = row["need_id"] and words.need[row["need_id"]]
    date = "" if pd.isna(row["date"]) else str(pd.Timestamp(row["date"]).date())
    return {
        "number": row["request_id"],
        "priority": row["priority"],
        "date": date,
        "place": row["zone_id"] or facts.community_name(row["community_id"]),
        "asked_for": asked or words.service[row["service_id"]],
        "text": row["text"],
        "source": row["source"],
        "met": words(f"verdict.{STATUS[row['status']]}"),
        "reason": words(f"request.{row['reason']}"),
        "served_share": row["served_share"],
        "near_share": row["near_share"],
        "nearest_site": facts.site_name(row["site_id"]) if row["site_id"] else "",
        "nearest_walk_min": row["walk_min"],
    }


def decided(facts: Facts) -> MeetingTable | None:
    """Return every pin with its reason and whether the plan keeps it; None without."""
    words, spec = facts.words, facts.scenario.spec
    if not spec.rules.pins:
        return None
    broken = {item.where["pin"] for item in pins(facts.view)}
    rows = pd.DataFrame(
        [
            {
                "number": str(number + 1),
                "asked": words(f"pin.{pin.fix}"),
                "building": _where(facts, pin),
                "function": _function(facts, pin),
                "reason": pin.reason or "",
                "source": " ".join(str(x) for x in (pin.source, pin.date) if x),
                "met": words.verdict(str(number) not in broken),
            }
            for number, pin in enumerate(spec.rules.pins)
        ],
        columns=PIN_KEYS,
    )
    kinds = {"met": Kind.VERDICT}
    columns = tuple(column(words, key, kinds.get(key, Kind.TEXT)) for key in PIN_KEYS)
    return MeetingTable("decided", words("meeting.decided"), columns, rows)


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
