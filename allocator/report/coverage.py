"""Coverage, access and compliance by community, need, group and service."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from allocator.evaluate.standards import MET, UNKNOWN, compliance_table
from allocator.report.bars import bar, change
from allocator.report.colors import share_color
from allocator.report.html import note, table
from allocator.report.sums import coverage_sums
from allocator.scenario.schema import Level

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from allocator.report.material import Material
    from allocator.report.words import Words

STEPS = (0.5, 0.8, 0.95)
"""Coverage from which a community is counted, where no standard is set."""
HEADS = ("demand", "coverage.before", "coverage.after", "")
LAST_HEADS = ("access.before", "access.after", "nearest")


def coverage_by(material: Material, key: str) -> str:
    """Return coverage and access before and after, by community, need or group."""
    words = material.words
    sums = coverage_sums(material.coverage, [key])
    rows = [
        [escape(words.label(key, row[key])), *_shares(row, words)]
        for row in sums.to_dict("records")
    ]
    heads = [key, *HEADS, *LAST_HEADS]
    return table([words.maybe(head) for head in heads], rows, id_=f"coverage-{key}")


def overview(material: Material) -> str:
    """Return coverage of each need as a bar, before → after."""
    words = material.words
    lines = [
        f"<p><span>{escape(words.need[row['need_id']])}</span>"
        f"{change(row['baseline_coverage'], row['coverage'])}"
        f'<span class="part">{row["baseline_coverage"]:.0%} → '
        f"<b>{row['coverage']:.0%}</b></span></p>"
        for row in coverage_sums(material.coverage, ["need_id"]).to_dict("records")
    ]
    return f'<div class="overview">{"".join(lines)}</div>'


def _shares(row: Mapping[Hashable, Any], words: Words) -> list[str]:
    """Return the cells that every table of coverage has."""
    return [
        words.figure(row["demand_persons"]),
        words.figure(row["baseline_coverage"], "share"),
        words.figure(row["coverage"], "share"),
        change(row["baseline_coverage"], row["coverage"]),
        words.figure(row["baseline_access"], "share"),
        words.figure(row["access"], "share"),
        words.figure(row["nearest_coverage"], "share"),
    ]


def coverage_by_service(material: Material) -> str:
    """Return coverage of the needs each service may meet, and its own visits."""
    words = material.words
    by_need = material.coverage
    visits = material.run.assignments.groupby("service_id")[
        ["capacity_visits_per_week", "served_visits_per_week"]
    ].sum()
    rows = []
    for service in material.scenario.services:
        needs = [
            need.id
            for need in material.scenario.needs
            if any(accept.service == service.id for accept in need.accepts)
        ]
        own = by_need[by_need["need_id"].isin(needs)]
        if own.empty:
            continue
        (row,) = coverage_sums(own.assign(service=service.id), ["service"]).to_dict(
            "records"
        )
        planned = visits.reindex([service.id]).fillna(0.0).iloc[0]
        rows.append(
            [
                escape(words.service[service.id]),
                *_shares(row, words),
                words.figure(planned["capacity_visits_per_week"]),
                bar(
                    planned["served_visits_per_week"],
                    planned["capacity_visits_per_week"],
                ),
            ]
        )
    heads = ["service", *HEADS, *LAST_HEADS, "capacity", "taken"]
    return table([words.maybe(head) for head in heads], rows, id_="coverage-service")


def coverage_cells(material: Material) -> str:
    """Return coverage of every community and need, before → after."""
    words = material.words
    sums = coverage_sums(material.coverage, ["community_id", "need_id"])
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


def standards_met(material: Material) -> str:
    """Return how many areas meet each standard, before → after; "" without any."""
    words, facts = material.words, material.facts
    found = compliance_table(facts.view, facts.alone)
    names = {s.id: s.label(words.language) for s in facts.scenario.spec.standards}
    rows = []
    for standard, own in found.groupby("standard_id", sort=True):
        known = own[own["status"] != UNKNOWN]
        before = int((known["baseline_status"] == MET).sum())
        met = known["status"] == MET
        persons = known["area_id"].map(facts.residents).fillna(0.0)
        of_level = known["level"].eq(Level.COMMUNITY.value).all() and persons.sum() > 0
        rows.append(
            [
                escape(names[str(standard)]),
                words.figure(len(known)),
                f"{before} → {words.figure(int(met.sum()))}",
                words.figure(met.sum() / len(known) if len(known) else None, "share"),
                words.figure(
                    persons[met].sum() / persons.sum() if of_level else None, "share"
                ),
            ]
        )
    if not rows:
        return ""
    heads = ["standard", "areas", "met", "share", "residents"]
    table_ = table(
        [words(f"standards.{head}") for head in heads], rows, id_="standards-table"
    )
    return note(words("standards.note")) + table_


def compliance(material: Material) -> str:
    """Return how many communities reach each step of coverage, before → after."""
    words = material.words
    cells = coverage_sums(material.coverage, ["community_id", "need_id"])
    cells = cells[cells["demand_persons"] > 0]
    rows = []
    for need in [None, *sorted(set(cells["need_id"]))]:
        if need is None:
            own = coverage_sums(material.coverage, ["community_id"])
            name = f"<b>{escape(words('compliance.all'))}</b>"
        else:
            own, name = cells[cells["need_id"] == need], escape(words.need[need])
        steps = [_step(own, step, words) for step in STEPS]
        rows.append([name, words.figure(len(own)), *steps])
    heads = [words("need_id"), words("compliance.communities")]
    heads += [words("compliance.step", share=f"{step:.0%}") for step in STEPS]
    return table(heads, rows, id_="compliance-table")


def _step(rows: pd.DataFrame, step: float, words: Words) -> str:
    """Return how many rows reach a coverage, and the share of persons in them."""
    reached = rows["coverage"] >= step
    before = int((rows["baseline_coverage"] >= step).sum())
    persons = rows["demand_persons"]
    share = persons[reached].sum() / persons.sum()
    return (
        f"{before} → {words.figure(int(reached.sum()))} "
        f"<small>({escape(words('compliance.persons', share=f'{share:.0%}'))})</small>"
    )
