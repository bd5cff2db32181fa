"""Candidates seen by slot: who holds one together, and where change-over adds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.exact.grouping import Grouping
from allocator.engines.exact.patterns import Patterns, maximal_patterns, pairs_within

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Combos:
    """The part of one (space, service) pair in a pattern; at least one member each."""

    pattern: Ints
    pair: Ints
    size: Ints
    """Members of the pair in the pattern."""
    first: Ints
    """One of them."""
    mark: npt.NDArray[np.uint64]
    """Equal marks = equal members."""
    entry_combo: Ints
    """Combo of every entry of the pattern."""


@dataclass(frozen=True)
class Extensions:
    """Where change-over makes a candidate count in a slot it does not hold.

    Only in divisible spaces and sharing classes; one extension per (candidate, slot),
    or per (pair, slot) where capacity is unlimited.
    """

    candidate: Ints
    """Shape (e,); the pair's first candidate where capacity is unlimited."""
    slot: Ints
    cause_extension: Ints
    """Extension of every cause (k, l): it counts when both run, shape (c,)."""
    cause_candidate: Ints
    cause_other: Ints


@dataclass(frozen=True)
class Layout(Grouping):
    """Groups of candidates with the slots they hold."""

    @cached_property
    def holds(self) -> Bools:
        """Shape (o, t): which offers hold each maximal slot."""
        return self.instance.slots.holds[:, self.instance.slots.maximal]

    @cached_property
    def pair_patterns(self) -> Patterns:
        """Slots in which a pair's candidates run together."""
        candidates = self.instance.candidates
        return maximal_patterns(candidates.pair, candidates.offer, self.holds)

    @cached_property
    def shared_patterns(self) -> Patterns:
        """Slots of whole spaces in which services of one class would meet."""
        shared = ~self.cell_divisible & (self.cell_size > 1)
        wanted = np.flatnonzero(shared[self.cell_of_candidate])
        patterns = self._patterns_of_cells(wanted)
        several = np.bincount(self.combos(patterns).pattern, minlength=len(patterns))
        return patterns.keep(several > 1)

    @cached_property
    def floor_patterns(self) -> Patterns:
        """Slots that decide the floor a cell of a divisible space takes."""
        extended = np.zeros(len(self.cell_space), bool)
        extended[self.cell_of_candidate[self.extensions.candidate]] = True
        plain = (self.cell_divisible & ~extended)[self.cell_of_candidate]
        usual = self._patterns_of_cells(np.flatnonzero(plain))
        every = self._every_slot(np.flatnonzero(extended[self.cell_of_candidate]))
        return Patterns(
            np.concatenate([usual.group, every.group]),
            np.concatenate([usual.slot, every.slot]),
            np.concatenate([usual.entry_pattern, every.entry_pattern + len(usual)]),
            np.concatenate([usual.entry_member, every.entry_member]),
        )

    @cached_property
    def extension_pattern(self) -> Ints:
        """Floor pattern in which each extension counts."""
        width = self.holds.shape[1]
        patterns = self.floor_patterns
        keys = patterns.group * width + patterns.slot
        order: Ints = np.argsort(keys)
        own = self.cell_of_candidate[self.extensions.candidate]
        wanted = own * width + self.extensions.slot
        return np.asarray(order[np.searchsorted(keys[order], wanted)], np.int64)

    @cached_property
    def extensions(self) -> Extensions:
        """Candidates that count in slots of others, by change-over."""
        first, other = self._change_over_pairs(divisible=True)
        both = np.concatenate([first, other]), np.concatenate([other, first])
        offer = self.instance.candidates.offer
        extra = self.holds[offer[both[1]]] & ~self.holds[offer[both[0]]]
        extra &= ~self.cell_dedicated[self.cell_of_candidate[both[0]]][:, None]
        cause, slot = np.nonzero(extra)
        candidate, by = both[0][cause], both[1][cause]
        pair = self.instance.candidates.pair[candidate]
        owner = np.where(self.pair_unlimited[pair], self.pair_first[pair], candidate)
        keys = owner * self.holds.shape[1] + slot
        unique, inverse = np.unique(keys, return_inverse=True)
        width = max(self.holds.shape[1], 1)
        return Extensions(unique // width, unique % width, inverse, candidate, by)

    @cached_property
    def barred_together(self) -> tuple[Ints, Ints]:
        """Candidates of whole spaces that change-over keeps apart."""
        first, other = self._change_over_pairs(divisible=False)
        same_cell = self.cell_of_candidate[first] == self.cell_of_candidate[other]
        return first[same_cell], other[same_cell]

    def _change_over_pairs(self, *, divisible: bool) -> tuple[Ints, Ints]:
        """Return candidates of one space that break their change-over time."""
        instance = self.instance
        space = instance.candidates.space
        wanted = np.flatnonzero(instance.spaces.divisible[space] == divisible)
        first, other = pairs_within(
            space[wanted],
            instance.candidates.offer[wanted],
            instance.change_over_conflict,
        )
        return wanted[first], wanted[other]

    def _patterns_of_cells(self, wanted: Ints) -> Patterns:
        """Return the maximal patterns of the cells of some candidates."""
        offer = self.instance.candidates.offer
        found = maximal_patterns(
            self.cell_of_candidate[wanted], offer[wanted], self.holds
        )
        return Patterns(
            found.group, found.slot, found.entry_pattern, wanted[found.entry_member]
        )

    def _every_slot(self, wanted: Ints) -> Patterns:
        """Return one pattern per cell and slot."""
        width = self.holds.shape[1]
        cell = self.cell_of_candidate[wanted]
        cells = np.unique(cell)
        keys = (cells[:, None] * width + np.arange(width)).ravel()
        entry, slot = np.nonzero(self.holds[self.instance.candidates.offer[wanted]])
        pattern = np.searchsorted(keys, cell[entry] * width + slot)
        order = np.lexsort((entry, pattern))
        return Patterns(
            keys // max(width, 1),
            keys % max(width, 1),
            pattern[order],
            wanted[entry[order]],
        )

    @cached_property
    def shared_combos(self) -> Combos:
        """`shared_patterns` by pair."""
        return self.combos(self.shared_patterns)

    @cached_property
    def floor_combos(self) -> Combos:
        """`floor_patterns` by pair."""
        return self.combos(self.floor_patterns)

    @cached_property
    def pair_combos(self) -> Combos:
        """`pair_patterns` by pair: one each."""
        return self.combos(self.pair_patterns)

    @cached_property
    def min_area_patterns(self) -> Ints:
        """Patterns of pairs whose least area is compared with what they use."""
        asked = self.pair_divisible & ~self.pair_unlimited & (self.least_area_m2 > 0.0)
        return np.flatnonzero(asked[self.pair_patterns.group])

    @cached_property
    def min_area_choices(self) -> Ints:
        """Which of `min_area_patterns` belong to a pair with several."""
        group = self.pair_patterns.group
        several = np.bincount(group, minlength=len(self.pair_size)) > 1
        return np.flatnonzero(several[group[self.min_area_patterns]])

    @cached_property
    def peak_patterns(self) -> Ints:
        """Patterns of pairs whose peak places need a column of their own."""
        counted = self.needs_peak_places & (self.pair_size > 1)
        return np.flatnonzero(counted[self.pair_patterns.group])

    @property
    def all_patterns(self) -> tuple[Patterns, Patterns, Patterns]:
        """All patterns, in the order of `all_combos`."""
        return self.shared_patterns, self.floor_patterns, self.pair_patterns

    @property
    def all_combos(self) -> tuple[Combos, Combos, Combos]:
        """All combos that rows ask about."""
        return self.shared_combos, self.floor_combos, self.pair_combos

    @cached_property
    def extension_most_m2(self) -> Floats:
        """The most area of every extension."""
        owner = self.extensions.candidate
        pair = self.instance.candidates.pair[owner]
        most = self.m2_per_place[owner] * self.instance.candidates.max_places[owner]
        return np.where(self.pair_unlimited[pair], self.least_area_m2[pair], most)

    @cached_property
    def _marks(self) -> npt.NDArray[np.uint64]:
        count = len(self.instance.candidates.space)
        return np.random.default_rng(1).integers(
            np.iinfo(np.uint64).max, size=count, dtype=np.uint64
        )

    def combos(self, patterns: Patterns) -> Combos:
        """Split patterns by pair."""
        pairs = len(self.instance.pairs.space)
        pair = self.instance.candidates.pair[patterns.entry_member]
        keys, first, inverse = np.unique(
            patterns.entry_pattern * pairs + pair,
            return_index=True,
            return_inverse=True,
        )
        marks = np.zeros(len(keys), np.uint64)
        np.add.at(marks, inverse, self._marks[patterns.entry_member])
        return Combos(
            pattern=keys // max(pairs, 1),
            pair=keys % max(pairs, 1),
            size=np.bincount(inverse, minlength=len(keys)),
            first=patterns.entry_member[first],
            mark=marks,
            entry_combo=inverse,
        )
