"""Bars drawn as SVG: several runs beside each other."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

RUN_COLORS = ("#22333b", "#c8553d", "#2a7f62", "#8a5ba5", "#d99a2b", "#3b6ea5")
LABEL_PX = 210
BAR_PX = 420
FIGURE_PX = 60
THICK_PX = 9
GAP_PX = 7


def run_color(position: int) -> str:
    """Return the colour of a run by its position."""
    return RUN_COLORS[position % len(RUN_COLORS)]


def grouped_bars(
    id_: str, rows: Sequence[tuple[str, Sequence[float | None]]], *, line: float | None
) -> str:
    """Return one group of bars for each row, a bar for each run.

    Parameters
    ----------
    rows
        Label and a share for each run; None leaves a bar out.
    line
        A share at which a line is drawn, such as 1 for a limit.
    """
    shares = [share for _, group in rows for share in group if share is not None]
    most = max([*shares, line or 0.0, 1e-9])
    scale = BAR_PX / most
    parts, y = [], 4
    for label, group in rows:
        height = THICK_PX * len(group)
        parts.append(
            f'<text class="name" x="{LABEL_PX - 8}" y="{y + height / 2 + 4:g}">'
            f"{escape(label)}</text>"
        )
        for k, share in enumerate(group):
            parts.append(_bar(share, y + k * THICK_PX, scale, run_color(k)))
        y += height + GAP_PX
    if line is not None:
        x = LABEL_PX + line * scale
        parts.append(f'<line x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="{y}"/>')
    width = LABEL_PX + BAR_PX + FIGURE_PX
    return (
        f'<svg id="{id_}" class="bars" viewBox="0 0 {width} {y}" role="img">'
        f"{''.join(parts)}</svg>"
    )


def _bar(share: float | None, y: int, scale: float, color: str) -> str:
    if share is None:
        return ""
    width = max(share, 0.0) * scale
    return (
        f'<rect x="{LABEL_PX}" y="{y}" width="{width:.1f}" height="{THICK_PX - 1}" '
        f'fill="{color}" data-share="{share!r}"/>'
        f'<text class="value" x="{LABEL_PX + width + 4:.1f}" y="{y + THICK_PX - 1}">'
        f"{share:.0%}</text>"
    )
