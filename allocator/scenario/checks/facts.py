"""What the checks look at, and how they report what they find."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from allocator.issues import Issue, nearest_name
from allocator.scenario.codes import CODES
from allocator.scenario.faults import MAX_FAULTS_PER_COLUMN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy.typing as npt
    import pandas as pd

    from allocator.issues import Place
    from allocator.scenario.places import Places
    from allocator.scenario.scenario import Tables
    from allocator.scenario.schema import Need, ScenarioSpec, Service, Session

MAX_NAMES_SHOWN = 5
"""Ids listed in a message that speaks of many rows."""
MAX_NAMES_COMPARED = 1000
"""Valid names that a misspelt one is compared with."""


@dataclass(frozen=True)
class Facts:
    """The readable part of a scenario, with its ids by kind."""

    spec: ScenarioSpec
    tables: Tables
    places: Places

    def table(self, name: str) -> pd.DataFrame:
        """Return a table; without rows if it is absent or could not be read."""
        frame: pd.DataFrame = getattr(self.tables, name)
        return frame

    def column(self, table: str, column: str) -> npt.NDArray[np.object_]:
        """Return the texts of an id column, shape (rows,); "" = absent."""
        return self.table(table)[column].to_numpy(object)

    def is_readable(self, *tables: str) -> bool:
        """Tell whether none of the tables was given and could not be read."""
        return not any(table in self.places.unreadable for table in tables)

    @property
    def spaces_are_derived(self) -> bool:
        """Whether each building stands for its one space."""
        tables = self.places.tables
        if "spaces" not in tables or "buildings" not in tables:
            return "spaces" not in tables
        return tables["spaces"].rows is tables["buildings"].rows

    def ids_of(self, table: str, column: str) -> frozenset[str]:
        """Return the distinct ids of a column, without absent ones."""
        if (table, column) not in self._distinct:
            texts = self.table(table)[column].unique()
            self._distinct[table, column] = frozenset(texts) - {""}
        return self._distinct[table, column]

    @cached_property
    def _distinct(self) -> dict[tuple[str, str], frozenset[str]]:
        """Distinct ids by table and column, as far as they were asked for."""
        return {}

    @cached_property
    def group_ids(self) -> frozenset[str]:
        """Ids of all groups that are written, faulty ones too."""
        return self._with_lost("groups", (group.id for group in self.spec.groups))

    @cached_property
    def service_ids(self) -> frozenset[str]:
        """Ids of all services that are written, faulty ones too."""
        return self._with_lost("services", (s.id for s in self.spec.services))

    @cached_property
    def need_ids(self) -> frozenset[str]:
        """Ids of all needs that are written, faulty ones too."""
        return self._with_lost("needs", (need.id for need in self.spec.needs))

    @cached_property
    def id2service(self) -> dict[str, Service]:
        """Service by id (the first of duplicates)."""
        return {service.id: service for service in reversed(self.spec.services)}

    @cached_property
    def categories(self) -> frozenset[str]:
        """Categories of the services."""
        return frozenset(s.category for s in self.spec.services if s.category)

    @cached_property
    def district_ids(self) -> frozenset[str]:
        """Districts of the communities and buildings."""
        return self.ids_of("communities", "district_id") | self.ids_of(
            "buildings", "district_id"
        )

    @cached_property
    def site_ids(self) -> frozenset[str]:
        """Ids of buildings and facilities."""
        return self.ids_of("buildings", "building_id") | self.ids_of(
            "facilities", "facility_id"
        )

    def session_ids(self, service_id: str) -> frozenset[str]:
        """Ids of the sessions of a service, faulty ones too."""
        service = self.id2service.get(service_id)
        own = (session.id for session in service.sessions) if service else ()
        return self._with_lost(f"services.{service_id}.sessions", own)

    def accepted_sessions(self, need: Need) -> Iterator[tuple[int, Service, Session]]:
        """Yield (position of the acceptance, service, session) of known offers."""
        for k, accept in enumerate(need.accepts):
            service = self.id2service.get(accept.service)
            if service is None:
                continue
            for session in service.sessions:
                if accept.session in (None, session.id):
                    yield k, service, session

    def _with_lost(self, kind: str, ids: Iterable[str]) -> frozenset[str]:
        return frozenset(ids) | self.places.lost_ids.get(kind, frozenset())


def issue(
    code: str,
    place: Place,
    message: str,
    *,
    expected: str | None = None,
    nearest: str | None = None,
) -> Issue:
    """Return an issue of a registered code, with the severity of the code."""
    return Issue(code, place, message, expected, nearest, CODES[code].severity)


def unknown(kind: str, found: str, known: Iterable[str], place: Place) -> Issue:
    """Return the issue of a name that is not defined."""
    names = sorted(known)
    return issue(
        f"unknown-{kind}",
        place,
        f"there is no {kind} {found!r}",
        expected=listed(names, f"the id of a {kind}"),
        nearest=nearest_name(found, _neighbours(found, names)),
    )


def _neighbours(found: str, names: Sequence[str]) -> Sequence[str]:
    """Return all of few names, or those next to `found` in the alphabet."""
    if len(names) <= MAX_NAMES_COMPARED:
        return names
    k = bisect_left(names, found)
    half = MAX_NAMES_COMPARED // 2
    return names[max(0, k - half) : k + half]


def listed(names: Sequence[str], otherwise: str) -> str:
    """Return the valid names when they are few, else what they are."""
    few = 0 < len(names) <= 12
    return "one of " + ", ".join(names) if few else otherwise


def cells(
    facts: Facts,
    table: str,
    column: str,
    faulty: npt.NDArray[np.bool_],
    of_row: Callable[[int, Place], Issue],
) -> Iterator[Issue]:
    """Yield the issues of faulty rows in file order: twenty, then how many more."""
    rows = np.flatnonzero(faulty)
    origin = facts.places.tables.get(table)
    if origin is not None and len(rows):
        rows = rows[np.argsort(origin.rows[rows], kind="stable")]
    for row in rows[:MAX_FAULTS_PER_COLUMN].tolist():
        yield of_row(row, facts.places.cell(table, row, column))
    more = rows[MAX_FAULTS_PER_COLUMN:]
    if len(more):
        place = facts.places.cell(table, int(more[0]), column)
        first = of_row(int(more[0]), place)
        message = f"and {len(more)} more rows with this problem"
        yield issue(first.code, place, message, expected=first.expected)


def summary(
    facts: Facts,
    code: str,
    table: str,
    column: str,
    found: npt.NDArray[np.bool_],
    message: str,
    *,
    expected: str | None = None,
) -> Iterator[Issue]:
    """Yield one issue that speaks of all rows `found`, with the first few ids."""
    rows = np.flatnonzero(found)
    if not len(rows):
        return
    ids = facts.column(table, column)[rows[:MAX_NAMES_SHOWN]].tolist()
    more = len(rows) - len(ids)
    names = ", ".join(ids) + (f" and {more} more" if more else "")
    place = facts.places.cell(table, int(rows[0]), column)
    yield issue(code, place, f"{message}: {names}", expected=expected)
