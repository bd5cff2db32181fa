"""Names in the document that must be defined elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.scenario.checks.facts import unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from allocator.issues import Issue
    from allocator.scenario.checks.facts import Facts
    from allocator.scenario.places import Path


def references_of_groups(facts: Facts) -> Iterator[Issue]:
    """Report unknown walking profiles of groups."""
    for k, group in enumerate(facts.spec.groups):
        path = ("groups", k, "profile")
        yield from _profile(facts, group.profile, path)


def references_of_needs(facts: Facts) -> Iterator[Issue]:
    """Report unknown groups, profiles, services and sessions of needs."""
    for k, need in enumerate(facts.spec.needs):
        yield from _profile(facts, need.profile, ("needs", k, "profile"))
        for group in need.groups if facts.group_ids else ():
            path: Path = ("needs", k, "groups", group)
            yield from _name(facts, "group", group, facts.group_ids, path)
        for a, accept in enumerate(need.accepts):
            path = ("needs", k, "accepts", a)
            yield from offer_names(facts, accept.service, accept.session, path)


def references_of_limits(facts: Facts) -> Iterator[Issue]:
    """Report unknown districts that have limits of their own."""
    if not facts.is_readable("communities", "buildings"):
        return
    for district in facts.spec.limits.by_district:
        path = ("limits", "by_district", district)
        yield from _name(facts, "district", district, facts.district_ids, path)


def references_of_floors(facts: Facts) -> Iterator[Issue]:
    """Report unknown needs and communities of coverage floors."""
    floors = facts.spec.rules.coverage_floor
    root: Path = ("rules", "coverage_floor")
    for need in floors.needs:
        path = (*root, "needs", need)
        yield from _name(facts, "need", need, facts.need_ids, path)
    for need, floor in floors.communities.items():
        path = (*root, "communities", need)
        yield from _name(facts, "need", need, facts.need_ids, path)
        for community in floor.by_id:
            inner = (*path, "by_id", community)
            yield from _community(facts, community, inner)


def references_of_shared_rooms(facts: Facts) -> Iterator[Issue]:
    """Report unknown services of change-over and incompatibilities."""
    rules = facts.spec.rules
    for k, change in enumerate(rules.change_over_min):
        root: Path = ("rules", "change_over_min", k)
        for a, service in enumerate(change.services or ()):
            path = (*root, "services", a)
            yield from _name(facts, "service", service, facts.service_ids, path)
        for key, end in (("from", change.from_), ("to", change.to)):
            if end is not None:
                path = (*root, key)
                yield from _name(facts, "service", end, facts.service_ids, path)
    for k, pair in enumerate(rules.incompatible):
        for a, service in enumerate(pair.services):
            path = ("rules", "incompatible", k, "services", a)
            yield from _name(facts, "service", service, facts.service_ids, path)


def references_of_pins(facts: Facts) -> Iterator[Issue]:
    """Report unknown names in pins."""
    for k, pin in enumerate(facts.spec.rules.pins):
        root: Path = ("rules", "pins", k)
        for table, kind in (("buildings", "building"), ("spaces", "space")):
            value = getattr(pin, kind)
            if value is not None and facts.is_readable(table):
                known = facts.ids_of(table, f"{kind}_id")
                yield from _name(facts, kind, value, known, (*root, kind))
        if pin.community is not None:
            yield from _community(facts, pin.community, (*root, "community"))
        for kind in ("street", "district"):
            value = getattr(pin, kind)
            if value is not None and facts.is_readable("communities", "buildings"):
                known = facts.ids_of("communities", f"{kind}_id")
                known |= facts.district_ids if kind == "district" else frozenset()
                yield from _name(facts, kind, value, known, (*root, kind))
        if pin.category is not None and "services" not in facts.places.lost_ids:
            path = (*root, "category")
            yield from _name(facts, "category", pin.category, facts.categories, path)
        if pin.service is not None:
            yield from offer_names(facts, pin.service, pin.session, root)
        elif pin.session is not None:
            services = facts.spec.services
            known = frozenset(s.id for service in services for s in service.sessions)
            path = (*root, "session")
            yield from _name(facts, "session", pin.session, known, path)


def references_of_goals(facts: Facts) -> Iterator[Issue]:
    """Report unknown tiers, groups, categories and needs of goals."""
    tiers = frozenset(str(n.tier) for n in facts.spec.needs if n.tier is not None)
    known = {
        "tier": tiers,
        "group": facts.group_ids,
        "category": facts.categories,
        "need": facts.need_ids,
    }
    lost = facts.places.lost_ids
    unsure = {"tier": "needs" in lost, "category": "services" in lost}
    for j, goal in enumerate(facts.spec.goals):
        sense = "maximize" if goal.maximizes else "minimize"
        for k, term in enumerate(goal.terms):
            for kind, names in known.items():
                value = getattr(term, kind)
                if value is not None and not unsure.get(kind, False):
                    path = ("goals", j, sense, k, kind)
                    yield from _name(facts, kind, str(value), names, path)


def offer_names(
    facts: Facts, service: str, session: str | None, path: Path
) -> Iterator[Issue]:
    """Yield what is wrong with a service and session named together."""
    if service not in facts.service_ids:
        place = facts.places.yaml((*path, "service"))
        yield unknown("service", service, facts.service_ids, place)
    elif session is not None and service in facts.id2service:
        known = facts.session_ids(service)
        yield from _name(facts, "session", session, known, (*path, "session"))


def _profile(facts: Facts, profile: str | None, path: Path) -> Iterator[Issue]:
    if profile is not None:
        yield from _name(facts, "profile", profile, facts.spec.access.profiles, path)


def _community(facts: Facts, community: str, path: Path) -> Iterator[Issue]:
    if not facts.is_readable("communities", "zones"):
        return
    known = facts.ids_of("communities", "community_id")
    known |= facts.ids_of("zones", "community_id")
    yield from _name(facts, "community", community, known, path)


def _name(
    facts: Facts, kind: str, name: str, known: Iterable[str], path: Path
) -> Iterator[Issue]:
    """Yield an issue if `name` is not among the known names."""
    names = frozenset(known)
    if name not in names:
        yield unknown(kind, name, names, facts.places.yaml(path))
