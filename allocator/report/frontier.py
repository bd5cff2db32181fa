"""A sweep as a chart and a page: plan and bound at each point, items gained."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from allocator.explain.words import LANGUAGES, Words
from allocator.report.answers import block_html, page_html, write_text
from allocator.report.html import section
from allocator.sweep.telling import axis_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from allocator.sweep import Sweep

WIDTH, HEIGHT = 860, 420
LEFT, RIGHT, TOP, BOTTOM = 78, 24, 18, 56
COLORS = ("#2a7f62", "#c8553d", "#3b6ea5", "#b08800", "#7a4e9e", "#4f5d65")
TICKS = 6
WAN = 10_000
MONEY = ("capital_budget", "annual_budget")
STYLE = (
    'font-family="Noto Sans,Noto Sans CJK SC,Microsoft YaHei,PingFang SC,sans-serif"'
)


@dataclass(frozen=True)
class Series:
    """One line of the chart: a variant at one value of the second axis."""

    label: str
    color: str
    x: tuple[float, ...]
    plan: tuple[float | None, ...]
    bound: tuple[float | None, ...]
    nested: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Frame:
    """Where values stand on the drawing."""

    low_x: float
    high_x: float
    low_y: float
    high_y: float

    def x(self, value: float) -> float:
        """Return the place of a value of the first axis."""
        share = (value - self.low_x) / (self.high_x - self.low_x)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Return the place of a value of the goal."""
        share = (value - self.low_y) / (self.high_y - self.low_y)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def frontier_svg(sweep: Sweep, language: str = "en") -> str:
    """Return the chart of a sweep as a picture; "" when nothing is moved.

    Filled dots are plans, rings are bounds, and what lies between is not decided.
    """
    words = Words(language, sweep.scenario)
    lines = _series(sweep, words) if sweep.grid.axes else []
    values = [v for s in lines for v in (*s.plan, *s.bound) if v is not None]
    if not values:
        return ""
    values += [value for s in lines for _, value in s.nested]
    xs = [x for s in lines for x in s.x]
    margin = 0.06 * (max(values) - min(values) or abs(max(values)) or 1.0)
    wide = 0.04 * (max(xs) - min(xs) or abs(max(xs)) or 1.0)
    frame = Frame(
        min(xs) - wide, max(xs) + wide, min(values) - margin, max(values) + margin
    )
    parts = [*_axes(frame, sweep, words)]
    for line in lines:
        parts += _drawn(frame, line)
    parts += _legend(lines, words)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} '
        f'{HEIGHT + 22 * (1 + len(lines) // 3)}" role="img" {STYLE} font-size="12">'
        f"<title>{escape(sweep.title(language))}</title>"
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _series(sweep: Sweep, words: Words) -> list[Series]:
    """Return one line for each variant and value of the second axis."""
    table, axes = sweep.table, sweep.grid.axes
    second = [axes[1].name] if len(axes) > 1 else []
    found: list[Series] = []
    for key, rows in table.groupby(["variant", *second], sort=False):
        color = COLORS[len(found) % len(COLORS)]
        found.append(_line(sweep, words, rows, (key, color)))
    return found


def _line(
    sweep: Sweep, words: Words, rows: pd.DataFrame, drawn: tuple[object, str]
) -> Series:
    """Return the line of some points."""
    key, color = drawn
    variant, *rest = key if isinstance(key, tuple) else (key,)
    names = [str(variant)] if variant else []
    axes = sweep.grid.axes
    names += [f"{axis_name(axes[1].name, words)} {words.figure(v)}" for v in rest]
    places = dict(zip(rows["point"], rows[axes[0].name], strict=True))
    nested = sweep.nesting[sweep.nesting["point"].isin(list(places))]
    pairs = zip(nested["point"], nested["objective"], strict=True)
    return Series(
        label=" · ".join(names),
        color=color,
        x=tuple(rows[axes[0].name]),
        plan=_known(rows["objective"]),
        bound=_known(rows["bound"]),
        nested=tuple((places[point], float(value)) for point, value in pairs),
    )


def _known(values: pd.Series[float]) -> tuple[float | None, ...]:
    """Return values, None where there is none."""
    return tuple(None if v is None or v != v else float(v) for v in values)


def _axes(frame: Frame, sweep: Sweep, words: Words) -> list[str]:
    """Draw the grid, its figures and what it shows."""
    name = sweep.grid.axes[0].name
    wan = _in_wan(sweep, words)
    parts = []
    for value in ticks(frame.low_y, frame.high_y):
        y = frame.y(value)
        parts.append(
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" '
            f'stroke="#e6e2d8"/><text x="{LEFT - 8}" y="{y + 4:.1f}" '
            f'text-anchor="end" fill="#5c6b73">{value:,.6g}</text>'
        )
    for value in ticks(frame.low_x, frame.high_x):
        x = frame.x(value)
        shown = value / WAN if wan else value
        parts.append(
            f'<line x1="{x:.1f}" y1="{HEIGHT - BOTTOM}" x2="{x:.1f}" '
            f'y2="{HEIGHT - BOTTOM + 5}" stroke="#9aa5ab"/><text x="{x:.1f}" '
            f'y="{HEIGHT - BOTTOM + 19}" text-anchor="middle" fill="#5c6b73">'
            f"{shown:,.10g}</text>"
        )
    unit = words("sweep.money_unit", currency=sweep.scenario.spec.currency)
    label = axis_name(name, words)
    if sweep.grid.axes[0].key in MONEY:
        label += words("sweep.unit", unit=words("sweep.wan") if wan else unit)
    goal = words("sweep.axis_y", unit=words.unit)
    return [
        *parts,
        f'<line x1="{LEFT}" y1="{HEIGHT - BOTTOM}" x2="{WIDTH - RIGHT}" '
        f'y2="{HEIGHT - BOTTOM}" stroke="#9aa5ab"/>',
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 16}" '
        f'text-anchor="middle" fill="#22333b">{escape(label)}</text>',
        f'<text transform="translate(16 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" '
        f'text-anchor="middle" fill="#22333b">{escape(goal)}</text>',
    ]


def _in_wan(sweep: Sweep, words: Words) -> bool:
    """Tell whether money stands in 万元: yuan, in Chinese."""
    yuan = words.language == "zh" and sweep.scenario.spec.currency == "CNY"
    return yuan and sweep.grid.axes[0].key in MONEY


def ticks(low: float, high: float) -> list[float]:
    """Return round values between two limits, about `TICKS` of them."""
    rough = (high - low) / TICKS
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(power * k for k in (1, 2, 2.5, 5, 10) if power * k >= rough)
    first = int(np.ceil(low / step))
    last = int(np.floor(high / step))
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def _drawn(frame: Frame, line: Series) -> list[str]:
    """Draw a line: what is undecided, plans, bounds, nested plans."""
    plans = _places(frame, line.x, line.plan)
    bounds = _places(frame, line.x, line.bound)
    parts = []
    if len(plans) == len(bounds) == len(line.x):
        area = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*plans, *bounds[::-1]])
        parts.append(
            f'<polygon points="{area}" fill="{line.color}" fill-opacity="0.1"/>'
        )
    parts.append(_path(plans, line.color, width=2))
    parts.append(_path(bounds, line.color, width=1.2, dash="5 4"))
    nested = [(frame.x(x), frame.y(y)) for x, y in line.nested]
    parts.append(_path(nested, line.color, width=1.2, dash="1.5 3"))
    for x, y in plans:
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{line.color}"/>')
    for x, y in bounds:
        parts.append(_ring(x, y, line.color))
    parts += [_square(x, y, line.color) for x, y in nested]
    return parts


def _places(
    frame: Frame, xs: Sequence[float], values: Sequence[float | None]
) -> list[tuple[float, float]]:
    """Return where the known values stand."""
    pairs = zip(xs, values, strict=True)
    return [(frame.x(x), frame.y(value)) for x, value in pairs if value is not None]


def _path(
    places: Sequence[tuple[float, float]], color: str, *, width: float, dash: str = ""
) -> str:
    """Draw a line through places."""
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline points="{points}" fill="none" stroke="{color}" '
        f'stroke-width="{width}"{dashes}/>'
    )


def _ring(x: float, y: float, color: str) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="#fff" stroke="{color}" '
        'stroke-width="1.5"/>'
    )


def _square(x: float, y: float, color: str) -> str:
    return (
        f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" fill="#fff" '
        f'stroke="{color}" stroke-width="1.5"/>'
    )


def _legend(lines: Sequence[Series], words: Words) -> list[str]:
    """Explain marks and colours below the drawing."""
    y, gray = HEIGHT + 8, "#4f5d65"
    marks = [
        (f'<circle cx="0" cy="0" r="4" fill="{gray}"/>', words("sweep.line_plan")),
        (_ring(0, 0, gray), words("sweep.line_bound")),
    ]
    if any(line.nested for line in lines):
        marks.append((_square(0, 0, gray), words("sweep.line_nested")))
    parts = []
    for k, (mark, text) in enumerate(marks):
        place = f"translate({LEFT + 8 + 150 * k} {y})"
        parts.append(
            f'<g transform="{place}">{mark}<text x="10" y="4" fill="#22333b">'
            f"{escape(text)}</text></g>"
        )
    for k, line in enumerate(lines if len(lines) > 1 else ()):
        x, below = LEFT + 8 + 250 * (k % 3), y + 22 * (1 + k // 3)
        parts.append(
            f'<g transform="translate({x} {below})"><rect x="-4" y="-4" width="8" '
            f'height="8" fill="{line.color}"/><text x="10" y="4" fill="#22333b">'
            f"{escape(line.label)}</text></g>"
        )
    return parts


def frontier_html(sweep: Sweep, language: str = "en") -> str:
    """Return a sweep as one HTML page without scripts that loads nothing."""
    words = Words(language, sweep.scenario)
    chart = frontier_svg(sweep, language)
    parts = [section("chart", words("sweep.chart"), [chart])] if chart else []
    blocks = sweep.blocks(language)
    parts += [block_html(k, block) for k, block in enumerate(blocks)]
    return page_html(sweep.title(language), parts, language)


def write_frontier(sweep: Sweep) -> None:
    """Write chart and page in every language into the folder of the sweep.

    Raises
    ------
    RunError
        If a file cannot be written.
    """
    for language in LANGUAGES:
        chart = frontier_svg(sweep, language)
        if chart:
            write_text(sweep.folder / f"frontier-{language}.svg", chart)
        page = frontier_html(sweep, language)
        write_text(sweep.folder / f"frontier-{language}.html", page)
