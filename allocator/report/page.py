"""Puts the sections together into one file."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from allocator.errors import OptionsInvalid, RunError
from allocator.report import coverage, headline, money, origin
from allocator.report.assignments import assignments
from allocator.report.html import Held, note, section, subtitle
from allocator.report.map import draw_map
from allocator.report.map_data import map_data
from allocator.report.material import Material
from allocator.report.meeting import tables_of
from allocator.report.meeting_pages import meeting_sections
from allocator.report.script import embed, policy, read_style
from allocator.report.shortfall import shortfall_sections
from allocator.report.week import week_grids
from allocator.report.words import LANGUAGES, Words

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.runs import Run


LIGHT = 4_000_000
"""Characters up to which a page holds everything openly."""
HEAVY_SECTION = 150_000
"""Characters from which a section of a heavier page is held back."""
ALWAYS_THERE = ("headline", "map")


@dataclass
class Content:
    """What the page shows, in order, and what its script works with."""

    sections: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """Title and parts by id."""
    tabs: dict[str, str] = field(default_factory=dict)
    """Names of the tabs where they differ from the titles."""
    drawn: dict[str, Any] | None = None
    """What the map is drawn from."""
    held: Held = field(default_factory=Held)
    """What is brought in when it is opened."""
    marks: dict[str, str] = field(default_factory=dict)
    """Attributes of sections that are held back."""

    def add(self, id_: str, parts: list[str], words: Words) -> None:
        """Add a section with the title and the tab of the messages."""
        self.sections[id_] = words(id_), parts
        self.tabs[id_] = words(f"nav.{id_}")

    def hold_heavy(self, words: Words) -> None:
        """Hold back the heavy sections of a page that would open slowly."""
        size = {id_: sum(map(len, parts)) for id_, (_, parts) in self.sections.items()}
        if sum(size.values()) <= LIGHT:
            return
        for id_, (title, parts) in self.sections.items():
            if size[id_] > HEAVY_SECTION and id_ not in ALWAYS_THERE:
                self.marks[id_] = self.held.hold("\n".join(parts))
                needs = f"<noscript>{note(words('held'))}</noscript>"
                self.sections[id_] = title, [needs]


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
    content = _content(run, words)
    title = escape(words("title", name=words.title))
    shown = [
        section(id_, *item, content.marks.get(id_, ""))
        for id_, item in content.sections.items()
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy()}">\n'
        f"<title>{title}</title>\n<style>{read_style()}</style></head>"
        f"<body><header><h1>{title}</h1>{_tabs(content, words)}</header>\n<main>"
        + "\n".join(shown)
        + f"\n</main>{embed(words, content.drawn, content.held.parts)}</body></html>\n"
    )


def _tabs(content: Content, words: Words) -> str:
    """Return links to all sections, those for the meeting in a row of their own."""
    names = {
        id_: content.tabs.get(id_, title)
        for id_, (title, _) in content.sections.items()
    }
    rows = [
        "".join(
            f'<a href="#{id_}">{escape(name)}</a>'
            for id_, name in names.items()
            if (id_ in content.tabs) is own
        )
        for own in (True, False)
    ]
    label = f"<span>{escape(words('nav.meeting'))}</span>"
    return f"<nav>{rows[0]}</nav>" + (f"<nav>{label}{rows[1]}</nav>" if rows[1] else "")


def _content(run: Run, words: Words) -> Content:
    """Return everything the page shows; without a plan only what is known."""
    content = Content()
    head = [
        headline.status_line(run, words),
        headline.cards(run, words),
        headline.goals(run, words),
        note(words("person_needs")),
        headline.broken_rules(run, words),
    ]
    content.add("headline", head, words)
    material = Material(run, words)
    if run.has_plan:
        head += [subtitle(words("overview")), coverage.overview(material)]
        for id_, parts in _plan_sections(material, content.held).items():
            content.add(id_, parts, words)
        content.drawn = map_data(material)
    meeting = meeting_sections(tables_of(material.facts), words, content.held)
    for id_, parts in meeting.parts.items():
        content.sections[id_] = meeting.titles[id_], parts
    sources = [
        subtitle(words("assumptions")),
        origin.assumptions(run, words),
        subtitle(words("inputs")),
        origin.origin(run, words),
    ]
    content.add("origin", sources, words)
    content.hold_heavy(words)
    return content


def _plan_sections(material: Material, held: Held) -> dict[str, list[str]]:
    run, words = material.run, material.words
    parts = {
        "map": [
            note(_map_note(words)),
            draw_map(material.scenario, run, words),
        ]
    }
    if len(run.assignments):
        parts["week"] = [note(words("week.note")), week_grids(material, held)]
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
        coverage.standards_met(material),
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
