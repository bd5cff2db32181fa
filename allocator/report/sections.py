"""Sections of the report that are figures and tables."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.report.colors import share_color
from allocator.report.html import note, table

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd

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
            f"<b>{words.figure(run.measures[name], unit)}</b>{beside}</div>"
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


def limits(run: Run, words: Words) -> str:
    """Return money and area against the limits, in total and by district."""
    pairs = (
        ("capital_budget", "capital_cost"),
        ("annual_budget", "yearly_outlay"),
        ("floor_area_m2", "floor_used_m2"),
        ("buildings", "buildings"),
    )
    whole = run.record["limits"]
    shown = [(words("total"), whole, run.measures)]
    for district, own in whole.get("by_district", {}).items():
        shown.append((district, own, _district(run, words, district)))
    rows = [
        [
            escape(place),
            escape(words.known("measure", measure)),
            words.figure(used[measure], UNITS[measure]),
            words.figure(given.get(limit), UNITS[measure]),
            _bar(used[measure], given.get(limit)),
        ]
        for place, given, used in shown
        for limit, measure in pairs
        if given is whole or limit in given
    ] + _reserve(run, words)
    heads = [words("place"), words("measure"), words("used"), words("limit"), ""]
    return table(heads, rows, id_="limits-table", texts=2)


def _reserve(run: Run, words: Words) -> list[list[str]]:
    """Return the floor that may be used when the reserve is kept; one row or none."""
    share = run.record["limits"]["reserve_share"]
    if not share:
        return []
    area = float(words.scenario.tables.spaces["usable_area_m2"].sum())
    used, most = run.measures["floor_used_m2"], (1.0 - share) * area
    name = words("reserve", share=f"{share:.0%}")
    figures = [words.figure(used, "m2"), words.figure(most, "m2"), _bar(used, most)]
    return [[escape(words("total")), escape(name), *figures]]


def _district(run: Run, words: Words, district: str) -> dict[str, float]:
    """Add up the rows of `sites.csv` in one district."""
    sites = run.table("sites.csv")
    home = words.scenario.tables.buildings.set_index("building_id")["district_id"]
    own = sites[sites["building_id"].map(home) == district]
    outlay = own["annual_rent"] + own["annual_running_cost"] - own["annual_fees"]
    return {
        "capital_cost": float(own["capital_cost"].sum()),
        "yearly_outlay": float(outlay.sum()),
        "floor_used_m2": float(own["floor_used_m2"].sum()),
        "buildings": float(len(own)),
    }


def _bar(used: float, limit: float | None) -> str:
    """Return how much of a limit is used, drawn."""
    if not limit:
        return ""
    share = used / limit
    width = min(max(share, 0.0), 1.0)
    drawn = f'<i class="bar"><i style="width:{width:.1%}"></i></i>'
    return f'{drawn}<span class="part">{share:.0%}</span>'


def coverage_by(run: Run, words: Words, key: str) -> str:
    """Return coverage and access by community or need, before and after."""
    names = words.community if key == "community_id" else words.need
    sums = coverage_sums(run.table("coverage.csv"), [key])
    rows = [
        [
            escape(names.get(row[key]) or "–"),
            words.figure(row["demand_persons"]),
            words.figure(row["baseline_coverage"], "share"),
            words.figure(row["coverage"], "share"),
            _bar(row["covered_persons"], row["demand_persons"]),
            words.figure(row["access"], "share"),
        ]
        for row in sums.to_dict("records")
    ]
    heads = [words(key), words("demand"), words("coverage.before")]
    heads += [words("coverage.after"), "", words("access.after")]
    return table(heads, rows, id_=f"coverage-{key}")


def coverage_cells(run: Run, words: Words) -> str:
    """Return coverage of every community and need, before → after."""
    sums = coverage_sums(run.table("coverage.csv"), ["community_id", "need_id"])
    cells = {
        (row["community_id"], row["need_id"]): row for row in sums.to_dict("records")
    }
    needs = sorted({need for _, need in cells})
    rows = [
        [
            escape(words.community.get(community) or "–"),
            *(_cell(cells.get((community, need)), words) for need in needs),
        ]
        for community in sorted({community for community, _ in cells})
    ]
    heads = [words("community_id"), *(words.need[need] for need in needs)]
    return table(heads, rows, id_="coverage-cells")


def _cell(row: Mapping[Hashable, Any] | None, words: Words) -> str:
    if row is None:
        return ""
    color = share_color(row["coverage"])
    return (
        f'<span class="cell" style="border-color:{color}">'
        f"{row['baseline_coverage']:.0%} → {row['coverage']:.0%}</span>"
    )


def coverage_sums(coverage: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Add up `coverage.csv`: shares are weighted by persons."""
    frame = coverage.assign(reached=coverage["access"] * coverage["demand_persons"])
    figures = ["demand_persons", "baseline_covered_persons", "covered_persons"]
    sums = frame.groupby(list(keys), sort=True)[[*figures, "reached"]].sum()
    persons = sums["demand_persons"].replace(0.0, np.nan)
    return sums.assign(
        baseline_coverage=sums["baseline_covered_persons"] / persons,
        coverage=sums["covered_persons"] / persons,
        access=sums["reached"] / persons,
    ).reset_index()


def assignments(run: Run, words: Words) -> str:
    """Return every assignment of the plan."""
    rows = [
        [
            escape(words.building[row["building_id"]]),
            escape(row["space_id"]),
            escape(words.service[row["service_id"]]),
            escape(words.session[row["service_id"], row["session_id"]]),
            words.figure(row["places"]),
            words.figure(row["area_m2"], "m2"),
            words.figure(row["capacity_visits_per_week"]),
            words.figure(row["served_visits_per_week"]),
        ]
        for row in run.assignments.to_dict("records")
    ]
    heads = ["building", "space", "service", "session", "places", "area"]
    heads += ["capacity", "served"]
    return table([words(h) for h in heads], rows, id_="assignments-table", texts=4)


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
