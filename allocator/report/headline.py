"""What the run came to: status, headline figures, goals with their bounds."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from allocator.report.html import note, table

if TYPE_CHECKING:
    from allocator.report.words import Words
    from allocator.runs import Run

CARDS = (
    ("coverage", "share", "baseline_coverage"),
    ("access", "share", "baseline_access"),
    ("covered_persons", "persons", None),
    ("buildings", "number", None),
    ("floor_used_m2", "m2", None),
    ("capital_cost", "money", None),
    ("yearly_outlay", "money", None),
    ("mean_walk_min", "minutes", None),
    ("capacity_utilisation", "share", None),
    ("space_utilisation", "share", None),
)
"""Measure, unit, and the measure of the facilities alone beside it."""
UNITS = {name: unit for name, unit, _ in CARDS}


def status_line(run: Run, words: Words) -> str:
    """Return what is known of the plan, and why the solve stopped."""
    reason = run.record["stop_reason"]
    parts = [words.known("status", run.status)]
    if reason:
        parts.append(words("stopped", reason=words.known("stop", reason)))
    return f'<p id="status" data-status="{run.status}">{escape(" ".join(parts))}</p>'


def cards(run: Run, words: Words) -> str:
    """Return the headline figures."""
    boxes = []
    for name, unit, before in CARDS:
        if name not in run.measures:
            continue
        beside = ""
        if before:
            beside = (
                f"<small>{escape(words('before'))} "
                f"{words.figure(run.measures[before], unit)}</small>"
            )
        boxes.append(
            f'<div class="card" data-measure="{name}"><span>'
            f"{escape(words.known('measure', name))}</span>"
            f"<b>{words.figure(run.measures[name], unit, short=True)}</b>{beside}</div>"
        )
    return f'<div class="cards">{"".join(boxes)}</div>'


def goals(run: Run, words: Words) -> str:
    """Return each goal with what was reached, its bound and its gap."""
    rows = []
    for goal in run.record["goals"]:
        names = [words.known("measure", t["measure"]) for t in goal["terms"]]
        units = {UNITS.get(term["measure"], "number") for term in goal["terms"]}
        unit = units.pop() if len(units) == 1 else "number"
        rows.append(
            [
                escape(words.known("sense", goal["sense"]) + " " + " + ".join(names)),
                words.figure(goal["objective"], unit),
                words.figure(goal["bound"], unit),
                words.figure(goal["gap"], "share"),
            ]
        )
    heads = [words(f"goals.{key}") for key in ("goal", "objective", "bound", "gap")]
    return table(heads, rows, id_="goals-table")


def broken_rules(run: Run, words: Words) -> str:
    """Return the rules the plan breaks, and those that cannot hold together."""
    parts = []
    for kind, figure in (("violations", "excess"), ("conflicts", "least_change")):
        rows = [
            [
                escape(item["rule_id"]),
                escape(", ".join(f"{k} {v}" for k, v in item["where"].items())),
                f"{words.figure(item[figure])} {escape(item['unit'])}",
            ]
            for item in run.record[kind]
        ]
        if rows:
            heads = [words("rule"), words("where"), words(f"{kind}.figure")]
            parts.append(f"<h3>{escape(words(kind))}</h3>")
            parts.append(table(heads, rows, id_=f"{kind}-table", texts=2))
    parts += [note(text) for text in run.record["notes"]]
    return "\n".join(parts)
