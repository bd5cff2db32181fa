"""Puts a comparison together into one file."""

from __future__ import annotations

import os
import secrets
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from allocator.errors import OptionsInvalid, RunError
from allocator.report.colors import service_colors
from allocator.report.comparing import tables
from allocator.report.comparing.bars import run_color
from allocator.report.comparing.lines import progress_lines
from allocator.report.comparing.map import change_map
from allocator.report.comparing.naming import Naming
from allocator.report.html import key_entry, note, section, subtitle
from allocator.report.week import grid, opening_hours
from allocator.report.words import LANGUAGES, Words
from allocator.runs.comparing.inputs import Basis

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from allocator.runs import Comparison
    from allocator.runs.comparing.sides import Side

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
"""The page loads nothing and runs nothing, whatever its texts hold."""
STYLES = ("style.css", "compare.css")
MOST_WEEKS = 12
"""Buildings whose weeks are drawn."""


def comparison_html(comparison: Comparison, language: str = "en") -> str:
    """Return a comparison as one HTML page that loads nothing and has no script.

    Parameters
    ----------
    language
        ``en`` or ``zh``.

    Raises
    ------
    OptionsInvalid
        If there are no messages in that language.
    """
    if language not in LANGUAGES:
        msg = f"there is no page in {language!r}; there are {', '.join(LANGUAGES)}"
        raise OptionsInvalid(msg)
    naming = Naming(comparison, language)
    title = escape(naming.words("compare.title", count=len(comparison.sides)))
    data = resources.files("allocator.report").joinpath("data")
    style = "".join(data.joinpath(name).read_text(encoding="utf-8") for name in STYLES)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<title>{title}</title>\n<style>{style}</style>"
        f"</head><body><h1>{title}</h1>\n"
        + "\n".join(_sections(naming))
        + "\n</body></html>\n"
    )


def write_comparison_page(
    comparison: Comparison, path: Path, language: str = "en"
) -> None:
    """Write the page; a file that was there is replaced whole or stays.

    Raises
    ------
    RunError
        If the file cannot be written.
    """
    text = comparison_html(comparison, language)
    temporary = path.with_name(f".{path.name}.tmp-{secrets.token_hex(4)}")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        msg = f"cannot write the comparison {path}: {error.strerror or error}"
        raise RunError(msg) from error
    finally:
        temporary.unlink(missing_ok=True)


def _sections(naming: Naming) -> list[str]:
    words, comparison = naming.words, naming.comparison
    first = comparison.labels[0]
    parts = [
        section("headline", words("compare.headline"), [_verdicts(naming)]),
        section(
            "measures-section",
            words("compare.measures"),
            [
                _legend(naming),
                note(words("compare.measures_note", first=first)),
                tables.measures(naming),
                note(words("person_needs")),
            ],
        ),
        _charts(naming),
        *_maps(naming),
    ]
    sections = (
        ("residents", "compare.residents", "compare.residents_note", _residents),
        ("limits", "compare.limits", "compare.limits_note", tables.limits),
        ("buildings", "compare.buildings", None, tables.buildings),
        ("weeks", "compare.weeks", None, _weeks),
        ("hours", "compare.hours", "compare.hours_note", tables.hours),
        ("assignments", "compare.assignments", None, tables.assignments),
        ("inputs", "compare.inputs", None, tables.inputs),
    )
    for id_, title, remark, content in sections:
        text = note(words(remark, first=first)) if remark else ""
        parts.append(section(id_, words(title), [text, content(naming)]))
    return parts


def _verdicts(naming: Naming) -> str:
    """Return a box for each run beside the first."""
    boxes = []
    for pair in naming.comparison.pairs:
        lines = "".join(
            f"<p>{escape(line)}</p>" for line in pair.sentences(naming.language)
        )
        boxes.append(
            f'<div class="judged {pair.verdict.outcome}" '
            f'data-basis="{pair.inputs.basis}">{lines}</div>'
        )
    broken = naming.comparison.plan_sentences(naming.language)
    return "\n".join([*boxes, *(note(line) for line in broken)])


def _legend(naming: Naming) -> str:
    entries = [
        key_entry(run_color(k), label)
        for k, label in enumerate(naming.comparison.labels)
    ]
    return f'<p class="legend">{"".join(entries)}</p>'


def _charts(naming: Naming) -> str:
    words = naming.words
    limits = tables.limit_bars(naming)
    progress = progress_lines(naming.comparison.sides)
    return section(
        "charts",
        words("compare.charts"),
        [
            _legend(naming),
            subtitle(words("compare.by_need")),
            tables.coverage_bars(naming),
            subtitle(words("compare.by_limit")) if limits else "",
            limits,
            subtitle(words("compare.over_time")) if progress else "",
            progress,
        ],
    )


def _maps(naming: Naming) -> list[str]:
    """Return a map for each run with a plan beside the first."""
    words, comparison = naming.words, naming.comparison
    first = comparison.sides[0]
    parts: list[str] = []
    for side, pair in zip(comparison.sides[1:], comparison.pairs, strict=True):
        if not (first.has_plan and side.has_plan):
            continue
        same = pair.inputs.basis is not Basis.DIFFERENT
        title = words("compare.map", other=side.label, first=first.label)
        remark = words("compare.map_note" if same else "compare.map_unequal")
        drawn = change_map(first, side, naming, persons=same)
        parts.append(section(f"map-{len(parts) + 1}", title, [note(remark), drawn]))
    return parts


def _residents(naming: Naming) -> str:
    parts = []
    for by in ("community", "need", "group"):
        parts.append(subtitle(naming.words(f"compare.by.{by}")))
        parts.append(tables.residents(naming, by))
    return "\n".join(parts)


def _weeks(naming: Naming) -> str:
    """Draw the weeks of the buildings that differ, a grid for each run."""
    comparison, words = naming.comparison, naming.words
    order = _most_changed(comparison)
    shown = order[:MOST_WEEKS]
    if not shown:
        return note(words("compare.none"))
    held = [
        side.assignments[side.assignments["building_id"].isin(shown)]
        for side in comparison.sides
    ]
    used = sorted({service for rows in held for service in rows["service_id"]})
    colors = service_colors(used)
    legend = "".join(key_entry(colors[s], naming.service.get(s, s)) for s in used)
    spans = [
        opening_hours(side.scenario, rows)
        for side, rows in zip(comparison.sides, held, strict=True)
        if len(rows)
    ]
    hours = min(span[0] for span in spans), max(span[1] for span in spans)
    parts = [
        note(words("compare.weeks_note", shown=len(shown), count=len(order))),
        f'<p class="legend">{legend}</p>',
    ]
    for building in shown:
        parts.append(subtitle(naming.building.get(building, building)))
        for side, rows in zip(comparison.sides, held, strict=True):
            own = rows[rows["building_id"] == building]
            parts.append(_week(side, own, naming, colors, hours))
    return "\n".join(parts)


def _most_changed(comparison: Comparison) -> list[str]:
    """Return the buildings that differ, those with most changed places first."""
    changes, labels = comparison.changes, list(comparison.labels)
    spread = changes[labels].max(axis=1) - changes[labels].min(axis=1)
    moved = spread.groupby(changes["building_id"]).sum()
    return list(moved.sort_values(ascending=False, kind="stable").index)


def _week(
    side: Side,
    rows: pd.DataFrame,
    naming: Naming,
    colors: dict[str, str],
    hours: tuple[int, int],
) -> str:
    """Draw the week of one building in one run."""
    drawn = note(naming.words("compare.unused"))
    if len(rows):
        words = Words(naming.language, side.scenario)
        drawn = grid(side.scenario, rows, words, colors, hours)
    return (
        f'<figure class="week"><figcaption>{escape(side.label)}</figcaption>'
        f"{drawn}</figure>"
    )
