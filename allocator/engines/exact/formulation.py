"""One formulation of the core model for every solver, from the instance's arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.engines.exact.layout import Layout
from allocator.engines.exact.model import LinearModel
from allocator.engines.exact.rules.area import (
    add_extension,
    add_floor_used,
    add_min_area,
    add_pair_area,
    add_space_area,
)
from allocator.engines.exact.rules.demand import (
    add_capacity,
    add_demand_limit,
    add_joint_reach,
    add_reach,
)
from allocator.engines.exact.rules.limits import (
    add_building_reserve,
    add_coverage_floors,
    add_limits,
    add_pins,
)
from allocator.engines.exact.rules.peaks import (
    add_joint_peaks,
    add_outdoor,
    add_peak_area,
    add_peak_places,
    add_siting,
)
from allocator.engines.exact.rules.places import (
    add_building_of_supply,
    add_places,
    add_used,
)
from allocator.engines.exact.rules.rewards import (
    add_true_extensions,
    add_true_floors,
    add_true_peaks,
)
from allocator.engines.exact.rules.sharing import (
    add_change_over,
    add_incompatible,
    add_sharing,
    add_taking_turns,
    add_together,
)
from allocator.engines.exact.variables import declare_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from allocator.engines.engine import StopSignal
    from allocator.engines.exact.variables import Variables
    from allocator.instance.instance import Instance

    Rule = Callable[[LinearModel, Variables], None]

RULES: tuple[Rule, ...] = (
    add_places,
    add_used,
    add_building_of_supply,
    add_demand_limit,
    add_capacity,
    add_reach,
    add_joint_reach,
    add_together,
    add_sharing,
    add_taking_turns,
    add_change_over,
    add_incompatible,
    add_pair_area,
    add_floor_used,
    add_extension,
    add_space_area,
    add_min_area,
    add_peak_places,
    add_joint_peaks,
    add_peak_area,
    add_siting,
    add_outdoor,
    add_true_floors,
    add_true_extensions,
    add_true_peaks,
    add_building_reserve,
    add_limits,
    add_coverage_floors,
    add_pins,
)
"""Their order is irrelevant."""


class BuildStopped(Exception):
    """The time was up before the model was whole."""


def build_model(
    instance: Instance,
    rules: Sequence[Rule] = RULES,
    *,
    stop: StopSignal | None = None,
) -> tuple[LinearModel, Variables]:
    """Return the model of an instance without its goals, and its columns.

    Raises
    ------
    BuildStopped
        When `stop` says so between two rules; a large city takes seconds.
    """
    model = LinearModel()
    variables = declare_variables(model, Layout(instance))
    for add_rule in rules:
        if stop is not None and stop.reason() is not None:
            raise BuildStopped
        add_rule(model, variables)
    return model, variables
