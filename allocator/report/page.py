"""Puts the sections together into one file."""

from __future__ import annotations

import os
import secrets
from html import escape
from typing import TYPE_CHECKING, Any

from allocator.errors import OptionsInvalid, RunError
from allocator.report import coverage, headline, money, origin
from allocator.report.assignments import assignments
from allocator.report.html import note, section, subtitle
from allocator.report.map import draw_map
from allocator.report.map_data import map_data
from allocator.report.material import Material
from allocator.report.script import embed, policy, read_style
from allocator.report.shortfall import shortfall_sections
from allocator.report.week import week_grids
from allocator.report.words import LANGUAGES, Words

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.runs import Run

NAV = ("headline", "map", "week", "limits", "coverage", "left", "assignments", "origin")


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
    shown, drawn = _sections(run, words)
    links = "".join(
        f'<a href="#{id_}">{escape(words(f"nav.{id_}"))}</a>'
        for id_ in NAV
        if id_ in shown
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy()}">\n'
        f"<title>{title}</title>\n<style>{read_style()}</style></head>"
        f"<body><header><h1>{title}</h1><nav>{links}</nav></header>\n<main>"
        + "\n".join(shown.values())
        + f"\n</main>{embed(words, drawn)}</body></html>\n"
    )


def _sections(run: Run, words: Words) -> tuple[dict[str, str], dict[str, Any] | None]:
    """Return the sections by id, and what the script draws the map from."""
    head = [
        headline.status_line(run, words),
        headline.cards(run, words),
        headline.goals(run, words),
        note(words("person_needs")),
        headline.broken_rules(run, words),
    ]
    parts = {"headline": head}
    drawn = None
    if run.has_plan:
        material = Material(run, words)
        head += [subtitle(words("overview")), coverage.overview(material)]
        parts |= _plan_sections(material)
        drawn = map_data(material)
    parts["origin"] = [
        subtitle(words("assumptions")),
        origin.assumptions(run, words),
        subtitle(words("inputs")),
        origin.origin(run, words),
    ]
    shown = {id_: section(id_, words(id_), *part) for id_, part in parts.items()}
    return shown, drawn


def _plan_sections(material: Material) -> dict[str, list[str]]:
    run, words = material.run, material.words
    parts = {
        "map": [
            note(_map_note(words)),
            draw_map(material.scenario, run, words),
        ]
    }
    if len(run.assignments):
        parts["week"] = [note(words("week.note")), week_grids(material)]
    parts["limits"] = [
        money.limits(run, words),
        subtitle(words("money.parts")),
        money.money_parts(run, words),
        subtitle(words("use")),
        money.use_of_buildings(material),
    ]
    parts["coverage"] = _coverage(material)
    parts["left"] = [shortfall_sections(material)]
    parts["assignments"] = [assignments(run, words)]
    return parts


def _coverage(material: Material) -> list[str]:
    words = material.words
    return [
        note(words("coverage.note")),
        note(words("nearest.note")),
        coverage.coverage_by(material, "need_id"),
        subtitle(words("coverage.service")),
        note(words("coverage.service_note")),
        coverage.coverage_by_service(material),
        subtitle(words("coverage.group")),
        coverage.coverage_by(material, "group_id"),
        subtitle(words("compliance")),
        note(words("compliance.note")),
        coverage.compliance(material),
        subtitle(words("coverage.community")),
        coverage.coverage_by(material, "community_id"),
        subtitle(words("coverage.cells")),
        coverage.coverage_cells(material),
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
