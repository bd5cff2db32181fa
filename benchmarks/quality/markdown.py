"""Cells and tables in Markdown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.quality.summary import Spread


def markdown(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, "" without lines."""
    if not lines:
        return ""
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def percent(share: float | None) -> str:
    """Return a share as per cent; an infinite gap is no plan or no bound."""
    if share is None:
        return ""
    if math.isinf(share):
        return "none"
    return f"{100 * share:.2f} %"


def number(value: float | None) -> str:
    """Return a value with thousands apart, a dash for none."""
    return "–" if value is None else f"{value:,.0f}"


def spread_text(found: Spread) -> str:
    """Return the median, and least and most where they differ."""
    text = percent(found.middle)
    if found.least == found.most:
        return text
    return f"{text} ({percent(found.least)} to {percent(found.most)})"
