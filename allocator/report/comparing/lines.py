"""Plan and bound of several runs over time, drawn as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.report.comparing.bars import run_color
from allocator.report.progress import progress_points, shown_range

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from allocator.runs.comparing.sides import Side

    Floats = npt.NDArray[np.float64]

WIDTH, HEIGHT = 760, 260
LEFT, BELOW = 70, 20
LEVELS = 5


def progress_lines(sides: Sequence[Side]) -> str:
    """Return a chart of the runs that were solved; nothing when there is none."""
    solved = [
        (k, progress_points(side.record, side.table("progress.csv")))
        for k, side in enumerate(sides)
        if side.has_plan and side.record["bound"] is not None
    ]
    if not solved:
        return ""
    end = max(float(points[0][-1]) for _, points in solved)
    low, high = shown_range([v for _, points in solved for v in points[1:]])
    parts = [_ground(low, high, end)]
    for k, (seconds, plan, bound) in solved:
        x = LEFT + seconds / max(end, 1e-9) * (WIDTH - LEFT)
        for kind, values in (("plan", plan), ("bound", bound)):
            y = (1.0 - (values - low) / (high - low)) * (HEIGHT - BELOW)
            parts.append(
                f'<path class="{kind}" stroke="{run_color(k)}" d="{_steps(x, y)}"/>'
            )
    return (
        f'<svg id="over-time" class="lines" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f"{''.join(parts)}</svg>"
    )


def _ground(low: float, high: float, end: float) -> str:
    """Draw levels and the ends of the time."""
    parts = []
    for share in np.linspace(0.1, 0.9, LEVELS):
        y = (1.0 - share) * (HEIGHT - BELOW)
        parts.append(
            f'<line x1="{LEFT}" y1="{y:.0f}" x2="{WIDTH}" y2="{y:.0f}"/>'
            f'<text class="level" x="{LEFT - 5}" y="{y + 4:.0f}">'
            f"{low + share * (high - low):,.0f}</text>"
        )
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 5}">0</text>')
    parts.append(f'<text class="level" x="{WIDTH}" y="{HEIGHT - 5}">{end:,.0f}</text>')
    return "".join(parts)


def _steps(x: Floats, y: Floats) -> str:
    """Return a path that holds each value until the next; unknown ones are left out."""
    known = np.isfinite(y)
    at = np.stack([x[known], np.clip(y[known], 0.0, HEIGHT - BELOW)], axis=1).round(1)
    moved = np.any(np.diff(at, axis=0, prepend=np.inf) != 0, axis=1)
    at = at[moved]
    return f"M{at[0, 0]:g} {at[0, 1]:g}" + "".join(
        f"H{px:g}V{py:g}" for px, py in at[1:]
    )
