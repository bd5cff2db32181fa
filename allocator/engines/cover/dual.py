"""Kernels of the dual bound: a primal-dual method on the linear relaxation.

With the share v[i] in [0, 1] of a row's weight paid by the sites that cover it, no plan
is worth more than Σ weight·(1 − v) + max {Σ income·x : 0 ≤ x ≤ 1, Σ cost·x ≤ room},
income of a site = Σ weight·v of its rows. The least of it over v is the optimum of the
linear relaxation. The method is the primal-dual hybrid gradient of Chambolle and Pock
(doi:10.1007/s10851-010-0251-1) with diagonal steps, averages and restarts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from allocator.engines.price.compiled import compiled, kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.cover.net import Net

    Array = npt.NDArray[Any]

HALVINGS = 60
"""Halvings when the price of a limit is searched."""


class Dual(NamedTuple):
    """The state of the method; arrays are written by kernels only."""

    share: Array
    """Shape (i,): v."""
    opened: Array
    """Shape (j,): x."""
    ahead: Array
    """Shape (j,): twice the newest x less the one before."""
    sum_share: Array
    """Shape (i,): Σ v since the last restart."""
    sum_opened: Array
    income: Array
    """Shape (j,)."""
    pace: Array
    """Shape (j,): how far x moves for a unit of income."""
    limit_price: Array
    """Shape (l,)."""


def new_dual(net: Net) -> Dual:
    """Return the start: all rows paid by half, no site open."""
    sites = net.num_sites
    return Dual(
        share=np.full(net.num_rows, 0.5),
        opened=np.zeros(sites),
        ahead=np.zeros(sites),
        sum_share=np.zeros(net.num_rows),
        sum_opened=np.zeros(sites),
        income=np.zeros(sites),
        pace=np.ones(sites),
        limit_price=np.zeros(len(net.room)),
    )


@compiled
def incomes(net: Net, share: Array, income: Array) -> None:
    """Write the income of every site."""
    site_start, site_row, weight = net.site_start, net.site_row, net.weight
    for site in range(len(income)):
        earned = 0.0
        for a in range(site_start[site], site_start[site + 1]):
            row = site_row[a]
            earned += weight[row] * share[row]
        income[site] = earned


@compiled
def demanded(cost: Array, income: Array, at: Array, pace: Array, price: float) -> float:
    """Return the room that sites take when a unit of it has this price."""
    total = 0.0
    for site in range(len(income)):
        opened = at[site] + pace[site] * (income[site] - price * cost[site])
        total += cost[site] * min(1.0, max(0.0, opened))
    return total


@compiled
def settle_price(
    cost: Array, income: Array, at: Array, pace: Array, room: float, guess: float
) -> float:
    """Return the least price, 0 or more, at which sites take no more than the room."""
    if demanded(cost, income, at, pace, 0.0) <= room:
        return 0.0
    low, high = 0.0, max(guess, 1e-9)
    while demanded(cost, income, at, pace, high) > room:
        low, high = high, 2.0 * high
    for _ in range(HALVINGS):
        if high - low <= 1e-12 * high:
            break
        middle = 0.5 * (low + high)
        if demanded(cost, income, at, pace, middle) > room:
            low = middle
        else:
            high = middle
    return high


@compiled
def settle_prices(
    net: Net, income: Array, at: Array, pace: Array, price: Array
) -> None:
    """Settle the price of one limit after the other; `income` is left net of them."""
    for k in range(len(price)):
        for site in range(len(income)):
            income[site] -= price[k] * net.cost[k, site]
    for k in range(len(price)):
        for site in range(len(income)):
            income[site] += price[k] * net.cost[k, site]
        price[k] = settle_price(net.cost[k], income, at, pace, net.room[k], price[k])
        for site in range(len(income)):
            income[site] -= price[k] * net.cost[k, site]


@kernel
def advance(net: Net, dual: Dual, weight: float, passes: int) -> None:
    """Make some passes; `weight` says how much longer steps of v are than of x."""
    row_start, row_site = net.row_start, net.row_site
    share, opened, ahead = dual.share, dual.opened, dual.ahead
    for _ in range(passes):
        incomes(net, share, dual.income)
        settle_prices(net, dual.income, opened, dual.pace, dual.limit_price)
        for site in range(len(opened)):
            moved = opened[site] + dual.pace[site] * dual.income[site]
            moved = min(1.0, max(0.0, moved))
            ahead[site] = 2.0 * moved - opened[site]
            opened[site] = moved
            dual.sum_opened[site] += moved
        for row in range(len(share)):
            start, end = row_start[row], row_start[row + 1]
            cover = 0.0
            for a in range(start, end):
                cover += ahead[row_site[a]]
            paid = share[row] - weight * (cover - 1.0) / (end - start)
            share[row] = min(1.0, max(0.0, paid))
            dual.sum_share[row] += share[row]


@kernel
def upper_value(net: Net, share: Array, income: Array, price: Array) -> float:
    """Return the bound at these shares; leaves net incomes and the prices behind it."""
    incomes(net, share, income)
    at = np.full(len(income), 0.5)
    # so long a step that a site is open or closed, hardly ever between
    pace = np.full(len(income), 1e30)
    settle_prices(net, income, at, pace, price)
    bound = 0.0
    for row in range(len(share)):
        bound += net.weight[row] * (1.0 - share[row])
    for k in range(len(price)):
        bound += price[k] * net.room[k]
    for site in range(len(income)):
        bound += max(0.0, income[site])
    return bound


@kernel
def lower_value(net: Net, opened: Array) -> float:
    """Return what a fractional plan covers."""
    value = 0.0
    for row in range(len(net.weight)):
        cover = 0.0
        for a in range(net.row_start[row], net.row_start[row + 1]):
            cover += opened[net.row_site[a]]
        value += net.weight[row] * min(1.0, cover)
    return value
