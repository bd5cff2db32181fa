"""What stays unmet, and why: the first link of the chain that broke."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from allocator.report.bars import stacked
from allocator.report.html import note, table
from allocator.report.money import limits_reached
from allocator.shortfall.left import REASONS

if TYPE_CHECKING:
    from allocator.report.material import Material

COLORS = dict(
    zip(REASONS, ("#9b3d2f", "#d07a3e", "#e3b04b", "#5b7fa3", "#a9b8c4"), strict=True)
)
"""Also in the style sheet, as classes."""
FIGURES = ["demand_persons", "unmet_persons", *(f"{r}_persons" for r in REASONS)]


def shortfall_sections(material: Material) -> str:
    """Return the shortfall left by need and by community."""
    words = material.words
    reached = limits_reached(material.run, words)
    parts = [
        note(words("left.note")),
        "<dl>"
        + "".join(
            f'<dt><i class="square {reason}"></i>{escape(words(f"left.{reason}"))}</dt>'
            f"<dd>{escape(words(f'left.{reason}_note'))}</dd>"
            for reason in REASONS
        )
        + "</dl>",
    ]
    if reached:
        names = words("comma").join(reached)
        parts.append(note(words("left.reached", limits=names)))
    return "".join(parts) + "".join(
        shortfall_by(material, key) for key in ("need_id", "community_id")
    )


def shortfall_by(material: Material, key: str) -> str:
    """Return unmet persons by reason; the first row is the sum."""
    words = material.words
    sums = material.left.groupby(key, sort=True)[FIGURES].sum()
    shown = [(f"<b>{escape(words('total'))}</b>", sums.sum())]
    shown += [(escape(words.label(key, str(k))), row) for k, row in sums.iterrows()]
    rows = []
    for name, row in shown:
        demand = row["demand_persons"]
        shares = [
            (row[f"{reason}_persons"] / demand, reason)
            for reason in REASONS
            if demand > 0
        ]
        rows.append(
            [
                name,
                words.figure(demand),
                words.figure(row["unmet_persons"]),
                stacked(shares),
                *(words.figure(row[f"{reason}_persons"]) for reason in REASONS),
            ]
        )
    heads = [words(key), words("demand"), words("left.unmet"), ""]
    heads += [words(f"left.{reason}") for reason in REASONS]
    return table(heads, rows, id_=f"left-{key}")
