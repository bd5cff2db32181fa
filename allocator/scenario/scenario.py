"""The noun every later step reads: a checked, merged, sorted scenario."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.scenario.residents import Index, persons_by_zone
from allocator.scenario.schema import Capacity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt
    import pandas as pd

    from allocator.issues import Issue
    from allocator.scenario.hours import WeekHours
    from allocator.scenario.schema import Group, Need, ScenarioSpec, Service
    from allocator.scenario.street_lines import StreetLines


@dataclass(frozen=True)
class Offer:
    """A (service, session) pair with every value of the session resolved."""

    service_id: str
    session_id: str
    hours: WeekHours
    unlimited: bool
    m2_per_place: float
    """Usable m² per place; 0 when capacity is unlimited."""
    turns: float
    """Persons one place serves per day of the session."""
    annual_cost_fixed: float
    annual_cost_per_place: float

    @property
    def key(self) -> tuple[str, str]:
        """(service_id, session_id)."""
        return (self.service_id, self.session_id)

    @property
    def visits_per_place_week(self) -> float:
        """Visits one place serves per week: turns × days."""
        return self.turns * self.hours.days_per_week


@dataclass(frozen=True)
class Tables:
    """The tables with all canonical columns, defaults filled, rows sorted by key.

    Ids and texts are object columns of `str` ("" = absent); numbers float64 (NaN =
    absent); see `allocator.scenario.columns`. `spaces` always exists: without that
    table it holds one whole space per building. `buildings.district_id` is resolved
    (its own, else its community's). Frames are read-only by convention: never write.
    """

    communities: pd.DataFrame
    zones: pd.DataFrame
    population: pd.DataFrame
    survey: pd.DataFrame
    demand: pd.DataFrame
    buildings: pd.DataFrame
    spaces: pd.DataFrame
    facilities: pd.DataFrame
    requests: pd.DataFrame
    travel: pd.DataFrame
    streets: StreetLines | None = None
    """Street lines; None unless `access.mode` is network."""


@dataclass(frozen=True)
class Demand:
    """Demand rows i = (zone, need, group), sorted, only those above 0.

    Positions point into `tables.zones`, `Scenario.needs` and `Scenario.groups`; a
    group position of −1 means the row was given without a group (weight 1).
    """

    zone: npt.NDArray[np.int64]
    need: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]
    visits_per_week: npt.NDArray[np.float64]
    """D[i]: persons × rate × visits per person-week × survey factor."""
    weight: npt.NDArray[np.float64]
    """w[i]: need weight × group weight."""

    def __len__(self) -> int:
        return len(self.zone)


@dataclass(frozen=True)
class SourceFile:
    """One input file."""

    path: str
    """Relative to the scenario's folder; ``<frame:zones>`` for a DataFrame."""
    sha256: str


@dataclass(frozen=True)
class Provenance:
    """Where a scenario came from and what was assumed on the way."""

    folder: Path | None = None
    variants: tuple[str, ...] = ()
    sources: tuple[SourceFile, ...] = ()
    defaults_taken: tuple[str, ...] = ()
    """One line for each column or key whose default was used, with how often."""
    warnings: tuple[Issue, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)
    """The merged YAML document without `extends`, `catalogue`, `variants`, `tables`."""


@dataclass(frozen=True)
class Scenario:
    """Everything a plan is made from. Build it with `read_scenario`.

    Notes
    -----
    All lists are sorted by id: `groups`, `services`, `needs`, `offers` (by service,
    then session) and the rows of `tables`; so positions mean the same everywhere.
    Sites are the buildings in table order, then the facilities' distinct ids in
    order; `site_ids` lists them.
    """

    spec: ScenarioSpec
    tables: Tables
    demand: Demand
    provenance: Provenance = field(default_factory=Provenance)

    @property
    def name(self) -> str:
        """Name of the scenario as text."""
        name = self.spec.name
        if isinstance(name, str):
            return name
        return name.en or name.zh or "scenario"

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Population groups by id."""
        return tuple(sorted(self.spec.groups, key=lambda group: group.id))

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Services by id."""
        return tuple(sorted(self.spec.services, key=lambda service: service.id))

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """Needs by id."""
        return tuple(sorted(self.spec.needs, key=lambda need: need.id))

    @cached_property
    def offers(self) -> tuple[Offer, ...]:
        """Offers by (service, session)."""
        return tuple(
            Offer(
                service_id=service.id,
                session_id=session.id,
                hours=session.week,
                unlimited=service.capacity is Capacity.UNLIMITED,
                m2_per_place=_first(session.m2_per_place, service.m2_per_place, 0.0),
                turns=_first(session.turns, service.turns),
                annual_cost_fixed=_first(
                    session.annual_cost_fixed, service.annual_cost_fixed
                ),
                annual_cost_per_place=_first(
                    session.annual_cost_per_place, service.annual_cost_per_place
                ),
            )
            for service in self.services
            for session in sorted(service.sessions, key=lambda session: session.id)
        )

    @cached_property
    def group2position(self) -> Mapping[str, int]:
        """Group id to position."""
        return {group.id: k for k, group in enumerate(self.groups)}

    @cached_property
    def service2position(self) -> Mapping[str, int]:
        """Service id to position."""
        return {service.id: k for k, service in enumerate(self.services)}

    @cached_property
    def need2position(self) -> Mapping[str, int]:
        """Need id to position."""
        return {need.id: k for k, need in enumerate(self.needs)}

    @cached_property
    def offer2position(self) -> Mapping[tuple[str, str], int]:
        """(service id, session id) to position."""
        return {offer.key: k for k, offer in enumerate(self.offers)}

    @cached_property
    def site_ids(self) -> tuple[str, ...]:
        """Buildings in table order, then distinct facility ids in order."""
        facilities = np.unique(self.tables.facilities["facility_id"].to_numpy(object))
        return (*self.tables.buildings["building_id"].tolist(), *facilities.tolist())

    @cached_property
    def site_xy(self) -> npt.NDArray[np.float64]:
        """Coordinates of `site_ids`, shape (sites, 2)."""
        facilities = self.tables.facilities.drop_duplicates("facility_id")
        frames = [self.tables.buildings[["x", "y"]], facilities[["x", "y"]]]
        return np.concatenate([frame.to_numpy(np.float64) for frame in frames])

    @cached_property
    def residents(self) -> npt.NDArray[np.float64]:
        """Persons of every zone by group, shape (zones, groups)."""
        index = Index(self.spec, self.tables.zones)
        persons = persons_by_zone(index, self.tables.population)
        persons.setflags(write=False)
        return persons

    @property
    def num_buildings(self) -> int:
        """How many sites are buildings; they come first in `site_ids`."""
        return len(self.tables.buildings)

    @property
    def default_profile(self) -> str:
        """The first of `access.profiles`."""
        return next(iter(self.spec.access.profiles))

    def profile_of(self, need: Need, group: Group | None) -> str:
        """Return the walking profile of a demand row."""
        own = group.profile if group is not None else None
        return need.profile or own or self.default_profile

    def accepted_offers(self, need: Need) -> tuple[tuple[int, float], ...]:
        """Return (offer position, walking limit in min) of what `need` accepts.

        An acceptance that names a session goes before one that names the service
        alone; apart from that an offer accepted twice keeps its longest limit.
        """
        named: dict[int, float] = {}
        wide: dict[int, float] = {}
        for accept in need.accepts:
            for k, offer in enumerate(self.offers):
                if offer.service_id != accept.service:
                    continue
                if accept.session is None:
                    wide[k] = max(wide.get(k, 0.0), accept.max_walk_min)
                elif accept.session == offer.session_id:
                    named[k] = max(named.get(k, 0.0), accept.max_walk_min)
        return tuple(sorted((wide | named).items()))

    def _repr_html_(self) -> str:
        """Show the scenario in a notebook."""
        from allocator import display

        tables = self.tables
        counts = {
            "communities": len(tables.communities),
            "zones": len(tables.zones),
            "needs": len(self.needs),
            "services": len(self.services),
            "sessions": len(self.offers),
            "buildings": len(tables.buildings),
            "spaces": len(tables.spaces),
            "facilities": tables.facilities["facility_id"].nunique(),
            "visits per week": float(self.demand.visits_per_week.sum()),
        }
        facts = {name: display.figure(count) for name, count in counts.items()}
        limits = self.spec.limits.model_dump(exclude_defaults=True)
        for name, limit in limits.items():
            facts[name] = str(limit) if isinstance(limit, dict) else f"{limit:,g}"
        title = ", ".join([self.name, *self.provenance.variants])
        warnings = [str(issue) for issue in self.provenance.warnings]
        return display.card(title, facts, display.lines(warnings))


def _first(*values: float | None) -> float:
    """Return the first value that is given."""
    return next(float(value) for value in values if value is not None)
