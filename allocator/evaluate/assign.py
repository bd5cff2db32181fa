"""Assignment of residents: who is served where, exactly and uniquely.

First the least Σ excess ÷ max(1, |limit|) over coverage floors and annual budgets, then
the goals in order, then the least Σ f × minutes, then the lexicographically largest f
by ids. Facilities alone (`baseline`): the most Σ covered persons without w, then the
least Σ f × minutes, then the largest f by ids.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.arcs import Arcs, build_arcs
from allocator.evaluate.flow import FlowProblem, build_flow
from allocator.evaluate.objectives import (
    Stage,
    limit_targets,
    with_goals,
    with_targets,
)
from allocator.evaluate.program import minimise
from allocator.evaluate.served import facility_supply, visits_per_person
from allocator.evaluate.ties import largest_by_ids
from allocator.evaluate.view import build_view
from allocator.plan import SERVED_COLUMNS, Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from allocator.access.access import Access
    from allocator.scenario import Scenario

    Floats = npt.NDArray[np.float64]

SMALLEST_VISITS = 1e-9
"""Served visits below this are rounding of the solver, and nobody's."""


def assign_residents(scenario: Scenario, access: Access, plan: Plan) -> Plan:
    """Return the plan with its residents assigned anew, whatever `served` it had.

    Raises
    ------
    PlanInvalid
        If the plan names ids the scenario does not have.
    """
    bare = replace(plan, served=None)
    view = build_view(scenario, access, bare)
    arcs = build_arcs(scenario, access, view.supply)
    flow = build_flow(scenario, arcs, view.supply)
    flow, limits = with_targets(flow, limit_targets(view, arcs))
    flow, goals = with_goals(view, arcs, flow)
    visits = _solve(flow, arcs, [*limits, *goals])
    return replace(plan, served=_served_frame(scenario, arcs, visits))


def baseline(scenario: Scenario, access: Access) -> pd.DataFrame:
    """Return who facilities alone serve, columns `allocator.plan.SERVED_COLUMNS`."""
    supply = facility_supply(scenario)
    arcs = build_arcs(scenario, access, supply)
    flow = build_flow(scenario, arcs, supply)
    need = scenario.demand.need[arcs.row]
    covered = arcs.credit / visits_per_person(scenario)[need]
    visits = _solve(flow, arcs, [Stage(-covered)])
    return _served_frame(scenario, arcs, visits)


def _solve(flow: FlowProblem, arcs: Arcs, stages: Sequence[Stage]) -> Floats:
    """Return f of every arc: each stage on the optimal face of those before.

    The last stages are always the least Σ f × minutes and the order of ids.
    """
    program = flow.program
    for stage in stages:
        program = stage.apply(program)
    minutes = np.zeros(len(program.free))
    minutes[: len(arcs)] = arcs.walk_min
    return largest_by_ids(minimise(program, minutes), flow)[: len(arcs)]


def _served_frame(scenario: Scenario, arcs: Arcs, visits: Floats) -> pd.DataFrame:
    """Return served rows in ids, sorted by the id columns."""
    some = np.flatnonzero(visits > SMALLEST_VISITS)
    row, demand = arcs.row[some], scenario.demand
    zones = scenario.tables.zones["zone_id"].to_numpy(object)
    needs = np.array([need.id for need in scenario.needs], object)
    groups = np.array([*(group.id for group in scenario.groups), ""], object)
    services = np.array([offer.service_id for offer in scenario.offers], object)
    sessions = np.array([offer.session_id for offer in scenario.offers], object)
    columns = (
        zones[demand.zone[row]],
        needs[demand.need[row]],
        groups[demand.group[row]],
        np.array(scenario.site_ids, object)[arcs.site[some]],
        services[arcs.offer[some]],
        sessions[arcs.offer[some]],
        visits[some],
    )
    frame = pd.DataFrame(dict(zip(SERVED_COLUMNS, columns, strict=True)))
    return frame.astype({"served_visits_per_week": float})
