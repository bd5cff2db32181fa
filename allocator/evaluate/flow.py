"""The flow from demand rows to supplies, as a linear program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.program import Program

if TYPE_CHECKING:
    from allocator.evaluate.arcs import Arcs
    from allocator.evaluate.served import Supply
    from allocator.scenario import Scenario


@dataclass(frozen=True)
class FlowProblem:
    """Served visits f ≥ 0 by arc, in rows of demand, then of capacities.

    Further columns and rows may follow these.
    """

    program: Program
    num_arcs: int
    num_rows: int


def build_flow(scenario: Scenario, arcs: Arcs, supply: Supply) -> FlowProblem:
    """Return Σ f ≤ D by demand row and Σ f ≤ capacity by site and offer.

    Capacities that all demand within reach cannot fill are left out: they never bind,
    and without them the program falls into more components.
    """
    demand = scenario.demand.visits_per_week
    key = arcs.site * len(scenario.offers) + arcs.offer
    keys, place = np.unique(key, return_inverse=True)
    capacity = supply.capacity.ravel()[keys]
    within_reach = sum_by(place, demand[arcs.row], len(keys))
    binding = capacity < within_reach
    rows, row_of = np.unique(arcs.row, return_inverse=True)
    number = np.cumsum(binding) - 1 + len(rows)
    limited = np.flatnonzero(binding[place])
    columns = np.concatenate([np.arange(len(arcs)), limited])
    entries = np.concatenate([row_of, number[place[limited]]])
    upper = np.concatenate([demand[rows], capacity[binding]])
    matrix = sp.csc_matrix(
        (np.ones(len(entries)), (entries, columns)), shape=(len(upper), len(arcs))
    )
    free = np.ones(len(arcs), bool)
    program = Program(matrix, upper, np.zeros(len(upper), bool), free)
    return FlowProblem(program, len(arcs), len(upper))
