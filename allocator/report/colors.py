"""Colours of services and of shares."""

from __future__ import annotations

from colorsys import hls_to_rgb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

PALETTE = (
    "#1f5fa8",
    "#e07b1a",
    "#2f9e44",
    "#c92a3a",
    "#7b4fb5",
    "#8a5a33",
    "#e377b4",
    "#16a3a8",
    "#b8b020",
    "#5c6b7a",
    "#63c4f0",
    "#a6d854",
    "#f2b705",
    "#d94fd0",
    "#3b3f9e",
    "#f29a8e",
)
GOLDEN_ANGLE = 137.508
"""Degrees between the hues of services beyond the palette."""
SHARE_STOPS = ((200, 85, 61), (233, 196, 106), (42, 127, 98))
"""None covered, half, all."""


def service_colors(service_ids: Iterable[str]) -> dict[str, str]:
    """Return a colour for each service as ``#rrggbb``."""
    return {
        service: PALETTE[k] if k < len(PALETTE) else _turned(k * GOLDEN_ANGLE)
        for k, service in enumerate(service_ids)
    }


def _turned(degrees: float) -> str:
    """Return a colour of medium strength by its hue."""
    rgb = hls_to_rgb(degrees % 360 / 360, 0.5, 0.55)
    return "#" + "".join(f"{round(255 * part):02x}" for part in rgb)


def share_color(share: float) -> str:
    """Return the colour of a share between 0 and 1."""
    at = min(max(share, 0.0), 1.0) * (len(SHARE_STOPS) - 1)
    low = min(int(at), len(SHARE_STOPS) - 2)
    pairs = zip(SHARE_STOPS[low], SHARE_STOPS[low + 1], strict=True)
    return "#" + "".join(f"{round(a + (b - a) * (at - low)):02x}" for a, b in pairs)
