"""Kernels on the arcs of one site: their values, best first, offer by offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from allocator.engines.price.compiled import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.price.arclists import ArcLists

    Array = npt.NDArray[Any]


class RowPrices(NamedTuple):
    """What serving a visit of a row costs and earns beside the goal."""

    rho: Array
    """Shape (i,): price of demand, per visit."""
    sigma: Array
    """Shape (i,): what floors and worst-off measures pay per person; or empty."""
    mu: Array
    """Shape (arcs,): price, per visit, of serving an arc from one more space of its
    building; or empty."""


class Heads(NamedTuple):
    """The arcs worth serving at one site, per offer, best first."""

    start: Array
    """Shape (offers of the site + 1,)."""
    value: Array
    """Per visit."""
    visits: Array
    """Most visits per week."""
    arc: Array
    visits_before: Array
    """Visits of the offer's better arcs."""
    value_before: Array
    """What serving them in full is worth."""


@compiled
def heap_sort(value: Array, order: Array) -> None:
    """Sort positions by value, best first, whatever their order."""
    n = len(order)
    for start in range(n // 2 - 1, -1, -1):
        sift_down(value, order, start, n)
    for end in range(n - 1, 0, -1):
        order[0], order[end] = order[end], order[0]
        sift_down(value, order, 0 * end, end)


@compiled
def sift_down(value: Array, order: Array, root: int, end: int) -> None:
    """Restore the heap (least on top) below `root`, within the first `end`."""
    while True:
        child = 2 * root + 1
        if child >= end:
            return
        if child + 1 < end and value[order[child + 1]] < value[order[child]]:
            child += 1
        if value[order[child]] >= value[order[root]]:
            return
        order[root], order[child] = order[child], order[root]
        root = child


@compiled
def positive_first(value: Array, order: Array, spare: Array) -> int:
    """Move positions of positive value to the front, in their order; return how many.

    `spare` is working memory of the same length.
    """
    front, back = 0, 0
    for j in range(len(order)):
        position = order[j]
        if value[position] > 0.0:
            order[front] = position
            front += 1
        else:
            spare[back] = position
            back += 1
    for j in range(back):
        order[front + j] = spare[j]
    return front


@compiled
def sort_descending(value: Array, order: Array) -> None:
    """Sort positions by value, from the order of last time (so mostly sorted)."""
    moves_left = 4 * len(order) + 32
    for j in range(1, len(order)):
        position = order[j]
        key = value[position]
        i = j - 1
        while i >= 0 and value[order[i]] < key:
            order[i + 1] = order[i]
            i -= 1
        order[i + 1] = position
        moves_left -= j - 1 - i
        if moves_left < 0:
            heap_sort(value, order)
            return


@compiled
def value_site(
    site: int,
    arcs: ArcLists,
    prices: RowPrices,
    fee_price: float,
    order: Array,
) -> Array:
    """Return the value per visit of every arc of a site and sort each list.

    Only arcs of positive value are sorted, and come first.

    `order` is kept between calls: per arc place, the offset within its list.
    """
    num_lists = len(arcs.fee)
    first = arcs.start[site * num_lists]
    value = np.empty(arcs.start[(site + 1) * num_lists] - first)
    spare = np.empty(len(value), dtype=np.int32)
    for position in range(num_lists):
        low = arcs.start[site * num_lists + position]
        high = arcs.start[site * num_lists + position + 1]
        fee = fee_price * arcs.fee[position]
        for a in range(low, high):
            row = arcs.row[a]
            value[a - first] = arcs.gain[a] + fee - prices.rho[row]
            if len(prices.sigma) > 0:
                value[a - first] += prices.sigma[row] * arcs.cover[a]
            if len(prices.mu) > 0:
                value[a - first] -= prices.mu[a]
        own, own_order = value[low - first : high - first], order[low:high]
        front = positive_first(own, own_order, spare)
        sort_descending(own, own_order[:front])
    return value


@compiled
def merge_offer(
    site: int,
    offer: int,
    arcs: ArcLists,
    value: Array,
    order: Array,
    demand: Array,
    least_value: float,
    most_visits: float,
    heads: Heads,
    at: int,
) -> int:
    """Merge the lists of an offer, best first, into `heads` from `at`; return the end.

    Stops when `most_visits` are together or no value is above `least_value`.
    """
    num_lists = len(arcs.fee)
    first = arcs.start[site * num_lists]
    begin = arcs.offer_start[offer]
    count = arcs.offer_start[offer + 1] - begin
    pointer = np.zeros(count, dtype=np.int64)
    total, worth = 0.0, 0.0
    while total < most_visits:
        best, best_arc, best_value = -1, -1, least_value
        for j in range(count):
            low = arcs.start[site * num_lists + arcs.offer_list[begin + j]]
            high = arcs.start[site * num_lists + arcs.offer_list[begin + j] + 1]
            while pointer[j] < high - low:
                a = low + order[low + pointer[j]]
                if demand[arcs.row[a]] > 1e-9:
                    break
                pointer[j] += 1
            if pointer[j] < high - low and value[a - first] > best_value:
                best, best_arc, best_value = j, a, value[a - first]
        if best < 0:
            break
        pointer[best] += 1
        heads.value[at] = best_value
        heads.visits[at] = demand[arcs.row[best_arc]]
        heads.arc[at] = best_arc
        heads.visits_before[at], heads.value_before[at] = total, worth
        total += heads.visits[at]
        worth += heads.visits[at] * best_value
        at += 1
    return at


@compiled
def serve_best(
    low: int, high: int, cost: float, most_visits: float, heads: Heads
) -> tuple[float, float]:
    """Return what serving the best arcs earns at a cost per visit, and the visits.

    Arcs worth no more than `cost` and visits above `most_visits` are left out.
    """
    first, last = low, high
    while first < last:
        middle = (first + last) // 2
        if heads.value[middle] > cost:
            first = middle + 1
        else:
            last = middle
    end = first
    if end == low:
        return 0.0, 0.0
    visits = heads.visits_before[end - 1] + heads.visits[end - 1]
    if visits <= most_visits:
        worth = heads.value_before[end - 1]
        worth += heads.value[end - 1] * heads.visits[end - 1]
        return worth - cost * visits, visits
    first, last = low, end
    while last - first > 1:
        middle = (first + last) // 2
        if heads.visits_before[middle] <= most_visits:
            first = middle
        else:
            last = middle
    worth = heads.value_before[first]
    worth += heads.value[first] * (most_visits - heads.visits_before[first])
    return worth - cost * most_visits, most_visits


@compiled
def fill_prefix(low: int, high: int, heads: Heads, visits: float, flow: Array) -> float:
    """Add up to `visits` to the best arcs of one offer; return the visits served."""
    left = visits
    for h in range(low, high):
        if left <= 0.0:
            break
        served = min(left, heads.visits[h])
        flow[heads.arc[h]] += served
        left -= served
    return visits - left if left > 0.0 else visits


@compiled
def room_for_heads(site: int, arcs: ArcLists, offers: Array) -> int:
    """Return the most entries that `heads` can need for these offers of a site."""
    num_lists = len(arcs.fee)
    total = 0
    for offer in offers:
        for j in range(arcs.offer_start[offer], arcs.offer_start[offer + 1]):
            cell = site * num_lists + arcs.offer_list[j]
            total += arcs.start[cell + 1] - arcs.start[cell]
    return total
