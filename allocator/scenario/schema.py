"""What a planner writes in ``scenario.yaml``: strict, frozen, self-documenting.

The text under a field becomes the reference page and the JSON Schema. These models
hold one section's shape only; checks across sections and tables are in
`allocator.scenario.checks`.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from allocator.scenario.hours import (
    WeekHours,
    overlaps_itself,
    parse_days,
    parse_hours,
    parse_when,
    week_hours,
)


class Strict(BaseModel):
    """Base of all sections: unknown keys are errors, values never change."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        ignored_types=(cached_property,),
    )


class NameInLanguages(Strict):
    """A name in several languages."""

    zh: str | None = None
    """Chinese."""
    en: str | None = None
    """English."""


Name = str | NameInLanguages
Identifier = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
NonNegative = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]


def _as_list(value: Any) -> Any:
    """Let a single word stand for a list of one."""
    return [value] if isinstance(value, str) else value


Words = Annotated[
    tuple[str, ...],
    BeforeValidator(_as_list, json_schema_input_type=str | tuple[str, ...]),
]


class CommunityKind(StrEnum):
    """Kinds of community that figures may differ by."""

    EXISTING = "existing"
    OLD_ESTATE = "old_estate"
    NEW = "new"


Kinds = Annotated[
    tuple[CommunityKind, ...],
    BeforeValidator(
        _as_list, json_schema_input_type=CommunityKind | tuple[CommunityKind, ...]
    ),
]


class Named(Strict):
    """An item with an id and an optional name."""

    id: Identifier
    """Identifier, a string, unique in its list."""
    name: Name | None = None
    """Name for people, text or {zh: …, en: …}; default: the id."""

    def label(self, language: str = "en") -> str:
        """Return the name in `language`, else any name, else the id."""
        if isinstance(self.name, str):
            return self.name
        if self.name is None:
            return self.id
        other = self.name.zh or self.name.en or self.id
        return getattr(self.name, language, None) or other


class Group(Named):
    """A population group."""

    weight: NonNegative = 1.0
    """Weight of its residents in `weighted_covered_persons`."""
    profile: str | None = None
    """Walking profile; default: the first of `access.profiles`."""
    tags: Words = ()
    """Free labels."""


class Session(Named):
    """When one use of a service takes place; with its service it is an offer."""

    days: str | tuple[str, ...] | None = None
    """Weekdays of `hours`: `all`, `mon-fri`, or a list; with `hours` only.
    Default: all."""
    hours: str | tuple[str, ...] | None = None
    """Clock hours, `10:30-13:00`, several as a list or comma-separated, the same on
    each day; may cross midnight; `24:00` is allowed."""
    when: str | None = None
    """Hours that differ by day: `mon-fri 18:00-22:00; sat,sun 08:00-22:00` (instead of
    days and hours)."""
    turns: Positive | None = None
    """Persons one place serves per day of the session; default: the service's."""
    m2_per_place: NonNegative | None = None
    """Usable m² per place in this session; default: the service's."""
    annual_cost_fixed: NonNegative | None = None
    """Yearly cost of holding the session in one space; default: the service's."""
    annual_cost_per_place: NonNegative | None = None
    """Yearly cost per place; default: the service's."""

    @model_validator(mode="after")
    def _hours_are_given_once(self) -> Session:
        if (self.hours is None) == (self.when is None):
            msg = "give either 'hours' (with 'days') or 'when'"
            raise ValueError(msg)
        if self.when is not None and self.days is not None:
            msg = "'when' already names the days; leave 'days' out"
            raise ValueError(msg)
        if overlaps_itself(self.week):
            msg = f"the session overlaps itself: {self.week}"
            raise ValueError(msg)
        return self

    @cached_property
    def week(self) -> WeekHours:
        """The session's intervals of the week."""
        if self.when is not None:
            return parse_when(self.when)
        days = self.days if self.days is not None else "all"
        hours = self.hours if self.hours is not None else ""
        return week_hours(
            parse_days(days if isinstance(days, str) else ",".join(days)),
            parse_hours(hours if isinstance(hours, str) else ",".join(hours)),
        )


class Condition(Strict):
    """What a service asks of a space and its building; every key given must hold."""

    min_floor: int | None = None
    """Lowest floor (1 = ground floor, −1 = basement; 0 is invalid)."""
    max_floor: int | None = None
    """Highest floor."""
    features: Words = ()
    """Features that the space or its building must all have."""
    daylight: bool = False
    """The space or building must have the feature `daylight`."""
    step_free: bool = False
    """The space or building must have the feature `step_free`."""
    max_fire_resistance_class: Annotated[int, Field(ge=1, le=4)] | None = None
    """Fire resistance class of the building at most this (1 is best); unknown
    fails."""
    land_use: Words = ()
    """The building's land use must be one of these."""
    excluded_former_uses: Words = ()
    """The building's former use must be none of these."""
    community_kinds: Kinds = ()
    """The community the building stands in must be of one of these kinds: `existing`,
    `old_estate`, `new`; a building without a community fails."""
    min_lease_years: Positive | None = None
    """Years from the scenario's date to the building's `lease_until`; no end given
    passes."""
    min_space_m2: NonNegative | None = None
    """Usable area of the space at least this."""
    max_space_m2: Positive | None = None
    """Usable area of the space at most this."""
    max_area_on_floor_m2: NonNegative | None = None
    """Most area of the service on that floor of the building, summed over its
    spaces."""
    max_places_on_floor: NonNegative | None = None
    """Most places of the service on that floor of the building, summed over its
    spaces."""
    outdoor_m2_per_place: NonNegative = 0.0
    """Outdoor m² of the building per place; summed over the building's services."""

    @model_validator(mode="after")
    def _floors_exist(self) -> Condition:
        if 0 in (self.min_floor, self.max_floor):
            msg = "floor 0 does not exist (1 = ground floor, -1 = basement)"
            raise ValueError(msg)
        if self.min_floor and self.max_floor and self.min_floor > self.max_floor:
            msg = "min_floor is above max_floor"
            raise ValueError(msg)
        least, most = self.min_space_m2, self.max_space_m2
        if least is not None and most is not None and least > most:
            msg = "min_space_m2 is above max_space_m2"
            raise ValueError(msg)
        return self

    @property
    def all_features(self) -> frozenset[str]:
        """Features asked for, daylight and step-free access included."""
        extra = {"daylight": self.daylight, "step_free": self.step_free}
        return frozenset(self.features) | {k for k, asked in extra.items() if asked}


class Requirements(Strict):
    """Siting alternatives: at least one condition must hold."""

    any_of: tuple[Condition, ...] = ()
    """Conditions of which one must hold; empty: anywhere."""

    @model_validator(mode="before")
    @classmethod
    def _one_condition_is_a_list_of_one(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not value or set(value) == {"any_of"}:
            return value
        if "any_of" in value:
            msg = "give either any_of or the keys of one condition"
            raise ValueError(msg)
        return {"any_of": [value]}


class Capacity(StrEnum):
    """Whether an offer's capacity counts places or is unlimited."""

    PLACES = "places"
    UNLIMITED = "unlimited"


DEDICATED = "dedicated"


class Service(Named):
    """A service function."""

    category: str = ""
    """Category: elder care, meals, …"""
    sharing: str = DEDICATED
    """`dedicated`, or the sharing class within which services take turns in a room."""
    capacity: Capacity = Capacity.PLACES
    """`unlimited` for pure covering problems: then no m2_per_place and no cost per
    place."""
    m2_per_place: NonNegative | None = None
    """Usable m² per place; required here or in every session unless capacity is
    unlimited."""
    min_area_m2: NonNegative = 0.0
    """Least usable area; compared with the area used in a divisible space, with the
    whole area in a whole one."""
    max_area_m2: Positive | None = None
    """Most usable area in one space; default: no limit."""
    equipment_cost: NonNegative = 0.0
    """Fixed cost of equipping a space for the service."""
    equipment_cost_per_place: NonNegative = 0.0
    """Equipment cost per place at the peak."""
    turns: Positive = 1.0
    """Persons one place serves per day of a session."""
    annual_cost_fixed: NonNegative = 0.0
    """Yearly cost of holding a session in one space."""
    annual_cost_per_place: NonNegative = 0.0
    """Yearly cost per place of a session."""
    sessions: Annotated[tuple[Session, ...], Field(min_length=1)]
    """When the service may be held."""
    requires: Requirements = Requirements()
    """Siting: what it asks of space and building."""
    place_name: Name | None = None
    """What one place is called, text or {zh: …, en: …}: beds, seats; default:
    places."""
    tags: Words = ()
    """Free labels."""

    @model_validator(mode="after")
    def _area_is_stated(self) -> Service:
        if self.max_area_m2 is not None and self.max_area_m2 < self.min_area_m2:
            msg = "max_area_m2 is below min_area_m2"
            raise ValueError(msg)
        per_place = [self.equipment_cost_per_place, self.annual_cost_per_place]
        per_place += [s.annual_cost_per_place or 0.0 for s in self.sessions]
        areas = [s.m2_per_place for s in self.sessions]
        if self.capacity is Capacity.UNLIMITED:
            stated = self.m2_per_place is not None or any(a is not None for a in areas)
            if stated or any(per_place):
                msg = (
                    "unlimited capacity allows neither m2_per_place nor costs per place"
                )
                raise ValueError(msg)
        elif self.m2_per_place is None and any(a is None for a in areas):
            msg = "m2_per_place is missing (give it here or in every session)"
            raise ValueError(msg)
        return self


class Acceptance(Strict):
    """One offer that satisfies a need, with its walking limit."""

    service: str
    """Service id."""
    session: str | None = None
    """Session id; absent: every session of the service."""
    max_walk_min: NonNegative
    """Walking limit in minutes, inclusive."""


class CreditStep(Strict):
    """Credit up to a walking time."""

    max_min: NonNegative
    """Walking minutes up to which the share is given, inclusive."""
    share: Share
    """Share of the demand that counts as covered."""


class LinearCredit(Strict):
    """Credit 1 up to `full_min`, falling in a line to 0 at `zero_min`."""

    full_min: NonNegative
    """Walking minutes up to which credit is 1."""
    zero_min: Positive
    """Walking minutes from which credit is 0."""

    @model_validator(mode="after")
    def _falls(self) -> LinearCredit:
        if self.zero_min <= self.full_min:
            msg = "zero_min must be above full_min"
            raise ValueError(msg)
        return self


class Need(Named):
    """What residents ask: which groups, how often, and which offers satisfy it."""

    tier: int | None = None
    """Label for goals and reports; multiplies nothing."""
    weight: NonNegative = 1.0
    """Weight in `weighted_covered_persons`, times the group's weight."""
    groups: dict[str, NonNegative] = {}
    """Group id to rate: persons with the need per person of the group. May be empty
    when the table `demand` gives the demand."""
    groups_by_kind: dict[CommunityKind, dict[str, NonNegative]] = {}
    """Kind of community to group ids and rates that replace those of `groups` there;
    groups left out keep theirs."""
    visits_per_person_week: Positive
    """Visits per week of one person with the need."""
    fee_per_visit: NonNegative = 0.0
    """What a visit pays at a planned site."""
    profile: str | None = None
    """Walking profile; default: the group's."""
    accepts: Annotated[tuple[Acceptance, ...], Field(min_length=1)]
    """Offers that satisfy the need."""
    credit: tuple[CreditStep, ...] | LinearCredit | None = None
    """Share of the demand counted by walking time; default 1 within the limit."""
    tags: Words = ()
    """Free labels."""

    @model_validator(mode="after")
    def _kinds_change_groups(self) -> Need:
        for kind, rates in self.groups_by_kind.items():
            for group in rates:
                if group not in self.groups:
                    msg = f"groups_by_kind.{kind} names {group!r}, groups does not"
                    raise ValueError(msg)
        return self

    @field_validator("credit")
    @classmethod
    def _steps_rise(cls, value: Any) -> Any:
        if isinstance(value, tuple):
            minutes = [step.max_min for step in value]
            if not value or minutes != sorted(set(minutes)):
                msg = "credit steps must rise in max_min"
                raise ValueError(msg)
        return value


class Profile(Strict):
    """A way of walking."""

    speed_m_per_min: Positive
    """Metres per minute."""
    class_factors: dict[str, NonNegative] = {}
    """Factor on the speed by class of street (mode network), before that of
    `streets`; 0: not walked."""


class AccessMode(StrEnum):
    """How walking times are found."""

    STRAIGHT = "straight"
    MATRIX = "matrix"
    NETWORK = "network"


class Streets(Strict):
    """Street lines and how they are walked (mode network)."""

    file: Identifier | None = None
    """File of lines: GeoPackage, GeoJSON (`map.gpkg#layer`), Shapefile, CSV with WKT,
    Parquet, or an OpenStreetMap extract `.osm.pbf`. Absent only in the library, which
    may be given a DataFrame."""
    columns: dict[str, str] = {}
    """Column of the table `streets` to the file's own header."""
    encoding: str | None = None
    """Encoding of a CSV file or Shapefile. Default: UTF-8, or what the file says."""
    crs: str | None = None
    """Coordinate system of the lines. Default: what the file says, else the
    scenario's."""
    node_crossings: bool = False
    """true: lines of one layer meet wherever they cross or touch; false: only at
    vertices they share."""
    snap_m: Positive = 100.0
    """Longest way in a straight line between a zone or site and a street."""
    class_factors: dict[str, NonNegative] = {"steps": 0.5}
    """Factor on the walking speed by class of street; 0: not walked. Default: 0.5 on
    `steps`, 1 on everything else."""
    crossing_delays_min: dict[str, NonNegative] = {}
    """Minutes lost at a junction with a street of the class; at each junction the
    longest counts. Default: none."""


def _as_file(value: Any) -> Any:
    """Read a bare path as the file of a section."""
    return {"file": value} if isinstance(value, str) else value


StreetsOrFile = Annotated[
    Streets, BeforeValidator(_as_file, json_schema_input_type=str | Streets)
]


class AccessSection(Strict):
    """How walking times are found."""

    mode: AccessMode = AccessMode.STRAIGHT
    """`straight` (line × detour ÷ speed), `matrix` (table `travel`) or `network`."""
    detour: Annotated[float, Field(ge=1)] = 1.3
    """Factor on the straight line (mode straight; mode network compares with it)."""
    profiles: Annotated[dict[str, Profile], Field(min_length=1)] = {
        "walk": Profile(speed_m_per_min=75.0)
    }
    """Walking profiles by name; the first is the default of groups without one.
    Default: `walk` with 75 m per min."""
    streets: StreetsOrFile | None = None
    """Street lines (mode network): a file, or file and settings."""


class DistrictLimits(Strict):
    """Limits on what is planned in one district, by the building's place."""

    capital_budget: NonNegative | None = None
    """Most capital cost; absent: no limit; 0 is legal."""
    annual_budget: NonNegative | None = None
    """Most yearly outlay; absent: no limit."""
    floor_area_m2: NonNegative | None = None
    """Most floor used."""
    buildings: Annotated[int, Field(ge=0)] | None = None
    """Most used buildings."""


class Limits(DistrictLimits):
    """Limits in total and by district."""

    reserve_share: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of all usable area that the plan must leave free."""
    by_district: dict[str, DistrictLimits] = {}
    """District id to its limits."""


def _share_or_target(value: Any) -> Any:
    """Read a bare number as a share."""
    bare = isinstance(value, int | float) and not isinstance(value, bool)
    return {"share": value} if bare else value


class FloorTarget(Strict):
    """A coverage floor: persons or a share of the demand."""

    share: Share | None = None
    """Least covered share of the counted demand."""
    persons: NonNegative | None = None
    """Least covered persons."""

    @model_validator(mode="after")
    def _one_of_both(self) -> FloorTarget:
        if (self.share is None) == (self.persons is None):
            msg = "give either share or persons"
            raise ValueError(msg)
        return self


Target = Annotated[
    FloorTarget,
    BeforeValidator(_share_or_target, json_schema_input_type=Share | FloorTarget),
]


class CommunityFloor(Strict):
    """The floor of one need in every community, with exceptions by id."""

    share: Share | None = None
    """Least covered share in every community."""
    persons: NonNegative | None = None
    """Least covered persons in every community."""
    by_id: dict[str, Target] = {}
    """Community id to its own floor."""

    @model_validator(mode="after")
    def _at_most_one(self) -> CommunityFloor:
        if self.share is not None and self.persons is not None:
            msg = "give either share or persons"
            raise ValueError(msg)
        return self


NeedFloor = Annotated[
    CommunityFloor,
    BeforeValidator(_share_or_target, json_schema_input_type=Share | CommunityFloor),
]


class CoverageFloor(Strict):
    """Rule `coverage_floor`: least covered persons or share."""

    total: Target | None = None
    """Over all needs."""
    needs: dict[str, Target] = {}
    """Need id to its floor."""
    communities: dict[str, NeedFloor] = {}
    """Need id to the floor in each community."""


class ChangeOver(Strict):
    """Rule `change_over`: minutes between two services in one space."""

    id: Identifier | None = None
    """Name by which a variant or a scenario built on this one changes the entry."""
    services: Annotated[tuple[str, ...], Field(min_length=2)] | None = None
    """Services of which any two keep the time, in both directions."""
    from_: Annotated[str | None, Field(alias="from")] = None
    """Service that ends first (with `to`)."""
    to: str | None = None
    """Service that starts next (with `from`)."""
    minutes: Annotated[float, Field(ge=0, lt=10080)]
    """Least minutes between them."""

    model_config = ConfigDict(populate_by_name=True)

    @model_validator(mode="after")
    def _pair_or_list(self) -> ChangeOver:
        directed = self.from_ is not None and self.to is not None
        halves = (self.from_ is None) != (self.to is None)
        if halves or (self.services is not None) == directed:
            msg = "give either services: [a, b] or both from: and to:"
            raise ValueError(msg)
        return self

    @property
    def ordered_pairs(self) -> tuple[tuple[str, str], ...]:
        """(ends first, starts next) pairs of distinct services."""
        if self.services is None:
            return ((str(self.from_), str(self.to)),)
        return tuple((a, b) for a in self.services for b in self.services if a != b)


class Incompatible(Strict):
    """Rule `incompatible`: services that must not run in one building."""

    id: Identifier | None = None
    """Name by which a variant or a scenario built on this one changes the entry."""
    services: Annotated[tuple[str, ...], Field(min_length=2)]
    """Services of which no two may meet."""
    when: Literal["same_slot", "always"] = "always"
    """`same_slot`: not at the same time; `always`: not in one building at all."""


PIN_KEYS = (
    "building",
    "space",
    "service",
    "category",
    "session",
    "community",
    "street",
    "district",
)
"""Keys by which a pin matches."""


class Pin(Strict):
    """Rule `pins`: what must or must not be in the plan."""

    id: Identifier | None = None
    """Name by which a variant or a scenario built on this one changes the entry."""
    fix: Literal["in", "out"]
    """`in`: at least one match has places; `out`: none has."""
    building: str | None = None
    """Building id."""
    space: str | None = None
    """Space id."""
    service: str | None = None
    """Service id."""
    category: str | None = None
    """Service category."""
    session: str | None = None
    """Session id."""
    community: str | None = None
    """Community the building stands in."""
    street: str | None = None
    """Street of that community."""
    district: str | None = None
    """District of the building."""
    reason: str | None = None
    """Why."""
    source: str | None = None
    """Where the reason is written down."""
    date: dt.date | None = None
    """When it was decided."""

    @model_validator(mode="after")
    def _names_something(self) -> Pin:
        if all(getattr(self, key) is None for key in PIN_KEYS):
            msg = f"a pin names at least one of {', '.join(PIN_KEYS)}"
            raise ValueError(msg)
        return self


class Rules(Strict):
    """Rules beside the limits."""

    coverage_floor: CoverageFloor = CoverageFloor()
    """Least coverage; turns the problem round when money is minimised."""
    change_over_min: tuple[ChangeOver, ...] = ()
    """Minutes between services that take turns."""
    incompatible: tuple[Incompatible, ...] = ()
    """Services that must not meet."""
    pins: tuple[Pin, ...] = ()
    """Fixed decisions."""


class StandardMeasure(StrEnum):
    """What a standard asks for, with its unit."""

    PLACES_PER_1000_PERSONS = "places_per_1000_persons"
    GROSS_M2_PER_1000_PERSONS = "gross_m2_per_1000_persons"
    GROSS_M2_PER_100_HOUSEHOLDS = "gross_m2_per_100_households"
    SITES = "sites"
    PERSONS_WITHIN_LIMIT = "persons_within_limit"
    COVERAGE = "coverage"


class Level(StrEnum):
    """Areas that a standard is compared in."""

    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"
    ALL = "all"


_SHARES = (StandardMeasure.PERSONS_WITHIN_LIMIT, StandardMeasure.COVERAGE)
_KEYS_OF_MEASURES = {
    "services": frozenset(StandardMeasure) - {StandardMeasure.COVERAGE},
    "categories": frozenset(StandardMeasure) - {StandardMeasure.COVERAGE},
    "needs": {StandardMeasure.COVERAGE},
    "groups": frozenset(StandardMeasure)
    - {StandardMeasure.GROSS_M2_PER_100_HOUSEHOLDS, StandardMeasure.SITES},
    "max_walk_min": {StandardMeasure.PERSONS_WITHIN_LIMIT},
}
"""Keys of a standard that go with some measures only."""


class Standard(Named):
    """A least provision that a norm asks for, reported for every area."""

    measure: StandardMeasure
    """What is compared. `places_per_1000_persons`, `gross_m2_per_1000_persons`,
    `gross_m2_per_100_households`, `sites` (number of them): of the services named, by
    the place of the site. `persons_within_limit` (share of residents with one of the
    services within `max_walk_min`) and `coverage` (covered ÷ demand of the needs
    named): by the place of the resident."""
    minimum: NonNegative
    """Least value, inclusive; a share in 0..1 for the last two measures."""
    services: Words = ()
    """Service ids; default, without categories: every service."""
    categories: Words = ()
    """Categories whose services count too."""
    needs: Words = ()
    """Need ids (coverage); default: every need."""
    groups: Words = ()
    """Group ids; default: every group."""
    level: Level = Level.COMMUNITY
    """Areas it is compared in: each `community`, `street` or `district`, or `all`
    together."""
    kinds: Kinds = ()
    """Only communities of these kinds; default: every kind."""
    max_walk_min: NonNegative | None = None
    """Walking limit in minutes, inclusive (persons_within_limit)."""
    use: Literal["report", "floor"] = "report"
    """`report`: compared only; `floor`: the plan must reach it too, where the measure
    allows: `coverage` (rule `coverage_floor`), and one of `sites` (rule `pins`)."""
    verified_minimum: NonNegative | None = None
    """The figure as it was read in the source; the standard counts as verified while
    `minimum` is this one."""
    source: str | None = None
    """Where it is written down."""
    source_date: str | None = None
    """Date or year of the source."""

    @model_validator(mode="after")
    def _keys_fit_the_measure(self) -> Standard:
        for key, measures in _KEYS_OF_MEASURES.items():
            if getattr(self, key) and self.measure not in measures:
                msg = f"{key} does not go with the measure {self.measure}"
                raise ValueError(msg)
        limited = self.measure is StandardMeasure.PERSONS_WITHIN_LIMIT
        if limited and self.max_walk_min is None:
            msg = "persons_within_limit needs max_walk_min"
            raise ValueError(msg)
        if self.measure in _SHARES and self.minimum > 1:
            msg = f"the minimum of {self.measure} is a share, at most 1"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _floors_are_kept_by_every_engine(self) -> Standard:
        if self.use == "report":
            return self
        if self.measure is StandardMeasure.SITES:
            return self._checked_floor_of_sites()
        if self.measure is not StandardMeasure.COVERAGE:
            msg = f"the measure {self.measure} can only be reported, not be a floor"
            raise ValueError(msg)
        one_need = self.level is Level.COMMUNITY and len(self.needs) == 1
        whole = self.level is Level.ALL and len(self.needs) <= 1 and not self.kinds
        if self.groups or not (one_need or whole):
            msg = (
                "a floor is of one need in each community, or of one need or all of "
                "them at level all, without groups; kinds at level community only"
            )
            raise ValueError(msg)
        return self

    def _checked_floor_of_sites(self) -> Standard:
        """Refuse what no pin can ask for."""
        one = len(self.services) + len(self.categories) == 1 and self.minimum == 1
        areas = self.level is not Level.ALL
        areas &= self.level is Level.COMMUNITY or not self.kinds
        if not (one and areas):
            msg = (
                "a floor of sites is one site of one service or category in each "
                "community, street or district; kinds at level community only"
            )
            raise ValueError(msg)
        return self

    @property
    def verified(self) -> bool:
        """Whether the minimum is the figure that was read in the source."""
        return self.minimum == self.verified_minimum


class Measure(StrEnum):
    """What a goal can maximise or minimise."""

    WEIGHTED_COVERED_PERSONS = "weighted_covered_persons"
    COVERED_PERSONS = "covered_persons"
    WORST_COMMUNITY_COVERAGE = "worst_community_coverage"
    WORST_GROUP_COVERAGE = "worst_group_coverage"
    BUILDINGS = "buildings"
    FLOOR_USED_M2 = "floor_used_m2"
    CAPITAL_COST = "capital_cost"
    YEARLY_OUTLAY = "yearly_outlay"
    WALKING_MINUTES = "walking_minutes"


class GoalTerm(Strict):
    """One measure of a goal with its weight."""

    measure: Measure
    """The measure."""
    weight: float = 1.0
    """Its factor in the goal."""
    tier: int | None = None
    """Only needs of this tier (covered_persons)."""
    group: str | None = None
    """Only this group (covered_persons)."""
    category: str | None = None
    """Only demand covered by services of this category (covered_persons)."""
    need: str | None = None
    """Only this need (covered_persons and worst coverage)."""

    @model_validator(mode="after")
    def _filters_fit(self) -> GoalTerm:
        worst = {Measure.WORST_COMMUNITY_COVERAGE, Measure.WORST_GROUP_COVERAGE}
        allowed: set[str] = set()
        if self.measure is Measure.COVERED_PERSONS:
            allowed = {"tier", "group", "category", "need"}
        elif self.measure in worst:
            allowed = {"need"}
        for key in ("tier", "group", "category", "need"):
            if getattr(self, key) is not None and key not in allowed:
                msg = f"{key} does not go with the measure {self.measure}"
                raise ValueError(msg)
        return self


def _terms(value: Any) -> Any:
    """Read the short form {measure: weight} as a list of terms."""
    if isinstance(value, dict):
        return [{"measure": key, "weight": weight} for key, weight in value.items()]
    return value


Terms = Annotated[
    tuple[GoalTerm, ...],
    BeforeValidator(
        _terms, json_schema_input_type=dict[Measure, float] | tuple[GoalTerm, ...]
    ),
    Field(min_length=1),
]


class Goal(Strict):
    """One goal: a weighted sum of measures, maximised or minimised."""

    maximize: Terms | None = None
    """Measures to make large: {measure: weight} or a list of terms."""
    minimize: Terms | None = None
    """Measures to make small."""
    tolerance: NonNegative = 0.0
    """Share by which this goal may get worse while later goals are solved."""

    @model_validator(mode="after")
    def _one_sense(self) -> Goal:
        if (self.maximize is None) == (self.minimize is None):
            msg = "give either maximize or minimize"
            raise ValueError(msg)
        return self

    @property
    def terms(self) -> tuple[GoalTerm, ...]:
        """The measures with their weights."""
        return self.maximize or self.minimize or ()

    @property
    def maximizes(self) -> bool:
        """Whether larger is better."""
        return self.maximize is not None


DEFAULT_GOALS = (Goal(maximize=(GoalTerm(measure=Measure.WEIGHTED_COVERED_PERSONS),)),)


class OptionsSection(Strict):
    """Solve options kept with the scenario; the command line wins."""

    engine: Literal["auto", "search", "greedy", "exact"] | None = None
    """Engine."""
    solver: Literal["highs", "scip", "cp-sat"] | None = None
    """Solver of the exact engine."""
    time_limit_s: Positive | None = None
    """Wall seconds until the plan is final."""
    max_steps: Annotated[int, Field(ge=0)] | None = None
    """Most steps of the search."""
    gap: Share | None = None
    """Stop when the gap is at most this share."""
    target: float | None = None
    """Stop when the first goal reaches this value."""
    seed: Annotated[int, Field(ge=0)] | None = None
    """Seed of every random choice."""
    workers: Annotated[int, Field(ge=1)] | None = None
    """Processes or threads."""


class ScenarioSpec(Strict):
    """The whole of `scenario.yaml` after merging, without its tables."""

    format: Literal["allocator/1"]
    """Format of the file."""
    name: Name
    """Name of the scenario."""
    currency: str = "CNY"
    """Currency of every cost and budget."""
    date: dt.date = dt.date(2026, 1, 1)
    """Date of the plan; availability and leases are compared with it."""
    crs: str = "local"
    """Coordinate system: an EPSG code, `GCJ-02` or `BD-09` (shifted degrees of Chinese
    maps), or `local` (metres without a place on earth)."""
    groups: tuple[Group, ...] = ()
    """Population groups."""
    services: tuple[Service, ...] = ()
    """Service functions."""
    needs: tuple[Need, ...] = ()
    """What residents ask."""
    access: AccessSection = AccessSection()
    """Walking times."""
    limits: Limits = Limits()
    """Limits on money, floor area and buildings."""
    rules: Rules = Rules()
    """Further rules."""
    standards: tuple[Standard, ...] = ()
    """Least provision asked for by norms; compared before and after planning."""
    goals: Annotated[tuple[Goal, ...], Field(min_length=1)] = DEFAULT_GOALS
    """Goals, solved in order. Default: maximize `weighted_covered_persons`."""
    options: OptionsSection = OptionsSection()
    """Solve options."""
