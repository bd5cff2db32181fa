"""Shortfall before planning: is there one, is it enough, is it near (现状短板表)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.report.meeting.table import Kind, MeetingTable, column
from allocator.units import PLACES_TOLERANCE

if TYPE_CHECKING:
    import pandas as pd

    from allocator.report.meeting.facts import Facts
    from allocator.scenario.scenario import Offer


def shortfall(facts: Facts) -> MeetingTable:
    """Return the shortfall of every community and need."""
    table = facts.shortfall.assign(**_lacking(facts))
    names, home = facts.words.community, facts.communities
    street = home["street_id"].reindex(table["community_id"])
    table["street"] = street.fillna("").to_numpy(object)
    table["community"] = [names.get(c, c) for c in table["community_id"]]
    return _table(facts, "shortfall", table, ["community", "street"])


def shortfall_streets(facts: Facts) -> MeetingTable | None:
    """Return the shortfall of every street and need; None where streets are unknown."""
    table = facts.shortfall.assign(**_lacking(facts))
    home = facts.communities["street_id"].reindex(table["community_id"])
    table["street"] = home.fillna("").to_numpy(object)
    if not (table["street"] != "").any():
        return None
    near = table["access"] * table["demand_persons"]
    sums = table.assign(access=near).groupby(["street", "need_id"], sort=True)
    figures = ["demand_persons", "baseline_covered_persons", "unmet_persons", "access"]
    figures += ["lacking_places", "lacking_gross_m2"]
    table = sums[figures].sum(min_count=1).reset_index()
    table["access"] /= table["demand_persons"]
    table["coverage"] = table["baseline_covered_persons"] / table["demand_persons"]
    return _table(facts, "shortfall_streets", table, ["street"])


def _table(
    facts: Facts, key: str, table: pd.DataFrame, places: list[str]
) -> MeetingTable:
    """Return the table with its words, the largest shortfall first."""
    words = facts.words
    table["need"] = [words.need[n] for n in table["need_id"]]
    table["services"] = [_accepted(facts, n) for n in table["need_id"]]
    table["in_reach"] = [words.some_of(share) for share in table["access"]]
    table["enough"] = [words.some_of(share) for share in table["coverage"]]
    table["place_unit"] = [facts.need_unit(n) for n in table["need_id"]]
    columns = (
        *(column(words, place) for place in places),
        column(words, "need"),
        column(words, "services"),
        column(words, "demand_persons", Kind.PERSONS, total=True),
        column(words, "in_reach", Kind.VERDICT),
        column(words, "access", Kind.SHARE),
        column(words, "enough", Kind.VERDICT),
        column(words, "baseline_covered_persons", Kind.PERSONS, total=True),
        column(words, "coverage_before", Kind.SHARE),
        column(words, "unmet_persons", Kind.PERSONS, total=True),
        column(words, "lacking_places", Kind.COUNT),
        column(words, "place_unit"),
        column(words, "lacking_gross_m2", Kind.AREA, total=True),
    )
    table = table.rename(columns={"coverage": "coverage_before"})
    order = table.sort_values(
        ["unmet_persons", *places, "need_id"],
        ascending=[False] + [True] * (len(places) + 1),
        kind="stable",
    )
    return MeetingTable(
        key,
        words(f"meeting.{key}"),
        columns,
        order[[c.key for c in columns]].reset_index(drop=True),
        (words("note.shortfall"), words("note.lacking")),
    )


def _lacking(facts: Facts) -> dict[str, np.ndarray]:
    """Return the places and gross m² that would serve what is unmet."""
    main = {need.id: main_offer(facts, need.id) for need in facts.scenario.needs}
    coefficient = float(facts.buildings["use_coefficient"].mean() or np.nan)
    visits = facts.shortfall["unmet_visits_per_week"].to_numpy(np.float64)
    offers = [main[need_id] for need_id in facts.shortfall["need_id"]]
    per_place = np.array([_visits_per_place(offer) for offer in offers])
    places = np.ceil(visits / per_place - PLACES_TOLERANCE)
    m2 = np.array([offer.m2_per_place for offer in offers])
    return {
        "lacking_places": places,
        "lacking_gross_m2": places * m2 / coefficient,
    }


def main_offer(facts: Facts, need_id: str) -> Offer:
    """Return the offer counted for a need: of the service it names first.

    Of several sessions the one in which a place serves most visits.
    """
    scenario = facts.scenario
    first = scenario.needs[scenario.need2position[need_id]].accepts[0]
    own = [
        offer
        for offer in scenario.offers
        if offer.service_id == first.service
        and first.session in (None, offer.session_id)
    ]
    return max(own, key=lambda offer: offer.visits_per_place_week)


def _visits_per_place(offer: Offer) -> float:
    return np.nan if offer.unlimited else offer.visits_per_place_week


def _accepted(facts: Facts, need_id: str) -> str:
    """Return the services that meet a need."""
    scenario = facts.scenario
    need = scenario.needs[scenario.need2position[need_id]]
    services = dict.fromkeys(accept.service for accept in need.accepts)
    return facts.words.listed(facts.words.service[s] for s in services)
