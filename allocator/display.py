"""How objects show themselves in a notebook: small pieces of HTML, nothing heavy."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

MOST_ROWS = 10


def card(title: str, facts: Mapping[str, str], *further: str) -> str:
    """Return a titled table of facts, and HTML that follows it."""
    rows = "".join(
        f'<tr><th style="text-align:left">{escape(name)}</th>'
        f'<td style="text-align:left">{escape(text)}</td></tr>'
        for name, text in facts.items()
    )
    inner = "\n".join(filter(None, further))
    return f"<div><b>{escape(title)}</b><table>{rows}</table>{inner}</div>"


def lines(texts: Iterable[str]) -> str:
    """Return a list of sentences."""
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<ul>{items}</ul>" if items else ""


def rows(frame: pd.DataFrame) -> str:
    """Return the first rows of a table, and how many there are."""
    shown = frame.head(MOST_ROWS).to_html(index=False, border=0)
    rest = len(frame) - MOST_ROWS
    return shown + (f"<p>… {rest:,} more rows</p>" if rest > 0 else "")


def figure(value: Any) -> str:
    """Return a figure with few digits, thousands apart; a dash for none."""
    if value is None or value != value:  # NaN
        return "–"
    if float(value).is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.2f}"


def share(value: float | None) -> str:
    """Return a share in per cent; a dash for none."""
    return "–" if value is None else f"{value:.1%}"


def outcome_facts(
    status: str,
    stop_reason: str | None,
    goals: Iterable[tuple[str, float | None, float | None, float | None]],
    measures: Mapping[str, float],
    limits: Mapping[str, Any],
    num_broken: int,
) -> dict[str, str]:
    """Return what a solve or an evaluation came to.

    Parameters
    ----------
    goals
        Label, value, bound and gap of each.
    """
    facts = {"status": f"{status} ({stop_reason})" if stop_reason else status}
    for label, value, bound, gap in goals:
        facts[label] = f"{figure(value)}; bound {figure(bound)}, gap {share(gap)}"
    if not measures:
        return facts
    for name in ("coverage", "access"):
        before = share(measures[f"baseline_{name}"])
        facts[name] = f"{share(measures[name])}; facilities alone {before}"
    for name, key in (
        ("capital_cost", "capital_budget"),
        ("yearly_outlay", "annual_budget"),
        ("floor_used_m2", "floor_area_m2"),
        ("buildings", "buildings"),
    ):
        limit = limits.get(key)
        most = "" if limit is None else f" of {figure(limit)}"
        facts[name] = figure(measures[name]) + most
    facts["rules broken"] = figure(num_broken)
    return facts
