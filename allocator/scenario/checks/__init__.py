"""Checks across sections and tables, one function per check, grouped by subject.

Each yields issues with a code of `allocator.scenario.codes`. They look only at what
could be read: a faulty item is reported once, where it stands, and not again by
everything that refers to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.scenario.checks import references
from allocator.scenario.checks.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from allocator.issues import Issue
    from allocator.scenario.places import Places
    from allocator.scenario.scenario import Tables
    from allocator.scenario.schema import ScenarioSpec

CHECKS: tuple[Callable[[Facts], Iterator[Issue]], ...] = (
    references.references_of_groups,
    references.references_of_needs,
    references.references_of_limits,
    references.references_of_floors,
    references.references_of_shared_rooms,
    references.references_of_pins,
    references.references_of_goals,
)
"""All checks, in the order in which their issues are reported."""


def check_all(spec: ScenarioSpec, tables: Tables, places: Places) -> Iterator[Issue]:
    """Yield every problem that the document and the tables have together.

    Parameters
    ----------
    spec
        The document as far as it is valid.
    tables
        Canonical tables; those that could not be read are without rows.
    places
        Where everything stands in the planner's files, and what could not be read.
    """
    facts = Facts(spec, tables, places)
    for check in CHECKS:
        yield from check(facts)


__all__ = ["CHECKS", "Facts", "check_all"]
