"""Every assignment of the plan."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from allocator.report.html import table

if TYPE_CHECKING:
    from allocator.report.words import Words
    from allocator.runs import Run


def assignments(run: Run, words: Words) -> str:
    """Return every assignment of the plan."""
    rows = [
        [
            escape(words.building[row["building_id"]]),
            escape(row["space_id"]),
            escape(words.service[row["service_id"]]),
            escape(words.session[row["service_id"], row["session_id"]]),
            words.figure(row["places"]),
            words.figure(row["area_m2"], "m2"),
            words.figure(row["capacity_visits_per_week"]),
            words.figure(row["served_visits_per_week"]),
        ]
        for row in run.assignments.to_dict("records")
    ]
    heads = ["building", "space", "service", "session", "places", "area"]
    heads += ["capacity", "served"]
    return table([words(h) for h in heads], rows, id_="assignments-table", texts=4)
