"""Street lines from an OpenStreetMap extract, read as a stream.

The walking profile: what may be walked is what `WALKED` lists, unless `foot` or
`access` forbids it; what `ON_FOOT_ONLY_IF_SAID` lists only where `foot` or a pavement
says so. One-way streets are walked both ways. The class is the value of `highway`
(`crossing` for a marked crossing drawn as a way); the layer is `layer`, else 1 for a
bridge and −1 for a tunnel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.errors import MissingExtra
from allocator.scenario.coordinates import transformed
from allocator.scenario.sheet import report_unreadable
from allocator.scenario.street_files import MIN_POINTS, Drawn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocator.issues import IssueCollector
    from allocator.scenario.sheet import TableFile

WALKED = frozenset(
    [
        "footway",
        "path",
        "pedestrian",
        "steps",
        "living_street",
        "residential",
        "service",
        "unclassified",
        "tertiary",
        "tertiary_link",
        "secondary",
        "secondary_link",
        "primary",
        "primary_link",
        "road",
        "track",
        "cycleway",
        "bridleway",
        "corridor",
        "platform",
        "crossing",
    ]
)
"""Values of `highway` that are walked."""
ON_FOOT_ONLY_IF_SAID = frozenset(("trunk", "trunk_link"))
"""Values of `highway` that are walked only where a tag says so."""
ALLOWED = frozenset(("yes", "designated", "permissive", "official", "destination"))
FORBIDDEN = frozenset(("no", "private", "use_sidepath", "customers", "delivery"))
PAVEMENTS = frozenset(("both", "left", "right", "yes"))
DEGREES = "EPSG:4326"


def walked_class(tags: Mapping[str, str]) -> str | None:
    """Return the class of a way that may be walked, None of any other."""
    kind, foot = tags.get("highway", ""), tags.get("foot", "")
    if foot in FORBIDDEN:
        return None
    if tags.get("access") in FORBIDDEN and foot not in ALLOWED:
        return None
    if kind in ON_FOOT_ONLY_IF_SAID:
        has_pavement = tags.get("sidewalk", "") in PAVEMENTS
        return kind if foot in ALLOWED or has_pavement else None
    if kind not in WALKED:
        return None
    is_crossing = "crossing" in (tags.get("footway"), tags.get("path"))
    return "crossing" if is_crossing else kind


def layer_of(tags: Mapping[str, str]) -> int:
    """Return the layer of a way."""
    try:
        return int(tags.get("layer", ""))
    except ValueError:
        bridge = tags.get("bridge", "no") != "no"
        tunnel = tags.get("tunnel", "no") not in ("no", "building_passage")
        return int(bridge) - int(tunnel and not bridge)


def lines_in_extract(
    file: TableFile, crs: str | None, collector: IssueCollector
) -> Drawn | None:
    """Read the ways that may be walked; OpenStreetMap is always WGS 84."""
    try:
        import osmium
    except ImportError:
        missing = MissingExtra("osmium", "osm", "reading an OpenStreetMap extract")
        collector.error("missing-extra", file.place, str(missing))
        return None
    points: list[tuple[float, float]] = []
    start, names, layers = [0], [], []
    try:
        ways = (
            osmium.FileProcessor(str(file.path), osmium.osm.NODE | osmium.osm.WAY)
            .with_locations()
            .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
            .with_filter(osmium.filter.KeyFilter("highway"))
        )
        for way in ways:
            assert isinstance(way, osmium.osm.Way)
            tags = {tag.k: tag.v for tag in way.tags}
            name = walked_class(tags)
            spots = [(n.lon, n.lat) for n in way.nodes if n.location.valid()]
            if name is None or len(spots) < MIN_POINTS:
                continue
            points.extend(spots)
            start.append(len(points))
            names.append(name)
            layers.append(layer_of(tags))
    except RuntimeError as error:
        report_unreadable(file, "an OpenStreetMap extract", error, collector)
        return None
    xy = np.array(points, np.float64).reshape(-1, 2)
    moved = transformed(xy[:, 0], xy[:, 1], crs or DEGREES, file, collector)
    if moved is None:
        return None
    frame = pd.DataFrame({"class": names, "layer": layers})
    rows = np.arange(len(frame), dtype=np.int64)
    starts = np.array(start, np.int64)
    return Drawn(file.label, np.column_stack(moved), starts, rows, frame, rows + 1)
