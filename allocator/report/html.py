"""Pieces of HTML: escaped text, tables, sections."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], *, id_: str, texts: int = 1
) -> str:
    """Return a table that scrolls in its frame.

    Parameters
    ----------
    headers
        Plain text.
    rows
        Cells that are HTML already.
    texts
        How many columns at the left hold text; the others hold figures.
    """
    head = "".join(
        f'<th class="{_side(k, texts)}">{escape(text)}</th>'
        for k, text in enumerate(headers)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{_side(k, texts)}">{cell}</td>' for k, cell in enumerate(row)
        )
        + "</tr>\n"
        for row in rows
    )
    return (
        f'<div class="scroll"><table id="{id_}"><thead><tr>{head}</tr></thead>'
        f"<tbody>\n{body}</tbody></table></div>"
    )


def _side(column: int, texts: int) -> str:
    return "t" if column < texts else "f"


def section(id_: str, title: str, *parts: str) -> str:
    """Return a titled section."""
    inner = "\n".join(part for part in parts if part)
    return f'<section id="{id_}"><h2>{escape(title)}</h2>\n{inner}\n</section>'


def subtitle(text: str) -> str:
    """Return a heading within a section."""
    return f"<h3>{escape(text)}</h3>"


def note(text: str) -> str:
    """Return a remark below a heading."""
    return f'<p class="note">{escape(text)}</p>'


def key_entry(color: str, text: str, *, shape: str = "square") -> str:
    """Return one entry of a legend."""
    return (
        f'<span class="entry"><i class="{shape}" style="background:{color}"></i>'
        f"{escape(text)}</span>"
    )
