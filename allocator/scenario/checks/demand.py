"""Residents and demand: given once, and everybody somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.scenario.checks.facts import cells, issue, summary
from allocator.scenario.ids import same_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocator.issues import Issue, Place
    from allocator.scenario.checks.facts import Facts


def zones_exist(facts: Facts) -> Iterator[Issue]:
    """Report a scenario without zones, or without residents and demand."""
    if not facts.is_readable("zones", "population", "demand"):
        return
    if facts.table("zones").empty:
        yield _empty(facts, "zones", "no-zones", "there is no demand point")
    elif facts.table("population").empty and facts.table("demand").empty:
        yield _empty(
            facts, "population", "no-demand", "there are neither residents nor demand"
        )


def zones_without_demand(facts: Facts) -> Iterator[Issue]:
    """Warn of counted zones in which nobody lives and nothing is asked."""
    if not facts.is_readable("zones", "population", "demand"):
        return
    zones, population = facts.table("zones"), facts.table("population")
    demand = facts.table("demand")
    if population.empty and demand.empty:
        return
    peopled = population[population["persons"] > 0]
    asks = demand["visits_per_week"] > 0
    if asks.all() and same_texts(demand["zone_id"], zones["zone_id"]):
        return
    asking = demand[asks]
    wide = set(peopled["community_id"]) - {""}
    has = zones["zone_id"].isin({*peopled["zone_id"], *asking["zone_id"]})
    has |= zones["community_id"].isin(wide)
    silent = (~has & zones["counted"]).to_numpy(bool)
    message = "zones without residents or demand"
    yield from summary(
        facts, "zone-without-demand", "zones", "zone_id", silent, message
    )


def residents_have_zones(facts: Facts) -> Iterator[Issue]:
    """Report residents of a community in which no zone lies."""
    if not facts.is_readable("zones"):
        return
    owners = facts.ids_of("zones", "community_id")
    listing = facts.ids_of("communities", "community_id")
    for table in ("population", "survey"):
        community = facts.table(table)["community_id"]
        lost = community.isin(listing - owners).to_numpy(bool)

        def of_row(row: int, place: Place, ids: pd.Series[str] = community) -> Issue:
            return issue(
                "community-without-zone",
                place,
                f"community {ids.iloc[row]!r} has no zone to take this row",
                expected="a community_id that stands in the table zones",
            )

        yield from cells(facts, table, "community_id", lost, of_row)


def residents_counted_once(facts: Facts) -> Iterator[Issue]:
    """Report a group that is given by zone and by community."""
    population, zones = facts.table("population"), facts.table("zones")
    if population.empty:
        return
    by_zone = population[population["zone_id"] != ""]
    owner = zones.drop_duplicates("zone_id").set_index("zone_id")["community_id"]
    pairs = pd.MultiIndex.from_arrays(
        [by_zone["zone_id"].map(owner).astype(object).fillna(""), by_zone["group_id"]]
    )
    own = pd.MultiIndex.from_frame(population[["community_id", "group_id"]])
    twice = own.isin(pairs) & (population["community_id"] != "").to_numpy(bool)

    def of_row(row: int, place: Place) -> Issue:
        community = population["community_id"].iloc[row]
        group = population["group_id"].iloc[row]
        return issue(
            "residents-twice",
            place,
            f"group {group!r} of community {community!r} is also given by zone; "
            "both would be added",
            expected="either rows by zone or one row by community",
        )

    yield from cells(facts, "population", "community_id", twice, of_row)


def demand_mixed(facts: Facts) -> Iterator[Issue]:
    """Report a (zone, need) with rows by group and a row without."""
    demand = facts.table("demand")
    if demand.empty:
        return
    whole = demand["group_id"] == ""
    if whole.all():
        return
    pair = [demand["zone_id"], demand["need_id"]]
    some = whole.groupby(pair).transform("any")
    mixed = (some & ~whole.groupby(pair).transform("all") & whole).to_numpy(bool)

    def of_row(row: int, place: Place) -> Issue:
        zone, need = demand["zone_id"].iloc[row], demand["need_id"].iloc[row]
        return issue(
            "demand-mixed",
            place,
            f"need {need!r} of zone {zone!r} has a row without a group beside rows "
            "with one",
            expected="rows for groups, or one row for all",
        )

    yield from cells(facts, "demand", "group_id", mixed, of_row)


def survey_rates(facts: Facts) -> Iterator[Issue]:
    """Warn of surveyed rates above 1."""
    survey = facts.table("survey")
    above = (survey["rate"] > 1).to_numpy(bool)

    def of_row(row: int, place: Place) -> Issue:
        rate = survey["rate"].iloc[row]
        return issue(
            "rate-above-one",
            place,
            f"the surveyed rate is {rate:g}",
            expected="a share of the group, at most 1",
        )

    yield from cells(facts, "survey", "rate", above, of_row)


def groups_without_residents(facts: Facts) -> Iterator[Issue]:
    """Warn of groups that have needs but no residents."""
    if (
        not facts.is_readable("population", "demand")
        or "needs" in facts.places.lost_ids
    ):
        return
    given = facts.ids_of("population", "group_id") | facts.ids_of("demand", "group_id")
    asking = {g for n in facts.spec.needs for g, rate in n.groups.items() if rate > 0}
    if not given:
        return
    for k, group in enumerate(facts.spec.groups):
        if group.id in asking - given:
            yield issue(
                "group-without-residents",
                facts.places.yaml(("groups", k, "id")),
                f"group {group.id!r} has needs but no residents in any table",
            )


def communities_without_zone(facts: Facts) -> Iterator[Issue]:
    """Warn of communities in which no zone lies."""
    if not facts.is_readable("zones") or facts.table("zones").empty:
        return
    ids = facts.column("communities", "community_id")
    owners = np.array(sorted(facts.ids_of("zones", "community_id")), object)
    alone = ~np.isin(ids.astype(str), owners.astype(str))
    message = "communities without a zone"
    yield from summary(
        facts, "empty-community", "communities", "community_id", alone, message
    )


def _empty(facts: Facts, table: str, code: str, message: str) -> Issue:
    """Return the issue of a table that is absent or has no rows."""
    given = table in facts.places.tables
    place = facts.places.cell(table, None) if given else facts.places.yaml("tables")
    return issue(code, place, message, expected=f"rows in the table {table}")
