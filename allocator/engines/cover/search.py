"""Kernels of the search: build greedily, exchange, disturb and go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.engines.cover.state import (
    close_site,
    dequeue,
    draw,
    draw_below,
    enqueue,
    fits,
    open_site,
    roll_back,
)
from allocator.engines.price.compiled import compiled, kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.cover.net import Net
    from allocator.engines.cover.state import State

    Array = npt.NDArray[Any]

MOST_CLOSED = 4
"""Most sites that a step closes."""
HOPS = 12
"""Steps of a walk from a site over shared rows to another open one."""
ENDLESS = 2**62
"""More looks at sites than any step takes."""
LEAST_GAIN = 1e-9
"""Share of the value below which an exchange counts as no better."""


@kernel
def price_sites(net: Net, price: Array) -> None:
    """Write what each site costs, as Σ shares of the room of every limit."""
    for site in range(len(price)):
        price[site] = 0.0
        for k in range(len(net.room)):
            if net.room[k] > 0.0:
                price[site] += net.cost[k, site] / net.room[k]
            elif net.cost[k, site] > 0.0:
                price[site] = np.inf


@compiled
def best_addition(
    net: Net, state: State, price: Array, noise: float, banned: int
) -> int:
    """Return the closed site that fits and is worth most for its price, −1 for none."""
    best, most = -1, 0.0
    for site in range(len(price)):
        if state.place[site] >= 0 or state.worth[site] <= 0.0 or site == banned:
            continue
        rate = state.worth[site] / max(price[site], 1e-300)
        # what noise can add is at most `noise`, so most sites need no draw
        if rate * (1.0 + noise) <= most:
            continue
        if noise > 0.0:
            rate *= 1.0 + noise * draw(state)
        if rate > most and fits(net, state, site, -1):
            best, most = site, rate
    return best


@kernel
def fill(net: Net, state: State, price: Array, noise: float, banned: int) -> None:
    """Open sites by worth for their price while any fits."""
    while True:
        site = best_addition(net, state, price, noise, banned)
        if site < 0:
            return
        open_site(net, state, site)
        banned = -1


@compiled
def best_exchange(
    net: Net, state: State, site: int, shared: Array
) -> tuple[int, float]:
    """Return the open site to close for `site`, and the gain; −1 where none helps.

    `shared`, shape (j,), is 0 before and after: rows that `site` would take over from
    their only open site are no loss when that one closes.
    """
    for a in range(net.site_start[site], net.site_start[site + 1]):
        row = net.site_row[a]
        if state.covers[row] == 1:
            shared[state.owner[row]] += net.weight[row]
    best, most = -1, LEAST_GAIN * max(1.0, state.value[0])
    for at in range(state.size[0]):
        other = state.members[at]
        gain = state.worth[site] - state.worth[other] + shared[other]
        shared[other] = 0.0
        if gain > most and fits(net, state, site, other):
            best, most = other, gain
    return best, most


@kernel
def exchange(net: Net, state: State, price: Array, shared: Array, looks: int) -> bool:
    """Exchange sites in the ring for open ones; tell whether none helps any more.

    After so many `looks` at sites it ends with some of them not looked at.
    """
    for _ in range(looks):
        site = dequeue(state)
        if site < 0:
            site = best_addition(net, state, price, 0.0, -1)
            if site >= 0:
                open_site(net, state, site)
                continue
            site = worthiest(state)
            if site < 0:
                return True
            other, _ = best_exchange(net, state, site, shared)
            if other < 0:
                return True
        elif state.place[site] >= 0:
            continue
        else:
            other, _ = best_exchange(net, state, site, shared)
            if other < 0:
                continue
        close_site(net, state, other)
        open_site(net, state, site)
    return False


@compiled
def worthiest(state: State) -> int:
    """Return the closed site that adds most, −1 when none adds anything."""
    best, most = -1, 0.0
    for site in range(len(state.place)):
        if state.place[site] < 0 and state.worth[site] > most:
            best, most = site, state.worth[site]
    return best


@kernel
def clear(state: State) -> None:
    """Empty the ring."""
    while dequeue(state) >= 0:
        pass


@kernel
def queue_all(state: State) -> None:
    """Put every closed site into the ring."""
    for site in range(len(state.place)):
        enqueue(state, site)


@compiled
def near_member(net: Net, state: State, start: int) -> int:
    """Return an open site found by walking over shared rows, else any open one."""
    at = start
    for _ in range(HOPS):
        first, end = net.site_start[at], net.site_start[at + 1]
        if first == end:
            break
        row = net.site_row[first + draw_below(state, end - first)]
        if state.covers[row] == 1:
            return state.owner[row]
        first, end = net.row_start[row], net.row_start[row + 1]
        at = net.row_site[first + draw_below(state, end - first)]
        if state.place[at] >= 0:
            return at
    return state.members[draw_below(state, state.size[0])]


@kernel
def step(net: Net, state: State, price: Array, shared: Array, noise: float) -> None:
    """Close some sites near each other, fill up again and exchange."""
    state.logged[0] = 0
    first = state.members[draw_below(state, state.size[0])]
    close_site(net, state, first)
    at = first
    for _ in range(draw_below(state, MOST_CLOSED)):
        if state.size[0] == 0:
            break
        at = near_member(net, state, at)
        close_site(net, state, at)
    fill(net, state, price, noise, first)
    exchange(net, state, price, shared, ENDLESS)


@kernel
def improve(
    net: Net,
    state: State,
    price: Array,
    shared: Array,
    best: Array,
    steps: int,
    first_heat: float,
    last_heat: float,
) -> float:
    """Make steps with falling heat; keep the best plan in `best` and return its value.

    `best`, shape (j,), is True where a site is open. A step that loses is kept by
    chance e^(−loss ÷ heat), else undone.
    """
    most = -1.0
    for number in range(steps):
        if state.size[0] == 0:
            break
        before = state.value[0]
        step(net, state, price, shared, 0.3 * draw(state))
        if state.logged[0] > len(state.log):
            continue
        heat = first_heat * (last_heat / first_heat) ** (number / steps)
        if state.value[0] < before + heat * np.log(max(draw(state), 1e-300)):
            roll_back(net, state)
            clear(state)
        if state.value[0] > most:
            most = state.value[0]
            for site in range(len(best)):
                best[site] = state.place[site] >= 0
    return most
