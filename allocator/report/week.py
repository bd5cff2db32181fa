"""The week of each used building: its spaces × the hours, coloured by service."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from allocator.report.html import key_entry, note
from allocator.report.money import use_by_building

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from allocator.report.html import Held
    from allocator.report.material import Material
    from allocator.report.words import Words
    from allocator.scenario import Scenario

MINUTES_PER_DAY = 1440
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LABEL_PX = 120
DAY_PX = 118
LANE_PX = 11
HEAD_PX = 28
GAP_PX = 5
OPEN_BUILDINGS = 30
"""Of more buildings than this the grids are held back until they are opened."""

Bar = tuple[int, int, int]
"""Day, first minute and last minute of the day."""


def week_grids(material: Material, held: Held) -> str:
    """Return how many buildings are shared, a legend, and a grid for each building."""
    words, scenario = material.words, material.scenario
    assignments = material.run.assignments
    hours = opening_hours(scenario, assignments)
    utilisation = use_by_building(material)
    few = assignments["building_id"].nunique() <= OPEN_BUILDINGS
    figures, kinds = [], []
    for building, rows in assignments.groupby("building_id", sort=True):
        kinds.append(sharing(scenario, rows))
        share = float(utilisation["share"][str(building)])
        head = _head_line(str(building), rows, share, kinds[-1], material)
        drawn = grid(scenario, rows, words, material.colors, hours)
        mark, drawn = (" open", drawn) if few else (held.hold(drawn), "")
        figures.append(
            f'<details class="week" id="week-{escape(str(building))}" '
            f'data-building="{escape(str(building))}" '
            f'data-use="{" ".join(kinds[-1])}"{mark}>'
            f"<summary>{head}</summary>{drawn}</details>"
        )
    count = words(
        "week.count",
        buildings=len(kinds),
        mixed=sum("mixed" in kind for kind in kinds),
        staggered=sum("staggered" in kind for kind in kinds),
    )
    used = sorted(set(assignments["service_id"]))
    legend = "".join(key_entry(material.colors[s], words.service[s]) for s in used)
    return (
        f'<p id="week-count">{escape(count)}</p><p class="legend">{legend}</p>'
        + ("" if few else f"<noscript>{note(words('held'))}</noscript>")
        + f'<div class="tools"></div><div class="weeks">{"".join(figures)}</div>'
    )


def sharing(scenario: Scenario, rows: pd.DataFrame) -> list[str]:
    """Tell how a building is shared.

    `mixed`: several services in it; `staggered`: a space in which services take turns.
    """
    kinds = ["mixed"] if rows["service_id"].nunique() > 1 else []
    for _, held in rows.groupby("space_id", sort=True):
        lanes = list(_lanes(scenario, held).values())
        if len(lanes) > len(set(lanes)):
            return [*kinds, "staggered"]
    return kinds


def _head_line(
    building: str,
    rows: pd.DataFrame,
    share: float,
    kinds: list[str],
    material: Material,
) -> str:
    """Return the name of a building, its services and how it is shared."""
    words = material.words
    services = "".join(
        key_entry(material.colors[s], words.service[s])
        for s in sorted(set(rows["service_id"]))
    )
    tags = "".join(
        f'<span class="tag {kind}">{escape(words(f"week.{kind}"))}</span>'
        for kind in kinds
    )
    use = escape(words("week.use", share=f"{share:.0%}"))
    return (
        f"<b>{escape(words.building[building])}</b> {tags} {services}"
        f'<span class="note">{use}</span>'
    )


def bars(scenario: Scenario, service_id: str, session_id: str) -> tuple[Bar, ...]:
    """Return the hours of an offer, cut at midnight."""
    offer = scenario.offers[scenario.offer2position[(service_id, session_id)]]
    return _bars(offer.hours.intervals)


@lru_cache(maxsize=1024)
def _bars(intervals: tuple[tuple[int, int], ...]) -> tuple[Bar, ...]:
    """Return intervals of the week, cut at midnight."""
    found: list[Bar] = []
    for start, end in intervals:
        at = start
        while at < end:
            stop = min(end, (at // MINUTES_PER_DAY + 1) * MINUTES_PER_DAY)
            first = at % MINUTES_PER_DAY
            found.append((at // MINUTES_PER_DAY % len(DAYS), first, first + stop - at))
            at = stop
    return tuple(found)


def opening_hours(scenario: Scenario, assignments: pd.DataFrame) -> tuple[int, int]:
    """Return the whole hours of the day that hold everything."""
    offers = set(zip(assignments["service_id"], assignments["session_id"], strict=True))
    shown = [bar for offer in offers for bar in bars(scenario, *offer)]
    first = min(bar[1] for bar in shown) // 60
    return first, -(-max(bar[2] for bar in shown) // 60)


def grid(
    scenario: Scenario,
    rows: pd.DataFrame,
    words: Words,
    colors: Mapping[str, str],
    hours: tuple[int, int],
) -> str:
    """Draw one building; `hours` are the first and last shown of each day."""
    parts: list[str] = []
    y = HEAD_PX
    for space, held in rows.groupby("space_id", sort=True):
        lanes = _lanes(scenario, held)
        height = LANE_PX * (max(lanes.values()) + 1)
        parts.append(
            f'<rect class="row" x="{LABEL_PX}" y="{y}" width="{7 * DAY_PX}" '
            f'height="{height}"/><text class="space" x="{LABEL_PX - 6}" '
            f'y="{y + height / 2 + 4:g}">{escape(str(space))}</text>'
        )
        for row in held.to_dict("records"):
            top = y + LANE_PX * lanes[row["service_id"]]
            parts.append(_offer(scenario, row, top, words, colors, hours))
        y += height + GAP_PX
    width = LABEL_PX + 7 * DAY_PX + 4
    return (
        f'<svg viewBox="0 0 {width} {y}" role="img">{_head(words, hours, y)}'
        + "".join(parts)
        + "</svg>"
    )


def _lanes(scenario: Scenario, held: pd.DataFrame) -> dict[str, int]:
    """Give services of a space that overlap in time lanes of their own."""
    taken: list[list[Bar]] = []
    lanes: dict[str, int] = {}
    for service, rows in held.groupby("service_id", sort=True):
        own = [b for s in rows["session_id"] for b in bars(scenario, str(service), s)]
        lane = next(
            (k for k, other in enumerate(taken) if not _overlap(own, other)),
            len(taken),
        )
        if lane == len(taken):
            taken.append([])
        taken[lane] += own
        lanes[str(service)] = lane
    return lanes


def _overlap(one: list[Bar], other: list[Bar]) -> bool:
    """Tell whether two lists of hours share a minute."""
    return any(a[0] == b[0] and a[1] < b[2] and b[1] < a[2] for a in one for b in other)


def _offer(
    scenario: Scenario,
    row: Mapping[Hashable, Any],
    top: int,
    words: Words,
    colors: Mapping[str, str],
    hours: tuple[int, int],
) -> str:
    """Draw one assignment: a bar for each time it is held."""
    service, session = row["service_id"], row["session_id"]
    title = words(
        "week.title",
        service=words.service[service],
        session=words.session[service, session],
        places=words.count(row["places"]),
    )
    scale = DAY_PX / (60 * (hours[1] - hours[0]))
    drawn = "".join(
        f'<rect x="{LABEL_PX + day * DAY_PX + (a - 60 * hours[0]) * scale:.1f}" '
        f'y="{top + 1}" width="{(b - a) * scale:.1f}" height="{LANE_PX - 2}"/>'
        for day, a, b in bars(scenario, service, session)
    )
    return (
        f'<g fill="{colors[service]}" data-offer="{escape(service)}/{escape(session)}">'
        f"<title>{escape(title)}</title>{drawn}</g>"
    )


def _head(words: Words, hours: tuple[int, int], height: int) -> str:
    """Draw days and hours above the rows."""
    parts = []
    noon = (hours[0] + hours[1]) / 2
    for k, day in enumerate(DAYS):
        x = LABEL_PX + k * DAY_PX
        parts.append(
            f'<text class="day" x="{x + DAY_PX / 2}" y="11">'
            f"{escape(words(f'day.{day}'))}</text>"
            f'<text class="hour" x="{x + 2}" y="24">{hours[0]}</text>'
            f'<text class="day" x="{x + DAY_PX / 2}" y="24">{noon:g}</text>'
            f'<line x1="{x}" y1="14" x2="{x}" y2="{height}"/>'
        )
    return "".join(parts)
