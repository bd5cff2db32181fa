"""Expansion of arcs stored per reach into (row, supply) pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.instance.arrays import frozen, offsets, spans
from allocator.instance.instance import Arcs

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.instance.instance import Instance, Reach

    Ints = npt.NDArray[np.int64]


def expand_arcs(instance: Instance) -> Arcs:
    """Return every (row, supply) arc, sorted by supply, then row.

    Rows are numbered need by need and reaches stand in the order of their needs, so
    putting a supply's reaches one after the other sorts its rows.
    """
    supplies = instance.supplies
    parts = [_segments(instance, reach) for reach in instance.reaches]
    none = np.empty(0, np.int64)
    supply = np.concatenate([none, *(part[0] for part in parts)])
    count = np.concatenate([none, *(part[1] for part in parts)])
    order = np.argsort(supply, kind="stable")
    target = np.empty(len(supply), np.int64)
    target[order] = offsets(count[order])[:-1]
    total = int(count.sum())
    row, credit = np.empty(total, np.int32), np.empty(total)
    walk_min = np.empty(total)
    at = 0
    for reach, (own, size) in zip(instance.reaches, parts, strict=True):
        here = spans(target[at : at + len(own)], size)
        there = spans(reach.start[supplies.site[own]], size)
        row[here] = reach.row[there]
        credit[here] = reach.credit[there]
        walk_min[here] = reach.walk_min[there]
        at += len(own)
    of_supply = np.repeat(supply[order], count[order]).astype(np.int32)
    return Arcs(frozen(row), frozen(of_supply), frozen(credit), frozen(walk_min))


def arc_positions(instance: Instance, row: Ints, supply: Ints) -> Ints:
    """Return the position of each (row, supply) in `Instance.arcs`, −1 for no arc."""
    arcs, num_rows = instance.arcs, max(len(instance.rows), 1)
    if len(arcs.row) == 0:
        return np.full(len(row), -1, np.int64)
    key = arcs.supply.astype(np.int64) * num_rows + arcs.row
    wanted = np.asarray(supply, np.int64) * num_rows + row
    at = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    return np.where(key[at] == wanted, at, -1)


def _segments(instance: Instance, reach: Reach) -> tuple[Ints, Ints]:
    """Return the supplies that a reach serves, and their numbers of arcs."""
    supplies = instance.supplies
    counts = np.diff(reach.start)[supplies.site]
    served = np.isin(supplies.offer, reach.offers) & (counts > 0)
    own = np.flatnonzero(served)
    return own, counts[own]
