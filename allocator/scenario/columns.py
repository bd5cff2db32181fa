"""The tables of a scenario: every column with kind, unit, default and meaning.

Reading, checking, templates and the reference page are all driven from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """How the cells of a column are read and held."""

    ID = "id"
    """Text; empty means absent (held as "")."""
    TEXT = "text"
    NUMBER = "number"
    """float64; absent optional numbers are NaN unless a default is given."""
    INTEGER = "integer"
    """int64 when the column has a default, else float64 with NaN for absent."""
    YES_NO = "yes_no"
    """yes/no, true/false, 1/0, 是/否; held as bool."""
    DATE = "date"
    """ISO date; held as datetime64[s] at midnight, absent NaT."""
    WORDS = "words"
    """Words separated by ; , or the Chinese comma; held as frozenset of text."""
    HOURS = "hours"
    """``mon-fri 18:00-22:00; sat,sun 08:00-22:00``; held as WeekHours."""


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    kind: Kind
    description: str
    required: bool = False
    default: Any = None
    """Value of an absent cell; None: "", NaN, NaT, no words or ALWAYS by kind."""
    minimum: float | None = None
    exclusive: bool = False
    """Whether `minimum` itself is forbidden."""
    maximum: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: its columns, key and the order its rows are sorted in."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """Columns that together are unique."""
    one_of: tuple[tuple[str, ...], ...] = ()
    """Sets of columns of which exactly one must be filled in each row."""

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in their canonical order."""
        return tuple(column.name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        """Return the column called `name`."""
        return next(column for column in self.columns if column.name == name)


def _id(name: str, text: str, *, required: bool = False) -> Column:
    return Column(name, Kind.ID, text, required=required)


def _amount(name: str, text: str, **rules: Any) -> Column:
    return Column(name, Kind.NUMBER, text, **({"minimum": 0.0} | rules))


COMMUNITIES = Table(
    "communities",
    "Communities, with the street and district they belong to.",
    (
        _id("community_id", "Community.", required=True),
        Column("name", Kind.TEXT, "Name for people; default: the id."),
        _id("street_id", "Street or town it belongs to."),
        _id("district_id", "District it belongs to."),
        Column(
            "kind",
            Kind.TEXT,
            "Kind of community.",
            default="existing",
            choices=("existing", "old_estate", "new"),
        ),
        _amount("households", "Households; default: the sum over its zones."),
        Column("tags", Kind.WORDS, "Free labels."),
    ),
    key=("community_id",),
)
ZONES = Table(
    "zones",
    "Demand points: residential compounds, blocks or grid cells.",
    (
        _id("zone_id", "Zone.", required=True),
        Column(
            "x", Kind.NUMBER, "Easting in m, or longitude in degrees.", required=True
        ),
        Column(
            "y", Kind.NUMBER, "Northing in m, or latitude in degrees.", required=True
        ),
        _id("community_id", "Community it belongs to."),
        _amount("households", "Households."),
        Column(
            "counted",
            Kind.YES_NO,
            "no: competes for capacity and counts in the goals, left out of floors, "
            "shortfall, coverage and access.",
            default=True,
        ),
    ),
    key=("zone_id",),
)
POPULATION = Table(
    "population",
    "Residents by group, per zone or per community (spread over its zones by "
    "households, equally where no zone has any).",
    (
        _id("zone_id", "Zone."),
        _id("community_id", "Community."),
        _id("group_id", "Group.", required=True),
        _amount("persons", "Residents of the group.", required=True),
    ),
    key=("zone_id", "community_id", "group_id"),
    one_of=(("zone_id", "community_id"),),
)
SURVEY = Table(
    "survey",
    "What a survey found: a factor on the demand, or the rate itself; a row of a zone "
    "goes before a row of its community.",
    (
        _id("zone_id", "Zone."),
        _id("community_id", "Community."),
        _id("need_id", "Need.", required=True),
        _amount("factor", "Factor on the need's rates."),
        _amount("rate", "Rate that replaces the need's rate for each of its groups."),
        _amount("sample_size", "Households or persons asked."),
    ),
    key=("zone_id", "community_id", "need_id"),
    one_of=(("zone_id", "community_id"), ("factor", "rate")),
)
DEMAND = Table(
    "demand",
    "Demand given directly. With group_id the row replaces that row; without, one row "
    "of weight 1 replaces all groups of the (zone, need); mixing both is an error.",
    (
        _id("zone_id", "Zone.", required=True),
        _id("need_id", "Need.", required=True),
        _id("group_id", "Group."),
        _amount("visits_per_week", "Visits per week.", required=True),
    ),
    key=("zone_id", "need_id", "group_id"),
)
BUILDINGS = Table(
    "buildings",
    "Candidate sites.",
    (
        _id("building_id", "Building.", required=True),
        Column(
            "x", Kind.NUMBER, "Easting in m, or longitude in degrees.", required=True
        ),
        Column(
            "y", Kind.NUMBER, "Northing in m, or latitude in degrees.", required=True
        ),
        Column("name", Kind.TEXT, "Name for people; default: the id."),
        _id("community_id", "Community it stands in."),
        _id("district_id", "District it stands in; default: its community's."),
        Column("former_use", Kind.TEXT, "What it was used for."),
        Column("ownership", Kind.TEXT, "Who owns it."),
        Column("land_use", Kind.TEXT, "Land use by plan."),
        _amount("gross_area_m2", "Gross area (建筑面积)."),
        Column(
            "use_coefficient",
            Kind.NUMBER,
            "Usable area ÷ gross area.",
            default=0.7,
            minimum=0.0,
            exclusive=True,
            maximum=1.0,
        ),
        _amount(
            "opening_cost", "Capital cost of using the building at all.", default=0.0
        ),
        _amount("annual_rent", "Rent per year when used.", default=0.0),
        Column(
            "reserve_share",
            Kind.NUMBER,
            "Share of its usable area that must stay free.",
            default=0.0,
            minimum=0.0,
            maximum=1.0,
        ),
        Column(
            "fire_resistance_class",
            Kind.INTEGER,
            "1 (best) to 4; absent: unknown, fails any condition on it.",
            minimum=1,
            maximum=4,
        ),
        Column("features", Kind.WORDS, "Features of the whole building: gas, lift, …"),
        _amount("outdoor_m2", "Outdoor area that belongs to it.", default=0.0),
        Column("lease_until", Kind.DATE, "Last day of the lease; absent: no end."),
        Column("available_from", Kind.DATE, "First day it may be used."),
        Column("available_until", Kind.DATE, "Last day it may be used."),
        Column("available", Kind.HOURS, "Hours it may be used; absent: always."),
    ),
    key=("building_id",),
)
SPACES = Table(
    "spaces",
    "Rooms and open floors. Without this table every building is one whole space of "
    "gross_area_m2 × use_coefficient, with the building's id.",
    (
        _id("space_id", "Space.", required=True),
        _id("building_id", "Building it belongs to.", required=True),
        _amount(
            "usable_area_m2", "Usable area (使用面积).", required=True, exclusive=True
        ),
        Column(
            "floor",
            Kind.INTEGER,
            "1 = ground floor, −1 = basement; 0 is invalid.",
            default=1,
        ),
        Column(
            "divisible",
            Kind.YES_NO,
            "yes: services side by side; no: one service at a time.",
            default=False,
        ),
        Column("features", Kind.WORDS, "Features of the space."),
        _amount(
            "renovation_cost_per_m2", "Renovation per m² of floor used.", default=0.0
        ),
        _amount("annual_rent", "Rent per year when used.", default=0.0),
        Column("available", Kind.HOURS, "Hours it may be used; absent: always."),
        Column(
            "fitted_for", Kind.WORDS, "Services whose fixed equipment cost is 0 here."
        ),
    ),
    key=("space_id",),
)
FACILITIES = Table(
    "facilities",
    "Existing facilities, one row per (facility, service, session); each is a site of "
    "its own. Give places (× turns × days of the session) or visits_per_week.",
    (
        _id("facility_id", "Facility.", required=True),
        _id("service_id", "Service it gives.", required=True),
        _id("session_id", "Session in which it gives it.", required=True),
        Column(
            "x", Kind.NUMBER, "Easting in m, or longitude in degrees.", required=True
        ),
        Column(
            "y", Kind.NUMBER, "Northing in m, or latitude in degrees.", required=True
        ),
        _amount("places", "Places."),
        _amount("visits_per_week", "Visits it can serve per week."),
        _id("building_id", "Building it stands in, if that is a candidate too."),
        _id("community_id", "Community it stands in."),
        _amount("gross_area_m2", "Gross area."),
        _amount("used_visits_per_week", "Visits it serves today; reported only."),
        _id("operator_id", "Who runs it."),
    ),
    key=("facility_id", "service_id", "session_id"),
    one_of=(("places", "visits_per_week"),),
)
REQUESTS = Table(
    "requests",
    "What residents asked for, one row for each request; after a plan each is told to "
    "be met or not, and why.",
    (
        _id("request_id", "Request.", required=True),
        _id("zone_id", "Zone it comes from."),
        _id("community_id", "Community it comes from."),
        _id("service_id", "Service asked for."),
        _id("need_id", "Need asked to be met."),
        Column("text", Kind.TEXT, "What was said."),
        Column("source", Kind.TEXT, "Meeting, letter, call … it is written down in."),
        Column("date", Kind.DATE, "When it was made."),
        Column(
            "priority",
            Kind.INTEGER,
            "1 is most urgent; orders the list, changes no plan.",
            minimum=1,
        ),
    ),
    key=("request_id",),
    one_of=(("zone_id", "community_id"), ("service_id", "need_id")),
)
TRAVEL = Table(
    "travel",
    "Walking times. In mode matrix an absent pair is unreachable; in other modes "
    "listed pairs override.",
    (
        _id("zone_id", "Zone.", required=True),
        _id("site_id", "Building or facility.", required=True),
        _amount("walk_min", "Walking minutes.", required=True),
        _id("profile", "Walking profile; absent: every profile."),
    ),
    key=("zone_id", "site_id", "profile"),
)

STREETS = Table(
    "streets",
    "Street lines, named under `access.streets`. A map layer has its own lines; a CSV "
    "file gives them in the column wkt.",
    (
        Column(
            "wkt", Kind.TEXT, "The line, `LINESTRING (x y, x y, …)`, x first (CSV)."
        ),
        Column("class", Kind.TEXT, "Class of street, for speeds and crossing delays."),
        Column(
            "layer",
            Kind.INTEGER,
            "Level: bridges above 0, tunnels below. Lines of different layers meet "
            "only where one of them ends.",
            default=0,
        ),
        _amount(
            "grade_percent",
            "Steepness; either direction counts the mean of up and down.",
            default=0.0,
        ),
        _amount(
            "crossing_delay_min",
            "Minutes lost at a junction with this street; default: that of its class.",
        ),
    ),
    key=(),
)
"""Attributes of street lines; they are no table of their own."""

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        COMMUNITIES,
        ZONES,
        POPULATION,
        SURVEY,
        DEMAND,
        BUILDINGS,
        SPACES,
        FACILITIES,
        REQUESTS,
        TRAVEL,
    )
}
