"""Rules that contradict each other or change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.scenario.checks.facts import issue
from allocator.scenario.schema import DEDICATED, PIN_KEYS, Capacity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from allocator.issues import Issue
    from allocator.scenario.checks.facts import Facts
    from allocator.scenario.schema import Pin


def pins_fit_together(facts: Facts) -> Iterator[Issue]:
    """Report pins whose space lies elsewhere or whose category is another."""
    space2building = _space2building(facts)
    for k, pin in enumerate(facts.spec.rules.pins):
        owner = space2building.get(pin.space or "")
        if pin.building is not None and owner not in (None, pin.building):
            yield _mismatch(
                facts, k, "space", f"space {pin.space!r} lies in building {owner!r}"
            )
        service = facts.id2service.get(pin.service or "")
        if service and pin.category is not None and service.category != pin.category:
            text = f"service {service.id!r} has the category {service.category!r}"
            yield _mismatch(facts, k, "category", text)


def pins_contradict(facts: Facts) -> Iterator[Issue]:
    """Warn of a pin `in` all of whose matches another pin takes out."""
    pins = facts.spec.rules.pins
    space2building = _space2building(facts)
    known = [_everything_said(facts, pin, space2building) for pin in pins]
    for i, pin in enumerate(pins):
        if pin.fix != "in":
            continue
        for o, other in enumerate(pins):
            keys = [key for key in PIN_KEYS if getattr(other, key) is not None]
            covers = all(known[i].get(key) == getattr(other, key) for key in keys)
            if other.fix == "out" and covers:
                yield issue(
                    "pins-contradict",
                    facts.places.yaml(("rules", "pins", i)),
                    "no plan can keep this pin and "
                    f"{facts.places.yaml(('rules', 'pins', o))}",
                    expected="one of the two",
                )


def services_named_once(facts: Facts) -> Iterator[Issue]:
    """Report rules between services that name one of them twice."""
    rules = facts.spec.rules
    for k, change in enumerate(rules.change_over_min):
        names = change.services or (change.from_, change.to)
        if len(set(names)) < len(names):
            yield _repeated(facts, "change_over_min", k)
    for k, pair in enumerate(rules.incompatible):
        if len(set(pair.services)) < len(pair.services):
            yield _repeated(facts, "incompatible", k)


def change_over_can_matter(facts: Facts) -> Iterator[Issue]:
    """Warn of change-over between services that never take turns."""
    for k, change in enumerate(facts.spec.rules.change_over_min):
        pairs = [
            (facts.id2service.get(a), facts.id2service.get(b))
            for a, b in change.ordered_pairs
        ]
        if not pairs or any(a is None or b is None for a, b in pairs):
            continue
        classes = [(a.sharing, b.sharing) for a, b in pairs if a and b]
        if not any(x == y != DEDICATED for x, y in classes):
            yield issue(
                "change-over-without-effect",
                facts.places.yaml(("rules", "change_over_min", k)),
                "these services share no sharing class, so they never take turns",
                expected="services of one sharing class",
            )


def services_fit_their_maximum(facts: Facts) -> Iterator[Issue]:
    """Report services whose maximum holds not even one place."""
    for k, service in enumerate(facts.spec.services):
        if service.max_area_m2 is None or service.capacity is Capacity.UNLIMITED:
            continue
        for a, session in enumerate(service.sessions):
            m2 = session.m2_per_place
            m2 = service.m2_per_place if m2 is None else m2
            if m2 is not None and m2 > service.max_area_m2:
                yield issue(
                    "place-above-max-area",
                    facts.places.yaml(("services", k, "sessions", a, "m2_per_place")),
                    f"one place of {service.id}/{session.id} takes {m2:g} m²",
                    expected=f"at most max_area_m2, {service.max_area_m2:g}",
                )


def _space2building(facts: Facts) -> Mapping[str, str]:
    frame = facts.table("spaces")
    return dict(zip(frame["space_id"], frame["building_id"], strict=True))


def _everything_said(
    facts: Facts, pin: Pin, space2building: Mapping[str, str]
) -> dict[str, str | None]:
    """Return a pin's keys with what they imply: a space its building, and so on."""
    said = {key: getattr(pin, key) for key in PIN_KEYS}
    if pin.space is not None and pin.building is None:
        said["building"] = space2building.get(pin.space)
    service = facts.id2service.get(pin.service or "")
    if service is not None and pin.category is None:
        said["category"] = service.category
    return said


def _mismatch(facts: Facts, k: int, key: str, message: str) -> Issue:
    place = facts.places.yaml(("rules", "pins", k, key))
    return issue("pin-mismatch", place, f"nothing matches this pin: {message}")


def _repeated(facts: Facts, rule: str, k: int) -> Issue:
    return issue(
        "service-repeated",
        facts.places.yaml(("rules", rule, k)),
        "the same service stands twice",
        expected="different services",
    )
