"""What would help a community next, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.coverage import pairs_of
from allocator.evaluate.credit import credit
from allocator.evaluate.served import profiles

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.evaluate.view import PlanView
    from allocator.report.meeting.room import Room

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

SMALLEST_VISITS = 1e-6
"""Visits per week below this are nobody's."""
COLUMNS = ["community_id", "need_id", "left_visits", "buildings", "suiting", "unused"]
COLUMNS += [
    "bar",
    "space",
    "offer",
    "places",
    "persons",
    "floor_used_m2",
    "capital_cost",
]
COLUMNS += ["yearly_outlay"]


def next_steps(view: PlanView, room: Room) -> pd.DataFrame:
    """Return for each community and need with visits nobody serves what would help.

    Returns
    -------
    DataFrame
        left_visits: visits per week nobody serves; buildings: how many are within the
        walking limit of those residents; suiting, unused: of their spaces, how many
        suit an accepted offer, and how many of these the plan does not use; bar: what
        bars most of the others ("": nothing does); then one
        more offer in one unused space, of all the one with least capital cost per
        person (the yearly outlay settles ties, then the ids): space and offer in
        positions (−1: none), places, persons covered, floor used and money.
    """
    left = _left_visits(view)
    rows = [
        row
        for n in range(len(view.scenario.needs))
        for row in _of_need(view, room, n, left)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _left_visits(view: PlanView) -> Floats:
    """Return visits per week nobody serves by demand row; 0 where not counted."""
    demand, zones = view.scenario.demand, view.scenario.tables.zones
    known = view.served.row >= 0
    rows, visits = view.served.row[known], view.served.visits[known]
    left = demand.visits_per_week - sum_by(rows, visits, len(demand))
    home = zones["community_id"].to_numpy(object)
    counted = zones["counted"].to_numpy(bool) & (home != "")
    return np.where(counted[demand.zone] & (left > SMALLEST_VISITS), left, 0.0)


@dataclass(frozen=True)
class _Near:
    """Visits nobody serves near a building, by community; one entry each."""

    building: Ints
    community: Ints
    visits: Floats
    persons: Floats
    """Persons covered if all of them were served."""


def _of_need(
    view: PlanView, room: Room, n: int, left: Floats
) -> list[tuple[object, ...]]:
    """Return the rows of one need."""
    scenario = view.scenario
    community, names = pd.factorize(
        scenario.tables.zones["community_id"].to_numpy(object)
    )
    own = scenario.demand.need == n
    by_community = sum_by(
        community[scenario.demand.zone[own]].astype(np.int64), left[own], len(names)
    )
    offers = scenario.accepted_offers(scenario.needs[n])
    near = {
        limit: _near(view, n, limit, left, community.astype(np.int64))
        for limit in {limit for _, limit in offers}
    }
    best = _best(room, view, n, [(o, near[limit]) for o, limit in offers])
    counts = _counts(room, [(o, near[limit]) for o, limit in offers], len(names))
    none = (-1, -1, 0.0, 0.0, 0.0, np.nan, np.nan)
    return [
        (
            names[c],
            scenario.needs[n].id,
            by_community[c],
            *(count[c] for count in counts),
            *best.get(c, none),
        )
        for c in np.flatnonzero(by_community > 0).tolist()
    ]


def _near(view: PlanView, n: int, limit: float, left: Floats, community: Ints) -> _Near:
    """Gather what nobody serves within the limit of each building."""
    scenario, access = view.scenario, view.access
    demand, need = scenario.demand, scenario.needs[n]
    profile_of = profiles(scenario)[demand.need, demand.group]
    buildings = np.arange(scenario.num_buildings)
    keys, visits, persons = [], [], []
    number = int(community.max(initial=0)) + 1
    for name in sorted(access.reaches):
        own = (demand.need == n) & (profile_of == name)
        by_zone = sum_by(demand.zone[own], left[own], len(community))
        reach = access[name]
        pairs = pairs_of(reach.start, buildings)
        site = np.repeat(buildings, np.diff(reach.start)[buildings])
        share = credit(need, reach.walk_min[pairs], limit)
        zone = reach.zone[pairs]
        some = (share > 0) & (by_zone[zone] > 0)
        keys.append(site[some] * number + community[zone[some]])
        visits.append(by_zone[zone[some]])
        persons.append(share[some] * visits[-1] / need.visits_per_person_week)
    found, inverse = np.unique(np.concatenate(keys), return_inverse=True)
    size = len(found)
    return _Near(
        found // number,
        found % number,
        sum_by(inverse, np.concatenate(visits), size),
        sum_by(inverse, np.concatenate(persons), size),
    )


def _best(
    room: Room, view: PlanView, n: int, offers: list[tuple[int, _Near]]
) -> dict[int, tuple[object, ...]]:
    """Return the best step of each community: what follows `unused` in `COLUMNS`."""
    need = view.scenario.needs[n]
    frames = []
    for o, near in offers:
        entry, space = room.of_buildings(near.building)
        fits = room.holds(o, space)
        entry, space = entry[fits], space[fits]
        steps = room.steps(need, o, space, near.visits[entry])
        frames.append(
            pd.DataFrame(
                {
                    "community": near.community[entry],
                    "space": space,
                    "offer": o,
                    "places": steps.places,
                    "persons": near.persons[entry] * steps.served,
                    "floor_used_m2": steps.floor_used_m2,
                    "capital_cost": steps.capital_cost,
                    "yearly_outlay": steps.yearly_outlay,
                }
            )
        )
    steps_of = pd.concat(frames, ignore_index=True)
    steps_of["each"] = steps_of["capital_cost"] / steps_of["persons"]
    order = ["community", "each", "yearly_outlay", "space", "offer"]
    first = steps_of.sort_values(order, kind="stable").drop_duplicates("community")
    columns = COLUMNS[COLUMNS.index("space") :]
    chosen = zip(*(first[c].tolist() for c in columns), strict=True)
    return dict(zip(first["community"].tolist(), chosen, strict=True))


def _counts(
    room: Room, offers: list[tuple[int, _Near]], communities: int
) -> tuple[list[int], list[int], list[int], list[str]]:
    """Return by community what stands in `COLUMNS` from `buildings` to `bar`."""
    reached, suiting = [], []
    bars = np.zeros((communities, len(room.bar_names)), np.int64)
    for o, near in offers:
        reached.append(np.stack([near.community, near.building], axis=1))
        entry, space = room.of_buildings(near.building)
        bar, home = room.bar[space, o], near.community[entry]
        np.add.at(bars, (home, bar), bar > 0)
        suiting.append(np.stack([home, space], axis=1)[bar == 0])
    spaces = np.unique(np.concatenate(suiting), axis=0)
    unused = spaces[room.free[spaces[:, 1]]]
    counts = (
        np.bincount(rows[:, 0], minlength=communities).tolist()
        for rows in (np.unique(np.concatenate(reached), axis=0), spaces, unused)
    )
    most = np.where(bars.any(axis=1), bars.argmax(axis=1), 0)
    return (*counts, [room.bar_names[k] for k in most])
