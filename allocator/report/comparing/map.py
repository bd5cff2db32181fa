"""The map of a comparison: zones that gain or lose, buildings that come and go."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from allocator.report.html import key_entry
from allocator.report.map import WIDTH, Frame
from allocator.report.zones import zone_coverage

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from allocator.report.comparing.naming import Naming
    from allocator.runs.comparing.sides import Side

GAIN, LOSS, STILL = "#2a7f62", "#c8553d", "#cfcabd"
CHANGE_COLORS = {
    "same": "#22333b",
    "changed": "#d99a2b",
    "added": "#3b6ea5",
    "removed": "#ffffff",
}
LARGEST, LEAST = 0.012 * WIDTH, 0.001 * WIDTH
"""Radii of zones."""
LARGE, SMALL = round(0.013 * WIDTH), round(0.007 * WIDTH)
"""Sides of buildings: of few, of many."""
LEAST_PERSONS = 0.5
"""Zones whose residents gain or lose less are drawn as still."""


def change_map(first: Side, other: Side, naming: Naming, *, persons: bool) -> str:
    """Return legend and map of one run beside the first.

    Parameters
    ----------
    persons
        Whether residents are the same, so that gain and loss may be drawn.
    """
    scenario = other.scenario
    zones = zone_gains(first, other) if persons else _places(other)
    points = [zones[["x", "y"]].to_numpy(np.float64), scenario.site_xy]
    frame = Frame.around(np.concatenate(points), scenario.spec.crs)
    drawn = [
        _still(zones, frame),
        _moved(zones, frame, naming),
        _buildings(other, frame, naming),
    ]
    box = f"0 0 {frame.width} {frame.height}"
    return (
        f"{_legend(naming, persons=persons)}"
        f'<svg class="change-map" viewBox="{box}" role="img">'
        + "\n".join(drawn)
        + "</svg>"
    )


def zone_gains(first: Side, other: Side) -> pd.DataFrame:
    """Return x, y, community and covered persons of each zone before and after."""
    zones = _places(other)
    before, after = (
        side.table("served.parquet").groupby("zone_id")["covered_persons"].sum()
        for side in (first, other)
    )
    return zones.assign(
        before=before.reindex(zones.index).fillna(0.0),
        after=after.reindex(zones.index).fillna(0.0),
    ).assign(gain=lambda frame: frame["after"] - frame["before"])


def _places(side: Side) -> pd.DataFrame:
    """Return the zones with demand; nobody gains."""
    zones = zone_coverage(side.scenario, side.table("served.parquet").iloc[:0])
    return zones.assign(before=0.0, after=0.0, gain=0.0)


def _legend(naming: Naming, *, persons: bool) -> str:
    words = naming.words
    entries = []
    if persons:
        entries += [
            key_entry(GAIN, words("compare.gains"), shape="dot"),
            key_entry(LOSS, words("compare.loses"), shape="dot"),
        ]
    entries += [
        key_entry(color, words(f"compare.building_{change}"), shape=f"edge {change}")
        for change, color in CHANGE_COLORS.items()
    ]
    return f'<p class="legend">{"".join(entries)}</p>'


def _still(zones: pd.DataFrame, frame: Frame) -> str:
    """Draw the zones where nothing moves, as one path of dots."""
    rest = zones[zones["gain"].abs() < LEAST_PERSONS]
    places = np.unique(frame(rest[["x", "y"]].to_numpy(np.float64)), axis=0)
    path = "".join(f"M{x} {y}h0" for x, y in places)
    return f'<path class="still" stroke="{STILL}" d="{path}"/>'


def _moved(zones: pd.DataFrame, frame: Frame, naming: Naming) -> str:
    """Draw the zones that gain or lose, the largest below."""
    moved = zones[zones["gain"].abs() >= LEAST_PERSONS]
    moved = moved.sort_values("gain", key=abs, ascending=False, kind="stable")
    places = frame(moved[["x", "y"]].to_numpy(np.float64))
    most = float(moved["gain"].abs().max()) if len(moved) else 1.0
    crowd = 0.5 * np.sqrt(WIDTH * frame.height / max(len(moved), 1))
    radius = LEAST + min(LARGEST, crowd) * np.sqrt(moved["gain"].abs() / most)
    rows = zip(moved.reset_index().to_dict("records"), places, radius, strict=True)
    dots = [_zone(row, place, r, naming) for row, place, r in rows]
    return f'<g class="moved">{"".join(dots)}</g>'


def _zone(
    row: dict[str, object] | dict[object, object],
    place: npt.NDArray[np.int64],
    radius: float,
    naming: Naming,
) -> str:
    values = {str(key): value for key, value in row.items()}
    gain = float(str(values["gain"]))
    title = naming.words(
        "compare.zone_title",
        zone=values["zone_id"],
        community=naming.community.get(str(values["community_id"]), ""),
        gain=f"{gain:+,.0f}",
        before=f"{float(str(values['before'])):,.0f}",
        after=f"{float(str(values['after'])):,.0f}",
    )
    return (
        f'<circle cx="{place[0]}" cy="{place[1]}" r="{radius:.1f}" '
        f'fill="{GAIN if gain > 0 else LOSS}"><title>{escape(title)}</title></circle>'
    )


def _buildings(other: Side, frame: Frame, naming: Naming) -> str:
    """Draw the used buildings of either run that the other's scenario has."""
    table = other.scenario.tables.buildings
    xy = dict(zip(table["building_id"], table[["x", "y"]].to_numpy(), strict=True))
    changes = naming.comparison.buildings
    own = changes[(changes["run"] == other.label) & changes["building_id"].isin(xy)]
    marks = []
    size = LARGE if len(own) < 100 else SMALL
    for row in own.to_dict("records"):
        place = frame(np.array(xy[row["building_id"]], np.float64)) - size // 2
        services = naming.services(row["services"])
        lines = [
            naming.building.get(row["building_id"], row["building_id"]),
            naming.words(f"compare.change.{row['change']}"),
            services,
        ]
        marks.append(
            f'<rect class="{row["change"]}" x="{place[0]}" y="{place[1]}" '
            f'width="{size}" height="{size}" fill="{CHANGE_COLORS[row["change"]]}">'
            f"<title>{escape(chr(10).join(filter(None, lines)))}</title></rect>"
        )
    return f'<g class="buildings">{"".join(marks)}</g>'
