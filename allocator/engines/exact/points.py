"""From places and flows to a point of the model, and back to a solution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.instance.arcs import arc_positions
from allocator.instance.instance import Solution

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from allocator.engines.exact.goals import Goal
    from allocator.engines.exact.layout import Layout
    from allocator.engines.exact.patterns import Patterns
    from allocator.engines.exact.variables import Variables
    from allocator.instance.instance import Instance

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

LEAST_FLOW = 1e-9
"""Visits per week below which a flow is left out."""


def point_of(
    variables: Variables, goals: Sequence[Goal], solution: Solution, num_columns: int
) -> Floats:
    """Return the column values that a solution stands for.

    Every other decision follows from places and flows; a solution that breaks a rule
    gives a point that breaks its row.
    """
    layout = variables.layout
    instance = layout.instance
    point = np.zeros(num_columns)
    places = solution.places.astype(np.float64)
    _set_used(variables, point, places)
    point[variables.places] = places
    _set_floors(variables, point, places)
    _set_peaks(variables, point, places)
    at = arc_positions(instance, solution.flow_row, solution.flow_supply)
    point[variables.flow[at[at >= 0]]] = solution.flow_visits[at >= 0]
    for goal in goals:
        for worst in goal.worst:
            coverage = worst.coverage(point)
            point[worst.least] = coverage.min(initial=1.0)
            if len(worst.chosen):
                point[worst.chosen[int(np.argmin(coverage))]] = 1.0
    return point


def solution_of(variables: Variables, point: Floats) -> Solution:
    """Return the solution at a point, places rounded and flows made to fit.

    A solver keeps its rows within a tolerance; flows are cut back so that no demand
    and no capacity is exceeded.
    """
    instance = variables.layout.instance
    places = np.rint(point[variables.places]).astype(np.int64)
    visits = np.maximum(point[variables.flow], 0.0)
    visits = fitted_flows(instance, places, visits)
    used = np.flatnonzero(visits > LEAST_FLOW)
    arcs = instance.arcs
    return Solution(
        places=places,
        flow_row=arcs.row[used].astype(np.int64),
        flow_supply=arcs.supply[used].astype(np.int64),
        flow_visits=visits[used],
    )


def fitted_flows(instance: Instance, places: Ints, visits: Floats) -> Floats:
    """Return flows of all arcs scaled down where demand or capacity is exceeded."""
    from allocator.instance.measures import capacity_visits_per_week

    arcs = instance.arcs
    visits = np.minimum(visits, instance.rows.visits_per_week[arcs.row])
    capacity = capacity_visits_per_week(instance, places)
    for owner, most in (
        (arcs.supply, capacity),
        (arcs.row, instance.rows.visits_per_week),
    ):
        used = np.bincount(owner, visits, len(most))
        over = used > most
        share = np.ones(len(most))
        share[over] = most[over] / used[over]
        visits = visits * share[owner]
    return visits


def _set_used(variables: Variables, point: Floats, places: Floats) -> None:
    """Set what runs and what is used."""
    layout = variables.layout
    instance = layout.instance
    runs = places > 0
    point[variables.runs] = runs
    services = _any(runs, instance.candidates.pair, len(layout.pair_size))
    spaces = _any(services, instance.pairs.space, len(layout.space_size))
    count = len(instance.buildings.opening_cost)
    supplies = _any(runs, layout.supply_of, len(layout.supply_size))
    planned = variables.supply_runs >= 0
    point[variables.service_runs] = services
    point[variables.space_used] = spaces
    point[variables.building_used] = _any(spaces, instance.spaces.building, count)
    point[variables.supply_runs[planned]] = supplies[planned]
    cells = _any(services, layout.cell_of_pair, len(layout.cell_space))
    whole = variables.class_runs >= 0
    point[variables.class_runs[whole]] = cells[whole]
    for patterns, combos in zip(layout.all_patterns, layout.all_combos, strict=True):
        entry = combos.entry_combo
        running = _any(runs[patterns.entry_member], entry, len(combos.pair))
        columns = variables.combo_runs(combos)
        point[columns] = np.maximum(point[columns], running)


def _set_floors(variables: Variables, point: Floats, places: Floats) -> None:
    """Set floor used by cell, extensions and the slot of the least area."""
    layout = variables.layout
    patterns, combos = layout.floor_patterns, layout.floor_combos
    extension = _extension_m2(layout, places)
    point[variables.extension_m2] = extension
    area = _sums(patterns, layout.m2_per_place * places)
    fixed = layout.pair_unlimited[combos.pair]
    least = layout.least_area_m2[combos.pair] * point[variables.combo_runs(combos)]
    area += np.bincount(combos.pattern[fixed], least[fixed], len(area))
    area += np.bincount(layout.extension_pattern, extension, len(area))
    cells = _largest(area, patterns.group, len(layout.cell_space))
    divisible = variables.floor_used_m2 >= 0
    point[variables.floor_used_m2[divisible]] = cells[divisible]
    _set_slot_of_min_area(variables, point, places)
    if len(variables.slot_of_floor):
        first = _first_largest(area, patterns.group)
        point[variables.slot_of_floor[first]] = 1.0


def _extension_m2(layout: Layout, places: Floats) -> Floats:
    """Return the area that change-over adds, by extension."""
    found = layout.extensions
    own, other = found.cause_candidate, found.cause_other
    both = (places[own] > 0) & (places[other] > 0)
    pair = layout.instance.candidates.pair[own]
    unlimited = layout.pair_unlimited[pair]
    area = np.where(
        unlimited, layout.least_area_m2[pair], layout.m2_per_place[own] * places[own]
    )
    holds = layout.holds[layout.instance.candidates.offer]
    for k in np.flatnonzero(both & unlimited).tolist():
        mates = (layout.instance.candidates.pair == pair[k]) & (places > 0)
        slot = found.slot[found.cause_extension[k]]
        if holds[mates, slot].any():
            area[k] = 0.0
    return _largest(area * both, found.cause_extension, len(found.slot))


def _set_slot_of_min_area(variables: Variables, point: Floats, places: Floats) -> None:
    """Choose the slot with the largest area of each running pair."""
    layout = variables.layout
    patterns = layout.pair_patterns
    which = layout.min_area_patterns[layout.min_area_choices]
    area = _sums(patterns, layout.m2_per_place * places)[which]
    pair = patterns.group[which]
    first = _first_largest(area, pair)
    runs = point[variables.service_runs[pair[first]]]
    point[variables.slot_of_min_area[first]] = runs


def _set_peaks(variables: Variables, point: Floats, places: Floats) -> None:
    """Set peaks, the siting alternative relied on, and outdoor areas."""
    layout = variables.layout
    patterns = layout.pair_patterns
    count = len(layout.pair_size)
    peak = _largest(_sums(patterns, places), patterns.group, count)
    area = _largest(
        _sums(patterns, layout.m2_per_place * places), patterns.group, count
    )
    runs = point[variables.service_runs]
    area = np.where(layout.pair_unlimited, layout.least_area_m2 * runs, area)
    for columns, values in (
        (variables.peak_places, peak),
        (variables.peak_area_m2, area),
    ):
        point[columns[columns >= 0]] = values[columns >= 0]
    if len(variables.slot_of_places):
        which = layout.peak_patterns
        first = _first_largest(_sums(patterns, places)[which], patterns.group[which])
        point[variables.slot_of_places[first]] = 1.0
    _set_alternatives(variables, point, peak, area)


def _set_alternatives(
    variables: Variables, point: Floats, peak: Floats, area: Floats
) -> None:
    """Choose the alternative that holds and asks for the least outdoor area."""
    layout = variables.layout
    pairs, owner = layout.instance.pairs, layout.alternative_pair
    storey = layout.storey
    on_floor = [np.bincount(storey, amount)[storey] for amount in (area, peak)]
    excess = np.maximum(
        on_floor[0][owner] - pairs.alternative_max_area_on_floor_m2,
        on_floor[1][owner] - pairs.alternative_max_places_on_floor,
    )
    outdoor = pairs.alternative_outdoor_m2_per_place
    best = np.lexsort((outdoor, excess > 1e-6, owner))
    first = best[np.unique(owner[best], return_index=True)[1]]
    runs = point[variables.service_runs[owner[first]]] > 0.5
    chosen = first[runs]
    point[variables.alternatives[chosen]] = 1.0
    some = chosen[variables.outdoor_m2[owner[chosen]] >= 0]
    columns = variables.outdoor_m2[owner[some]]
    point[columns] = outdoor[some] * peak[owner[some]]


def _any(flags: npt.NDArray[np.generic], owner: Ints, count: int) -> Bools:
    """Return per owner whether any flag is set."""
    return np.bincount(owner, flags.astype(np.float64), count) > 0


def _sums(patterns: Patterns, values: Floats) -> Floats:
    """Return the sum of member values of every pattern."""
    return np.bincount(
        patterns.entry_pattern, values[patterns.entry_member], len(patterns)
    ).astype(np.float64)


def _first_largest(values: Floats, owner: Ints) -> Ints:
    """Return the position of the largest value of every owner."""
    best = np.lexsort((-values, owner))
    return np.asarray(best[np.unique(owner[best], return_index=True)[1]], np.int64)


def _largest(values: Floats, owner: Ints, count: int) -> Floats:
    """Return the largest value of every owner, 0 without any."""
    largest = np.zeros(count)
    np.maximum.at(largest, owner, values)
    return largest
