"""Existing facilities and walking times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.scenario.checks.facts import cells, issue, summary
from allocator.scenario.schema import AccessMode, Capacity

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from allocator.issues import Issue, Place
    from allocator.scenario.checks.facts import Facts

MIN_SPEED, MAX_SPEED = 10.0, 300.0
"""Walking speeds in m per minute that are believed."""


def unlimited_facilities(facts: Facts) -> Iterator[Issue]:
    """Warn of numbers at facilities of an unlimited service."""
    unlimited = {s.id for s in facts.spec.services if s.capacity is Capacity.UNLIMITED}
    frame = facts.table("facilities")
    given = frame["places"].fillna(frame["visits_per_week"])
    odd = frame["service_id"].isin(unlimited) & ~given.isin([0, 1])

    def of_row(row: int, place: Place) -> Issue:
        name = frame["facility_id"].iloc[row]
        return issue(
            "facility-unlimited",
            place,
            f"facility {name!r} gives an unlimited service; {given.iloc[row]:g} only "
            "says that it runs",
            expected="places: 1 (it runs) or 0",
        )

    yield from cells(facts, "facilities", "places", odd.to_numpy(bool), of_row)


def facilities_overused(facts: Facts) -> Iterator[Issue]:
    """Warn of facilities that serve more today than they can."""
    frame = facts.table("facilities")
    used, most = frame["used_visits_per_week"], _facility_capacity(facts)
    above = (used > most).to_numpy(bool)

    def of_row(row: int, place: Place) -> Issue:
        return issue(
            "facility-overused",
            place,
            f"facility {frame['facility_id'].iloc[row]!r} serves {used.iloc[row]:g} "
            "visits per week",
            expected=f"at most its capacity, {most[row]:g} visits per week",
        )

    yield from cells(facts, "facilities", "used_visits_per_week", above, of_row)


def streets_are_given(facts: Facts) -> Iterator[Issue]:
    """Report mode network without streets, and streets without mode network."""
    if facts.spec.access.mode is AccessMode.NETWORK:
        lines = facts.tables.streets
        if facts.spec.access.streets is None:
            yield issue(
                "streets-missing",
                facts.places.yaml("access.mode"),
                "mode network needs street lines",
                expected="access.streets: streets.gpkg#lines",
            )
        elif lines is not None and not len(lines):
            yield issue(
                "streets-missing",
                facts.places.yaml("access.streets"),
                "the streets hold no line",
                expected="lines that may be walked",
            )
    elif facts.spec.access.streets is not None:
        yield issue(
            "streets-unused",
            facts.places.yaml("access.streets"),
            f"mode {facts.spec.access.mode} does not look at streets",
        )


def matrix_has_travel(facts: Facts) -> Iterator[Issue]:
    """Report mode matrix without walking times, and who stands in none."""
    if facts.spec.access.mode is not AccessMode.MATRIX:
        return
    if not facts.is_readable("travel"):
        return
    if facts.table("travel").empty:
        yield issue(
            "travel-missing",
            facts.places.yaml("access.mode"),
            "mode matrix needs walking times",
            expected="rows in the table travel",
        )
        return
    for table, column, key in (
        ("zones", "zone_id", "zone_id"),
        ("buildings", "building_id", "site_id"),
        ("facilities", "facility_id", "site_id"),
    ):
        listed = facts.ids_of("travel", key)
        absent = ~facts.table(table)[column].isin(listed).to_numpy(bool)
        message = f"{table} without any row in travel cannot be reached"
        yield from summary(facts, "unreachable", table, column, absent, message)


def travel_within_limits(facts: Facts) -> Iterator[Issue]:
    """Warn of walking times none of which is within any limit."""
    minutes = facts.table("travel")["walk_min"].to_numpy(np.float64)
    limits = [a.max_walk_min for need in facts.spec.needs for a in need.accepts]
    if not len(minutes) or not limits or not (minutes > max(limits)).all():
        return
    yield issue(
        "travel-beyond-limit",
        facts.places.cell("travel", 0, "walk_min"),
        f"no walking time is within the longest limit, {max(limits):g} min; "
        "are they seconds?",
        expected="minutes",
    )


def walking_speeds(facts: Facts) -> Iterator[Issue]:
    """Warn of speeds that nobody walks at."""
    for name, profile in facts.spec.access.profiles.items():
        speed = profile.speed_m_per_min
        if MIN_SPEED <= speed <= MAX_SPEED:
            continue
        yield issue(
            "speed-unusual",
            facts.places.yaml(("access", "profiles", name, "speed_m_per_min")),
            f"the profile {name!r} walks {speed:g} m per minute",
            expected=f"{MIN_SPEED:g} to {MAX_SPEED:g} (4.5 km/h are 75 m per minute)",
        )


def travel_overrides(facts: Facts) -> Iterator[Issue]:
    """Warn that listed pairs go before the straight line."""
    rows = len(facts.table("travel"))
    if rows and facts.spec.access.mode is AccessMode.STRAIGHT:
        yield issue(
            "travel-overrides",
            facts.places.cell("travel", None),
            f"{rows} walking times replace those of the straight line",
        )


def _facility_capacity(facts: Facts) -> npt.NDArray[np.float64]:
    """Return visits per week of each facility row; NaN where unknown."""
    per_place = {}
    for service in facts.spec.services:
        limited = service.capacity is Capacity.PLACES
        for session in service.sessions:
            turns = service.turns if session.turns is None else session.turns
            per_week = turns * session.week.days_per_week
            per_place[(service.id, session.id)] = per_week if limited else np.inf
    frame = facts.table("facilities")
    offers = zip(frame["service_id"], frame["session_id"], strict=True)
    factor = np.array([per_place.get(offer, np.nan) for offer in offers], np.float64)
    visits = frame["visits_per_week"].to_numpy(np.float64)
    places = frame["places"].to_numpy(np.float64)
    capacity = np.where(np.isnan(visits), places, visits)
    capacity *= np.where(np.isnan(visits), np.where(np.isinf(factor), 0.0, factor), 1.0)
    capacity[np.isinf(factor)] = np.inf
    return capacity
