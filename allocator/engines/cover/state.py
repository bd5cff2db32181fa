"""Open and closed sites with the worth of each, kept up to date by kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from allocator.engines.price.compiled import compiled, kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.cover.net import Net

    Array = npt.NDArray[Any]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""Spreads small seeds over 64 bits."""
TO_UNIT = 1.0 / 9007199254740992.0
"""2⁻⁵³: a whole number of 53 bits becomes a share in [0, 1)."""


class State(NamedTuple):
    """A plan; arrays are written by kernels only."""

    covers: Array
    """Shape (i,): open sites that cover the row."""
    owner: Array
    """Shape (i,): Σ positions of these sites; of one, it names it."""
    worth: Array
    """Shape (j,): weight that only this site covers, if it is open or were."""
    place: Array
    """Shape (j,): position in `members`, −1 when closed."""
    members: Array
    """Shape (j,): the open sites, then anything."""
    size: Array
    """Shape (1,): how many are open."""
    used: Array
    """Shape (l,)."""
    value: Array
    """Shape (1,): weight covered."""
    queue: Array
    """Shape (j,): ring of sites to look at again."""
    queued: Array
    """Shape (j,)."""
    ring: Array
    """Shape (2,): first of the ring, and how many."""
    log: Array
    """Sites changed since the step began: j opened, −1 − j closed."""
    logged: Array
    """Shape (1,)."""
    random: Array
    """Shape (1,)."""


def new_state(net: Net, seed: int) -> State:
    """Return the state with every site closed."""
    rows, sites = net.num_rows, net.num_sites
    arc_weight = net.weight[net.site_row]
    total = np.concatenate([[0.0], np.cumsum(arc_weight)])
    return State(
        covers=np.zeros(rows, np.int32),
        owner=np.zeros(rows, np.int64),
        worth=total[net.site_start[1:]] - total[net.site_start[:-1]],
        place=np.full(sites, -1, np.int64),
        members=np.zeros(sites, np.int64),
        size=np.zeros(1, np.int64),
        used=np.zeros(len(net.room)),
        value=np.zeros(1),
        queue=np.zeros(sites, np.int64),
        queued=np.zeros(sites, np.bool_),
        ring=np.zeros(2, np.int64),
        log=np.zeros(4 * sites + 64, np.int64),
        logged=np.zeros(1, np.int64),
        random=np.array([2 * seed + 1], np.uint64) * GOLDEN,
    )


@compiled
def draw(state: State) -> float:
    """Return the next random number in [0, 1) (xorshift64*, Vigna 2016)."""
    x = state.random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state.random[0] = x
    scattered = x * np.uint64(0x2545F4914F6CDD1D)
    return np.float64(scattered >> np.uint64(11)) * TO_UNIT


@compiled
def draw_below(state: State, most: int) -> int:
    """Return a random whole number in [0, most)."""
    return min(int(draw(state) * most), most - 1)


@compiled
def remember(state: State, change: int) -> None:
    """Log a change; a full log is marked by one more than it holds."""
    if state.logged[0] < len(state.log):
        state.log[state.logged[0]] = change
    state.logged[0] += 1


@compiled
def enqueue(state: State, site: int) -> None:
    """Put a closed site into the ring of those to look at again."""
    if state.queued[site] or state.place[site] >= 0:
        return
    state.queued[site] = True
    size = len(state.queue)
    state.queue[(state.ring[0] + state.ring[1]) % size] = site
    state.ring[1] += 1


@compiled
def dequeue(state: State) -> int:
    """Take the first site out of the ring, −1 when it is empty."""
    if state.ring[1] == 0:
        return -1
    site = state.queue[state.ring[0]]
    state.ring[0] = (state.ring[0] + 1) % len(state.queue)
    state.ring[1] -= 1
    state.queued[site] = False
    return site


# The two kernels below hold their loops in full: a call that hands over all arrays of a
# state takes longer than the loop over the sites of a row.
@kernel
def open_site(net: Net, state: State, site: int) -> None:
    """Open a closed site."""
    covers, owner, worth, row_site = (
        state.covers,
        state.owner,
        state.worth,
        net.row_site,
    )
    value = 0.0
    for a in range(net.site_start[site], net.site_start[site + 1]):
        row = net.site_row[a]
        weight = net.weight[row]
        if covers[row] == 0:
            value += weight
            for b in range(net.row_start[row], net.row_start[row + 1]):
                worth[row_site[b]] -= weight
        elif covers[row] == 1:
            worth[owner[row]] -= weight
        covers[row] += 1
        owner[row] += site
    worth[site] = value
    state.value[0] += value
    state.place[site] = state.size[0]
    state.members[state.size[0]] = site
    state.size[0] += 1
    for k in range(len(net.room)):
        state.used[k] += net.cost[k, site]
    remember(state, site)


@kernel
def close_site(net: Net, state: State, site: int) -> None:
    """Close an open site; sites whose worth rises go into the ring."""
    covers, owner, worth, row_site = (
        state.covers,
        state.owner,
        state.worth,
        net.row_site,
    )
    place, queue, queued = state.place, state.queue, state.queued
    last = state.members[state.size[0] - 1]
    state.members[place[site]] = last
    place[last] = place[site]
    place[site] = -1
    state.size[0] -= 1
    for k in range(len(net.room)):
        state.used[k] -= net.cost[k, site]
    value, waiting = 0.0, state.ring[1]
    for a in range(net.site_start[site], net.site_start[site + 1]):
        row = net.site_row[a]
        weight = net.weight[row]
        covers[row] -= 1
        owner[row] -= site
        if covers[row] == 0:
            value += weight
            for b in range(net.row_start[row], net.row_start[row + 1]):
                other = row_site[b]
                worth[other] += weight
                if not queued[other] and place[other] < 0:
                    queued[other] = True
                    queue[(state.ring[0] + waiting) % len(queue)] = other
                    waiting += 1
        elif covers[row] == 1:
            worth[owner[row]] += weight
    state.ring[1] = waiting
    worth[site] = value
    state.value[0] -= value
    remember(state, -1 - site)


@compiled
def fits(net: Net, state: State, site: int, without: int) -> bool:
    """Tell whether a site may open when another (or none, −1) closes."""
    for k in range(len(net.room)):
        used = state.used[k] + net.cost[k, site]
        if without >= 0:
            used -= net.cost[k, without]
        if used > net.room[k]:
            return False
    return True


@compiled
def roll_back(net: Net, state: State) -> None:
    """Undo what the step changed."""
    for at in range(state.logged[0] - 1, -1, -1):
        change = state.log[at]
        if change >= 0:
            close_site(net, state, change)
        else:
            open_site(net, state, -1 - change)
    state.logged[0] = 0
