"""What keeps a community from more, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.evaluate.spaces import usable_area_m2
from allocator.units import exceeds

if TYPE_CHECKING:
    from allocator.evaluate.view import PlanView
    from allocator.report.meeting.facts import Facts
    from allocator.report.meeting.room import Room
    from allocator.scenario.schema import DistrictLimits

LIMITS = (
    ("capital_budget", "capital_cost"),
    ("annual_budget", "yearly_outlay"),
    ("floor_area_m2", "floor_used_m2"),
    ("buildings", "buildings"),
)
"""Limit and what of the plan counts against it."""
RESERVE = "reserve_share"
SERVED = 1e-9
"""Unmet share of a demand from which nobody is left out."""

Left = Mapping[str, float]
"""What is left of each limit that is set."""


@dataclass(frozen=True)
class WhyNot:
    """Why communities get no more."""

    facts: Facts
    room: Room
    left: Left
    left_of_district: Mapping[str, Left]

    @classmethod
    def of(cls, facts: Facts, room: Room) -> WhyNot:
        """Look at what the plan leaves of the limits."""
        view, limits = facts.view, facts.scenario.spec.limits
        everywhere = np.ones(len(view.building2uses), bool)
        left = _left(view, limits, everywhere)
        if limits.reserve_share > 0:
            area = float(usable_area_m2(facts.scenario).sum())
            used = float(view.site_costs["floor_used_m2"].sum())
            left[RESERVE] = (1 - limits.reserve_share) * area - used
        home = facts.scenario.tables.buildings["district_id"].to_numpy(object)
        used_home = home[list(view.building2uses)]
        by_district = {
            district: _left(view, own, used_home == district)
            for district, own in limits.by_district.items()
        }
        return cls(facts, room, left, by_district)

    def sentence(self, row: Mapping[Any, Any]) -> str:
        """Return why a row of `next_steps` is as it is."""
        words = self.facts.words
        if row["unmet_persons"] <= SERVED * row["demand_persons"]:
            return words("why.met")
        if not row["left_visits"] > 0:
            return words("why.far")
        if not row["buildings"]:
            return words("why.no_building")
        if not row["suiting"]:
            return words("why.no_space", rule=self._rules(row["bar"]))
        if row["space"] < 0:
            return words("why.all_used", spaces=int(row["suiting"]))
        short = self._short_of(row)
        if short:
            limits = words.listed(words(f"limit.{key}") for key in short)
            return words("why.limits", limits=limits)
        return words("why.possible")

    def _rules(self, bar: str) -> str:
        """Return the names of rules."""
        words = self.facts.words
        return words.listed(words.known("rule", rule) for rule in bar.split(", "))

    def _short_of(self, row: Mapping[Any, Any]) -> list[str]:
        """Return the limits that the next step would break."""
        home = int(self.room.building[int(row["space"])])
        homes = self.facts.scenario.tables.buildings["district_id"].to_numpy(object)
        asked = {
            "capital_budget": row["capital_cost"],
            "annual_budget": row["yearly_outlay"],
            "floor_area_m2": row["floor_used_m2"],
            "buildings": 0.0 if self.room.opened[home] else 1.0,
            RESERVE: row["floor_used_m2"],
        }
        both = (self.left, self.left_of_district.get(homes[home], {}))
        return [
            key
            for key, amount in asked.items()
            if any(exceeds(amount, left[key]) for left in both if key in left)
        ]


def _left(
    view: PlanView, limits: DistrictLimits, own: np.ndarray[Any, Any]
) -> dict[str, float]:
    """Return what the used buildings `own` leave of the limits that are set."""
    return {
        key: float(getattr(limits, key)) - float(view.site_costs[name][own].sum())
        for key, name in LIMITS
        if getattr(limits, key) is not None
    }
