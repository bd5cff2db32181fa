"""Coverage of each zone, from the run's table of who is served where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from allocator.scenario import Scenario


def zone_coverage(scenario: Scenario, served: pd.DataFrame) -> pd.DataFrame:
    """Return x, y, demand persons and covered share of every zone with demand."""
    visits_per_person = pd.Series([n.visits_per_person_week for n in scenario.needs])
    demand = pd.DataFrame(
        {
            "zone_id": scenario.tables.zones["zone_id"].to_numpy()[
                scenario.demand.zone
            ],
            "persons": scenario.demand.visits_per_week
            / visits_per_person.to_numpy()[scenario.demand.need],
        }
    )
    persons = demand.groupby("zone_id")["persons"].sum()
    covered = served.groupby("zone_id")["covered_persons"].sum()
    zones = scenario.tables.zones.set_index("zone_id").loc[
        persons.index, ["x", "y", "community_id"]
    ]
    share = (covered.reindex(persons.index).fillna(0.0) / persons).clip(0, 1)
    return zones.assign(persons=persons, coverage=share)
