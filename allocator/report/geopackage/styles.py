"""How each layer of a run is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.report.colors import service_colors, share_color
from allocator.report.geopackage import qml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

    from allocator.report.geopackage.layers import Layer
    from allocator.report.words import Words

CLASSES = 5
"""Ranges of coverage."""
NEAR_SCALE = 20_000
"""Names of zones and places are drawn from this scale on."""
USED, IDLE, EXISTING = "#22333b", "#b9b4a8", "#8a5ba5"


@dataclass(frozen=True)
class Drawing:
    """What a style is made for: the layer's rows, and names and colours."""

    frame: pd.DataFrame
    words: Words
    names: Mapping[str, str]
    """Of fields, for people."""
    colors: Mapping[str, str]
    """By service."""


def layer_style(layer: Layer, words: Words, colors: Mapping[str, str]) -> str:
    """Return the style of a layer as QML."""
    drawing = Drawing(layer.fields, words, aliases(layer, words), colors)
    return _STYLES[layer.name](drawing)


def offered_colors(layers: Iterable[Layer]) -> dict[str, str]:
    """Return the colours of the services that the plan or a facility offers."""
    offered = {
        service
        for layer in layers
        if layer.name in ("assignments", "facilities")
        for service in layer.fields["service_id"]
    }
    return service_colors(sorted(offered))


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


def _zones(of: Drawing) -> str:
    largest = 4.0 if len(of.frame) < 2000 else 2.0
    size = _by_demand(of.frame, largest / 3, largest)
    renderer = qml.graduated("coverage", _coverage_classes("circle", 2.0, size))
    text = "\"zone_id\" || '\\n' || round(100 * \"coverage\") || ' %'"
    labelled = qml.labels(text, 7, least_scale=NEAR_SCALE // 4)
    return qml.style(renderer, of.names, labelled=labelled, shown_by="zone_id")


def _communities(of: Drawing) -> str:
    renderer = qml.graduated("coverage", _coverage_classes("diamond", 4.0, ""))
    text = "\"name\" || '\\n' || round(100 * \"coverage\") || ' %'"
    labelled = qml.labels(text, 9, least_scale=5 * NEAR_SCALE)
    return qml.style(renderer, of.names, labelled=labelled, shown_by="name")


def _buildings(of: Drawing) -> str:
    size = 3.0 if len(of.frame) < 1000 else 1.4
    classes = [
        ("used", of.words("map.used"), qml.marker("square", USED, 1.6 * size)),
        ("idle", of.words("map.idle"), qml.marker("square", IDLE, size)),
    ]
    return qml.style(qml.categorised("state", classes), of.names, shown_by="name")


def _sites(of: Drawing) -> str:
    classes = [
        ("planned", of.words("map.used"), qml.marker("square", USED, 4.5)),
        ("existing", of.words("map.facility"), qml.marker("triangle", EXISTING, 4.0)),
    ]
    labelled = qml.labels('"name"', 9, least_scale=2 * NEAR_SCALE)
    renderer = qml.categorised("kind", classes)
    return qml.style(renderer, of.names, labelled=labelled, shown_by="name")


def _by_service(
    of: Drawing, draw: Callable[[str], qml.Symbol]
) -> list[tuple[str, str, qml.Symbol]]:
    """Return a class for each service of the layer, drawn in its colour."""
    services = sorted(set(of.frame["service_id"]))
    return [(s, of.words.service.get(s, s), draw(of.colors[s])) for s in services]


def _facilities(of: Drawing) -> str:
    classes = _by_service(of, lambda color: qml.marker("triangle", color, 3.6))
    renderer = qml.displaced(qml.categorised("service_id", classes))
    return qml.style(renderer, of.names, shown_by="facility_id")


def _assignments(of: Drawing) -> str:
    classes = _by_service(of, lambda color: qml.marker("circle", color, 3.0))
    renderer = qml.displaced(qml.categorised("service_id", classes))
    return qml.style(renderer, of.names, shown_by="service")


def _served(of: Drawing) -> str:
    visits = of.frame["served_visits_per_week"]
    most = max(float(visits.max()) if len(of.frame) else 0.0, 1e-9)
    width = f'0.1 + 1.2 * sqrt("served_visits_per_week" / {most!r})'
    alpha = 0.6 if len(visits) < 20_000 else 0.25

    def line(color: str) -> qml.Symbol:
        return qml.stroke(color, 0.3, alpha=alpha, width=width)

    renderer = qml.categorised("service_id", _by_service(of, line))
    return qml.style(renderer, of.names)


def _streets(of: Drawing) -> str:
    return qml.style(qml.single(qml.stroke("#cfcabd", 0.25)), of.names)


def _coverage(of: Drawing) -> str:
    return qml.style(qml.undrawn(), of.names)


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
