"""What goes into the meeting: tables of a run in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.report.meeting.communities import communities
from allocator.report.meeting.facts import Facts
from allocator.report.meeting.funds import (
    funds_buildings,
    funds_limits,
    funds_services,
)
from allocator.report.meeting.projects import project_functions, projects
from allocator.report.meeting.requests import decided, requests
from allocator.report.meeting.shortfall import (
    shortfall,
    shortfall_areas,
    shortfall_streets,
)
from allocator.report.meeting.sites import sites
from allocator.report.meeting.standards import floors, standards
from allocator.report.meeting.suitability import bars, suitability
from allocator.report.meeting.table import Column, Kind, MeetingPage, MeetingTable
from allocator.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocator.runs import Run

__all__ = [
    "Column",
    "Facts",
    "Kind",
    "MeetingPage",
    "MeetingTable",
    "meeting_tables",
    "tables_of",
]

BEFORE: tuple[Callable[[Facts], MeetingTable | None], ...] = (
    shortfall,
    shortfall_streets,
    shortfall_areas,
    suitability,
    bars,
)
"""Tables that need no plan; None where the scenario has nothing for one."""
AFTER: tuple[Callable[[Facts], MeetingTable | None], ...] = (
    projects,
    project_functions,
    sites,
    communities,
    funds_limits,
    funds_buildings,
    funds_services,
    standards,
    floors,
    requests,
    decided,
)
"""Tables of a plan."""


def meeting_tables(run: Run, lang: str = "en") -> tuple[MeetingTable, ...]:
    """Return the tables of the meeting; without a plan those that need none.

    Parameters
    ----------
    lang
        ``en`` or ``zh``.
    """
    return tables_of(Facts(run, Words(lang, run.scenario())))


def tables_of(facts: Facts) -> tuple[MeetingTable, ...]:
    """Return the tables of the meeting from what is known already."""
    builders = (*BEFORE, *AFTER) if facts.run.has_plan else BEFORE
    tables = (build(facts) for build in builders)
    return tuple(table for table in tables if table is not None)
