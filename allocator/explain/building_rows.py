"""The rows of one building: what is open, what is barred, what is possible."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.explain.limits import limits_table
from allocator.explain.reach import arcs_of_site, best_gains
from allocator.explain.site import COSTS, short_limits
from allocator.explain.worth import by_assignment, served_worth, weakest_rate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocator.evaluate.arcs import Arcs
    from allocator.explain.known import Known
    from allocator.explain.reach import Gain
    from allocator.explain.site import Site

COLUMNS = [
    "building_id",
    "space_id",
    "service_id",
    "session_id",
    "state",
    "rules",
    "reason",
    "places",
    "covered_persons",
    "brings",
    "in_the_way",
    "least_places",
    "capital_cost",
    "gain_persons",
    "gain_estimate",
    "displaced_estimate",
    "loss_estimate",
]
OPEN, BARRED, POSSIBLE = "open", "barred", "possible"
COST_OF_RULE = {
    "capital_budget": COSTS[0],
    "annual_budget": COSTS[1],
    "floor_area_limit": COSTS[2],
    "reserve": COSTS[2],
    "building_limit": COSTS[3],
}


class BuildingRows:
    """Builds the rows of one building."""

    def __init__(self, run: Known, b: int, site: Site) -> None:
        self.run, self.b, self.site = run, b, site
        self.district = str(site.scenario.tables.buildings["district_id"].iloc[0])

    def rows(self, asked: Mapping[str, str]) -> pd.DataFrame:
        """Return a row for each (space, offer) that was asked for."""
        rows = [
            self._row(r, o)
            for r, space_id in enumerate(self.site.space_ids)
            for o, offer in enumerate(self.run.scenario.offers)
            if asked.get("space", space_id) == space_id
            and asked.get("service", offer.service_id) == offer.service_id
            and asked.get("session", offer.session_id) == offer.session_id
        ]
        return pd.DataFrame(rows, columns=COLUMNS)

    def _row(self, r: int, o: int) -> dict[str, Any]:
        """Describe one (space, offer)."""
        offer = self.run.scenario.offers[o]
        space_id = self.site.space_ids[r]
        row: dict[str, Any] = {
            "building_id": self.site.building_id,
            "space_id": space_id,
            "service_id": offer.service_id,
            "session_id": offer.session_id,
            "rules": "",
            "reason": "",
            "in_the_way": "",
        }
        held = self._held.get((space_id, o))
        rules, reason = self.site.bars.get((r, o), ("", ""))
        if held is not None:
            return row | {"state": OPEN} | held
        if rules:
            return row | {"state": BARRED, "rules": rules, "reason": reason}
        return row | {"state": POSSIBLE} | self._possible(r, o)

    def _possible(self, r: int, o: int) -> dict[str, Any]:
        """Describe an offer that no rule bars and that the plan does not have."""
        addition = self.site.add(r, o)
        gain = self._gains(r, o, self.site.most_places(r, o))
        least = self._gains(r, o, addition.places)
        costs = dict(addition.costs)
        costs["yearly_outlay"] -= least.fees_per_year
        short = short_limits(costs, self._slack, self.district)
        in_room = [violation.rule_id for violation in addition.violations]
        # what leaves the room frees money too, so the larger of the two has to go
        displaced = max(
            self._in_space(r) if in_room else 0.0,
            *(by * self._rate(COST_OF_RULE[rule]) for rule, by in short),
            0.0,
        )
        ways = dict.fromkeys([*in_room, *(rule for rule, _ in short)])
        return {
            "in_the_way": ", ".join(ways),
            "least_places": addition.places,
            "capital_cost": addition.costs["capital_cost"],
            "gain_persons": gain.covered_persons,
            "gain_estimate": gain.worth,
            "displaced_estimate": displaced,
            "loss_estimate": max(0.0, displaced - gain.worth),
        }

    def _gains(self, r: int, o: int, places: float) -> Gain:
        """Return whom so many places could serve who are not served."""
        offer = self.run.scenario.offers[o]
        visits = places * offer.visits_per_place_week
        capacity = {o: float("inf") if offer.unlimited else visits}
        return best_gains(self.run, self._arcs, capacity)[o]

    def _rate(self, column: str) -> float:
        if column not in self._rates:
            self._rates[column] = weakest_rate(self.run, column)
        return self._rates[column]

    @cached_property
    def _rates(self) -> dict[str, float]:
        return {}

    @cached_property
    def _arcs(self) -> Arcs:
        return arcs_of_site(self.run, self.b)

    @cached_property
    def _slack(self) -> list[tuple[str, str, float, float]]:
        table = limits_table(self.run)
        columns = (table[name] for name in ("rule_id", "where", "slack", "limit"))
        return list(zip(*columns, strict=True))

    @cached_property
    def _held(self) -> dict[tuple[str, int], dict[str, Any]]:
        """What the plan has here, by (space id, offer)."""
        run = self.run
        persons = by_assignment(run, run.view.served.covered_persons)
        brings = by_assignment(run, served_worth(run))
        held = run.view.assigned
        return {
            (run.view.space_ids[held.space[k]], int(held.offer[k])): {
                "places": float(held.places[k]),
                "covered_persons": float(persons[k]),
                "brings": float(brings[k]),
            }
            for k in (held.building == self.b).nonzero()[0].tolist()
            if held.places[k] > 0
        }

    def _in_space(self, r: int) -> float:
        """Return what all that runs in a space brings."""
        space_id = self.site.space_ids[r]
        held = self._held.items()
        return float(sum(v["brings"] for (own, _), v in held if own == space_id))
