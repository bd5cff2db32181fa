"""Tables of a comparison's page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from allocator.report.comparing.bars import grouped_bars
from allocator.report.html import note, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from allocator.report.comparing.naming import Naming
    from allocator.report.words import Words

MEASURES = (
    ("weighted_covered_persons", "persons"),
    ("covered_persons", "persons"),
    ("coverage", "share"),
    ("access", "share"),
    ("worst_community_coverage", "share"),
    ("worst_group_coverage", "share"),
    ("compliance", "share"),
    ("requests_met", "number"),
    ("buildings", "number"),
    ("floor_used_m2", "m2"),
    ("capital_cost", "money"),
    ("yearly_outlay", "money"),
    ("mean_walk_min", "minutes"),
    ("capacity_utilisation", "share"),
    ("space_utilisation", "share"),
)
FACTS = (("objective", "number"), ("bound", "number"), ("gap", "share"))
FACTS_AFTER = (("seconds", "number"), ("rules_broken", "number"))
RULE_UNITS = {
    "capital_budget": "money",
    "annual_budget": "money",
    "floor_area_limit": "m2",
    "reserve": "m2",
}
MOST_ROWS = 200
"""Rows of one table of the page; further ones are in the files."""


def measures(naming: Naming) -> str:
    """Return facts and measures, with the differences from the first run."""
    words, found = naming.words, naming.comparison.table
    rows = [_status_row(naming)]
    for key, unit in (*FACTS, *MEASURES, *FACTS_AFTER):
        if key not in found.index:
            continue
        label = words.known("measure", key)
        if label == key:
            label = words(f"compare.{key}")
        values = [_number(found[run][key]) for run in naming.comparison.labels]
        rows.append([escape(label), *with_differences(naming, values, unit)])
    return table([words("measure"), *naming.comparison.labels], rows, id_="measures")


def _status_row(naming: Naming) -> list[str]:
    words, found = naming.words, naming.comparison.table
    states = [str(found[run]["status"]) for run in naming.comparison.labels]
    texts = [escape(words(f"compare.state.{state}")) for state in states]
    return [escape(words("compare.status")), *texts]


def with_differences(
    naming: Naming, values: Sequence[float | None], unit: str
) -> list[str]:
    """Return figures of all runs; the differences stand small below them."""
    words, first = naming.words, values[0]
    cells = [words.figure(first, unit)]
    for pair, value in zip(naming.comparison.pairs, values[1:], strict=True):
        cell = words.figure(value, unit)
        known = not (missing(first) or missing(value))
        if known and pair.inputs.basis != "different":
            assert first is not None
            assert value is not None
            change = value - first
            cell += f"<small>{escape(signed(words, change, unit))}</small>"
        cells.append(cell)
    return cells


def missing(value: float | None) -> bool:
    """Tell whether there is no figure."""
    return value is None or value != value


def signed(words: Words, change: float, unit: str) -> str:
    """Return a difference with its sign; "=" for one too small to show."""
    size = abs(change)
    if unit == "share":
        text = words("compare.points", value=f"{100 * size:.1f}")
        least = 5e-4
    elif unit == "money":
        text, least = words.money(size), 0.5
    else:
        text, least = f"{size:,.1f}".removesuffix(".0"), 0.05
    if size < least:
        return "="
    return f"{'+' if change > 0 else '−'}{text}"


def residents(naming: Naming, by: str) -> str:
    """Return covered persons of each run by community, need or group.

    Where there are too many to show all, those whose figures differ most go first.
    """
    words, labels = naming.words, naming.comparison.labels
    frame = naming.comparison.residents
    own = frame[frame["by"] == by]
    names = getattr(naming, by)
    figures = {(row["id"], row["run"]): row for row in own.to_dict(orient="records")}
    ids = list(dict.fromkeys(own["id"]))
    if len(ids) > MOST_ROWS:
        spread = own.groupby("id")["covered_persons"].agg(lambda c: c.max() - c.min())
        ids = list(spread.sort_values(ascending=False, kind="stable").index)
    rows = []
    for item in ids[:MOST_ROWS]:
        found = [figures.get((item, run)) for run in labels]
        demand = next(row["demand_persons"] for row in found if row)
        covered = [row["covered_persons"] if row else None for row in found]
        shares = [
            words.figure(row["coverage"] if row else None, "share") for row in found
        ]
        name = escape(names.get(item) or item or "–")
        cells = with_differences(naming, covered, "persons")
        rows.append([name, words.figure(demand), *cells, *shares])
    head = words("compare.group") if by == "group" else words(f"{by}_id")
    coverage = words.known("measure", "coverage")
    heads = [head, words("demand"), *labels, *(f"{coverage} {run}" for run in labels)]
    shown = table(heads, rows, id_=f"residents-{by}")
    return shown + _rest(naming, len(ids))


def coverage_bars(naming: Naming) -> str:
    """Draw coverage by need, one bar for each run."""
    frame = naming.comparison.residents
    own = frame[frame["by"] == "need"].set_index(["id", "run"])["coverage"]
    rows = [
        (
            naming.need.get(need, need),
            [_number(own.get((need, run))) for run in naming.comparison.labels],
        )
        for need in own.index.get_level_values("id").unique()
    ]
    return grouped_bars("coverage-bars", rows, line=None)


def _number(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


def limit_name(naming: Naming, rule: str, where: str) -> str:
    """Return a limit in words, with its place."""
    name = naming.words(f"compare.rule.{rule}")
    return f"{name} · {naming.where(rule, where)}" if where else name


def limit_bars(naming: Naming) -> str:
    """Draw the share of each limit that each run uses."""
    frame = naming.comparison.limits
    shares = frame.set_index(["rule_id", "where", "run"])["share"]
    keys = frame[["rule_id", "where"]].drop_duplicates().values.tolist()
    rows = [
        (
            limit_name(naming, rule, where),
            [
                _number(shares.get((rule, where, run)))
                for run in naming.comparison.labels
            ],
        )
        for rule, where in keys[:MOST_ROWS]
    ]
    return grouped_bars("limit-bars", rows, line=1.0) if rows else ""


def limits(naming: Naming) -> str:
    """Return value and limit of each run, marked where it binds."""
    words, labels = naming.words, naming.comparison.labels
    found = {
        (row["rule_id"], row["where"], row["run"]): row
        for row in naming.comparison.limits.to_dict(orient="records")
    }
    keys = list(dict.fromkeys(key[:2] for key in found))
    rows = [
        [
            escape(limit_name(naming, *key)),
            *(_limit_cell(words, found.get((*key, run)), key[0]) for run in labels),
        ]
        for key in keys
    ]
    heads = [words("limit"), *labels]
    return cut_table(naming, heads, rows, id_="limits-table", texts=1)


def _limit_cell(words: Words, row: Any, rule: str) -> str:
    if row is None:
        return "–"
    unit = RULE_UNITS.get(rule, "number")
    mark = ' <b class="binds">●</b>' if row["binds"] else ""
    return (
        f"{words.figure(row['value'], unit)} / {words.figure(row['limit'], unit)}{mark}"
    )


def buildings(naming: Naming) -> str:
    """Return the buildings that differ from the first run, before and after."""
    words, first = naming.words, naming.comparison.labels[0]
    frame = naming.comparison.buildings
    own = frame["run"] == first
    before = dict(zip(frame["building_id"][own], frame["services"][own], strict=True))
    rows = [
        [
            escape(naming.building.get(row["building_id"], row["building_id"])),
            escape(row["run"]),
            _word(words("compare.change." + row["change"])),
            escape(naming.services(before.get(row["building_id"], ""))) or "–",
            escape(naming.services(row["services"])) or "–",
            words.figure(row["places"]),
            words.figure(row["floor_used_m2"], "m2"),
            words.figure(row["capital_cost"], "money"),
            words.figure(row["yearly_outlay"], "money"),
        ]
        for row in frame[~own & (frame["change"] != "same")].to_dict(orient="records")
    ]
    heads = [words(key) for key in ("building", "compare.run", "compare.change")]
    heads += [first, words("compare.services"), words("places")]
    heads += [
        words.known("measure", key)
        for key in ("floor_used_m2", "capital_cost", "yearly_outlay")
    ]
    return cut_table(naming, heads, rows, id_="buildings-table", texts=5)


def _word(text: str) -> str:
    """Return a word that is not broken."""
    return f'<span class="word">{escape(text)}</span>'


def hours(naming: Naming) -> str:
    """Return the hours in which a space is used otherwise."""
    words, labels = naming.words, naming.comparison.labels
    rows = [
        [
            escape(naming.building.get(row["building_id"], row["building_id"])),
            escape(row["space_id"]),
            escape(naming.when(row["when"])),
            *(escape(naming.use(row[run])) for run in labels),
        ]
        for row in naming.comparison.hours.to_dict(orient="records")
    ]
    heads = [words("building"), words("space"), words("compare.when"), *labels]
    return cut_table(naming, heads, rows, id_="hours-table", texts=3 + len(labels))


def assignments(naming: Naming) -> str:
    """Return the assignments that differ."""
    words, labels = naming.words, naming.comparison.labels
    frame: pd.DataFrame = naming.comparison.changes
    rows = []
    for row in frame.to_dict(orient="records"):
        building, service = row["building_id"], row["service_id"]
        session = row["session_id"]
        names = [
            naming.building.get(building, building),
            row["space_id"],
            naming.service.get(service, service),
            naming.session.get((service, session), session),
        ]
        rows.append([*map(escape, names), *(words.figure(row[run]) for run in labels)])
    heads = [words(key) for key in ("building", "space", "service", "session")]
    return cut_table(naming, [*heads, *labels], rows, id_="assignments-table", texts=4)


def inputs(naming: Naming) -> str:
    """Return everything that differs in inputs and options."""
    words = naming.words
    rows = [
        [escape(pair.other), escape(words(f"compare.kind.{kind}")), escape(str(item))]
        for pair in naming.comparison.pairs
        for kind in ("files", "keys", "tables", "options")
        for item in getattr(pair.inputs, kind)
    ]
    heads = [words("compare.run"), words("compare.kind"), words("compare.what")]
    return cut_table(naming, heads, rows, id_="inputs-table", texts=3)


def cut_table(
    naming: Naming,
    heads: Sequence[str],
    rows: list[list[str]],
    *,
    id_: str,
    texts: int,
) -> str:
    """Return a table of the first rows, or say that nothing differs."""
    if not rows:
        return note(naming.words("compare.none"))
    shown = table(heads, rows[:MOST_ROWS], id_=id_, texts=texts)
    return shown + _rest(naming, len(rows))


def _rest(naming: Naming, count: int) -> str:
    """Say how many rows are not shown."""
    rest = count - MOST_ROWS
    return note(naming.words("compare.more_rows", count=rest)) if rest > 0 else ""
