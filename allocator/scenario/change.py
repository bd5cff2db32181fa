"""The same scenario with one thing changed: a limit, pins, walking limits, hours."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.scenario.hours import WeekHours
from allocator.scenario.schema import ScenarioSpec
from allocator.units import MINUTES_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocator.scenario.scenario import Scenario

WALK_KEYS = ("max_walk_min", "max_min", "full_min", "zero_min")
"""Minutes of a need that walking limits are made of."""


def with_limit(
    scenario: Scenario, key: str, value: float | None, *, district: str = ""
) -> Scenario:
    """Return the scenario with another limit; None takes it away.

    Parameters
    ----------
    key
        A key of `limits`, such as ``capital_budget``.
    district
        Limits the plan there alone; "" in total.
    """
    document = _document(scenario)
    limits = document.setdefault("limits", {})
    if district:
        limits = limits.setdefault("by_district", {}).setdefault(district, {})
    limits[key] = value
    if value is None:
        del limits[key]
    name = f"{district}.{key}" if district else key
    return _changed(scenario, document, f"{name}={_figure(value)}")


def with_pins(
    scenario: Scenario, pins: Sequence[Mapping[str, str]], label: str
) -> Scenario:
    """Return the scenario with further pins.

    Parameters
    ----------
    pins
        Each with `fix` and the keys of a pin.
    label
        Says what was changed, in the names of variants.
    """
    document = _document(scenario)
    rules = document.setdefault("rules", {})
    rules["pins"] = [*rules.get("pins", []), *map(dict, pins)]
    return _changed(scenario, document, label)


def with_walk_factor(scenario: Scenario, factor: float) -> Scenario:
    """Return the scenario with every walking limit, and its credit, × `factor`."""
    document = _document(scenario)
    for need in document.get("needs", []):
        parts = [*need["accepts"]]
        credit = need.get("credit") or []
        parts += [credit] if isinstance(credit, dict) else credit
        for part in parts:
            part |= {key: factor * part[key] for key in WALK_KEYS if key in part}
    label = f"access.max_walk_min×{_figure(factor)}"
    return _changed(scenario, document, label)


def with_longer_opening(scenario: Scenario, minutes: int) -> Scenario:
    """Return the scenario with spaces and buildings open longer, or shorter.

    Parameters
    ----------
    minutes
        Added at the end of every interval in which a space or building may be used;
        an interval stays between a minute and a day.
    """
    tables = scenario.tables
    spaces, buildings = (
        frame.assign(available=_all_longer(frame["available"], minutes))
        for frame in (tables.spaces, tables.buildings)
    )
    changed = replace(
        scenario, tables=replace(tables, spaces=spaces, buildings=buildings)
    )
    return _changed(changed, _document(scenario), f"opening{minutes:+d}min")


def _all_longer(column: pd.Series[Any], minutes: int) -> pd.Series[Any]:
    """Move the ends of the intervals of every row."""
    hours = [_longer(item, minutes) for item in column.tolist()]
    return pd.Series(hours, column.index, dtype=object)


def _longer(hours: WeekHours, minutes: int) -> WeekHours:
    """Move the end of every interval, which stays between a minute and a day.

    Without an interval left a space would read as one that is always open.
    """
    return WeekHours(
        tuple(
            (start, min(max(end + minutes, start + 1), start + MINUTES_PER_DAY))
            for start, end in hours.intervals
        )
    )


def _document(scenario: Scenario) -> dict[str, Any]:
    """Return a copy of the document to be changed."""
    return copy.deepcopy(dict(scenario.provenance.document))


def _changed(scenario: Scenario, document: dict[str, Any], label: str) -> Scenario:
    """Return the scenario of a changed document; the label counts as a variant."""
    provenance = replace(
        scenario.provenance,
        document=document,
        variants=(*scenario.provenance.variants, label),
    )
    spec = ScenarioSpec.model_validate(document)
    return replace(scenario, spec=spec, provenance=provenance)


def _figure(value: float | None) -> str:
    """Return a figure for a label."""
    return "none" if value is None else f"{value:.12g}"
