"""Colours of services and of shares."""

from __future__ import annotations

from colorsys import hls_to_rgb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

GOLDEN_ANGLE = 137.508
SHARE_STOPS = ((200, 85, 61), (233, 196, 106), (42, 127, 98))
"""None covered, half, all."""


def service_colors(service_ids: Iterable[str]) -> dict[str, str]:
    """Return a colour for each service; neighbours in the list differ most."""
    return {
        service: "hsl({:.0f},{:.0f}%,{:.0f}%)".format(*_hsl(k))
        for k, service in enumerate(service_ids)
    }


def service_hex(service_ids: Iterable[str]) -> dict[str, str]:
    """Return the same colours as ``#rrggbb``, for programs that know no other."""
    colors = {}
    for k, service in enumerate(service_ids):
        hue, saturation, light = _hsl(k)
        rgb = hls_to_rgb(hue / 360, light / 100, saturation / 100)
        colors[service] = "#" + "".join(f"{round(255 * part):02x}" for part in rgb)
    return colors


def _hsl(position: int) -> tuple[float, float, float]:
    """Return hue in degrees, saturation and lightness in per cent."""
    return round(position * GOLDEN_ANGLE % 360), 55, (44, 62)[position // 4 % 2]


def share_color(share: float) -> str:
    """Return the colour of a share between 0 and 1."""
    at = min(max(share, 0.0), 1.0) * (len(SHARE_STOPS) - 1)
    low = min(int(at), len(SHARE_STOPS) - 2)
    pairs = zip(SHARE_STOPS[low], SHARE_STOPS[low + 1], strict=True)
    return "#" + "".join(f"{round(a + (b - a) * (at - low)):02x}" for a, b in pairs)
