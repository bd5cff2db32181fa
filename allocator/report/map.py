"""The map: zones by coverage, sites with their services, streets, walking areas."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from allocator.report.colors import share_color
from allocator.report.html import key_entry, note
from allocator.report.walking import stretches
from allocator.report.zones import zone_coverage

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from allocator.report.words import Words
    from allocator.runs import Run
    from allocator.scenario import Scenario

    Floats = npt.NDArray[np.float64]

WIDTH = 10_000
"""Units of the drawing; whole numbers keep the file small."""
MARGIN = 200
LARGEST_ZONE = 130.0
LAND_PER_ZONE = 0.35
"""Share of the drawing that the largest zone's dot may take of each zone's part."""
BANDS_MIN = (5.0, 10.0, 15.0)
BAND_COLORS = ("#3b6ea5", "#7fa8d1", "#bcd2e8")
USED, IDLE, FACILITY = "#22333b", "#b9b4a8", "#8a5ba5"


@dataclass(frozen=True)
class Frame:
    """From the scenario's coordinates to the drawing's, north up."""

    low: Floats
    stretch: Floats
    width: int
    height: int
    degrees: bool

    @classmethod
    def of(cls, scenario: Scenario) -> Frame:
        """Return the frame that holds the zones with demand and all sites."""
        zones = scenario.tables.zones.iloc[np.unique(scenario.demand.zone)]
        points = [zones[["x", "y"]].to_numpy(np.float64), scenario.site_xy]
        return cls.around(np.concatenate(points), scenario.spec.crs)

    @classmethod
    def around(cls, xy: Floats, crs: str) -> Frame:
        """Return the frame that holds all points."""
        low, high = xy.min(axis=0), xy.max(axis=0)
        degrees = bool(crs != "local" and np.abs(xy).max() <= 360)
        aspect = np.array([np.cos(np.radians(xy[:, 1].mean())) if degrees else 1.0, 1])
        span = (high - low) * aspect
        scale = (WIDTH - 2 * MARGIN) / max(span[0], span[1], 1e-9)
        width, height = (int(side * scale) + 2 * MARGIN for side in span)
        return cls(low, aspect * scale, width, height, degrees)

    def __call__(self, xy: Floats) -> npt.NDArray[np.int64]:
        """Return whole coordinates in the drawing."""
        place = (xy - self.low) * self.stretch + MARGIN
        place[..., 1] = self.height - place[..., 1]
        return np.rint(place).astype(np.int64)


def draw_map(scenario: Scenario, run: Run, words: Words) -> str:
    """Return the map and its legend.

    Streets and walking areas are the ground of both pictures: the one that scripts
    draw, and the still one that stands there without them.
    """
    zones = zone_coverage(scenario, run.table("served.parquet"))
    frame = Frame.of(scenario)
    used = sorted(set(run.assignments["building_id"]))
    ground = [_streets(scenario, frame), _walking_areas(scenario, used, frame)]
    still = [
        _idle(scenario, used, frame),
        _zones(zones, frame, words),
        _facilities(scenario, frame, words),
        _used(scenario, run, used, frame, words),
    ]
    drawing = _svg("drawing", frame, still)
    return (
        f"<noscript>{_legend(scenario, words)}{note(words('map.still'))}</noscript>"
        f'<div id="map-frame">{_svg("ground", frame, ground)}'
        f"<noscript>{drawing}</noscript></div>"
        '<div id="map-panel"></div>'
    )


def _svg(id_: str, frame: Frame, parts: list[str]) -> str:
    inner = "\n".join(filter(None, parts))
    size = f"0 0 {frame.width} {frame.height}"
    return f'<svg id="{id_}" viewBox="{size}" role="img">{inner}</svg>'


def _legend(scenario: Scenario, words: Words) -> str:
    entries = [
        key_entry(
            share_color(share), words("map.covered", share=f"{share:.0%}"), shape="dot"
        )
        for share in (0.0, 0.5, 1.0)
    ]
    entries += [
        key_entry(USED, words("map.used")),
        key_entry(IDLE, words("map.idle")),
    ]
    if len(scenario.tables.facilities):
        entries.append(key_entry(FACILITY, words("map.facility"), shape="tip"))
    if scenario.tables.streets is not None:
        entries += [
            key_entry(color, words("map.walk", minutes=f"{minutes:g}"), shape="line")
            for minutes, color in zip(BANDS_MIN, BAND_COLORS, strict=True)
        ]
    return f'<p class="legend">{"".join(entries)}</p>'


def _streets(scenario: Scenario, frame: Frame) -> str:
    """Draw every street line as one path."""
    lines = scenario.tables.streets
    if lines is None:
        return ""
    parts = np.split(frame(lines.xy), lines.start[1:-1])
    path = "".join(_polyline(part) for part in parts)
    return f'<path id="streets" class="street" d="{path}"/>'


def _polyline(points: npt.NDArray[np.int64]) -> str:
    """Return the path of a line; points that fall together are drawn once."""
    moved = np.any(np.diff(points, axis=0) != 0, axis=1)
    kept = points[np.concatenate([[True], moved])]
    if len(kept) < 2:
        return ""
    steps = "".join(f"l{x} {y}" for x, y in np.diff(kept, axis=0))
    return f"M{kept[0, 0]} {kept[0, 1]}{steps}"


def _walking_areas(scenario: Scenario, used: list[str], frame: Frame) -> str:
    """Draw the streets within reach of the used buildings, nearest on top."""
    if scenario.tables.streets is None or not used:
        return ""
    ends, minutes = stretches(scenario, used, BANDS_MIN[-1])
    places = frame(ends).reshape(-1, 4)
    band = np.searchsorted(BANDS_MIN, minutes)
    drawn = []
    for k in reversed(range(len(BANDS_MIN))):
        rows = np.unique(places[band == k], axis=0)
        rows = rows[(rows[:, 0] != rows[:, 2]) | (rows[:, 1] != rows[:, 3])]
        path = "".join(f"M{a} {b}L{c} {d}" for a, b, c, d in rows)
        drawn.append(
            f'<path class="walk" data-minutes="{BANDS_MIN[k]:g}" '
            f'stroke="{BAND_COLORS[k]}" d="{path}"/>'
        )
    return "".join(drawn)


def _zones(zones: pd.DataFrame, frame: Frame, words: Words) -> str:
    """Draw a dot for each zone: area by demand, colour by coverage."""
    largest = min(
        LARGEST_ZONE,
        LAND_PER_ZONE * np.sqrt(WIDTH * frame.height / max(len(zones), 1)),
    )
    share = np.sqrt(zones["persons"] / zones["persons"].max())
    places = frame(zones[["x", "y"]].to_numpy(np.float64))
    dots = []
    for row, (x, y), r in zip(
        zones.reset_index().to_dict("records"),
        places,
        12.5 + largest * share,
        strict=True,
    ):
        title = words(
            "map.zone_title",
            zone=row["zone_id"],
            community=words.community.get(row["community_id"], ""),
            persons=words.count(row["persons"]),
            share=f"{row['coverage']:.0%}",
        )
        color = share_color(row["coverage"])
        dots.append(
            f'<circle cx="{x}" cy="{y}" r="{r:.0f}" fill="{color}">'
            f"<title>{escape(title)}</title></circle>"
        )
    return f'<g id="zones">{"".join(dots)}</g>'


def _idle(scenario: Scenario, used: list[str], frame: Frame) -> str:
    """Draw the buildings that are not used, as one path of dots."""
    buildings = scenario.tables.buildings
    rest = buildings[~buildings["building_id"].isin(used)]
    places = np.unique(frame(rest[["x", "y"]].to_numpy(np.float64)), axis=0)
    path = "".join(f"M{x} {y}h0" for x, y in places)
    size = 80 if len(places) < 1000 else 25
    return f'<path id="idle" stroke="{IDLE}" stroke-width="{size}" d="{path}"/>'


def _facilities(scenario: Scenario, frame: Frame, words: Words) -> str:
    """Draw existing facilities as triangles."""
    marks = []
    for facility, rows in scenario.tables.facilities.groupby("facility_id", sort=True):
        x, y = frame(rows[["x", "y"]].to_numpy(np.float64)[:1])[0]
        offers = zip(rows["service_id"], rows["session_id"], strict=True)
        lines = [str(facility), *(_offer_name(words, *offer) for offer in offers)]
        marks.append(
            f'<path d="M{x} {y - 65}l60 110h-120z">'
            f"<title>{escape(chr(10).join(lines))}</title></path>"
        )
    return f'<g id="facilities" fill="{FACILITY}">{"".join(marks)}</g>'


def _used(
    scenario: Scenario, run: Run, used: list[str], frame: Frame, words: Words
) -> str:
    """Draw used buildings as squares with what they hold."""
    table = scenario.tables.buildings.set_index("building_id").loc[used]
    places = dict(zip(used, frame(table[["x", "y"]].to_numpy(np.float64)), strict=True))
    size = 130 if len(used) < 100 else 80
    marks = []
    for building, rows in run.assignments.groupby("building_id", sort=True):
        lines = [words.building[str(building)]]
        lines += [
            f"{row['space_id']}: "
            f"{_offer_name(words, row['service_id'], row['session_id'])} "
            f"× {words.count(row['places'])}"
            for row in rows.to_dict("records")
        ]
        x, y = places[str(building)] - size // 2
        marks.append(
            f'<rect x="{x}" y="{y}" width="{size}" height="{size}">'
            f"<title>{escape(chr(10).join(lines))}</title></rect>"
        )
    return f'<g id="used" fill="{USED}">{"".join(marks)}</g>'


def _offer_name(words: Words, service: object, session: object) -> str:
    """Return service and session for people."""
    key = str(service), str(session)
    return f"{words.service[key[0]]} · {words.session.get(key, key[1])}"
