"""How each layer of a run is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.report.colors import service_hex, share_color
from allocator.report.geopackage import qml

if TYPE_CHECKING:
    import pandas as pd

    from allocator.report.geopackage.layers import Layer
    from allocator.report.words import Words

CLASSES = 5
"""Ranges of coverage."""
NEAR_SCALE = 20_000
"""Names of zones and places are drawn from this scale on."""
USED, IDLE, EXISTING = "#22333b", "#b9b4a8", "#8a5ba5"


def layer_style(layer: Layer, words: Words) -> str:
    """Return the style of a layer as QML."""
    return _STYLES[layer.name](layer.fields, words, aliases(layer, words))


def aliases(layer: Layer, words: Words) -> dict[str, str]:
    """Return the names of a layer's fields."""
    return {str(name): words(f"gpkg.field.{name}") for name in layer.fields.columns}


def _coverage_classes(
    shape: str, size_mm: float, size: str
) -> list[tuple[float, float, str, qml.Symbol]]:
    """Return equal ranges from none to all."""
    classes = []
    for k in range(CLASSES):
        low, high = k / CLASSES, (k + 1) / CLASSES
        color = share_color((low + high) / 2)
        label = f"{low:.0%} – {high:.0%}"
        symbol = qml.marker(shape, color, size_mm, size=size)
        classes.append((low, high, label, symbol))
    return classes


def _by_demand(frame: pd.DataFrame, least_mm: float, most_mm: float) -> str:
    """Return the size of a point whose area follows the demand."""
    most = max(float(frame["demand_persons"].max()) if len(frame) else 0.0, 1e-9)
    span = most_mm - least_mm
    return f'{least_mm:g} + {span:g} * sqrt("demand_persons" / {most!r})'


def _zones(frame: pd.DataFrame, words: Words, names: dict[str, str]) -> str:
    largest = 4.0 if len(frame) < 2000 else 2.0
    size = _by_demand(frame, largest / 3, largest)
    renderer = qml.graduated("coverage", _coverage_classes("circle", 2.0, size))
    text = "\"zone_id\" || '\\n' || round(100 * \"coverage\") || ' %'"
    labelled = qml.labels(text, 7, least_scale=NEAR_SCALE // 4)
    return qml.style(renderer, names, labelled=labelled, shown_by="zone_id")


def _communities(frame: pd.DataFrame, words: Words, names: dict[str, str]) -> str:
    renderer = qml.graduated("coverage", _coverage_classes("diamond", 4.0, ""))
    text = "\"name\" || '\\n' || round(100 * \"coverage\") || ' %'"
    labelled = qml.labels(text, 9, least_scale=5 * NEAR_SCALE)
    return qml.style(renderer, names, labelled=labelled, shown_by="name")


def _buildings(frame: pd.DataFrame, words: Words, names: dict[str, str]) -> str:
    size = 3.0 if len(frame) < 1000 else 1.4
    classes = [
        ("used", words("map.used"), qml.marker("square", USED, 1.6 * size)),
        ("idle", words("map.idle"), qml.marker("square", IDLE, size)),
    ]
    return qml.style(qml.categorised("state", classes), names, shown_by="name")


def _sites(frame: pd.DataFrame, words: Words, names: dict[str, str]) -> str:
    classes = [
        ("planned", words("map.used"), qml.marker("square", USED, 4.5)),
        ("existing", words("map.facility"), qml.marker("triangle", EXISTING, 4.0)),
    ]
    labelled = qml.labels('"name"', 9, least_scale=2 * NEAR_SCALE)
    renderer = qml.categorised("kind", classes)
    return qml.style(renderer, names, labelled=labelled, shown_by="name")


def _service_classes(
    frame: pd.DataFrame, words: Words, draw: dict[str, qml.Symbol]
) -> list[tuple[str, str, qml.Symbol]]:
    services = sorted(set(frame["service_id"]))
    return [(s, words.service.get(s, s), draw[s]) for s in services]


def _facilities(frame: pd.DataFrame, words: Words, names: dict[str, str]) -> str:
    colors = _colors(words)
    draw = {s: qml.marker("triangle", colors[s], 3.6) for s in colors}
    classes = _service_classes(frame, words, draw)
    renderer = qml.displaced(qml.categorised("service_id", classes))
    return qml.style(renderer, names, shown_by="facility_id")


def _assignments(frame: pd.DataFrame, words: Words, names: dict[str, str]) -> str:
    colors = _colors(words)
    draw = {s: qml.marker("circle", colors[s], 3.0) for s in colors}
    classes = _service_classes(frame, words, draw)
    renderer = qml.displaced(qml.categorised("service_id", classes))
    return qml.style(renderer, names, shown_by="service")


def _served(frame: pd.DataFrame, words: Words, names: dict[str, str]) -> str:
    colors = _colors(words)
    visits = frame["served_visits_per_week"]
    most = max(float(visits.max()) if len(frame) else 0.0, 1e-9)
    width = f'0.1 + 1.2 * sqrt("served_visits_per_week" / {most!r})'
    alpha = 0.6 if len(frame) < 20_000 else 0.25
    draw = {s: qml.stroke(colors[s], 0.3, alpha=alpha, width=width) for s in colors}
    classes = _service_classes(frame, words, draw)
    return qml.style(qml.categorised("service_id", classes), names)


def _streets(frame: pd.DataFrame, words: Words, names: dict[str, str]) -> str:
    return qml.style(qml.single(qml.stroke("#cfcabd", 0.25)), names)


def _coverage(frame: pd.DataFrame, words: Words, names: dict[str, str]) -> str:
    return qml.style(qml.undrawn(), names)


def _colors(words: Words) -> dict[str, str]:
    """Return one colour for each service, the same in every layer."""
    return service_hex([service.id for service in words.scenario.services])


_STYLES = {
    "zones": _zones,
    "communities": _communities,
    "buildings": _buildings,
    "sites": _sites,
    "facilities": _facilities,
    "assignments": _assignments,
    "served": _served,
    "streets": _streets,
    "coverage": _coverage,
}
