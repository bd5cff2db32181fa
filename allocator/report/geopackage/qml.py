"""Styles as QGIS keeps them in a file: symbols, classes, labels, names of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VERSION = "3.22.0-Białowieża"
"""The oldest QGIS whose way to write symbols this is."""
FONT = "Noto Sans CJK SC"
INK = "34,51,59,255"

Symbol = Xml.Element


def rgba(color: str, alpha: float = 1.0) -> str:
    """Return ``#rrggbb`` as QGIS writes colours."""
    red, green, blue = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * alpha)}"


def _options(parent: Xml.Element, values: Mapping[str, object]) -> None:
    """Write values as QGIS's tree of options."""
    box = Xml.SubElement(parent, "Option", type="Map")
    for name, value in values.items():
        kind = {bool: "bool", int: "int"}.get(type(value), "QString")
        text = str(value).lower() if isinstance(value, bool) else str(value)
        Xml.SubElement(box, "Option", name=name, type=kind, value=text)


def _symbol(
    kind: str, layer: str, values: Mapping[str, object], by_field: Mapping[str, str]
) -> Symbol:
    """Return a symbol of one layer; `by_field` are expressions for its properties."""
    symbol = Xml.Element(
        "symbol", type=kind, name="0", alpha="1", clip_to_extent="1", force_rhr="0"
    )
    drawn = Xml.SubElement(
        symbol, "layer", {"class": layer, "enabled": "1", "locked": "0", "pass": "0"}
    )
    _options(drawn, values)
    if by_field:
        tree = Xml.SubElement(
            Xml.SubElement(drawn, "data_defined_properties"), "Option", type="Map"
        )
        Xml.SubElement(tree, "Option", name="name", type="QString", value="")
        held = Xml.SubElement(tree, "Option", name="properties", type="Map")
        for name, expression in by_field.items():
            one = Xml.SubElement(held, "Option", name=name, type="Map")
            Xml.SubElement(one, "Option", name="active", type="bool", value="true")
            Xml.SubElement(
                one, "Option", name="expression", type="QString", value=expression
            )
            Xml.SubElement(one, "Option", name="type", type="int", value="3")
        Xml.SubElement(tree, "Option", name="type", type="QString", value="collection")
    return symbol


def marker(
    shape: str, color: str, size_mm: float, *, edge: str = "#ffffff", size: str = ""
) -> Symbol:
    """Return a point symbol; `size` is an expression for its size in mm."""
    values = {
        "name": shape,
        "color": rgba(color, 0.9),
        "outline_color": rgba(edge),
        "outline_style": "solid",
        "outline_width": "0.2",
        "outline_width_unit": "MM",
        "size": f"{size_mm:g}",
        "size_unit": "MM",
    }
    return _symbol("marker", "SimpleMarker", values, {"size": size} if size else {})


def stroke(
    color: str, width_mm: float, *, alpha: float = 1.0, width: str = ""
) -> Symbol:
    """Return a line symbol; `width` is an expression for its width in mm."""
    values = {
        "line_color": rgba(color, alpha),
        "line_style": "solid",
        "line_width": f"{width_mm:g}",
        "line_width_unit": "MM",
        "capstyle": "round",
        "joinstyle": "round",
    }
    by_field = {"outlineWidth": width} if width else {}
    return _symbol("line", "SimpleLine", values, by_field)


def _renderer(kind: str, **attributes: str) -> Xml.Element:
    fixed = {"forceraster": "0", "symbollevels": "0", "enableorderby": "0"}
    return Xml.Element("renderer-v2", {"type": kind} | attributes | fixed)


def _symbols(parent: Xml.Element, symbols: Sequence[Symbol]) -> None:
    box = Xml.SubElement(parent, "symbols")
    for k, symbol in enumerate(symbols):
        symbol.set("name", str(k))
        box.append(symbol)


def undrawn() -> Xml.Element:
    """Return a renderer that draws nothing, for tables without geometry."""
    return _renderer("nullSymbol")


def single(symbol: Symbol) -> Xml.Element:
    """Return a renderer that draws all alike."""
    renderer = _renderer("singleSymbol")
    _symbols(renderer, [symbol])
    return renderer


def categorised(field: str, classes: Sequence[tuple[str, str, Symbol]]) -> Xml.Element:
    """Return a renderer with a symbol for each value: (value, label, symbol)."""
    renderer = _renderer("categorizedSymbol", attr=field)
    box = Xml.SubElement(renderer, "categories")
    for k, (value, label, _) in enumerate(classes):
        Xml.SubElement(
            box,
            "category",
            value=value,
            label=label,
            symbol=str(k),
            type="string",
            render="true",
        )
    _symbols(renderer, [symbol for _, _, symbol in classes])
    return renderer


def graduated(
    field: str, classes: Sequence[tuple[float, float, str, Symbol]]
) -> Xml.Element:
    """Return a renderer with a symbol for each range: (from, to, label, symbol)."""
    renderer = _renderer(
        "graduatedSymbol", attr=field, graduatedMethod="GraduatedColor"
    )
    box = Xml.SubElement(renderer, "ranges")
    for k, (low, high, label, _) in enumerate(classes):
        Xml.SubElement(
            box,
            "range",
            lower=f"{low:.15f}",
            upper=f"{high:.15f}",
            label=label,
            symbol=str(k),
            render="true",
        )
    _symbols(renderer, [symbol for *_, symbol in classes])
    return renderer


def displaced(inner: Xml.Element) -> Xml.Element:
    """Return a renderer that sets apart points which share a place."""
    renderer = _renderer(
        "pointDisplacement",
        tolerance="0.1",
        toleranceUnit="MM",
        placement="2",
        circleWidth="0.2",
        circleColor="34,51,59,120",
        circleRadiusAddition="0",
        labelFont=f"{FONT},8,-1,5,50,0,0,0,0,0",
        labelFontColor=INK,
        labelAttributeName="",
    )
    renderer.append(inner)
    centre = marker("circle", "#22333b", 1.0)
    centre.set("name", "centerSymbol")
    renderer.append(centre)
    return renderer


def labels(field: str, size_pt: float, *, least_scale: int = 0) -> Xml.Element:
    """Return labels by a field or expression; drawn from a scale of 1:least_scale."""
    box = Xml.Element("labeling", type="simple")
    settings = Xml.SubElement(box, "settings", calloutType="simple")
    style = Xml.SubElement(
        settings,
        "text-style",
        fieldName=field,
        isExpression="1",
        fontFamily=FONT,
        fontSize=f"{size_pt:g}",
        fontSizeUnit="Point",
        textColor=INK,
    )
    Xml.SubElement(
        style,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.7",
        bufferSizeUnits="MM",
        bufferColor="255,255,255,220",
    )
    Xml.SubElement(
        settings, "placement", placement="6", dist="1.5", distUnits="MM", priority="5"
    )
    Xml.SubElement(
        settings,
        "rendering",
        drawLabels="1",
        scaleVisibility="1" if least_scale else "0",
        scaleMin="0",
        scaleMax=str(least_scale),
        obstacle="1",
    )
    return box


def style(
    renderer: Xml.Element,
    aliases: Mapping[str, str],
    *,
    labelled: Xml.Element | None = None,
    shown_by: str = "",
) -> str:
    """Return the style of a layer as text.

    Parameters
    ----------
    aliases
        Names of fields for people.
    labelled
        Labels of the features.
    shown_by
        Field that names a feature in lists and tips.
    """
    root = Xml.Element(
        "qgis",
        version=VERSION,
        styleCategories="Symbology|Labeling|Fields|MapTips",
        labelsEnabled="1" if labelled is not None else "0",
    )
    root.append(renderer)
    if labelled is not None:
        root.append(labelled)
    box = Xml.SubElement(root, "aliases")
    for k, (field, name) in enumerate(aliases.items()):
        Xml.SubElement(box, "alias", index=str(k), field=field, name=name)
    if shown_by:
        Xml.SubElement(root, "previewExpression").text = f'"{shown_by}"'
    text = Xml.tostring(root, encoding="unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{text}"
