"""Buildings and spaces: areas, dates, hours, and whether anything fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.issues import nearest_name
from allocator.scenario.checks.facts import cells, issue, summary
from allocator.scenario.checks.suits import suits_any_offer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocator.issues import Issue, Place
    from allocator.scenario.checks.facts import Facts

AREA_SLACK = 1.001
"""Usable areas may exceed the gross area by rounding only."""


def buildings_exist(facts: Facts) -> Iterator[Issue]:
    """Warn of a scenario that can be described but not planned."""
    if not facts.is_readable("buildings") or not facts.table("buildings").empty:
        return
    given = "buildings" in facts.places.tables
    place = facts.places.cell("buildings", None) if given else facts.places.yaml("")
    yield issue(
        "no-buildings",
        place,
        "there is no building to plan for; the shortfall can be described",
    )


def buildings_have_spaces(facts: Facts) -> Iterator[Issue]:
    """Warn of buildings that have no space."""
    if facts.spaces_are_derived or not facts.is_readable("spaces", "buildings"):
        return
    owners = facts.ids_of("spaces", "building_id")
    bare = ~facts.table("buildings")["building_id"].isin(owners).to_numpy(bool)
    message = "buildings without a row in the table spaces"
    yield from summary(
        facts, "building-without-space", "buildings", "building_id", bare, message
    )


def usable_below_gross(facts: Facts) -> Iterator[Issue]:
    """Warn of usable areas that add up to more than the gross area."""
    if facts.spaces_are_derived:
        return
    spaces, buildings = facts.table("spaces"), facts.table("buildings")
    total = spaces.groupby("building_id")["usable_area_m2"].sum()
    usable = buildings["building_id"].map(total).astype(np.float64)
    gross = buildings["gross_area_m2"]
    above = (usable > gross * AREA_SLACK).to_numpy(bool)

    def of_row(row: int, place: Place) -> Issue:
        return issue(
            "usable-above-gross",
            place,
            f"the spaces of {buildings['building_id'].iloc[row]!r} have "
            f"{usable.iloc[row]:g} m² usable area",
            expected=f"at most its gross area, {gross.iloc[row]:g} m²",
        )

    yield from cells(facts, "buildings", "gross_area_m2", above, of_row)


def reserve_bars_whole_space(facts: Facts) -> Iterator[Issue]:
    """Warn of a reserve that bars a building of one whole space."""
    spaces, buildings = facts.table("spaces"), facts.table("buildings")
    owner = spaces["building_id"]
    lone = ~owner.duplicated(keep=False) & ~spaces["divisible"].astype(bool)
    barred = buildings["building_id"].isin(owner[lone])
    barred &= buildings["reserve_share"] > 0

    def of_row(row: int, place: Place) -> Issue:
        name = buildings["building_id"].iloc[row]
        return issue(
            "reserve-bars-building",
            place,
            f"building {name!r} is one whole space; a reserve above 0 bars it",
            expected="0, or a divisible space",
        )

    yield from cells(facts, "buildings", "reserve_share", barred.to_numpy(bool), of_row)


def dates_in_order(facts: Facts) -> Iterator[Issue]:
    """Report buildings whose last day comes before the first."""
    frame = facts.table("buildings")
    backwards = (frame["available_until"] < frame["available_from"]).to_numpy(bool)

    def of_row(row: int, place: Place) -> Issue:
        first = frame["available_from"].iloc[row]
        return issue(
            "dates-reversed",
            place,
            f"available_until {frame['available_until'].iloc[row]:%Y-%m-%d} comes "
            "before available_from",
            expected=f"a day not before {first:%Y-%m-%d}",
        )

    yield from cells(facts, "buildings", "available_until", backwards, of_row)


def buildings_available(facts: Facts) -> Iterator[Issue]:
    """Warn of buildings that may not be used on the scenario's date."""
    frame, date = facts.table("buildings"), pd.Timestamp(facts.spec.date)
    closed = (frame["available_from"] > date) | (frame["available_until"] < date)
    closed &= ~(frame["available_until"] < frame["available_from"])
    yield from summary(
        facts,
        "building-unavailable",
        "buildings",
        "building_id",
        closed.to_numpy(bool),
        f"buildings not available on {date:%Y-%m-%d}",
    )
    ended = (frame["lease_until"] < date).to_numpy(bool)
    message = f"buildings whose lease ends before {date:%Y-%m-%d}"
    yield from summary(facts, "lease-ended", "buildings", "building_id", ended, message)


def features_somewhere(facts: Facts) -> Iterator[Issue]:
    """Warn of features that are asked for and stand nowhere.

    One of several alternatives may ask for what nobody has, unless the word looks like
    a misspelling.
    """
    spaces, buildings = facts.table("spaces"), facts.table("buildings")
    if spaces.empty or not facts.is_readable("spaces", "buildings"):
        return
    known = frozenset().union(*spaces["features"], *buildings["features"])
    for k, service in enumerate(facts.spec.services):
        missing = [c.all_features - known for c in service.requires.any_of]
        for c, words in enumerate(missing):
            path = ("services", k, "requires", "any_of", c, "features")
            for word in sorted(words):
                nearest = nearest_name(word, known)
                if nearest is None and not all(missing):
                    continue
                yield issue(
                    "feature-nowhere",
                    facts.places.yaml(path),
                    f"no space or building has the feature {word!r}",
                    nearest=nearest,
                )


def services_and_spaces_meet(facts: Facts) -> Iterator[Issue]:
    """Warn of services that no space suits, and of spaces that suit no service."""
    spaces = facts.table("spaces")
    if not facts.is_readable("spaces", "buildings") or spaces.empty:
        return
    existing = facts.ids_of("facilities", "service_id")
    useful = np.zeros(len(spaces), bool)
    for k, service in enumerate(facts.spec.services):
        suited = suits_any_offer(facts, service)
        useful |= suited
        if suited.any():
            continue
        place = facts.places.yaml(("services", k, "requires"))
        message = f"no space suits the service {service.id!r} (area, hours, siting)"
        if service.id in existing:
            message += "; facilities give it"
        else:
            message += _needs_left_alone(facts, service.id)
        yield issue("service-without-space", place, message)
    if facts.spec.services and "services" not in facts.places.lost_ids:
        message = "spaces that suit no service (area, hours, siting)"
        yield from summary(
            facts, "space-without-service", "spaces", "space_id", ~useful, message
        )


def _needs_left_alone(facts: Facts, service_id: str) -> str:
    """Name the needs that nothing but the service can meet."""
    alone = [
        need.id
        for need in facts.spec.needs
        if {accept.service for accept in need.accepts} == {service_id}
    ]
    return f"; nothing can meet {', '.join(alone)}" if alone else ""
