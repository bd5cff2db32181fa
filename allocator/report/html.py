"""Pieces of HTML: escaped text, tables, sections."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    id_: str,
    texts: int | Sequence[bool] = 1,
) -> str:
    """Return a table that scrolls in its frame.

    Parameters
    ----------
    headers
        Plain text.
    rows
        Cells that are HTML already.
    texts
        How many columns at the left hold text, or whether each does; the others hold
        figures.
    """
    if isinstance(texts, int):
        texts = [k < texts for k in range(len(headers))]
    sides = ["t" if text else "f" for text in texts]
    head = "".join(
        f'<th class="{side}">{escape(text)}</th>'
        for side, text in zip(sides, headers, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{side}">{cell}</td>'
            for side, cell in zip(sides, row, strict=True)
        )
        + "</tr>\n"
        for row in rows
    )
    return (
        f'<div class="scroll"><table id="{id_}"><thead><tr>{head}</tr></thead>'
        f"<tbody>\n{body}</tbody></table></div>"
    )


class Held:
    """Parts of a large page that its script brings in when they are opened."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def hold(self, html: str) -> str:
        """Keep a part; return the attribute of the element it belongs into."""
        self.parts.append(html)
        return f' data-later="{len(self.parts) - 1}"'


def section(id_: str, title: str, parts: Sequence[str], mark: str = "") -> str:
    """Return a titled section.

    Parameters
    ----------
    mark
        Further attributes.
    """
    inner = "\n".join(part for part in parts if part)
    return f'<section id="{id_}"{mark}><h2>{escape(title)}</h2>\n{inner}\n</section>'


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
