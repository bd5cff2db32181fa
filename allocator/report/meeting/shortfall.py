"""Shortfall before planning: is there one, is it enough, is it near (现状短板表)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.report.meeting.table import Kind, MeetingTable, column
from allocator.scenario.schema import Level

if TYPE_CHECKING:
    import pandas as pd

    from allocator.report.meeting.facts import Facts
    from allocator.report.meeting.table import Column


def shortfall(facts: Facts) -> MeetingTable:
    """Return the shortfall of every service in every community, the worst first."""
    table = _of_level(facts.city.services, Level.COMMUNITY)
    home = facts.communities["street_id"].reindex(table["area_id"])
    table["street"] = home.fillna("").to_numpy(object)
    table["community"] = [facts.community_name(c) for c in table["area_id"]]
    places = ["community", "street"] if (table["street"] != "").any() else ["community"]
    return _table(facts, "shortfall", table, places)


def shortfall_streets(facts: Facts) -> MeetingTable | None:
    """Return the shortfall of every service in every street; None without streets."""
    table = _of_level(facts.city.services, Level.STREET)
    table["street"] = table["area_id"]
    return _table(facts, "shortfall_streets", table, ["street"]) if len(table) else None


def shortfall_areas(facts: Facts) -> MeetingTable:
    """Return for every community what is not within reach, the worst first."""
    words, table = facts.words, _of_level(facts.city.areas, Level.COMMUNITY)
    table["community"] = [facts.community_name(c) for c in table["area_id"]]
    table["coverage_before"] = table["coverage"]
    lacking = [str(ids).split(", ") for ids in table["not_in_reach"]]
    table["not_in_reach"] = [
        words.listed(words.service[s] for s in ids if s) for ids in lacking
    ]
    columns = [column(words, "rank", Kind.COUNT), column(words, "community")]
    columns += [column(words, "residents", Kind.COUNT, total=True)]
    people = ("demand_persons", "baseline_covered_persons", "unmet_persons")
    table["baseline_covered_persons"] = table["covered_persons"]
    columns += [column(words, key, Kind.PERSONS, total=True) for key in people]
    columns += [column(words, "coverage_before", Kind.SHARE)]
    columns += [column(words, "services_in_reach", Kind.COUNT)]
    columns += [column(words, "services_asked", Kind.COUNT)]
    columns += [column(words, "not_in_reach")]
    columns += [column(words, "priority_near_share", Kind.SHARE)]
    notes = (words("note.shortfall"), words("note.priority"))
    return _finished(facts, "shortfall_areas", table, columns, notes)


def _of_level(table: pd.DataFrame, level: Level) -> pd.DataFrame:
    """Return the rows of one level."""
    return table[table["level"] == level.value].reset_index(drop=True)


def _table(
    facts: Facts, key: str, table: pd.DataFrame, places: list[str]
) -> MeetingTable:
    """Return the shortfall by service, with the answers to the three questions."""
    words = facts.words
    table["service"] = [words.service[s] for s in table["service_id"]]
    table["in_reach"] = [words.some_of(share) for share in table["near_share"]]
    met = 1.0 - table["unmet_persons"] / table["demand_persons"].where(
        table["demand_persons"] > 0
    )
    table["enough"] = [words.some_of(share) for share in met]
    table["place_unit"] = [facts.place_unit(s) for s in table["service_id"]]
    columns = [column(words, "rank", Kind.COUNT)]
    columns += [column(words, name) for name in (*places, "service")]
    columns += [column(words, "demand_persons", Kind.PERSONS)]
    columns += [column(words, "in_reach", Kind.VERDICT)]
    columns += [column(words, "sites", Kind.COUNT)]
    columns += [column(words, "sites_in_reach", Kind.COUNT)]
    columns += [column(words, "near_share", Kind.SHARE)]
    columns += [column(words, "nearest_walk_min", Kind.MINUTES)]
    columns += [column(words, "enough", Kind.VERDICT)]
    columns += [column(words, "unmet_persons", Kind.PERSONS)]
    columns += [column(words, "missing_places", Kind.COUNT)]
    columns += [column(words, "place_unit")]
    columns += [column(words, "missing_gross_m2", Kind.AREA)]
    standards = ("standard_missing_places", "standard_missing_gross_m2")
    kinds = (Kind.COUNT, Kind.AREA)
    columns += [
        column(words, name, kind)
        for name, kind in zip(standards, kinds, strict=True)
        if table[name].notna().any()
    ]
    notes = (words("note.shortfall"), words("note.missing"))
    return _finished(facts, key, table, columns, notes)


def _finished(
    facts: Facts,
    key: str,
    table: pd.DataFrame,
    columns: list[Column],
    notes: tuple[str, ...],
) -> MeetingTable:
    """Return the table, its figures as numbers."""
    rows = table[[c.key for c in columns]].copy()
    figures = [c.key for c in columns if not c.is_text]
    rows[figures] = rows[figures].astype(np.float64)
    return MeetingTable(key, facts.words(f"meeting.{key}"), tuple(columns), rows, notes)
