"""Shares drawn as bars."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def bar(used: float, limit: float | None) -> str:
    """Return how much of a limit is used, drawn and in percent."""
    if not limit:
        return ""
    share = used / limit
    return stacked([(share, "")]) + f'<span class="part">{share:.0%}</span>'


def change(before: float, after: float) -> str:
    """Return two shares of one whole: what there was, and what the plan makes of it."""
    return stacked([(min(before, after), "was"), (after - before, "")])


def stacked(parts: Iterable[tuple[float, str]]) -> str:
    """Return shares of one whole side by side, each with a class that colours it."""
    left, drawn = 1.0, []
    for share, name in parts:
        width = min(max(share, 0.0), left)
        left -= width
        if width > 0:
            drawn.append(
                f'<i class="{escape(name)}" style="width:{100 * width:.1f}%"></i>'
            )
    return f'<i class="bar">{"".join(drawn)}</i>'
