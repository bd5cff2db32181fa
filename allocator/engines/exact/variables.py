"""The decisions as columns: places, what runs, what is used, peaks, flows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.exact.model import Keys
from allocator.engines.exact.names import Namer, numbered

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from allocator.engines.exact.layout import Combos, Layout
    from allocator.engines.exact.model import LinearModel

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Variables:
    """Column positions; where two decisions always agree they share one column."""

    layout: Layout
    namer: Namer
    places: Ints
    """n[k], whole; shape (k,)."""
    runs: Ints
    """1 where candidate k has places; shape (k,)."""
    service_runs: Ints
    """1 where any offer of pair p runs; shape (p,)."""
    space_used: Ints
    """Shape (r,)."""
    building_used: Ints
    """Shape (b,)."""
    supply_runs: Ints
    """1 where the offer runs anywhere in the building; shape (q,); −1 = facility."""
    class_runs: Ints
    """1 where the cell's class has the whole space; shape (cells,); −1 = divisible."""
    floor_used_m2: Ints
    """Floor a cell of a divisible space takes; shape (cells,); −1 = whole space."""
    extension_m2: Ints
    """Area that counts in a slot by change-over; shape (extensions,)."""
    peak_places: Ints
    """P[p]; −1 where nothing depends on it; shape (p,)."""
    peak_area_m2: Ints
    """a[p]; −1 where nothing depends on it; shape (p,)."""
    together: Ints
    """1 where some of a pair's offers run; by `together_mark`."""
    together_mark: npt.NDArray[np.uint64]
    """Ascending marks of `Combos`."""
    alternatives: Ints
    """1 where a siting alternative is relied on; as `Pairs.alternative_*`."""
    slot_of_min_area: Ints
    """1 for the slot in which a pair reaches its least area; `min_area_choices`."""
    slot_of_floor: Ints
    """1 for the slot that decides a cell's floor; as floor patterns, or empty where no
    goal gains from more."""
    slot_of_places: Ints
    """The same for peak places; as `Layout.peak_patterns`, or empty."""
    outdoor_m2: Ints
    """Outdoor area a pair takes; −1 where none; shape (p,)."""
    flow: Ints
    """f, visits per week; shape (arcs,)."""

    def combo_runs(self, combos: Combos) -> Ints:
        """Return the column that tells whether a combo's service runs in its slot."""
        columns = self.runs[combos.first].copy()
        whole = combos.size == self.layout.pair_size[combos.pair]
        columns[whole] = self.service_runs[combos.pair[whole]]
        part = (combos.size > 1) & ~whole
        at = np.searchsorted(self.together_mark, combos.mark[part])
        columns[part] = self.together[at]
        return columns


def declare_variables(model: LinearModel, layout: Layout) -> Variables:
    """Append all columns to the model."""
    instance, name = layout.instance, Namer(layout.instance)
    runs, places = _candidate_columns(model, layout, name)
    shared = _Shared(model)
    service_runs = shared.add(
        "service_runs", name.pairs, runs, instance.candidates.pair, layout.pair_size
    )
    space_used = shared.add(
        "space_used", name.spaces, service_runs, instance.pairs.space, layout.space_size
    )
    building_used = shared.add(
        "building_used",
        name.buildings,
        space_used,
        instance.spaces.building,
        np.diff(instance.buildings.space_start),
    )
    supply_runs = _supply_runs(shared, layout, name, runs)
    return Variables(
        layout=layout,
        namer=name,
        places=places,
        runs=runs,
        service_runs=service_runs,
        space_used=space_used,
        building_used=building_used,
        supply_runs=supply_runs,
        class_runs=_class_runs(model, layout, name, service_runs),
        floor_used_m2=_floor_used(model, layout, name),
        extension_m2=_extension(model, layout, name),
        peak_places=_peak_places(model, layout, name, places),
        peak_area_m2=_peak_area(model, layout, name),
        together=_together(model, layout, name),
        together_mark=_together_combos(layout)[0],
        alternatives=_alternatives(model, layout, name),
        slot_of_min_area=_slot_of_min_area(model, layout, name),
        slot_of_floor=_slot_of_floor(model, layout, name),
        slot_of_places=_slot_of_places(model, layout, name),
        outdoor_m2=_outdoor(model, layout, name),
        flow=_flow(model, layout, name),
    )


@dataclass(frozen=True)
class _Shared:
    """Adds columns that are 1 where any of several others is."""

    model: LinearModel

    def add(
        self,
        word: str,
        name: Callable[[Ints], Keys],
        members: Ints,
        owner: Ints,
        size: Ints,
    ) -> Ints:
        """Return one column per owner: that of an only member, or a new one.

        An owner without members gets a column fixed at 0.
        """
        columns = np.full(len(size), -1, np.int64)
        only = size[owner] == 1
        columns[owner[only]] = members[only]
        new = np.flatnonzero(size != 1)
        upper = np.minimum(size[new], 1).astype(np.float64)
        columns[new] = self.model.add_columns(
            word, name(new), upper=upper, integer=True
        )
        return columns


def _supply_runs(shared: _Shared, layout: Layout, name: Namer, runs: Ints) -> Ints:
    """Return what runs at buildings; −1 at a facility, which always does."""
    planned = np.flatnonzero(layout.supply_size)
    number = np.full(len(layout.supply_size), -1, np.int64)
    number[planned] = np.arange(len(planned))
    columns = np.full(len(number), -1, np.int64)
    columns[planned] = shared.add(
        "supply_runs",
        lambda which: name.supplies(planned[which]),
        runs,
        number[layout.supply_of],
        layout.supply_size[planned],
    )
    return columns


def _candidate_columns(
    model: LinearModel, layout: Layout, name: Namer
) -> tuple[Ints, Ints]:
    """Return `runs` and `places`; one column does for at most one place."""
    most = layout.instance.candidates.max_places.astype(np.float64)
    every = np.arange(len(most))
    upper = np.minimum(most, 1.0)
    runs = model.add_columns("runs", name.candidates(every), upper=upper, integer=True)
    several = np.flatnonzero(most > 1.0)
    places = runs.copy()
    places[several] = model.add_columns(
        "places", name.candidates(several), upper=most[several], integer=True
    )
    return runs, places


def _some(
    model: LinearModel, word: str, keys: Keys, wanted: Bools, upper: Floats | float
) -> Ints:
    """Return new columns where `wanted`, −1 elsewhere; real, from 0."""
    columns = np.full(len(wanted), -1, np.int64)
    columns[wanted] = model.add_columns(word, keys, upper=upper)
    return columns


def _class_runs(
    model: LinearModel, layout: Layout, name: Namer, service_runs: Ints
) -> Ints:
    """Return who has a whole space: a class, or a service alone in its cell."""
    columns = np.where(layout.cell_divisible, -1, service_runs[layout.cell_first])
    shared = np.flatnonzero(~layout.cell_divisible & (layout.cell_size > 1))
    keys = name.spaces(layout.cell_space[shared], cell=shared)
    columns[shared] = model.add_columns("class_runs", keys, upper=1.0, integer=True)
    return columns


def _floor_used(model: LinearModel, layout: Layout, name: Namer) -> Ints:
    """Return the floor taken by every cell of a divisible space."""
    wanted = layout.cell_divisible
    which = np.flatnonzero(wanted)
    keys = name.spaces(layout.cell_space[which], cell=which)
    area = layout.instance.spaces.usable_area_m2[layout.cell_space[which]]
    return _some(model, "floor_used_m2", keys, wanted, area)


def _extension(model: LinearModel, layout: Layout, name: Namer) -> Ints:
    """Return the areas that change-over adds in slots."""
    found = layout.extensions
    keys = name.candidates(found.candidate)
    keys = Keys(keys.count, (*keys.parts, *numbered(keys.count, slot=found.slot).parts))
    return model.add_columns("extension_m2", keys, upper=layout.extension_most_m2)


def _peak_places(model: LinearModel, layout: Layout, name: Namer, places: Ints) -> Ints:
    """Return P of the pairs where a cost or a siting condition counts it."""
    single = layout.pair_size == 1
    wanted = layout.needs_peak_places & ~single
    which = np.flatnonzero(wanted)
    upper = layout.most_peak_places[which]
    columns = np.full(len(wanted), -1, np.int64)
    columns[which] = model.add_columns(
        "peak_places", name.pairs(which), upper=upper, integer=True
    )
    alone = np.flatnonzero(layout.needs_peak_places & single)
    columns[alone] = places[layout.pair_first[alone]]
    return columns


def _peak_area(model: LinearModel, layout: Layout, name: Namer) -> Ints:
    """Return a of the pairs where a siting condition counts it."""
    wanted = layout.needs_peak_area
    which = np.flatnonzero(wanted)
    upper = layout.pair_area_m2[which]
    return _some(model, "peak_area_m2", name.pairs(which), wanted, upper)


def _together_combos(layout: Layout) -> tuple[npt.NDArray[np.uint64], Ints]:
    """Return marks, ascending, and pairs of the combos that need a column."""
    marks, pairs = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for combos in layout.all_combos:
        part = (combos.size > 1) & (combos.size < layout.pair_size[combos.pair])
        marks.append(combos.mark[part])
        pairs.append(combos.pair[part])
    unique, first = np.unique(np.concatenate(marks), return_index=True)
    return unique, np.concatenate(pairs)[first]


def _together(model: LinearModel, layout: Layout, name: Namer) -> Ints:
    """Return one column per set of a pair's offers that hold a slot together."""
    _, pairs = _together_combos(layout)
    keys = name.pairs(pairs, part=np.arange(len(pairs)))
    return model.add_columns("together", keys, upper=1.0)


def _alternatives(model: LinearModel, layout: Layout, name: Namer) -> Ints:
    """Return one column per siting alternative of a pair."""
    owner = layout.alternative_pair
    keys = name.pairs(owner, alternative=np.arange(len(owner)))
    return model.add_columns("alternative", keys, upper=1.0, integer=True)


def _slot_of_min_area(model: LinearModel, layout: Layout, name: Namer) -> Ints:
    """Return the choice of the slot in which a pair reaches its least area."""
    patterns = layout.pair_patterns
    which = layout.min_area_patterns[layout.min_area_choices]
    keys = name.pairs(patterns.group[which], slot=patterns.slot[which])
    return model.add_columns("slot_of_min_area", keys, upper=1.0, integer=True)


def _slot_of_floor(model: LinearModel, layout: Layout, name: Namer) -> Ints:
    """Return the choice of the slot that decides the floor of a cell."""
    patterns = layout.floor_patterns
    which = np.arange(len(patterns) if layout.rewards_peaks else 0)
    space = layout.cell_space[patterns.group[which]]
    keys = name.spaces(space, slot=patterns.slot[which])
    return model.add_columns("slot_of_floor", keys, upper=1.0, integer=True)


def _slot_of_places(model: LinearModel, layout: Layout, name: Namer) -> Ints:
    """Return the choice of the slot that decides peak places."""
    patterns = layout.pair_patterns
    which = layout.peak_patterns if layout.rewards_peaks else np.empty(0, np.int64)
    keys = name.pairs(patterns.group[which], slot=patterns.slot[which])
    return model.add_columns("slot_of_places", keys, upper=1.0, integer=True)


def _outdoor(model: LinearModel, layout: Layout, name: Namer) -> Ints:
    """Return the outdoor area of the pairs that may need some."""
    wanted = np.zeros(len(layout.pair_size), bool)
    outdoor = layout.instance.pairs.alternative_outdoor_m2_per_place
    wanted[layout.alternative_pair[outdoor > 0.0]] = True
    which = np.flatnonzero(wanted)
    upper = layout.instance.buildings.outdoor_m2[layout.pair_building[which]]
    return _some(model, "outdoor_m2", name.pairs(which), wanted, upper)


def _flow(model: LinearModel, layout: Layout, name: Namer) -> Ints:
    """Return the served visits of every arc, at most the row's demand."""
    arcs, rows = layout.instance.arcs, layout.instance.rows
    upper = rows.visits_per_week[arcs.row]
    keys = name.arcs(np.arange(len(arcs.row)))
    return model.add_columns("flow", keys, upper=upper, network=True)
