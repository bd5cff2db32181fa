"""The description of a scenario as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from allocator.cli.output import number_text, table_text

if TYPE_CHECKING:
    from allocator.shortfall import Description
    from allocator.shortfall.streets import StreetComparison

MOST_ROWS = 60
"""Rows of a long table shown; all are in the JSON."""
SHORTFALL_TITLE = """\
Shortfall before planning, by community and need, from existing facilities alone
(persons summed over needs are person-needs; capacity within reach counts a facility
for every community that reaches it, so it may count twice)"""

SURVEY_TITLE = """\
Surveys (rate margin: half the 95 % interval of a simple random sample)"""
CITY_TITLE = """\
Shortfall by service in all, the most unmet persons first (a need that several services
could meet is unmet in each; missing places would serve all of it alone)"""
AREAS_TITLE = """\
Shortfall by community, the most unmet person-needs first (priority near: residents with
a site of every priority need within the limit)"""
STANDARDS_TITLE = "Standards, with facilities alone"

STREETS_TITLE = """\
Persons with a site within the limit for what they accept, along streets and in a
straight line × detour, by need (person-needs)"""
ZONES_TITLE = (
    "Zones where streets and straight line differ most (sites within the limit)"
)


def description_text(description: Description) -> str:
    """Return the description in blocks."""
    blocks = [
        _title(description),
        _block("Slots of the week", description.slots),
        _block("Demand by need and group", description.demand),
        *_survey(description),
        _block(
            SHORTFALL_TITLE,
            shortfall_columns(description.shortfall),
        ),
        *_city(description),
        *_streets(description.streets),
        _block("Which service suits which space", suits_table(description.suitability)),
        _block("What bars a service from a space", bars_table(description.suitability)),
        _lines("Defaults taken", description.defaults_taken),
        _lines("Warnings", [str(warning) for warning in description.warnings]),
    ]
    return "\n\n".join(blocks)


def _survey(description: Description) -> list[str]:
    """Return what surveys found, if there are any."""
    table = description.survey
    return [_block(SURVEY_TITLE, table)] if len(table) else []


def _city(description: Description) -> list[str]:
    """Return the shortfall by service and area, and the standards."""
    services, areas = description.city.services, description.city.areas
    shown = {
        "service_id": "service",
        "demand_persons": "demand",
        "unmet_persons": "unmet",
        "near_share": "near",
        "nearest_walk_min": "minutes",
        "sites": "sites",
        "places": "places",
        "missing_places": "missing",
        "place_name": "of",
        "missing_gross_m2": "missing gross m²",
    }
    whole = services[services["level"] == "all"]
    of_areas = {
        "area_id": "community",
        "residents": "residents",
        "unmet_persons": "unmet",
        "coverage": "coverage",
        "services_in_reach": "services near",
        "services_asked": "of",
        "priority_near_share": "priority near",
    }
    communities = areas[areas["level"] == "community"]
    return [
        _block(CITY_TITLE, _short(whole, shown)),
        _block(AREAS_TITLE, _short(communities, of_areas)),
        _block(STANDARDS_TITLE, standards_table(description.city.standards)),
    ]


def _short(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Return some columns under short headers, shares in per cent."""
    table = frame[list(names)].copy()
    for name in ("near_share", "coverage", "priority_near_share"):
        if name in table:
            table[name] = [
                "" if share != share else f"{100 * share:.1f} %"  # NaN
                for share in table[name]
            ]
    return table.rename(columns=names)


def standards_table(compliance: pd.DataFrame) -> pd.DataFrame:
    """Return how many areas meet each standard, with facilities alone."""
    keys = ["standard_id", "measure", "level", "minimum", "verified"]
    marked = compliance.assign(
        areas=1,
        met=(compliance["baseline_status"] == "met").astype(int),
        unknown=(compliance["baseline_status"] == "unknown").astype(int),
    )
    sums = {"areas": "sum", "met": "sum", "unknown": "sum"}
    table = marked.groupby(keys, sort=True, as_index=False).agg(sums)
    return table.assign(verified=["yes" if v else "no" for v in table["verified"]])


def _streets(streets: StreetComparison | None) -> list[str]:
    """Return what the street network is like and how straight lines differ."""
    if streets is None:
        return []
    facts = streets.facts
    lines = (
        f"{number_text(facts.num_segments)} segments between "
        f"{number_text(facts.num_nodes)} nodes, {facts.length_km:,.1f} km",
        f"{facts.num_islands} parts ({facts.island_length_km:,.1f} km) without a way "
        f"to the largest; {len(facts.island_zones)} zones and "
        f"{len(facts.island_sites)} sites are near to no other",
        f"{len(facts.cut_off_zones)} zones and {len(facts.cut_off_sites)} sites are "
        "cut off: no street within the snapping distance",
    )
    return [
        _lines("Street network", lines),
        _block(STREETS_TITLE, streets.needs),
        _block(ZONES_TITLE, streets.zones),
    ]


def _title(description: Description) -> str:
    """Return the name and the sizes."""
    names = ", ".join([description.name, *description.variants])
    sizes = [
        f"  {number_text(value):>12}  {name.replace('_', ' ')}"
        for name, value in description.sizes.items()
    ]
    return "\n".join([f"{names}", *sizes])


def _block(title: str, frame: pd.DataFrame) -> str:
    """Return a titled table."""
    body = table_text(frame, most_rows=MOST_ROWS) if len(frame) else "  none"
    return f"{title}\n{body}"


def _lines(title: str, lines: tuple[str, ...] | list[str]) -> str:
    """Return a titled list."""
    return "\n".join([title, *(f"  {line}" for line in lines or ("none",))])


def shortfall_columns(shortfall: pd.DataFrame) -> pd.DataFrame:
    """Return the shortfall under headers short enough for a terminal."""
    table = shortfall.copy()
    for name in ("coverage", "access"):
        table[name] = [f"{100 * share:.1f} %" for share in table[name]]
    return table.rename(
        columns={
            "demand_persons": "demand",
            "baseline_covered_persons": "covered",
            "unmet_persons": "unmet",
            "unmet_visits_per_week": "unmet visits/week",
            "capacity_within_reach_visits_per_week": "capacity within reach/week",
        }
    )


def suits_table(suitability: pd.DataFrame) -> pd.DataFrame:
    """Return each space with the offers that suit it."""
    suits = suitability[suitability["bar"] == ""]
    offers = suits["service_id"] + "/" + suits["session_id"]
    joined = offers.groupby(suits["space_id"]).agg(", ".join)
    spaces = suitability["space_id"].drop_duplicates().tolist()
    return pd.DataFrame(
        {"space_id": spaces, "suits": [joined.get(r, "nothing") for r in spaces]}
    )


def bars_table(suitability: pd.DataFrame) -> pd.DataFrame:
    """Return each bar once per space and service, with the sessions it concerns."""
    barred = suitability[suitability["bar"] != ""]
    keys = ["space_id", "service_id", "bar", "reason"]
    sessions = barred.groupby(keys, sort=True)["session_id"].agg(", ".join)
    return sessions.reset_index()
