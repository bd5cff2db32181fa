"""The resolved scenario inside a run, so that the run can be repeated from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from allocator.scenario import write_scenario
from allocator.scenario.schema import OptionsSection

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.result import Result
    from allocator.scenario import Scenario


def write_scenario_copy(result: Result, folder: Path) -> None:
    """Write the scenario with extends, catalogue and variant merged, options kept."""
    write_scenario(with_options(result), folder)


def with_options(result: Result) -> Scenario:
    """Return the scenario with the options the run was made with."""
    given = {k: v for k, v in result.options.to_dict().items() if v is not None}
    section = OptionsSection.model_validate(given)
    scenario = result.scenario
    document = dict(scenario.provenance.document) | {"options": given}
    return replace(
        scenario,
        spec=scenario.spec.model_copy(update={"options": section}),
        provenance=replace(scenario.provenance, document=document),
    )
