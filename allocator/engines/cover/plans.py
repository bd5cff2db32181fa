"""The search for plans of a net, batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.cover.search import (
    clear,
    exchange,
    fill,
    improve,
    price_sites,
    queue_all,
)
from allocator.engines.cover.state import close_site, new_state, open_site

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from allocator.engines.cover.net import Net

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

FIRST_HEAT = 3e-4
LAST_HEAT = 2e-5
"""Heat of the first and last step of a cycle, as a share of the value."""
LOOKS = 1_000
"""Looks at sites between two reports while a first plan is settled."""
WARMTH = (1.0, 4.0, 2.0, 8.0)
"""Factor of the first heat, cycle by cycle: what one cannot leave another can."""
CYCLE = 20_000
"""Steps of one cooling cycle."""


class PlanSearch:
    """A plan that is changed step by step, and the best one met."""

    def __init__(self, net: Net, seed: int) -> None:
        self.net = net
        self.steps = 0
        self.value = -1.0
        """What the best plan covers."""
        self.opened: Bools = np.zeros(net.num_sites, np.bool_)
        """Shape (j,): the sites that the best plan opens."""
        self._state = new_state(net, seed)
        self._price = np.empty(net.num_sites)
        self._shared = np.zeros(net.num_sites)
        price_sites(net, self._price)

    def build(self) -> None:
        """Open sites by what they add for what they cost."""
        fill(self.net, self._state, self._price, 0.0, -1)
        self._keep()

    def settle(self, ends: Callable[[], bool] = lambda: False) -> None:
        """Exchange sites until no exchange of two helps, or `ends` says so."""
        queue_all(self._state)
        done = False
        while not done and not ends():
            self._state.logged[0] = 0
            done = exchange(self.net, self._state, self._price, self._shared, LOOKS)
            self._keep()
        clear(self._state)

    def load(self, sites: Ints) -> None:
        """Go on from a plan, as far as its sites fit."""
        for site in self._state.members[: self._state.size[0]].copy():
            close_site(self.net, self._state, site)
        for site in sites:
            used = self._state.used + self.net.cost[:, site]
            if (used <= self.net.room).all():
                open_site(self.net, self._state, site)
        self._keep()

    def improve(self, steps: int) -> None:
        """Make steps of disturbing and exchanging; a cycle begins at the best plan."""
        done = self.steps % CYCLE
        if done == 0 and self.steps:
            self.load(np.flatnonzero(self.opened))
        first = FIRST_HEAT * WARMTH[self.steps // CYCLE % len(WARMTH)]
        heats = [
            first * (LAST_HEAT / first) ** (min(at, CYCLE) / CYCLE)
            for at in (done, done + steps)
        ]
        best = np.zeros(self.net.num_sites, np.bool_)
        found = improve(
            self.net,
            self._state,
            self._price,
            self._shared,
            best,
            steps,
            heats[0] * max(self.value, 1e-300),
            heats[1] * max(self.value, 1e-300),
        )
        self.steps += steps
        if found > self.value:
            self.value, self.opened = found, best

    def _keep(self) -> None:
        """Keep the plan at hand when it is the best so far."""
        if self._state.value[0] > self.value:
            self.value = float(self._state.value[0])
            self.opened = self._state.place >= 0
