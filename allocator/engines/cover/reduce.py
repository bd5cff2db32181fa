"""Smaller nets with the same best plans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.engines.cover.net import arcs_of, build_net
from allocator.engines.price.compiled import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.cover.net import Net

    Array = npt.NDArray[Any]
    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

MOST_LOOKS = 2_000_000_000
"""Most arcs looked at in search of dominated sites."""


@dataclass(frozen=True)
class Reduced:
    """A net, what its sites were called before, and what is covered anyhow."""

    net: Net
    site: Ints
    """Shape (j,): position of each site in the net before."""
    fixed: Ints
    """Positions before of the sites that are open in any case."""
    base: float
    """Weight that these cover."""


def without_dominated(net: Net) -> Reduced:
    """Leave out sites that cannot open, or whose rows a site no dearer covers too."""
    dropped = (net.cost > net.room[:, None]).any(axis=0)
    dropped |= np.diff(net.site_start) == 0
    if _looks(net) <= MOST_LOOKS:
        mark_dominated(net, dropped, np.zeros(net.num_rows, np.int64))
    return restricted(net, np.flatnonzero(~dropped), np.empty(0, np.int64))


def restricted(net: Net, kept: Ints, fixed: Ints) -> Reduced:
    """Return the net of the sites kept, once others are open for good.

    Parameters
    ----------
    kept
        Sites that stay open to choice.
    fixed
        Sites that are open whatever is chosen: their rows are covered and their room
        is taken.
    """
    row, site = arcs_of(net)
    covered = np.zeros(net.num_rows, bool)
    covered[row[np.isin(site, fixed)]] = True
    number = np.full(net.num_sites, -1, np.int64)
    number[kept] = np.arange(len(kept))
    free = (number[site] >= 0) & ~covered[row]
    smaller = build_net(
        row[free],
        number[site[free]],
        net.weight,
        net.cost[:, kept],
        np.maximum(net.room - net.cost[:, fixed].sum(axis=1), 0.0),
    )
    return Reduced(smaller, kept, fixed, float(net.weight[covered].sum()))


def _looks(net: Net) -> float:
    """Return how many arcs are looked at, at most, to find dominated sites."""
    degree = np.diff(net.row_start)
    size = np.diff(net.site_start)
    rarest = np.full(net.num_sites, net.num_sites + 1, np.int64)
    row, site = arcs_of(net)
    np.minimum.at(rarest, site, degree[row])
    return float((rarest * (size.max(initial=0)))[size > 0].sum())


@kernel
def mark_dominated(net: Net, dropped: Array, seen: Array) -> None:
    """Mark sites all of whose rows another one covers at no higher cost.

    Of equals the first stays. `seen`, shape (i,), is 0 at first.
    """
    row_site, site_row = net.row_site, net.site_row
    for site in range(len(dropped)):
        first, end = net.site_start[site], net.site_start[site + 1]
        if dropped[site] or first == end:
            continue
        rarest = site_row[first]
        for a in range(first, end):
            row = site_row[a]
            seen[row] = site + 1
            size = net.row_start[row + 1] - net.row_start[row]
            if size < net.row_start[rarest + 1] - net.row_start[rarest]:
                rarest = row
        for b in range(net.row_start[rarest], net.row_start[rarest + 1]):
            other = row_site[b]
            if other == site or dropped[other]:
                continue
            start, stop = net.site_start[other], net.site_start[other + 1]
            if stop - start < end - first:
                continue
            dearer = False
            for k in range(len(net.room)):
                if net.cost[k, other] > net.cost[k, site]:
                    dearer = True
            if dearer:
                continue
            shared = 0
            for a in range(start, stop):
                if seen[site_row[a]] == site + 1:
                    shared += 1
            if shared == end - first:
                dropped[site] = True
                break
