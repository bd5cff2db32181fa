"""Gap over time as small SVG charts: a panel for each row, a line for each engine."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np

from benchmarks.quality.summary import engines_of, rows_with_runs
from benchmarks.quality.targets import FAMILY, ROWS

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from benchmarks.quality.standing import Standing, Standings
    from benchmarks.quality.targets import Row

COLOURS = {
    "search": "#1b6ca8",
    "auto": "#2a7f62",
    "greedy": "#7fb069",
    "exact": "#8d99ae",
    "milp-highs": "#c8553d",
    "milp-scip": "#e09f3e",
    "milp-cpsat": "#7b4b94",
}
STYLE: dict[Any, Any] = {
    "font.size": 8.0,
    "svg.fonttype": "none",
    "svg.hashsalt": "gap-over-time",
    "axes.spines.top": False,
    "axes.spines.right": False,
}
PANEL_INCHES = (3.6, 2.5)
COLUMNS = 2
LEGEND_COLUMNS = 3
"""Names in a line of the legend for each panel beside another."""
FIRST_S = 0.5
POINTS = 120
TICKS = [digit * 10.0**power for power in (-4, -3, -2, -1) for digit in (1, 2, 5)] + [
    1.0
]
LEAST_GAP = 1e-4
"""Gaps below are drawn here: the axis is logarithmic."""


def draw_charts(records: Sequence[Mapping[str, Any]], folder: Path) -> list[Path]:
    """Write a chart of the targets' rows and one of the other shapes, if they ran."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, rows in (("gap-over-time", ROWS), ("gap-over-time-shapes", FAMILY)):
        panels = rows_with_runs(records, rows)
        if panels:
            written.append(draw_chart(panels, folder / f"{name}.svg"))
    return written


def draw_chart(panels: Sequence[tuple[Row, Standings]], path: Path) -> Path:
    """Draw one panel for each row; the format follows the path's ending."""
    columns = min(COLUMNS, len(panels))
    lines = -(-len(panels) // columns)
    size = (PANEL_INCHES[0] * columns, PANEL_INCHES[1] * lines + 0.5)
    with mpl.rc_context(STYLE):
        figure, axes = plt.subplots(lines, columns, figsize=size, squeeze=False)
        for spare in axes.ravel()[len(panels) :]:
            spare.set_visible(False)
        for panel, (row, standings) in zip(axes.ravel(), panels, strict=False):
            _draw_panel(panel, row, standings)
        _draw_legend(figure, panels, columns)
        figure.tight_layout(rect=(0.0, 0.0, 1.0, 1.0 - 0.4 / size[1]))
        metadata = {"Date": None} if path.suffix == ".svg" else None
        figure.savefig(path, metadata=metadata, dpi=120)
        plt.close(figure)
    return path


def _draw_panel(axes: Axes, row: Row, standings: Standings) -> None:
    seconds = np.geomspace(FIRST_S, row.time_limit_s, POINTS).tolist()
    for engine in engines_of(standings):
        own = [runs[engine] for runs in standings.values() if engine in runs]
        for standing in own:
            gaps = gaps_over(standing, seconds)
            axes.plot(seconds, gaps, color=COLOURS[engine], lw=0.5, alpha=0.4)
        middle = [
            median(at) for at in zip(*(gaps_over(s, seconds) for s in own), strict=True)
        ]
        axes.plot(seconds, middle, color=COLOURS[engine], lw=1.6)
    for mark in row.marks:
        asked = mark.must if mark.must is not None else mark.aim
        axes.plot(
            [mark.seconds],
            [asked or LEAST_GAP],
            marker="v",
            color="black",
            ms=4,
            clip_on=False,
        )
    axes.set(
        xscale="log", yscale="log", title=row.label, xlabel="seconds", ylabel="gap"
    )
    axes.set_ylim(top=1.0)
    axes.yaxis.set_major_locator(FixedLocator(TICKS))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda s, _: f"{s:g}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda gap, _: f"{100 * gap:g} %"))


def gaps_over(standing: Standing, seconds: Sequence[float]) -> list[float]:
    """Return the gap at each moment, 1 while there is none; the last is the final."""
    gaps = [standing.gap_at(moment) for moment in seconds[:-1]] + [standing.gap]
    return [1.0 if gap is None else max(LEAST_GAP, gap) for gap in gaps]


def _draw_legend(
    figure: Figure, panels: Sequence[tuple[Row, Standings]], columns: int
) -> None:
    ran = {engine for _, standings in panels for engine in engines_of(standings)}
    handles = [
        Line2D([], [], color=colour, lw=1.6, label=engine)
        for engine, colour in COLOURS.items()
        if engine in ran
    ]
    handles.append(
        Line2D([], [], color="black", marker="v", ls="", ms=4, label="target")
    )
    figure.legend(
        handles=handles,
        loc="upper center",
        ncols=LEGEND_COLUMNS * columns,
        frameon=False,
    )
