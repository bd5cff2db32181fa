"""Where the figures come from: run, inputs, versions, assumptions."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from allocator.report.html import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocator.report.words import Words
    from allocator.runs import Run


def origin(run: Run, words: Words) -> str:
    """Return where the figures come from: inputs, options, versions."""
    record = run.record
    facts = {
        "run": run.name,
        "written_at": record["written_at"],
        "variant": ", ".join(record["variant"]) or "–",
        "engine": record["engine"],
        "seed": record["seed"],
        "steps": record["steps"],
        "scenario_hash": record["scenario"]["hash"],
        "versions": ", ".join(f"{k} {v}" for k, v in record["versions"].items()),
    }
    rows = [[escape(words(key)), escape(str(value))] for key, value in facts.items()]
    rows += [
        [escape(path), f"<code>{escape(sha)}</code>"]
        for path, sha in record["scenario"]["inputs"].items()
    ]
    return table([words("fact"), words("value")], rows, id_="origin-table", texts=2)


def assumptions(run: Run, words: Words) -> str:
    """Return what was assumed: walking, defaults taken, warnings."""
    rows = [[escape(words(kind)), escape(text)] for kind, text in _assumed(run, words)]
    heads = [words("fact"), words("value")]
    return table(heads, rows, id_="assumptions-table", texts=2)


def _assumed(run: Run, words: Words) -> Iterator[tuple[str, str]]:
    """Yield what was assumed, each with the message key of its kind."""
    access = words.scenario.spec.access
    yield "assumed.walk", words.known("mode", access.mode.value)
    if access.mode.value == "straight":
        yield "assumed.detour", f"{access.detour:g}"
    for name, profile in access.profiles.items():
        text = words("assumed.speed", name=name, speed=f"{profile.speed_m_per_min:g}")
        yield "assumed.profile", text
    unpriced = run.record["rules_not_priced"]
    if unpriced:
        yield "assumed.not_priced", ", ".join(unpriced)
    provenance = words.scenario.provenance
    for text in provenance.defaults_taken:
        yield "assumed.default", text
    for warning in provenance.warnings:
        yield "assumed.warning", str(warning)
