"""Candidates seen by building, space, service and sharing class."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from allocator.units import PLACES_TOLERANCE

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.instance.instance import Instance

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Grouping:
    """Groups of candidates; cached, computed from the instance alone.

    A *cell* is a space with one sharing class, or with one dedicated service.
    """

    instance: Instance

    @cached_property
    def candidate_building(self) -> Ints:
        """Building of every candidate."""
        instance = self.instance
        return instance.spaces.building[instance.candidates.space]

    @cached_property
    def pair_building(self) -> Ints:
        """Building of every pair."""
        return self.instance.spaces.building[self.instance.pairs.space]

    @cached_property
    def pair_size(self) -> Ints:
        """Candidates of every pair."""
        return np.bincount(
            self.instance.candidates.pair, minlength=len(self.instance.pairs.space)
        )

    @cached_property
    def space_size(self) -> Ints:
        """Pairs of every space."""
        return np.bincount(
            self.instance.pairs.space, minlength=len(self.instance.spaces.building)
        )

    @cached_property
    def pair_first(self) -> Ints:
        """The first candidate of every pair."""
        return np.unique(self.instance.candidates.pair, return_index=True)[1]

    @cached_property
    def pair_unlimited(self) -> Bools:
        """Pairs of services of unlimited capacity."""
        return self.instance.services.unlimited[self.instance.pairs.service]

    @cached_property
    def pair_divisible(self) -> Bools:
        """Pairs in divisible spaces."""
        return self.instance.spaces.divisible[self.instance.pairs.space]

    @cached_property
    def pair_area_m2(self) -> Floats:
        """Most area a pair may take: its space, or the service's maximum."""
        instance = self.instance
        return np.minimum(
            instance.spaces.usable_area_m2[instance.pairs.space],
            instance.services.max_area_m2[instance.pairs.service],
        )

    @cached_property
    def least_area_m2(self) -> Floats:
        """The least area of every pair's service."""
        return self.instance.services.min_area_m2[self.instance.pairs.service]

    @cached_property
    def m2_per_place(self) -> Floats:
        """Usable m² per place of every candidate; 0 where capacity is unlimited."""
        return self.instance.offers.m2_per_place[self.instance.candidates.offer]

    @cached_property
    def supply_of(self) -> Ints:
        """Supply (building, offer) of every candidate."""
        supplies = self.instance.supplies
        owner = np.empty(len(self.instance.candidates.space), np.int64)
        counts = np.diff(supplies.candidate_start)
        owner[supplies.candidate] = np.repeat(np.arange(len(counts)), counts)
        return owner

    @cached_property
    def supply_size(self) -> Ints:
        """Candidates of every supply; 0 for a facility."""
        return np.diff(self.instance.supplies.candidate_start)

    @cached_property
    def _cells(self) -> tuple[Ints, Ints]:
        pairs, services = self.instance.pairs, self.instance.services
        sharing = services.sharing_class[pairs.service]
        classes = int(services.sharing_class.max(initial=-1)) + 1
        kinds = classes + len(services.sharing_class)
        own = np.where(sharing >= 0, sharing, classes + pairs.service)
        unique, inverse = np.unique(pairs.space * kinds + own, return_inverse=True)
        return unique // max(kinds, 1), inverse

    @property
    def cell_of_pair(self) -> Ints:
        """Cell of every pair."""
        return self._cells[1]

    @property
    def cell_space(self) -> Ints:
        """Space of every cell."""
        return self._cells[0]

    @cached_property
    def cell_first(self) -> Ints:
        """The first pair of every cell."""
        return np.unique(self.cell_of_pair, return_index=True)[1]

    @cached_property
    def cell_size(self) -> Ints:
        """Pairs of every cell."""
        return np.bincount(self.cell_of_pair, minlength=len(self.cell_space))

    @cached_property
    def cell_divisible(self) -> Bools:
        """Cells in divisible spaces."""
        return self.instance.spaces.divisible[self.cell_space]

    @cached_property
    def cell_dedicated(self) -> Bools:
        """Cells of a dedicated service."""
        pairs, services = self.instance.pairs, self.instance.services
        return services.sharing_class[pairs.service[self.cell_first]] < 0

    @cached_property
    def cell_of_candidate(self) -> Ints:
        """Cell of every candidate."""
        return self.cell_of_pair[self.instance.candidates.pair]

    @cached_property
    def rewards_peaks(self) -> bool:
        """Whether a goal gains from floor used or capital cost.

        Then no peak may exceed the truth; otherwise limits and prices hold it down.
        """
        return any(
            factor > 0.0 if goal.maximizes else factor < 0.0
            for goal in self.instance.goals
            for factor in (goal.floor_used_m2, goal.capital_cost)
        )

    @cached_property
    def storey(self) -> Ints:
        """Number of the (building, floor, service) of every pair."""
        pairs, spaces = self.instance.pairs, self.instance.spaces
        place = np.column_stack(
            [self.pair_building, spaces.floor[pairs.space], pairs.service]
        )
        return np.unique(place, axis=0, return_inverse=True)[1].ravel()

    @cached_property
    def alternative_pair(self) -> Ints:
        """Pair of every siting alternative."""
        counts = np.diff(self.instance.pairs.alternative_start)
        return np.repeat(np.arange(len(counts)), counts)

    @cached_property
    def needs_peak_places(self) -> Bools:
        """Pairs whose peak places cost money or count for siting."""
        pairs, services = self.instance.pairs, self.instance.services
        counts = np.isfinite(pairs.alternative_max_places_on_floor)
        counts |= pairs.alternative_outdoor_m2_per_place > 0.0
        needed = services.equipment_cost_per_place != 0.0
        needed = needed | self._services_with(counts)
        return np.asarray(needed[pairs.service], bool)

    @cached_property
    def needs_peak_area(self) -> Bools:
        """Pairs whose area counts for siting."""
        counts = np.isfinite(self.instance.pairs.alternative_max_area_on_floor_m2)
        return self._services_with(counts)[self.instance.pairs.service]

    def _services_with(self, counts: Bools) -> Bools:
        """Return the services that have an alternative where `counts`."""
        found = np.zeros(len(self.instance.index.services), bool)
        found[self.instance.pairs.service[self.alternative_pair[counts]]] = True
        return found

    @cached_property
    def most_peak_places(self) -> Floats:
        """A bound on P of every pair, by its candidates and by area."""
        candidates = self.instance.candidates
        most = candidates.max_places.astype(np.float64)
        by_places = np.bincount(candidates.pair, most, len(self.pair_size))
        least = np.full(len(self.pair_size), np.inf)
        np.minimum.at(least, candidates.pair, self.m2_per_place)
        with np.errstate(divide="ignore", invalid="ignore"):
            by_area = np.floor(self.pair_area_m2 / least + PLACES_TOLERANCE)
        return np.where(least > 0.0, np.minimum(by_places, by_area), by_places)
