"""Ids in tables that must be defined elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.issues import nearest_name
from allocator.scenario.checks.facts import cells, issue, listed, unknown
from allocator.scenario.ids import same_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    from allocator.issues import Issue, Place
    from allocator.scenario.checks.facts import Facts

ZONED = ("population", "survey", "demand", "requests", "travel")
"""Tables that name zones."""
PLACED = ("zones", "population", "survey", "buildings", "facilities", "requests")
"""Tables that name communities."""


def zones_in_tables(facts: Facts) -> Iterator[Issue]:
    """Report unknown zones of residents, survey, demand, requests and travel."""
    zones = facts.column("zones", "zone_id")
    if not len(zones) or not facts.is_readable("zones"):
        return
    for table in ZONED:
        own = facts.column(table, "zone_id")
        if len(own) and not same_texts(own, zones):
            known = facts.ids_of("zones", "zone_id")
            yield from _column(facts, table, "zone_id", "zone", known)


def communities_in_tables(facts: Facts) -> Iterator[Issue]:
    """Report unknown communities, where a table lists them all."""
    listing = facts.ids_of("communities", "community_id")
    if listing:
        for table in PLACED:
            yield from _column(facts, table, "community_id", "community", listing)
    elif facts.is_readable("communities", "zones"):
        known = facts.ids_of("zones", "community_id")
        for table in ("population", "survey", "requests"):
            yield from _column(facts, table, "community_id", "community", known)


def groups_in_tables(facts: Facts) -> Iterator[Issue]:
    """Report unknown groups of residents and demand."""
    for table in ("population", "demand") if facts.group_ids else ():
        yield from _column(facts, table, "group_id", "group", facts.group_ids)


def needs_in_tables(facts: Facts) -> Iterator[Issue]:
    """Report unknown needs of survey, demand and requests."""
    for table in ("survey", "demand", "requests"):
        yield from _column(facts, table, "need_id", "need", facts.need_ids)


def buildings_in_tables(facts: Facts) -> Iterator[Issue]:
    """Report unknown buildings of spaces and facilities."""
    if facts.is_readable("buildings"):
        known = facts.ids_of("buildings", "building_id")
        for table in ("spaces", "facilities"):
            yield from _column(facts, table, "building_id", "building", known)


def sites_in_travel(facts: Facts) -> Iterator[Issue]:
    """Report sites of travel that are neither building nor facility."""
    if facts.is_readable("buildings", "facilities"):
        yield from _column(facts, "travel", "site_id", "site", facts.site_ids)


def profiles_in_travel(facts: Facts) -> Iterator[Issue]:
    """Report unknown walking profiles of travel."""
    known = frozenset(facts.spec.access.profiles)
    yield from _column(facts, "travel", "profile", "profile", known)


def offers_of_facilities(facts: Facts) -> Iterator[Issue]:
    """Report unknown services and sessions of facilities."""
    yield from _column(facts, "facilities", "service_id", "service", facts.service_ids)
    service = facts.column("facilities", "service_id")
    session = facts.column("facilities", "session_id")
    faulty = np.zeros(len(service), bool)
    for service_id in facts.id2service:
        known = [*facts.session_ids(service_id), ""]
        faulty |= (service == service_id) & ~np.isin(session.astype(str), known)

    def of_row(row: int, place: Place) -> Issue:
        names = sorted(facts.session_ids(service[row]))
        return issue(
            "unknown-session",
            place,
            f"the service {service[row]!r} has no session {session[row]!r}",
            expected=listed(names, "a session of the service"),
            nearest=nearest_name(session[row], names),
        )

    yield from cells(facts, "facilities", "session_id", faulty, of_row)


def services_fitted(facts: Facts) -> Iterator[Issue]:
    """Report unknown services for which a space is fitted."""
    fitted = facts.table("spaces")["fitted_for"].to_numpy(object)
    known = facts.service_ids
    faulty = np.array([not words <= known for words in fitted], bool)

    def of_row(row: int, place: Place) -> Issue:
        return unknown("service", min(fitted[row] - known), known, place)

    yield from cells(facts, "spaces", "fitted_for", faulty, of_row)


def services_requested(facts: Facts) -> Iterator[Issue]:
    """Report unknown services that residents ask for."""
    yield from _column(facts, "requests", "service_id", "service", facts.service_ids)


def _column(
    facts: Facts, table: str, column: str, kind: str, known: Iterable[str]
) -> Iterator[Issue]:
    """Yield the rows whose id is neither absent nor known."""
    ids = facts.table(table)[column]
    if ids.empty:
        return
    names = sorted(frozenset(known))
    faulty: npt.NDArray[np.bool_] = ~ids.isin([*names, ""]).to_numpy(bool)

    def of_row(row: int, place: Place) -> Issue:
        return unknown(kind, str(ids.iloc[row]), names, place)

    yield from cells(facts, table, column, faulty, of_row)
