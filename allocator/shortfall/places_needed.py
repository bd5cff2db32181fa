"""The fewest places of one service that serve what is unmet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog

from allocator.evaluate.served import accept_limits
from allocator.evaluate.week import build_week
from allocator.scenario.columns import BUILDINGS
from allocator.units import PLACES_TOLERANCE

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.scenario import Scenario

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

USE_COEFFICIENT = float(BUILDINGS["use_coefficient"].default)
"""Usable ÷ gross area where no building is known yet."""


@dataclass(frozen=True)
class PlacesNeeded:
    """Places of one service for given visits; letters of shapes: p its sessions."""

    accepted: Bools
    """Shape (n, p): which sessions a need accepts."""
    holds: Bools
    """Shape (p, t)."""
    visits_per_place: Floats
    """Shape (p,)."""
    m2_per_place: Floats
    """Shape (p,)."""

    def of(self, visits_by_need: Floats) -> tuple[int, float]:
        """Return the fewest places and their gross area in m².

        Places are counted at the peak: sessions that do not meet share them. They are
        the optimum of a linear program over places and visits by session, rounded up.
        """
        asked = np.flatnonzero((visits_by_need > 0) & self.accepted.any(axis=1))
        if not len(asked):
            return 0, 0.0
        places = self._by_session(visits_by_need[asked], self.accepted[asked])
        peak = float((places @ self.holds).max())
        whole = math.ceil(peak - PLACES_TOLERANCE * max(1.0, peak))
        usable = float(((places * self.m2_per_place) @ self.holds).max())
        return whole, usable * (whole / peak) / USE_COEFFICIENT

    def _by_session(self, visits: Floats, accepted: Bools) -> Floats:
        """Return places by session with the least peak, shape (p,)."""
        if (accepted.sum(axis=1) == 1).all():  # nobody has a choice
            return np.asarray((visits @ accepted) / self.visits_per_place, np.float64)
        if len(visits) == 1:
            key = accepted.tobytes()
            if key not in self._of_one_visit:
                self._of_one_visit[key] = self._optimum(np.ones(1), accepted)
            return self._of_one_visit[key] * float(visits[0])
        return self._optimum(visits, accepted)

    @cached_property
    def _of_one_visit(self) -> dict[bytes, Floats]:
        """Places by session for one visit of a need, by the sessions it accepts."""
        return {}

    def _optimum(self, visits: Floats, accepted: Bools) -> Floats:
        """Solve the linear program."""
        needs, sessions = accepted.shape
        slots = np.unique(self.holds.T, axis=0).astype(float)
        flows = needs * sessions
        # columns: peak, places by session, visits by (need, session)
        peak = np.hstack([-np.ones((len(slots), 1)), slots, _zeros(len(slots), flows)])
        room = np.hstack(
            [
                _zeros(sessions, 1),
                -np.diag(self.visits_per_place),
                np.tile(np.eye(sessions), needs),
            ]
        )
        served = np.hstack(
            [
                _zeros(needs, 1 + sessions),
                np.kron(np.eye(needs), np.ones((1, sessions))),
            ]
        )
        most = np.where(accepted.ravel(), np.inf, 0.0)
        upper = np.concatenate([np.full(1 + sessions, np.inf), most])
        found = linprog(
            np.concatenate([[1.0], np.zeros(sessions + flows)]),
            A_ub=np.vstack([peak, room]),
            b_ub=np.zeros(len(slots) + sessions),
            A_eq=served,
            b_eq=visits,
            bounds=np.column_stack([np.zeros(len(upper)), upper]),
            method="highs",
        )
        return np.asarray(found.x[1 : 1 + sessions], np.float64)


def _zeros(rows: int, columns: int) -> Floats:
    return np.zeros((rows, columns))


def places_needed(scenario: Scenario, service_id: str) -> PlacesNeeded:
    """Return how places of a service are counted."""
    own = [k for k, o in enumerate(scenario.offers) if o.service_id == service_id]
    offers = [scenario.offers[k] for k in own]
    return PlacesNeeded(
        accepted=~np.isnan(accept_limits(scenario)[:, own]),
        holds=build_week(scenario).holds[own],
        visits_per_place=np.array([o.visits_per_place_week for o in offers]),
        m2_per_place=np.array([o.m2_per_place for o in offers]),
    )
