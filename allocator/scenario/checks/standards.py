"""Standards and requests: names that must be defined, and floors given twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.scenario.checks.facts import issue, unknown
from allocator.scenario.schema import Capacity, StandardMeasure
from allocator.scenario.standard_floors import (
    coverage_standards,
    floor_key,
    taken_floors,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocator.issues import Issue
    from allocator.scenario.checks.facts import Facts

_MEASURED_IN_PLACES = (StandardMeasure.PLACES_PER_1000_PERSONS,)


def references_of_standards(facts: Facts) -> Iterator[Issue]:
    """Report unknown services, categories, needs and groups of standards."""
    known = {
        "services": ("service", facts.service_ids),
        "categories": ("category", facts.categories),
        "needs": ("need", facts.need_ids),
        "groups": ("group", facts.group_ids),
    }
    lost = facts.places.lost_ids
    for k, standard in enumerate(facts.spec.standards):
        for key, (kind, names) in known.items():
            if kind == "category" and "services" in lost:
                continue
            for a, name in enumerate(getattr(standard, key)):
                if name not in names:
                    path = ("standards", k, key, a)
                    yield unknown(kind, name, names, facts.places.yaml(path))


def standards_count_places(facts: Facts) -> Iterator[Issue]:
    """Report standards in places of services that have none."""
    for k, standard in enumerate(facts.spec.standards):
        if standard.measure not in _MEASURED_IN_PLACES:
            continue
        for service in facts.spec.services:
            named = service.id in standard.services
            named |= service.category in standard.categories
            named |= not standard.services and not standard.categories
            if named and service.capacity is Capacity.UNLIMITED:
                yield issue(
                    "standard-without-places",
                    facts.places.yaml(("standards", k)),
                    f"service {service.id!r} has unlimited capacity, so no places to "
                    "count",
                    expected="services with places, or the measure sites",
                )


def standards_as_floors(facts: Facts) -> Iterator[Issue]:
    """Report two floors of one need at one level."""
    taken = taken_floors(facts.spec.rules.coverage_floor)
    for k, standard in coverage_standards(facts.spec):
        key = floor_key(standard)
        if key in taken:
            yield issue(
                "floor-twice",
                facts.places.yaml(("standards", k)),
                "the coverage floor of this standard is given by rules.coverage_floor "
                "or by another standard too",
                expected="use: report here, or the other floor left out",
            )
        taken.add(key)
