"""What residents asked for: met by the plan or not, and the first simple reason."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.coverage import rows_with_access
from allocator.evaluate.credit import credit
from allocator.evaluate.served import Supply, accept_limits, profiles
from allocator.evaluate.unmet_requests import Reason, why_not

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.evaluate.view import PlanView

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

REQUEST_COLUMNS = (
    "request_id",
    "zone_id",
    "community_id",
    "service_id",
    "need_id",
    "priority",
    "date",
    "text",
    "source",
    "status",
    "reason",
    "detail",
    "served_share",
    "near_share",
    "site_id",
    "walk_min",
    "suitable_spaces",
)
MET, PARTLY, NOT_MET = "met", "partly", "not_met"
_GIVEN = REQUEST_COLUMNS[:9]
_ALL = 1.0 - 1e-6
"""Shares from here on count as everybody."""


@dataclass(frozen=True)
class Asked:
    """One request in positions."""

    needs: tuple[int, ...]
    offers: Bools
    """Shape (o,): what would meet it."""
    zones: Bools
    """Shape (z,)."""

    @property
    def key(self) -> tuple[tuple[int, ...], bytes]:
        """Equal for requests that ask for the same, wherever."""
        return self.needs, self.offers.tobytes()


@dataclass(frozen=True)
class Nearby:
    """Sites that residents of a place could use for what they ask."""

    reachable: Bools
    """Shape (sites, o): an accepted offer there would be within the limit."""
    walk_min: Floats
    """Shape (sites,): least minutes from the place; inf beyond every limit."""


def requests_table(view: PlanView, alone: PlanView) -> pd.DataFrame:
    """Return every request with what became of it.

    Parameters
    ----------
    view
        The plan.
    alone
        The empty plan, with residents assigned to facilities.

    Returns
    -------
    DataFrame
        `REQUEST_COLUMNS`, by priority, date and id. status: met (everybody of the place
        who has the need is near a site of it and served in full), partly, or not_met.
        reason: `Reason`. served_share: visits served ÷ visits asked for; near_share:
        share of these residents with a running site within the limit. site_id and
        walk_min: the nearest such site. suitable_spaces: rooms within the limit that
        suit (only where the request is not met and no such site is near).
    """
    given = view.scenario.tables.requests
    given = given.sort_values(["priority", "date", "request_id"], ignore_index=True)
    if given.empty:
        return pd.DataFrame(columns=list(REQUEST_COLUMNS))
    book = _Book(view, alone)
    found = pd.DataFrame([book.answer(k) for k in _asked(view, given)])
    table = pd.concat([given[list(_GIVEN)], found], axis=1)
    return table[list(REQUEST_COLUMNS)]


def request_measures(requests: pd.DataFrame) -> dict[str, float]:
    """Return how many requests there are, are met, and are met in part."""
    if requests.empty:
        return {}
    count = requests["status"].value_counts()
    return {
        "requests": float(len(requests)),
        "requests_met": float(count.get(MET, 0)),
        "requests_partly_met": float(count.get(PARTLY, 0)),
    }


def _asked(view: PlanView, given: pd.DataFrame) -> list[Asked]:
    """Return the requests in positions."""
    scenario = view.scenario
    accepted = ~np.isnan(accept_limits(scenario))
    service = np.array([offer.service_id for offer in scenario.offers], object)
    zones = scenario.tables.zones
    asked = []
    for row in given.to_dict("records"):
        needs: tuple[int, ...]
        if row["need_id"]:
            needs = (scenario.need2position[row["need_id"]],)
            offers = accepted[needs[0]]
        else:
            offers = np.asarray(service == row["service_id"], bool)
            needs = tuple(np.flatnonzero(accepted[:, offers].any(axis=1)).tolist())
        column = "zone_id" if row["zone_id"] else "community_id"
        inside = np.asarray(zones[column] == row[column], bool)
        asked.append(Asked(needs, offers, inside))
    return asked


class _Book:
    """Answers requests; what many of them share is worked out once."""

    def __init__(self, view: PlanView, alone: PlanView) -> None:
        self._view = view
        self._alone = alone
        self._near: dict[tuple[int, tuple[tuple[int, ...], bytes]], Bools] = {}

    def answer(self, asked: Asked) -> dict[str, object]:
        """Return the columns of one request."""
        served, near = self._shares(self._view, asked)
        nearby = find_nearby(self._view, asked)
        running = nearby.reachable & self._view.supply.running & asked.offers
        sites = np.flatnonzero(running.any(axis=1))
        site_id, walk_min = "", np.nan
        if len(sites):
            nearest = sites[np.argmin(nearby.walk_min[sites])]
            site_id = self._view.scenario.site_ids[nearest]
            walk_min = float(nearby.walk_min[nearest])
        reason, detail, suitable = self._reason(asked, nearby, (served, near))
        met = near >= _ALL and (np.isnan(served) or served >= _ALL)
        none = near == 0.0 or served == 0.0
        return {
            "status": MET if met else NOT_MET if none else PARTLY,
            "reason": reason.value,
            "detail": detail,
            "served_share": served,
            "near_share": near,
            "site_id": site_id,
            "walk_min": walk_min,
            "suitable_spaces": suitable,
        }

    def _reason(
        self, asked: Asked, nearby: Nearby, shares: tuple[float, float]
    ) -> tuple[Reason, str, int]:
        """Return the first reason that holds, in words too."""
        served, near = shares
        if not asked.needs:
            return Reason.NO_NEED, "no need accepts this service", 0
        if near == 0.0:
            return why_not(self._view, nearby.reachable & asked.offers)
        if near < _ALL:
            return Reason.TOO_FAR, f"{1 - near:.0%} of them live too far away", 0
        if served < _ALL:
            return Reason.FULL, f"places for {served:.0%} of the visits", 0
        before, near_before = self._shares(self._alone, asked)
        if near_before >= _ALL and not before < _ALL:
            return Reason.FACILITIES, "existing facilities are enough", 0
        return Reason.PLAN, "met by the plan", 0

    def _shares(self, view: PlanView, asked: Asked) -> tuple[float, float]:
        """Return the shares served and near; served is NaN where nobody has the need.

        Where nobody has it, near is 1 if a zone of the place has a site within the
        limit, else 0.
        """
        demand = view.scenario.demand
        own = asked.zones[demand.zone] & np.isin(demand.need, asked.needs)
        visits = demand.visits_per_week[own]
        if not visits.sum() > 0:
            running = find_nearby(view, asked).reachable & view.supply.running
            return np.nan, float((running & asked.offers).any())
        served = self._served(view)[own]
        near = self._rows_near(view, asked)[own]
        return (
            float(served.sum() / visits.sum()),
            float((visits * near).sum() / visits.sum()),
        )

    def _rows_near(self, view: PlanView, asked: Asked) -> Bools:
        """Tell which demand rows have what is asked within the limit, shape (i,)."""
        key = (id(view), asked.key)
        if key not in self._near:
            running = view.supply.running & asked.offers
            supply = Supply(running, view.supply.capacity)
            self._near[key] = rows_with_access(view.scenario, view.access, supply)
        return self._near[key]

    def _served(self, view: PlanView) -> Floats:
        """Return the served visits of every demand row, shape (i,)."""
        return self._served_now if view is self._view else self._served_alone

    @cached_property
    def _served_now(self) -> Floats:
        return _served_visits(self._view)

    @cached_property
    def _served_alone(self) -> Floats:
        return _served_visits(self._alone)


def _served_visits(view: PlanView) -> Floats:
    """Return the served visits of every demand row, shape (i,)."""
    known = view.served.row >= 0
    rows, visits = view.served.row[known], view.served.visits[known]
    return sum_by(rows, visits, len(view.scenario.demand))


def find_nearby(view: PlanView, asked: Asked) -> Nearby:
    """Return the sites within the limits of a place, for every offer it accepts."""
    scenario, access = view.scenario, view.access
    shape = (len(scenario.site_ids), len(scenario.offers))
    reachable, least = np.zeros(shape, bool), np.full(shape[0], np.inf)
    limits, profile_of = accept_limits(scenario), profiles(scenario)
    for n in asked.needs:
        need = scenario.needs[n]
        groups = [scenario.group2position[g] for g in need.groups] or [-1]
        for name in {profile_of[n, g] for g in groups} & set(access.reaches):
            reach = access[name]
            pairs = np.flatnonzero(asked.zones[reach.zone])
            site = np.searchsorted(reach.start, pairs, side="right") - 1
            minutes = reach.walk_min[pairs]
            for o in np.flatnonzero(asked.offers & ~np.isnan(limits[n])).tolist():
                close = credit(need, minutes, float(limits[n, o])) > 0
                reachable[site[close], o] = True
                np.minimum.at(least, site[close], minutes[close])
    return Nearby(reachable, least)
