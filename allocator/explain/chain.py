"""Where residents who are not covered drop out: from no site in reach to money.

Every demand row of a community stands at the last step that any site within its reach
comes to; so each uncovered person is counted once, and the steps add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.served import facility_supply, visits_per_person
from allocator.evaluate.suitability import building_of_space
from allocator.explain.limits import limits_table
from allocator.explain.reach import arcs_within_reach
from allocator.explain.site import barred, cut_out, short_limits, site_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.evaluate.arcs import Arcs
    from allocator.explain.known import Known
    from allocator.explain.site import Site

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

CHAIN_COLUMNS = ["need_id", "step", "limits", "persons"]
LEAST_PERSONS = 1e-9
"""Fewer are rounding of a solver, and nobody."""
SPARE_SHARE = 1e-6
"""Capacity left counts as free above this share of it."""


class Step(IntEnum):
    """How far the best site within reach of a resident comes."""

    NO_SITE = 0
    """No building and no facility that gives the service within the walking limit."""
    NO_SPACE = 1
    """Buildings, but no space that suits any accepted offer."""
    HOURS = 2
    """Spaces that suit but for their hours or dates."""
    PINNED_OUT = 3
    """Spaces that suit but for a pin."""
    ROOM_TAKEN = 4
    """Spaces that suit, but what the plan has there is in the way."""
    LIMITS = 5
    """Spaces free for it, but a limit of money or area would be overrun."""
    NOT_CHOSEN = 6
    """Space and money are there; the plan does not use them."""
    FULL = 7
    """The service runs within reach, and its capacity is full."""
    SPARE = 8
    """The service runs within reach with capacity left."""
    PARTLY = 9
    """Served, but so far away that it counts in part."""

    @property
    def word(self) -> str:
        """The step as a word."""
        return self.name.lower()


@dataclass(frozen=True)
class Residents:
    """Demand rows of one community and what the plan gives them."""

    rows: Ints
    """Positions in the scenario's demand."""
    demand_persons: Floats
    served_persons: Floats
    covered_persons: Floats


def residents(run: Known, community: str, need: str | None) -> Residents:
    """Return the demand rows of a community's counted zones, of one need or all."""
    scenario, served = run.scenario, run.view.served
    zones, demand = scenario.tables.zones, scenario.demand
    inside = (zones["community_id"] == community).to_numpy() & zones[
        "counted"
    ].to_numpy(bool)
    chosen = inside[demand.zone]
    if need is not None:
        chosen = chosen & (demand.need == scenario.need2position[need])
    per_person = visits_per_person(scenario)[demand.need]
    known = served.row >= 0
    visits = sum_by(served.row[known], served.visits[known], len(demand))
    rows = np.flatnonzero(chosen)
    return Residents(
        rows,
        (demand.visits_per_week / per_person)[rows],
        (visits / per_person)[rows],
        run.view.covered_by_row()[rows],
    )


def chain_table(run: Known, people: Residents) -> pd.DataFrame:
    """Return uncovered persons by need and step; they add up to demand − covered.

    Returns
    -------
    DataFrame
        need_id, step, limits (rule ids in the way, of the step `limits`), persons.
    """
    arcs = arcs_within_reach(run, people.rows)
    step, limits = _steps(run, arcs, len(people.rows))
    unserved = people.demand_persons - people.served_persons
    partly = people.served_persons - people.covered_persons
    needs = np.array([need.id for need in run.scenario.needs], object)
    need = needs[run.scenario.demand.need[people.rows]]
    frames = [
        pd.DataFrame(
            {"need_id": need, "at": step, "persons": unserved, "limits": limits}
        ),
        pd.DataFrame(
            {"need_id": need, "at": int(Step.PARTLY), "persons": partly, "limits": ""}
        ),
    ]
    keys = ["need_id", "at", "limits"]
    table = pd.concat(frames).groupby(keys).agg({"persons": "sum"}).reset_index()
    table["step"] = [Step(at).word for at in table["at"]]
    some = table["persons"].abs() > LEAST_PERSONS
    return table.loc[some, CHAIN_COLUMNS].reset_index(drop=True)


def _steps(run: Known, arcs: Arcs, num_rows: int) -> tuple[Ints, list[str]]:
    """Return the furthest step of each row, and the limits in the way.

    Rows of `arcs` are positions among the residents.
    """
    offers = len(run.scenario.offers)
    key = arcs.site * offers + arcs.offer
    keys, where = np.unique(key, return_inverse=True)
    level, limits = _levels(run, keys // offers, keys % offers)
    step = np.full(num_rows, -1, np.int64)
    np.maximum.at(step, arcs.row, level[where])
    of_row = [""] * num_rows
    for k in np.flatnonzero(level[where] == Step.LIMITS).tolist():
        if step[arcs.row[k]] == Step.LIMITS and not of_row[arcs.row[k]]:
            of_row[arcs.row[k]] = limits[int(where[k])]
    return np.maximum(step, int(Step.NO_SITE)), of_row


def _levels(run: Known, site: Ints, offer: Ints) -> tuple[Ints, dict[int, str]]:
    """Return the step of each (site, offer), −1 for a facility without the offer."""
    is_building = site < run.scenario.num_buildings
    level = np.where(is_building, int(Step.NO_SPACE), -1)
    running = run.view.supply.running[site, offer]
    level[running] = np.where(
        _has_spare(run, site, offer)[running], int(Step.SPARE), int(Step.FULL)
    )
    limits: dict[int, str] = {}
    idle = np.flatnonzero(is_building & ~running)
    bar_step = _bar_steps(run, np.unique(site[idle]))
    additions = _Additions(run)
    for k in idle.tolist():
        b, o = int(site[k]), int(offer[k])
        level[k] = bar_step.get((b, o), int(Step.NO_SPACE))
        if level[k] == Step.NOT_CHOSEN:
            level[k], limits[k] = additions.step(b, o)
    return level, limits


def _has_spare(run: Known, site: Ints, offer: Ints) -> Bools:
    """Tell where a running offer has capacity left."""
    capacity = run.view.planned.capacity + facility_supply(run.scenario).capacity
    served, shape = run.view.served, capacity.shape
    key = served.site * shape[1] + served.offer
    used = sum_by(key, served.visits, shape[0] * shape[1]).reshape(shape)
    most = capacity[site, offer]
    spare: Bools = most - used[site, offer] > SPARE_SHARE * np.maximum(1.0, most)
    return spare


def _bar_steps(run: Known, buildings: Ints) -> dict[tuple[int, int], int]:
    """Return how far the best space of each (building, offer) comes by itself.

    `NOT_CHOSEN` where nothing bars it.
    """
    small = cut_out(run, buildings.tolist())
    home = buildings[building_of_space(small)]
    found = barred(small)
    steps: dict[tuple[int, int], int] = {}
    for r, b in enumerate(home.tolist()):
        for o in range(len(run.scenario.offers)):
            rules, _ = found.get((r, o), ("", ""))
            step = int(_bar_step(set(rules.split(", ")) - {""}))
            steps[b, o] = max(steps.get((b, o), 0), step)
    return steps


def _bar_step(rules: set[str]) -> Step:
    """Return the step of a space by the rules that bar an offer from it."""
    if rules - {"available", "pins"}:
        return Step.NO_SPACE
    if "available" in rules:
        return Step.HOURS
    return Step.PINNED_OUT if rules else Step.NOT_CHOSEN


class _Additions:
    """Adds offers to buildings to see what is in the way."""

    def __init__(self, run: Known) -> None:
        self.run = run
        table = limits_table(run)
        columns = (table[name] for name in ("rule_id", "where", "slack", "limit"))
        self.slack = list(zip(*columns, strict=True))
        self.district = run.scenario.tables.buildings["district_id"].tolist()
        self._sites: dict[int, Site] = {}

    def step(self, b: int, o: int) -> tuple[int, str]:
        """Return the furthest step over the spaces of a building."""
        if b not in self._sites:
            self._sites[b] = site_of(self.run, b)
        site = self._sites[b]
        best, named = Step.ROOM_TAKEN, ""
        for r in range(len(site.space_ids)):
            if (r, o) in site.bars:
                continue
            addition = site.add(r, o)
            if addition.violations:
                continue
            short = short_limits(addition.costs, self.slack, self.district[b])
            if not short:
                return int(Step.NOT_CHOSEN), ""
            rules = ", ".join(sorted({rule for rule, _ in short}))
            best, named = Step.LIMITS, rules
        return int(best), named
