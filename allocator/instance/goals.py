"""Goals as factors on flows and resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.instance.arrays import frozen, sums
from allocator.instance.instance import CoveredTerm, GoalRow, WorstTerm
from allocator.instance.limits import demand_community, demand_persons, floor_targets
from allocator.scenario.schema import Measure

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.instance.instance import Rows
    from allocator.scenario.scenario import Scenario
    from allocator.scenario.schema import Goal, GoalTerm

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

PLAIN = (
    Measure.BUILDINGS,
    Measure.FLOOR_USED_M2,
    Measure.CAPITAL_COST,
    Measure.YEARLY_OUTLAY,
    Measure.WALKING_MINUTES,
)
"""Measures that are one number per plan, with one factor."""


def build_goals(scenario: Scenario, rows: Rows) -> tuple[GoalRow, ...]:
    """Return the goals in order."""
    return tuple(_goal(scenario, rows, goal) for goal in scenario.spec.goals)


def uses_minutes(scenario: Scenario) -> bool:
    """Tell whether a goal counts walking minutes."""
    return any(term.measure is Measure.WALKING_MINUTES for term in _terms(scenario))


def row_labels(scenario: Scenario) -> Ints:
    """Return a label per demand row; rows with different labels may not merge.

    The community counts where a floor or goal looks at it, the group where a goal does.
    """
    demand = scenario.demand
    community = np.full(len(demand), -1, np.int64)
    group = np.full(len(demand), -2, np.int64)
    home = demand_community(scenario)
    for need_id in scenario.spec.rules.coverage_floor.communities:
        mine = demand.need == scenario.need2position[need_id]
        mine &= np.isin(home, list(floor_targets(scenario, need_id)))
        community[mine] = home[mine]
    for term in _terms(scenario):
        mine = _of_need(scenario, term, demand.need)
        if term.measure is Measure.WORST_COMMUNITY_COVERAGE:
            community[mine] = home[mine]
        if term.measure is Measure.WORST_GROUP_COVERAGE or term.group is not None:
            group[mine] = demand.group[mine]
    return (community + 1) * (len(scenario.groups) + 2) + group + 2


def _terms(scenario: Scenario) -> list[GoalTerm]:
    """Return the terms of all goals."""
    return [term for goal in scenario.spec.goals for term in goal.terms]


def _goal(scenario: Scenario, rows: Rows, goal: Goal) -> GoalRow:
    """Return one goal; terms on the same offers are added up."""
    factor = dict.fromkeys(PLAIN, 0.0)
    offers2value: dict[bytes, Floats] = {}
    worst = []
    for term in goal.terms:
        if term.measure in factor:
            factor[term.measure] += term.weight
        elif term.measure in (
            Measure.COVERED_PERSONS,
            Measure.WEIGHTED_COVERED_PERSONS,
        ):
            value, offers = _covered(scenario, rows, term)
            key = offers.tobytes()
            offers2value[key] = offers2value.get(key, 0.0) + value
        else:
            worst.append(_worst(scenario, rows, term))
    return GoalRow(
        maximizes=goal.maximizes,
        tolerance=goal.tolerance,
        covered=tuple(
            CoveredTerm(frozen(value), np.frombuffer(key, bool))
            for key, value in offers2value.items()
        ),
        worst=tuple(worst),
        **{measure.value: weight for measure, weight in factor.items()},
    )


def _covered(
    scenario: Scenario, rows: Rows, term: GoalTerm
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the value of a fully credited visit of each row, and the offers meant."""
    value = term.weight * rows.persons_per_visit
    if term.measure is Measure.WEIGHTED_COVERED_PERSONS:
        value *= rows.weight
    tiers = [need.tier for need in scenario.needs]
    if term.tier is not None:
        in_tier = np.array([tier == term.tier for tier in tiers], bool)
        value *= in_tier[rows.need]
    if term.group is not None:
        group = scenario.demand.group[rows.member[rows.member_start[:-1]]]
        value *= group == scenario.group2position[term.group]
    value *= _of_need(scenario, term, rows.need)
    category = {service.id: service.category for service in scenario.services}
    meant = [
        term.category in (None, category[offer.service_id]) for offer in scenario.offers
    ]
    return value, np.array(meant, bool)


def _of_need(scenario: Scenario, term: GoalTerm, need: Ints) -> npt.NDArray[np.bool_]:
    """Tell which rows the term's need means."""
    if term.need is None:
        return np.ones(len(need), bool)
    return np.array(need == scenario.need2position[term.need], bool)


def _worst(scenario: Scenario, rows: Rows, term: GoalTerm) -> WorstTerm:
    """Return a worst coverage over the communities or groups with demand."""
    demand = scenario.demand
    by_community = term.measure is Measure.WORST_COMMUNITY_COVERAGE
    home = demand_community(scenario) if by_community else demand.group
    mine = _of_need(scenario, term, demand.need) & (home >= 0)
    cells, cell_of = np.unique(home[mine], return_inverse=True)
    persons = sums(cell_of, demand_persons(scenario)[mine], len(cells))
    cell = np.full(len(demand), -1, np.int64)
    cell[mine] = cell_of
    return WorstTerm(
        weight=term.weight,
        cell=frozen(cell[rows.member[rows.member_start[:-1]]]),
        demand_persons=frozen(persons),
    )
