"""Standards: what norms ask for in every area, before and after a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.coverage import resident_rows
from allocator.evaluate.provision import Provision
from allocator.scenario.areas import Areas, build_areas
from allocator.scenario.schema import StandardMeasure
from allocator.units import exceeds

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from allocator.evaluate.view import PlanView
    from allocator.scenario import Scenario
    from allocator.scenario.schema import Standard

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

COMPLIANCE_COLUMNS = (
    "standard_id",
    "measure",
    "level",
    "area_id",
    "minimum",
    "baseline_value",
    "value",
    "baseline_missing",
    "missing",
    "missing_unit",
    "baseline_status",
    "status",
    "verified",
    "source",
    "source_date",
)
MET, BELOW, UNKNOWN = "met", "below", "unknown"
UNITS = {
    StandardMeasure.PLACES_PER_1000_PERSONS: "places",
    StandardMeasure.GROSS_M2_PER_1000_PERSONS: "gross m²",
    StandardMeasure.GROSS_M2_PER_100_HOUSEHOLDS: "gross m²",
    StandardMeasure.SITES: "sites",
    StandardMeasure.PERSONS_WITHIN_LIMIT: "persons",
    StandardMeasure.COVERAGE: "persons",
}
"""What is missing is counted in, by measure."""


@dataclass(frozen=True)
class _Amounts:
    """One standard in every area: value = amount ÷ base; arrays of shape (a,)."""

    amount: Floats
    base: Floats
    """NaN where it is not known."""


def compliance_table(view: PlanView, alone: PlanView) -> pd.DataFrame:
    """Return every standard in every area, with facilities alone and with the plan.

    Parameters
    ----------
    view
        The plan.
    alone
        The empty plan, with residents assigned to facilities.

    Returns
    -------
    DataFrame
        `COMPLIANCE_COLUMNS`, by standard and area. missing = what the area lacks to
        the minimum, in `missing_unit`. status is met, below, or unknown where the
        persons or households it is measured by are not known; areas without any
        have no row.
    """
    rows: list[tuple[object, ...]] = []
    after, before = Provision(view), Provision(alone)
    for standard in sorted(view.scenario.spec.standards, key=lambda item: item.id):
        kinds = [kind.value for kind in standard.kinds]
        areas = build_areas(view.scenario.tables, standard.level, kinds)
        now = _amounts(standard, areas, after)
        then = _amounts(standard, areas, before)
        rows += _rows(standard, areas, then, now)
    return pd.DataFrame(rows, columns=list(COMPLIANCE_COLUMNS))


def compliance_measures(compliance: pd.DataFrame) -> dict[str, float]:
    """Return the share of (standard, area) that are met, of those that are known.

    Empty where nothing is compared.
    """
    known = compliance[compliance["status"] != UNKNOWN]
    if known.empty:
        return {}
    return {
        "compliance": float((known["status"] == MET).mean()),
        "baseline_compliance": float((known["baseline_status"] == MET).mean()),
    }


def services_of(scenario: Scenario, standard: Standard) -> Bools:
    """Tell which services a standard counts, shape (s,)."""
    services = scenario.services
    if not standard.services and not standard.categories:
        return np.ones(len(services), bool)
    return np.array(
        [
            s.id in standard.services or s.category in standard.categories
            for s in services
        ],
        bool,
    )


def _rows(
    standard: Standard, areas: Areas, then: _Amounts, now: _Amounts
) -> Iterator[tuple[object, ...]]:
    """Yield the rows of one standard."""
    for a, area_id in enumerate(areas.ids):
        base = float(now.base[a])
        if base == 0.0:
            continue
        before, after = float(then.amount[a]), float(now.amount[a])
        yield (
            standard.id,
            standard.measure.value,
            standard.level.value,
            area_id,
            standard.minimum,
            before / base,
            after / base,
            max(0.0, standard.minimum * base - before),
            max(0.0, standard.minimum * base - after),
            UNITS[standard.measure],
            _status(standard.minimum, before / base),
            _status(standard.minimum, after / base),
            standard.verified,
            standard.source or "",
            standard.source_date or "",
        )


def _status(minimum: float, value: float) -> str:
    """Tell whether a value reaches the minimum."""
    if np.isnan(value):
        return UNKNOWN
    return BELOW if exceeds(minimum - value, 0.0) else MET


def _amounts(standard: Standard, areas: Areas, given: Provision) -> _Amounts:
    """Return what a standard measures in every area."""
    measure, n = standard.measure, len(areas.ids)
    if measure is StandardMeasure.COVERAGE:
        return _coverage(standard, areas, given.view)
    scenario = given.view.scenario
    services, groups = services_of(scenario, standard), _groups(scenario, standard)
    persons = areas.sums(scenario.residents[:, groups].sum(axis=1))
    if measure is StandardMeasure.PERSONS_WITHIN_LIMIT:
        near = given.persons_within(services, standard.max_walk_min or 0.0)
        return _Amounts(areas.sums(near[:, groups].sum(axis=1)), persons)
    if measure is StandardMeasure.SITES:
        sites = given.running(services).astype(np.float64)
        return _Amounts(areas.sums_of_sites(sites), np.ones(n))
    if measure is StandardMeasure.PLACES_PER_1000_PERSONS:
        places = given.places[:, services].sum(axis=1)
        return _Amounts(areas.sums_of_sites(places), persons / 1000.0)
    gross = areas.sums_of_sites(given.gross_area_m2(services))
    if measure is StandardMeasure.GROSS_M2_PER_1000_PERSONS:
        return _Amounts(gross, persons / 1000.0)
    return _Amounts(gross, areas.households / 100.0)


def _groups(scenario: Scenario, standard: Standard) -> Bools:
    """Tell which groups a standard counts, shape (g,)."""
    every = not standard.groups
    return np.array([every or g.id in standard.groups for g in scenario.groups], bool)


def _coverage(standard: Standard, areas: Areas, view: PlanView) -> _Amounts:
    """Return covered and demand persons by area."""
    rows = resident_rows(view.scenario)
    area = areas.of_zone[view.scenario.demand.zone]
    own = area >= 0
    if standard.needs:
        own &= np.isin(rows.need_id.astype(str), standard.needs)
    if standard.groups:
        own &= np.isin(rows.group_id.astype(str), standard.groups)
    n = len(areas.ids)
    covered = view.covered_by_row()[own]
    return _Amounts(
        sum_by(area[own], covered, n), sum_by(area[own], rows.persons[own], n)
    )
