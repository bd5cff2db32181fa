"""How much room text takes in cells; Chinese characters are twice as wide."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache

LINE_HEIGHT = 15.0
"""Points of one line of text."""
SMALLER = 1.08
"""Cells are written smaller than the font that widths are counted in."""
MOST_SHEET_NAME = 31
"""Characters of a sheet's name that Excel allows."""
_BARRED = re.compile(r"[\[\]:*?/\\']")


@lru_cache(maxsize=65536)
def text_width(text: str) -> int:
    """Return the width of a text in characters of a Western font."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def lines_of(text: str, width: float) -> int:
    """Return how many lines a text takes in a cell `width` characters wide."""
    room = max(SMALLER * (width - 2.0), 1.0)
    parts = text.split("\n")
    return sum(max(1, math.ceil(text_width(part) / room)) for part in parts)


def sheet_name(title: str, taken: set[str]) -> str:
    """Return a name Excel allows for a sheet, and mark it as taken."""
    plain = _BARRED.sub(" ", title).strip() or "-"
    name, number = plain[:MOST_SHEET_NAME].strip(), 1
    while name.casefold() in taken:
        number += 1
        end = f" {number}"
        name = plain[: MOST_SHEET_NAME - len(end)].strip() + end
    taken.add(name.casefold())
    return name
