"""Puts the sections together into one file."""

from __future__ import annotations

import os
import secrets
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from allocator.errors import OptionsInvalid, RunError
from allocator.report import sections
from allocator.report.colors import service_colors
from allocator.report.html import note, section
from allocator.report.map import draw_map
from allocator.report.week import week_grids
from allocator.report.words import LANGUAGES, Words

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.runs import Run

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Browsers that keep it load nothing at all, whatever the page's texts hold."""


def report_html(run: Run, language: str = "en") -> str:
    """Return the report of a run as one HTML page.

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
        msg = f"there is no report in {language!r}; there are {', '.join(LANGUAGES)}"
        raise OptionsInvalid(msg)
    words = Words(language, run.scenario())
    title = escape(words("title", name=words.title))
    style = resources.files("allocator.report").joinpath("data", "style.css")
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<title>{title}</title>\n<style>{style.read_text(encoding='utf-8')}</style>"
        f"</head><body><h1>{title}</h1>\n"
        + "\n".join(_sections(run, words))
        + "\n</body></html>\n"
    )


def _sections(run: Run, words: Words) -> list[str]:
    """Return all sections; without a plan only what is known."""
    head = [
        sections.status_line(run, words),
        sections.cards(run, words),
        sections.goals(run, words),
        note(words("person_needs")),
        sections.broken_rules(run, words),
    ]
    parts = [section("headline", words("headline"), *head)]
    if run.has_plan:
        parts += _plan_sections(run, words)
    origin = sections.origin(run, words)
    return [*parts, section("origin", words("origin"), origin)]


def _plan_sections(run: Run, words: Words) -> list[str]:
    scenario = words.scenario
    colors = service_colors(sorted(set(run.assignments["service_id"])))
    parts = [
        section(
            "map", words("map"), note(_map_note(words)), draw_map(scenario, run, words)
        ),
    ]
    if len(run.assignments):
        week = week_grids(scenario, run.assignments, words, colors)
        parts.append(section("week", words("week"), note(words("week.note")), week))
    coverage = [
        sections.coverage_by(run, words, "community_id"),
        sections.coverage_by(run, words, "need_id"),
        f"<h3>{escape(words('coverage.cells'))}</h3>",
        sections.coverage_cells(run, words),
    ]
    return [
        *parts,
        section("limits", words("limits"), sections.limits(run, words)),
        section("coverage", words("coverage"), note(words("coverage.note")), *coverage),
        section("assignments", words("assignments"), sections.assignments(run, words)),
    ]


def _map_note(words: Words) -> str:
    text = words("map.note")
    if words.scenario.tables.streets is not None:
        profile = words.scenario.default_profile
        text += " " + words("map.streets_note", profile=profile)
    return text


def write_report(run: Run, path: Path, language: str = "en") -> None:
    """Write the report; a file that was there is replaced whole or stays.

    Raises
    ------
    RunError
        If the file cannot be written.
    """
    text = report_html(run, language)
    temporary = path.with_name(f".{path.name}.tmp-{secrets.token_hex(4)}")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        msg = f"cannot write the report {path}: {error.strerror or error}"
        raise RunError(msg) from error
    finally:
        temporary.unlink(missing_ok=True)
