"""Arcs packed by site, then list: what a site can serve, shared by its offers.

A list is one reach (the arcs of a need, shared by offers with one limit), split only
where the goal values its offers differently. So memory grows with the stored arcs,
not with arcs × offers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from allocator.units import WEEKS_PER_YEAR

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.price.layout import Layout
    from allocator.instance.instance import GoalRow, Instance, Reach

    Array = npt.NDArray[Any]


class ArcLists(NamedTuple):
    """Arcs of all lists, ordered by site and list; a arcs, l lists."""

    start: Array
    """Shape (sites × l + 1,): arcs of list l at site b begin at b × l_count + l."""
    row: Array
    gain: Array
    """What one visit adds to the (maximised) goal."""
    cover: Array
    """Covered persons per visit; empty when no floor or worst-off measure needs it."""
    fee: Array
    """Shape (l,): yearly fees of one visit per week at a planned site."""
    offer_start: Array
    """Shape (o + 1,), into `offer_list`: the lists an offer can serve."""
    offer_list: Array


class ArcFinder:
    """Finds the arc by which a site serves a row in an offer."""

    def __init__(self, layout: Layout) -> None:
        arcs, rows = layout.arcs, max(len(layout.demand), 1)
        self._rows, self._lists = rows, max(len(arcs.fee), 1)
        cell = np.repeat(np.arange(len(arcs.start) - 1), np.diff(arcs.start))
        key = cell * rows + arcs.row
        self._order = np.argsort(key, kind="stable")
        self._key = key[self._order]
        self._need = layout.instance.rows.need
        self._list_of = self._lists_by_offer(layout)

    def _lists_by_offer(self, layout: Layout) -> Array:
        """Return the list that an offer serves a need by; −1 where it does not."""
        arcs, needs = layout.arcs, len(layout.instance.index.needs)
        need_of_list = np.full(self._lists, -1, dtype=np.int64)
        which = list_of_arcs(arcs)
        need_of_list[which] = self._need[arcs.row]
        table = np.full((len(layout.instance.index.offers), needs), -1, dtype=np.int64)
        offer = np.repeat(np.arange(len(table)), np.diff(arcs.offer_start))
        known = need_of_list[arcs.offer_list] >= 0
        some = arcs.offer_list[known]
        table[offer[known], need_of_list[some]] = some
        return table

    def find(self, site: Array, offer: Array, row: Array) -> Array:
        """Return the arcs of some flows; each must exist."""
        cell = site * self._lists + self._list_of[offer, self._need[row]]
        return np.asarray(
            self._order[np.searchsorted(self._key, cell * self._rows + row)]
        )


class _List(NamedTuple):
    reach: Reach
    offers: Array
    row_value: Array


def pack_arcs(instance: Instance, goal: GoalRow) -> ArcLists:
    """Return the arcs with their gain for one goal."""
    lists = [
        part for reach in instance.reaches for part in _parts(instance, goal, reach)
    ]
    covers = bool(instance.floors) or bool(goal.worst)
    sites = len(instance.index.sites)
    sizes = np.zeros((sites, len(lists)), dtype=np.int64)
    for position, part in enumerate(lists):
        sizes[:, position] = np.diff(part.reach.start)
    start = np.zeros(sizes.size + 1, dtype=np.int64)
    np.cumsum(sizes.ravel(), out=start[1:])
    row = np.empty(start[-1], dtype=np.int32)
    gain = np.empty(start[-1])
    cover = np.empty(start[-1] if covers else 0)
    for position, part in enumerate(lists):
        reach = part.reach
        first = start[:-1].reshape(sizes.shape)[:, position]
        shift = np.repeat(first - reach.start[:-1], sizes[:, position])
        target = shift + np.arange(len(reach.row))
        row[target] = reach.row
        gain[target] = part.row_value[reach.row] * reach.credit + _walking(goal, reach)
        if covers:
            cover[target] = instance.rows.persons_per_visit[reach.row] * reach.credit
    offer_start, offer_list = _lists_of_offers(lists, len(instance.index.offers))
    fee = [WEEKS_PER_YEAR * instance.fee_per_visit[part.reach.need] for part in lists]
    return ArcLists(
        start,
        row,
        gain,
        cover,
        np.array(fee, dtype=np.float64),
        offer_start,
        offer_list,
    )


def list_of_arcs(arcs: ArcLists) -> Array:
    """Return the list of every arc."""
    size, lists = np.diff(arcs.start), max(len(arcs.fee), 1)
    which = np.tile(np.arange(lists, dtype=np.int32), len(size) // lists)
    return np.repeat(which, size)


def _parts(instance: Instance, goal: GoalRow, reach: Reach) -> list[_List]:
    """Split a reach by the terms of the goal that count its offers."""
    groups: dict[tuple[bool, ...], list[int]] = {}
    for offer in reach.offers:
        key = tuple(bool(term.offers[offer]) for term in goal.covered)
        groups.setdefault(key, []).append(int(offer))
    sign = 1.0 if goal.maximizes else -1.0
    parts = []
    for key, offers in groups.items():
        value = np.zeros(len(instance.rows))
        for counts, term in zip(key, goal.covered, strict=True):
            if counts:
                value += sign * term.row_value
        parts.append(_List(reach, np.array(offers), value))
    return parts


def _walking(goal: GoalRow, reach: Reach) -> Array | float:
    if goal.walking_minutes == 0.0:
        return 0.0
    sign = 1.0 if goal.maximizes else -1.0
    return np.asarray(sign * goal.walking_minutes * reach.walk_min)


def _lists_of_offers(lists: list[_List], num_offers: int) -> tuple[Array, Array]:
    of_offer: list[list[int]] = [[] for _ in range(num_offers)]
    for position, part in enumerate(lists):
        for offer in part.offers:
            of_offer[offer].append(position)
    start = np.zeros(num_offers + 1, dtype=np.int64)
    np.cumsum([len(some) for some in of_offer], out=start[1:])
    flat = [position for some in of_offer for position in some]
    return start, np.array(flat, dtype=np.int64)
