"""Which service suits which space, and what bars it (存量空间适配表)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from allocator.report.meeting.table import Column, Kind, MeetingTable, column

if TYPE_CHECKING:
    from allocator.report.meeting.facts import Facts


def suitability(facts: Facts) -> MeetingTable | None:
    """Return the spaces with a column for each service; None without spaces."""
    words, spaces = facts.words, facts.scenario.tables.spaces
    if not len(spaces):
        return None
    home = facts.buildings.loc[spaces["building_id"]]
    cells = _cells(facts).reindex(spaces["space_id"])
    names = words.community
    rows = pd.DataFrame(
        {
            "building": [words.building[b] for b in spaces["building_id"]],
            "space": spaces["space_id"].to_numpy(object),
            "community": [names.get(c, c) for c in home["community_id"]],
            "former_use": [words.known("use", u) for u in home["former_use"]],
            "ownership": [words.known("use", o) for o in home["ownership"]],
            "floor": spaces["floor"].to_numpy(),
            "usable_m2": spaces["usable_area_m2"].to_numpy(),
            "divided": [
                words("divisible") if d else words("whole") for d in spaces["divisible"]
            ],
        }
    )
    suits = words("suits")
    rows["num_suits"] = (
        cells.isin([suits, words("suits_partly")]).sum(axis=1).to_numpy()
    )
    columns = [column(words, key) for key in ("building", "space", "community")]
    columns += [column(words, "former_use"), column(words, "ownership")]
    columns += [column(words, "floor", Kind.COUNT)]
    columns += [column(words, "usable_m2", Kind.AREA, total=True)]
    columns += [column(words, "divided"), column(words, "num_suits", Kind.COUNT)]
    for service in cells.columns:
        key = f"service:{service}"
        rows[key] = cells[service].to_numpy(object)
        columns.append(Column(key, words.service[service], "", Kind.VERDICT))
    return MeetingTable(
        "suitability",
        words("meeting.suitability"),
        tuple(
            c for c in columns if c.kind is not Kind.TEXT or (rows[c.key] != "").any()
        ),
        rows,
        (words("note.suitability"),),
    )


def bars(facts: Facts) -> MeetingTable | None:
    """Return every (space, service) that is barred, with the reasons in words."""
    words, table = facts.words, facts.suitability
    barred = table[table["bar"] != ""]
    if not len(barred):
        return None
    keys = ["space_id", "service_id", "bar", "reason"]
    sessions = [
        words.session[key]
        for key in zip(barred["service_id"], barred["session_id"], strict=True)
    ]
    found = barred.assign(sessions=sessions).groupby(keys, sort=True)["sessions"]
    rows = found.agg(words.listed).reset_index()
    home = facts.scenario.tables.spaces.set_index("space_id")["building_id"]
    rows["building"] = [words.building[home[s]] for s in rows["space_id"]]
    rows["space"] = rows["space_id"]
    rows["service"] = [words.service[s] for s in rows["service_id"]]
    rows["rule"] = [_rules(facts, bar) for bar in rows["bar"]]
    columns = tuple(
        column(words, key)
        for key in ("building", "space", "service", "sessions", "rule", "reason")
    )
    return MeetingTable(
        "bars",
        words("meeting.bars"),
        columns,
        rows[[c.key for c in columns]],
    )


def _cells(facts: Facts) -> pd.DataFrame:
    """Return what stands in the cell of a space (row) and service (column)."""
    table, words = facts.suitability, facts.words
    free = table.assign(free=table["bar"] == "")
    found = free.groupby(["space_id", "service_id"], sort=False).agg(
        every=("free", "all"), some=("free", "any"), bar=("bar", "first")
    )
    barred = {bar: _rules(facts, bar) for bar in found["bar"].unique()}
    found["cell"] = found["bar"].map(barred)
    found.loc[found["some"], "cell"] = words("suits_partly")
    found.loc[found["every"], "cell"] = words("suits")
    return found["cell"].unstack("service_id")


def _rules(facts: Facts, bar: str) -> str:
    """Return the names of the rules that bar an offer."""
    rules = [rule for rule in bar.split(", ") if rule]
    return facts.words.listed(facts.words.known("rule", rule) for rule in rules)
