"""What the tables of the meeting are made of, each computed once, on first use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from allocator.access import build_access
from allocator.evaluate import baseline, suitability
from allocator.evaluate.tables import services_table
from allocator.evaluate.view import build_view
from allocator.plan import Plan
from allocator.report.meeting.hours import hours_text
from allocator.report.meeting.wording import reason_wording
from allocator.report.words import in_language
from allocator.shortfall.city import city_shortfall

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from allocator.access import Access
    from allocator.evaluate.view import PlanView
    from allocator.report.words import Words
    from allocator.runs import Run
    from allocator.scenario import Scenario
    from allocator.shortfall.city import CityShortfall


@dataclass(frozen=True)
class Facts:
    """A run, the words of a language, and what the evaluator says of the plan."""

    run: Run
    words: Words

    @property
    def scenario(self) -> Scenario:
        """The scenario the run was made from."""
        return self.words.scenario

    @cached_property
    def access(self) -> Access:
        """Walking times."""
        return build_access(self.scenario)

    @cached_property
    def view(self) -> PlanView:
        """The plan in positions, as the evaluator looks at it."""
        assert self.run.plan is not None
        return build_view(self.scenario, self.access, self.run.plan)

    @cached_property
    def baseline(self) -> pd.DataFrame:
        """Whom facilities alone serve."""
        return baseline(self.scenario, self.access)

    @cached_property
    def alone(self) -> PlanView:
        """The empty plan, with residents at facilities."""
        plan = Plan.from_places({}, self.baseline)
        return build_view(self.scenario, self.access, plan)

    @cached_property
    def city(self) -> CityShortfall:
        """Shortfall of every area and service before planning."""
        return city_shortfall(self.scenario, self.access, self.baseline)

    @cached_property
    def suitability(self) -> pd.DataFrame:
        """Every (space, offer) with what bars it, reasons in the report's language."""
        return suitability(self.scenario, reason_wording(self.words))

    @cached_property
    def functions(self) -> pd.DataFrame:
        """Every (space, service) of the plan with what it alone costs and earns."""
        table = services_table(self.view)
        hours = [
            self._hours(space, service)
            for space, service in zip(
                table["space_id"], table["service_id"], strict=True
            )
        ]
        return table.assign(hours=hours).rename(
            columns={
                "area_m2": "service_m2",
                "served_visits_per_week": "served_visits",
            }
        )

    @cached_property
    def _sessions(self) -> Mapping[tuple[str, str], list[str]]:
        """Sessions by space and service of the plan."""
        table = self.run.assignments
        found: dict[tuple[str, str], list[str]] = {}
        for space, service, session, places in zip(
            *(
                table[name]
                for name in ("space_id", "service_id", "session_id", "places")
            ),
            strict=True,
        ):
            if places > 0:
                found.setdefault((space, service), []).append(session)
        return found

    def _hours(self, space_id: str, service_id: str) -> str:
        """Return the sessions a service has in a space, with their hours."""
        return self.words.listed(
            self.session_hours(service_id, session)
            for session in self._sessions.get((space_id, service_id), [])
        )

    def session_hours(self, service_id: str, session_id: str) -> str:
        """Return the name of a session and its hours of the week."""
        key = (service_id, session_id)
        hours = self.scenario.offers[self.scenario.offer2position[key]].hours
        told = hours_text(hours, self.words)
        return self.words("session_hours", name=self.words.session[key], hours=told)

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """As `coverage.csv`."""
        return self.run.table("coverage.csv")

    @cached_property
    def served(self) -> pd.DataFrame:
        """As `served.parquet`, with the zone's community and whether it is counted."""
        served = self.run.table("served.parquet")
        zones = self.scenario.tables.zones.set_index("zone_id")
        own = zones[["community_id", "counted"]].reindex(served["zone_id"])
        return served.assign(
            community_id=own["community_id"].to_numpy(object),
            counted=own["counted"].to_numpy(bool),
        )

    @cached_property
    def buildings(self) -> pd.DataFrame:
        """The scenario's buildings by id."""
        return self.scenario.tables.buildings.set_index("building_id")

    @cached_property
    def communities(self) -> pd.DataFrame:
        """The scenario's communities by id."""
        return self.scenario.tables.communities.set_index("community_id")

    @cached_property
    def residents(self) -> Mapping[str, float]:
        """Residents of each community."""
        population = self.scenario.tables.population
        home = self.scenario.tables.zones.set_index("zone_id")["community_id"]
        own = population["community_id"].where(
            population["community_id"] != "", population["zone_id"].map(home)
        )
        sums = population.groupby(own)["persons"].sum()
        return dict(zip(sums.index.astype(str), sums.tolist(), strict=True))

    @cached_property
    def usable_m2(self) -> Mapping[str, float]:
        """Usable area of all spaces of each building."""
        spaces = self.scenario.tables.spaces
        sums = spaces.groupby("building_id")["usable_area_m2"].sum()
        return dict(zip(sums.index.astype(str), sums.tolist(), strict=True))

    def money(self, value: Any) -> Any:
        """Return amounts in the unit in which money is shown."""
        return value / self.words.money_scale

    def place_unit(self, service_id: str) -> str:
        """Return what a place of a service is called, else of its category."""
        position = self.scenario.service2position[service_id]
        service = self.scenario.services[position]
        if service.place_name is not None:
            return in_language(service.place_name, self.words.language)
        other = self.words("place_unit.other")
        return self.words.known_or("place_unit", service.category, other)

    def community_name(self, community_id: str) -> str:
        """Return the name of a community; the id where there is none."""
        return self.words.community.get(community_id, community_id)

    def site_name(self, site_id: str) -> str:
        """Return the name of a building; a facility has its id alone."""
        name = self.words.building.get(site_id)
        return name or self.words("facility_name", id=site_id)


def first_of(
    words: Words, table: pd.DataFrame, keys: list[str], most: int
) -> dict[tuple[Hashable, ...], str]:
    """Return the first texts `told` of each key, and how many more there are."""
    found: dict[tuple[Hashable, ...], str] = {}
    for key, own in table.groupby(keys, sort=False)["told"]:
        shown = words.listed(own.iloc[:most])
        more = len(own) - most
        found[key] = shown + (words("and_more", more=more) if more > 0 else "")
    return found
