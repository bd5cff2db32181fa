"""What changed: assignments, building by building, and hour by hour."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from allocator.plan import ASSIGNMENT_COLUMNS
from allocator.scenario.hours import DAYS, WeekHours

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from allocator.runs.comparing.sides import Side

    Use = Mapping[str, int]
    """Places by service."""

KEY = list(ASSIGNMENT_COLUMNS[:-1])
BUILDING_COLUMNS = ["building_id", "run", "change", "services", "places"]
BUILDING_COLUMNS += ["floor_used_m2", "capital_cost", "yearly_outlay"]


def assignment_changes(sides: Sequence[Side]) -> pd.DataFrame:
    """Return the assignments whose places are not the same in every run."""
    places = [
        side.assignments.set_index(KEY)["places"].rename(side.label) for side in sides
    ]
    wide = pd.concat(places, axis=1).fillna(0).astype("int64").sort_index()
    differs = wide.nunique(axis=1) > 1
    return wide[differs].reset_index()


def building_changes(sides: Sequence[Side]) -> pd.DataFrame:
    """Return a row for each building and run that uses it, and what became of it.

    Returns
    -------
    DataFrame
        `BUILDING_COLUMNS`. ``change`` is beside the first run: ``same`` (the same
        places of every offer), ``changed``, ``added``, or ``removed`` (a row without
        figures under the other run).
    """
    held = [_by_building(side) for side in sides]
    figures = [_site_figures(side) for side in sides]
    rows = []
    for building in sorted(set().union(*held)):
        for side, own, sites in zip(sides, held, figures, strict=True):
            change = _change(held[0].get(building), own.get(building))
            if change is None:
                continue
            uses = own.get(building, {})
            services = sorted({service for _, service, _ in uses})
            row = [building, side.label, change, ", ".join(services)]
            none = (None, None, None)
            rows.append([*row, sum(uses.values()), *sites.get(building, none)])
    return pd.DataFrame(rows, columns=BUILDING_COLUMNS)


def _change(first: object, own: object) -> str | None:
    """Say what became of a building; None when neither run uses it."""
    if first is None:
        return None if own is None else "added"
    if own is None:
        return "removed"
    return "same" if own == first else "changed"


def _by_building(side: Side) -> dict[str, dict[tuple[str, str, str], int]]:
    """Return places by (space, service, session) of each used building."""
    held: dict[str, dict[tuple[str, str, str], int]] = {}
    for building, *key, places in side.assignments.itertuples(index=False):
        space, service, session = key
        held.setdefault(building, {})[space, service, session] = int(places)
    return held


def _site_figures(side: Side) -> dict[str, tuple[float, float, float]]:
    """Return floor used, capital cost and yearly outlay by building."""
    sites = side.table("sites.csv")
    outlay = sites["annual_rent"] + sites["annual_running_cost"] - sites["annual_fees"]
    figures = zip(sites["floor_used_m2"], sites["capital_cost"], outlay, strict=True)
    return dict(zip(sites["building_id"], figures, strict=True))


def hour_changes(sides: Sequence[Side]) -> pd.DataFrame:
    """Return the hours of the week in which a space is used otherwise.

    Returns
    -------
    DataFrame
        building_id, space_id, ``when`` (as in scenario files), and for each run the
        services with their places, such as ``canteen 40 + culture 12``; "" = idle.
    """
    labels = [side.label for side in sides]
    rows = []
    weeks = [_weeks(side) for side in sides]
    for building, space in sorted(set().union(*weeks)):
        own = [week.get((building, space), []) for week in weeks]
        texts: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        for interval, uses in _elementary(own):
            if any(use != uses[0] for use in uses):
                text = tuple(_use_text(use) for use in uses)
                texts.setdefault(text, []).append(interval)
        for text, intervals in texts.items():
            when = _short(str(WeekHours(tuple(_joined(intervals)))))
            rows.append([building, space, when, *text])
    return pd.DataFrame(rows, columns=["building_id", "space_id", "when", *labels])


Held = tuple[int, int, str, int]
"""Start and end in minutes of the week, service, places."""


def _weeks(side: Side) -> dict[tuple[str, str], list[Held]]:
    """Return what runs when in each space."""
    weeks: dict[tuple[str, str], list[Held]] = {}
    if not len(side.assignments):
        return weeks
    scenario = side.scenario
    for row in side.assignments.itertuples(index=False):
        building, space, service, session, places = row
        offer = scenario.offers[scenario.offer2position[service, session]]
        weeks.setdefault((building, space), []).extend(
            (start, end, service, int(places)) for start, end in offer.hours.covered
        )
    return weeks


def _elementary(
    weeks: Sequence[Sequence[Held]],
) -> Iterator[tuple[tuple[int, int], list[Use]]]:
    """Cut the week at every start and end; yield what each run holds in between."""
    cuts = sorted({at for week in weeks for held in week for at in held[:2]})
    for low, high in pairwise(cuts):
        uses: list[Use] = []
        for week in weeks:
            use: dict[str, int] = {}
            for start, end, service, places in week:
                if start <= low and high <= end:
                    use[service] = use.get(service, 0) + places
            uses.append(use)
        yield (low, high), uses


def _use_text(use: Use) -> str:
    return " + ".join(f"{service} {places}" for service, places in sorted(use.items()))


def _short(when: str) -> str:
    """Write days in a row as a range: ``mon-fri``, ``all``."""

    def short(match: re.Match[str]) -> str:
        days = [DAYS.index(day) for day in match[0].split(",")]
        if len(days) == len(DAYS):
            return "all"
        whole = len(days) > 2 and days[-1] - days[0] == len(days) - 1
        return f"{DAYS[days[0]]}-{DAYS[days[-1]]}" if whole else match[0]

    return re.sub(r"[a-z]{3}(,[a-z]{3})*", short, when)


def _joined(intervals: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join intervals that touch within a day."""
    joined: list[tuple[int, int]] = []
    for start, end in intervals:
        same_day = start % 1440 != 0
        if joined and joined[-1][1] == start and same_day:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
