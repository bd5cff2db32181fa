"""What a scenario holds and lacks before anything is planned."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.access import build_access
from allocator.evaluate import baseline, suitability
from allocator.instance.slots import build_slots
from allocator.shortfall.city import city_shortfall
from allocator.shortfall.shortfall import shortfall_table
from allocator.shortfall.streets import compare_streets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocator.issues import Issue
    from allocator.plan import Plan
    from allocator.scenario import Scenario
    from allocator.shortfall.city import CityShortfall
    from allocator.shortfall.streets import StreetComparison


@dataclass(frozen=True)
class Description:
    """Tables for a planner; persons summed over needs are person-needs (人·项)."""

    name: str
    variants: tuple[str, ...]
    currency: str
    sizes: Mapping[str, float]
    """How many of each thing; areas in m²."""
    slots: pd.DataFrame
    """slot, minutes_per_week, offers: the elementary pieces of the week."""
    demand: pd.DataFrame
    """need_id, group_id, zones, persons, visits_per_week."""
    survey: pd.DataFrame
    """zone_id, community_id, need_id, factor, rate, sample_size, rate_margin: half the
    95 % interval of a surveyed rate, NaN for a factor or an unknown sample."""
    shortfall: pd.DataFrame
    """By community and need, from existing facilities alone; see `shortfall_table`."""
    city: CityShortfall
    """By community, street, district and in all, and service; ranked."""
    suitability: pd.DataFrame
    """space_id, service_id, session_id, the rule that bars it ("" = suits), reason."""
    defaults_taken: tuple[str, ...]
    warnings: tuple[Issue, ...]
    streets: StreetComparison | None = None
    """Walking along streets beside the straight line (mode network)."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for machines."""
        return {
            "name": self.name,
            "variants": list(self.variants),
            "currency": self.currency,
            "sizes": dict(self.sizes),
            "slots": self.slots.to_dict(orient="records"),
            "demand": self.demand.to_dict(orient="records"),
            "survey": _plain(self.survey),
            "shortfall": self.shortfall.to_dict(orient="records"),
            "shortfall_note": "capacity within reach may count twice",
            "shortfall_by_service": _plain(self.city.services),
            "shortfall_by_area": _plain(self.city.areas),
            "standards": _plain(self.city.standards),
            "suitability": self.suitability.to_dict(orient="records"),
            "defaults_taken": list(self.defaults_taken),
            "warnings": [str(warning) for warning in self.warnings],
            "streets": None if self.streets is None else self.streets.to_dict(),
        }


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows with None where a figure is not known."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(k): v for k, v in row.items()} for row in plain.to_dict("records")]


def describe(scenario: Scenario, plan: Plan | None = None) -> Description:
    """Describe a scenario; one without buildings is legal.

    With a plan, streets and straight lines are compared for what runs in it.
    """
    access = build_access(scenario)
    served = baseline(scenario, access)
    slots = slots_table(scenario)
    suits = suitability(scenario)
    streets = compare_streets(scenario, access, suits, plan)
    issues = () if streets is None else streets.issues
    return Description(
        name=scenario.name,
        variants=scenario.provenance.variants,
        currency=scenario.spec.currency,
        sizes=_sizes(scenario, len(slots)),
        slots=slots,
        demand=demand_table(scenario),
        survey=survey_table(scenario),
        shortfall=shortfall_table(scenario, access, served),
        city=city_shortfall(scenario, access, served),
        suitability=suits,
        defaults_taken=scenario.provenance.defaults_taken,
        warnings=(*scenario.provenance.warnings, *issues),
        streets=streets,
    )


def _sizes(scenario: Scenario, slots: int) -> dict[str, float]:
    """Return how many there are of each thing."""
    tables = scenario.tables
    facilities = tables.facilities["facility_id"].nunique()
    return {
        "communities": len(tables.communities),
        "zones": len(tables.zones),
        "residents": float(tables.population["persons"].sum()),
        "groups": len(scenario.groups),
        "needs": len(scenario.needs),
        "demand_rows": len(scenario.demand),
        "services": len(scenario.services),
        "offers": len(scenario.offers),
        "slots": slots,
        "facilities": int(facilities),
        "buildings": len(tables.buildings),
        "spaces": len(tables.spaces),
        "usable_area_m2": float(tables.spaces["usable_area_m2"].sum()),
    }


def slots_table(scenario: Scenario) -> pd.DataFrame:
    """Return the elementary slots of the week with the offers that hold them."""
    if not scenario.offers:
        return pd.DataFrame(columns=["slot", "minutes_per_week", "offers"])
    names = [f"{offer.service_id}/{offer.session_id}" for offer in scenario.offers]
    slots = build_slots([offer.hours for offer in scenario.offers])
    rows = [
        (t + 1, int(minutes), ", ".join(itertools.compress(names, holds)))
        for t, (minutes, holds) in enumerate(
            zip(slots.minutes_per_week, slots.holds.T, strict=True)
        )
    ]
    return pd.DataFrame(rows, columns=["slot", "minutes_per_week", "offers"])


def survey_table(scenario: Scenario) -> pd.DataFrame:
    """Return what surveys found, and how far a rate may be off by chance.

    The margin is 1.96 · √(rate · (1 − rate) ÷ sample size), for a simple random sample.
    """
    survey = scenario.tables.survey
    rate = survey["rate"].clip(0.0, 1.0)
    asked = survey["sample_size"].where(survey["sample_size"] > 0)
    return survey.assign(rate_margin=1.96 * (rate * (1.0 - rate) / asked) ** 0.5)


def demand_table(scenario: Scenario) -> pd.DataFrame:
    """Return demand by need and group, summed over all zones."""
    demand = scenario.demand
    needs = [need.id for need in scenario.needs]
    groups = [*(group.id for group in scenario.groups), ""]
    visits = [need.visits_per_person_week for need in scenario.needs]
    frame = pd.DataFrame(
        {
            "need_id": [needs[n] for n in demand.need],
            "group_id": [groups[g] for g in demand.group],
            "zones": demand.zone,
            "persons": demand.visits_per_week / [visits[n] for n in demand.need],
            "visits_per_week": demand.visits_per_week,
        }
    )
    totals = {"zones": "nunique", "persons": "sum", "visits_per_week": "sum"}
    return frame.groupby(["need_id", "group_id"], as_index=False).agg(totals)
