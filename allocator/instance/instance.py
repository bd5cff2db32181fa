"""The scenario as read-only arrays: what every engine reads and nothing else.

Letters of shapes: z zones, i demand rows, b buildings, r spaces, s services,
o offers, t slots, k candidates, p (space, service) pairs, q supplies.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Index:
    """The one place where ids and positions meet; position = index in the tuple."""

    zones: tuple[str, ...]
    communities: tuple[str, ...]
    groups: tuple[str, ...]
    needs: tuple[str, ...]
    services: tuple[str, ...]
    offers: tuple[tuple[str, str], ...]
    buildings: tuple[str, ...]
    spaces: tuple[str, ...]
    sites: tuple[str, ...]
    """Buildings first, then facilities; as `Scenario.site_ids`."""


@dataclass(frozen=True)
class Slots:
    """Elementary slots: maximal pieces of the week with one set of offers.

    Pieces of the week with equal sets are folded into one slot.
    """

    holds: Bools
    """Shape (o, t): offer o holds slot t."""
    minutes_per_week: Ints
    """Shape (t,)."""
    maximal: Bools
    """Shape (t,): no slot's offers contain all of this one's; enough for areas."""


@dataclass(frozen=True)
class Rows:
    """Demand rows, merged without loss."""

    need: Ints
    """Shape (i,), ascending: the rows of one need stand together."""
    visits_per_week: Floats
    """D[i]."""
    weight: Floats
    """w[i]."""
    persons_per_visit: Floats
    """1 ÷ visits per person-week of the need."""
    counted: Bools
    member_start: Ints
    """Shape (i + 1,), CSR into `member`."""
    member: Ints
    """Positions in `Scenario.demand`; results are split in proportion to demand."""

    def __len__(self) -> int:
        return len(self.need)


@dataclass(frozen=True)
class Offers:
    """Offers by position of `Index.offers`; all arrays of shape (o,)."""

    service: Ints
    m2_per_place: Floats
    visits_per_place_week: Floats
    """turns × days."""
    unlimited: Bools
    annual_cost_fixed: Floats
    annual_cost_per_place: Floats


@dataclass(frozen=True)
class Services:
    """Services by position; all arrays of shape (s,)."""

    sharing_class: Ints
    """Position of the sharing class; −1 = dedicated."""
    category: tuple[str, ...]
    unlimited: Bools
    min_area_m2: Floats
    max_area_m2: Floats
    """inf = no limit."""
    equipment_cost_per_place: Floats


@dataclass(frozen=True)
class Buildings:
    """Buildings by position; arrays of shape (b,)."""

    opening_cost: Floats
    annual_rent: Floats
    outdoor_m2: Floats
    max_floor_used_m2: Floats
    """(1 − its reserve share) × its usable area; inf when it has no reserve."""
    space_start: Ints
    """Shape (b + 1,); spaces of b are `space_of[space_start[b]:space_start[b + 1]]`."""
    space_of: Ints


@dataclass(frozen=True)
class Spaces:
    """Spaces by position; arrays of shape (r,)."""

    building: Ints
    usable_area_m2: Floats
    divisible: Bools
    floor: Ints
    renovation_cost_per_m2: Floats
    annual_rent: Floats


@dataclass(frozen=True)
class Pairs:
    """(space, service) pairs with at least one candidate, sorted; shape (p,)."""

    space: Ints
    service: Ints
    equipment_cost: Floats
    """Fixed equipment cost; 0 where the space is fitted for the service."""
    alternative_start: Ints
    """Shape (p + 1,), CSR into the siting alternatives that limit what else is planned.

    None listed: nothing depends on the plan. An amount without a limit is inf (outdoor
    m² per place: 0).
    """
    alternative_max_area_on_floor_m2: Floats
    alternative_max_places_on_floor: Floats
    alternative_outdoor_m2_per_place: Floats


@dataclass(frozen=True)
class Candidates:
    """(space, offer) that the rules on space, building and hours allow; shape (k,)."""

    space: Ints
    offer: Ints
    pair: Ints
    """Position in `Pairs`."""
    max_places: Ints
    """⌊min(A, max area) ÷ m2⌋ with 1e-9 slack; 1 for unlimited capacity.

    Where a place needs no area: ⌈demand within reach ÷ visits per place⌉, at least 1,
    since further places change nothing but cost.
    """


@dataclass(frozen=True)
class Supplies:
    """(site, offer) that can serve visits: buildings, then facilities; shape (q,)."""

    site: Ints
    offer: Ints
    fixed_visits_per_week: Floats
    """Capacity of a facility (inf when unlimited); NaN for a building."""
    candidate_start: Ints
    """Shape (q + 1,), CSR into `candidate`; empty for a facility."""
    candidate: Ints

    @property
    def planned(self) -> Bools:
        """Which supplies are at candidate buildings."""
        return np.isnan(self.fixed_visits_per_week)


@dataclass(frozen=True)
class Reach:
    """Arcs of one need, shared by the offers it accepts with one limit; CSR by site."""

    need: int
    offers: Ints
    """Offers reached through these arcs."""
    start: Ints
    """Shape (sites + 1,)."""
    row: npt.NDArray[np.int32]
    credit: Floats
    """δ > 0."""
    walk_min: Floats
    """Minutes; of merged rows the mean weighted by demand.

    Rows whose minutes differ are not merged where a goal counts walking minutes.
    """


@dataclass(frozen=True)
class Arcs:
    """Expanded arcs (row, supply), sorted by supply, then row; shape (arcs,)."""

    row: npt.NDArray[np.int32]
    supply: npt.NDArray[np.int32]
    credit: Floats
    walk_min: Floats


class Resource(StrEnum):
    """What a limit over buildings counts."""

    CAPITAL_COST = "capital_cost"
    YEARLY_OUTLAY = "yearly_outlay"
    FLOOR_USED = "floor_used_m2"
    BUILDINGS = "buildings"


@dataclass(frozen=True)
class LimitRow:
    """Σ resource over the member buildings ≤ upper."""

    rule_id: str
    where: Mapping[str, str]
    """Empty, or {"district": …}."""
    resource: Resource
    buildings: Bools
    """Shape (b,): members."""
    upper: float


@dataclass(frozen=True)
class FloorRow:
    """Covered persons without w over the member rows ≥ persons."""

    where: Mapping[str, str]
    """Empty, {"need": …} or {"need": …, "community": …}."""
    rows: Ints
    persons: float


@dataclass(frozen=True)
class PinRow:
    """A pin as a set of candidates: `in` wants one of them running, `out` none."""

    position: int
    """Position in the scenario's list of pins."""
    wanted: bool
    candidates: Ints
    barred_by: tuple[str, ...]
    """Rule ids that bar matches of this pin (for an `in` pin without candidates)."""


@dataclass(frozen=True)
class CoveredTerm:
    """weight × Σ row_value · credit · f over arcs whose offer is in `offers`."""

    row_value: Floats
    """Shape (i,), per visit."""
    offers: Bools
    """Shape (o,)."""


@dataclass(frozen=True)
class WorstTerm:
    """weight × least over cells of Σ covered ÷ demand persons; 1 without cells."""

    weight: float
    cell: Ints
    """Shape (i,): community or group of the row; −1 = not in any."""
    demand_persons: Floats
    """Shape (cells,), all above 0."""


@dataclass(frozen=True)
class GoalRow:
    """One goal with every measure's factor."""

    maximizes: bool
    tolerance: float
    covered: tuple[CoveredTerm, ...] = ()
    worst: tuple[WorstTerm, ...] = ()
    buildings: float = 0.0
    floor_used_m2: float = 0.0
    capital_cost: float = 0.0
    yearly_outlay: float = 0.0
    walking_minutes: float = 0.0


@dataclass(frozen=True)
class Instance:
    """Everything an engine needs, from `build_instance`; arrays are read-only."""

    index: Index
    slots: Slots
    rows: Rows
    offers: Offers
    services: Services
    buildings: Buildings
    spaces: Spaces
    pairs: Pairs
    candidates: Candidates
    supplies: Supplies
    reaches: tuple[Reach, ...]
    fee_per_visit: Floats
    """Shape (needs,): fee at planned sites."""
    change_over_conflict: Bools
    """Shape (o, o), symmetric: the pair breaks its change-over time."""
    incompatible: Bools
    """Shape (o, o), symmetric: the two may not both run in one building."""
    limits: tuple[LimitRow, ...]
    """Budgets, area and building limits and the plan's reserve (rule id `reserve`)."""
    floors: tuple[FloorRow, ...]
    pins: tuple[PinRow, ...]
    goals: tuple[GoalRow, ...]

    @cached_property
    def arcs(self) -> Arcs:
        """All (row, supply) arcs, expanded; large: engines that can, use `reaches`."""
        from allocator.instance.arcs import expand_arcs

        return expand_arcs(self)


@dataclass(frozen=True)
class Solution:
    """A plan in positions of one instance."""

    places: Ints
    """Shape (k,)."""
    flow_row: Ints
    flow_supply: Ints
    flow_visits: Floats
    """Served visits per week of (row, supply); each pair at most once."""
