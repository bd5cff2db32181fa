"""Checks across sections and tables, one function per check, grouped by subject.

Each yields issues with a code of `allocator.scenario.codes`. They look only at what
could be read: a faulty item is reported once, where it stands, and not again by
everything that refers to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.scenario.checks import (
    demand,
    duplicates,
    facilities,
    goals,
    ground,
    needs,
    references,
    rules,
    spaces,
    standards,
    table_references,
)
from allocator.scenario.checks.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from allocator.issues import Issue
    from allocator.scenario.places import Places
    from allocator.scenario.scenario import Tables
    from allocator.scenario.schema import ScenarioSpec

CHECKS: tuple[Callable[[Facts], Iterator[Issue]], ...] = (
    duplicates.duplicates_in_lists,
    duplicates.duplicates_in_tables,
    duplicates.sites_with_one_id,
    duplicates.facilities_in_two_places,
    references.references_of_groups,
    references.references_of_needs,
    references.references_of_limits,
    references.references_of_floors,
    references.references_of_shared_rooms,
    references.references_of_pins,
    references.references_of_goals,
    standards.references_of_standards,
    table_references.zones_in_tables,
    table_references.communities_in_tables,
    table_references.groups_in_tables,
    table_references.needs_in_tables,
    table_references.buildings_in_tables,
    table_references.sites_in_travel,
    table_references.profiles_in_travel,
    table_references.offers_of_facilities,
    table_references.services_fitted,
    table_references.services_requested,
    ground.floor_zero,
    ground.coordinate_system,
    ground.coordinates_inside,
    ground.points_far_away,
    ground.degrees_as_metres,
    needs.something_to_plan,
    needs.groups_exist,
    needs.visits_within_days,
    needs.credit_is_reachable,
    needs.credit_fits_limit,
    needs.rates_up_to_one,
    needs.offers_accepted_twice,
    needs.services_in_use,
    demand.zones_exist,
    demand.zones_without_demand,
    demand.residents_have_zones,
    demand.residents_counted_once,
    demand.demand_mixed,
    demand.survey_rates,
    demand.groups_without_residents,
    demand.communities_without_zone,
    spaces.buildings_exist,
    spaces.buildings_have_spaces,
    spaces.usable_below_gross,
    spaces.reserve_bars_whole_space,
    spaces.dates_in_order,
    spaces.buildings_available,
    spaces.features_somewhere,
    spaces.services_and_spaces_meet,
    facilities.unlimited_facilities,
    facilities.facilities_overused,
    facilities.streets_are_given,
    facilities.matrix_has_travel,
    facilities.travel_within_limits,
    facilities.travel_overrides,
    facilities.walking_speeds,
    rules.pins_fit_together,
    rules.pins_contradict,
    rules.services_named_once,
    rules.change_over_can_matter,
    rules.services_fit_their_maximum,
    standards.standards_count_places,
    standards.standards_as_floors,
    goals.worst_coverage_is_raised,
    goals.goals_point_the_right_way,
    goals.goals_have_weight,
    goals.something_is_asked,
)
"""All checks, in the order in which their issues are reported."""


def check_all(spec: ScenarioSpec, tables: Tables, places: Places) -> Iterator[Issue]:
    """Yield every problem that the document and the tables have together.

    Parameters
    ----------
    spec
        The document as far as it is valid.
    tables
        Canonical tables; those that could not be read are without rows.
    places
        Where everything stands in the planner's files, and what could not be read.
    """
    facts = Facts(spec, tables, places)
    for check in CHECKS:
        yield from check(facts)


__all__ = ["CHECKS", "Facts", "check_all"]
