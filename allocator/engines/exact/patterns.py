"""Which candidates of a space hold the same slots: rows are needed for those alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Patterns:
    """Maximal sets of one group's members that hold a slot together.

    Letters of shapes: m patterns, e entries.
    """

    group: Ints
    """Shape (m,): group of the pattern, ascending."""
    slot: Ints
    """Shape (m,): a slot that the members hold together, counted among those given."""
    entry_pattern: Ints
    """Shape (e,), ascending."""
    entry_member: Ints
    """Shape (e,)."""

    def __len__(self) -> int:
        return len(self.group)

    @property
    def sizes(self) -> Ints:
        """Members of each pattern, shape (m,)."""
        return np.bincount(self.entry_pattern, minlength=len(self.group))

    def keep(self, wanted: Bools) -> Patterns:
        """Return the patterns where `wanted`, shape (m,), numbered anew."""
        number = np.cumsum(wanted) - 1
        entries = wanted[self.entry_pattern]
        return Patterns(
            self.group[wanted],
            self.slot[wanted],
            number[self.entry_pattern[entries]],
            self.entry_member[entries],
        )


def maximal_patterns(group: Ints, offer: Ints, holds: Bools) -> Patterns:
    """Return the maximal patterns of members (group, offer); shape of `holds` (o, t).

    Groups with equal offers are treated together, so the work in Python grows with the
    number of distinct sets of offers and not with the number of groups.
    """
    groups, slots, patterns, members, count = [], [], [], [], 0
    for offers, group_ids, table in _by_offers(group, offer):
        for slot, chosen in _maximal_sets(holds[offers]):
            number = count + np.arange(len(group_ids))
            groups.append(group_ids)
            slots.append(np.full(len(group_ids), slot))
            patterns.append(np.repeat(number, len(chosen)))
            members.append(table[:, chosen].ravel())
            count += len(group_ids)
    return _sorted_patterns(
        _concat(groups), _concat(slots), _concat(patterns), _concat(members)
    )


def pairs_within(group: Ints, offer: Ints, related: Bools) -> tuple[Ints, Ints]:
    """Return members (k, l), k < l in offer order, of one group with related offers."""
    first, second = [], []
    for offers, _, table in _by_offers(group, offer):
        left, right = np.nonzero(np.triu(related[np.ix_(offers, offers)], 1))
        first.append(table[:, left].ravel())
        second.append(table[:, right].ravel())
    k, other = _concat(first), _concat(second)
    order = np.lexsort((other, k))
    return k[order], other[order]


def _by_offers(group: Ints, offer: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Yield (offers, groups with just these offers, members by group and offer)."""
    if len(group) == 0:
        return
    order = np.lexsort((offer, group))
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    ends = np.append(starts[1:], len(order))
    alike: dict[bytes, list[int]] = defaultdict(list)
    sorted_offer = offer[order]
    for k, (low, high) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        alike[sorted_offer[low:high].tobytes()].append(k)
    for numbers in alike.values():
        begin = starts[numbers]
        width = int(ends[numbers[0]] - begin[0])
        table = order[begin[:, None] + np.arange(width)]
        yield sorted_offer[begin[0] : begin[0] + width], group[order[begin]], table


def _maximal_sets(holds: Bools) -> Iterator[tuple[int, Ints]]:
    """Yield (slot, members) of every maximal set of members that hold one slot."""
    columns, slots = np.unique(holds, axis=1, return_index=True)
    contained = columns.T.astype(np.int64) @ (~columns).astype(np.int64) == 0
    for k, slot in enumerate(slots.tolist()):
        others = np.delete(contained[k], k)
        if columns[:, k].any() and not others.any():
            yield slot, np.flatnonzero(columns[:, k])


def _sorted_patterns(group: Ints, slot: Ints, pattern: Ints, member: Ints) -> Patterns:
    """Return the patterns numbered by group, then slot."""
    order = np.lexsort((slot, group))
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    entry = np.lexsort((member, number[pattern] if len(pattern) else pattern))
    return Patterns(group[order], slot[order], number[pattern][entry], member[entry])


def _concat(parts: list[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.empty(0, np.int64)
