"""Needs: whether they can be met and their numbers make sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.scenario.checks.facts import issue
from allocator.scenario.schema import LinearCredit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocator.issues import Issue
    from allocator.scenario.checks.facts import Facts
    from allocator.scenario.places import Path
    from allocator.scenario.schema import CreditStep, Need


def something_to_plan(facts: Facts) -> Iterator[Issue]:
    """Warn of a scenario without services or needs."""
    for section in ("services", "needs"):
        if getattr(facts.spec, section) or section in facts.places.lost_ids:
            continue
        yield issue(
            f"no-{section}",
            facts.places.yaml(section),
            f"the scenario has no {section}",
            expected=f"{section}: [...], or a catalogue such as cn-community",
        )


def groups_exist(facts: Facts) -> Iterator[Issue]:
    """Report needs, residents or demand of groups where no group is defined."""
    named = {group for need in facts.spec.needs for group in need.groups}
    named |= facts.ids_of("population", "group_id") | facts.ids_of("demand", "group_id")
    if named and not facts.group_ids:
        yield issue(
            "no-groups",
            facts.places.yaml("groups"),
            f"no population group is defined, but {min(named)!r} is named",
            expected="groups: [{id: ...}, ...], or a catalogue such as cn-community",
        )


def visits_within_days(facts: Facts) -> Iterator[Issue]:
    """Report needs with more visits a week than an accepted offer has days."""
    for n, need in enumerate(facts.spec.needs):
        visits = need.visits_per_person_week
        for a, service, session in facts.accepted_sessions(need):
            days = session.week.days_per_week
            if visits <= days:
                continue
            yield issue(
                "visits-exceed-days",
                facts.places.yaml(("needs", n, "visits_per_person_week")),
                f"need {need.id!r} asks for {visits:g} visits per person-week, but "
                f"accepts[{a}] {service.id}/{session.id} is held on {days} days",
                expected=f"at most {days}; split the need, one part for each kind of "
                "offer",
            )


def credit_is_reachable(facts: Facts) -> Iterator[Issue]:
    """Report needs whose credit is 0 at any distance."""
    for n, need in enumerate(facts.spec.needs):
        if not isinstance(need.credit, tuple) or any(s.share for s in need.credit):
            continue
        yield issue(
            "need-unmeetable",
            facts.places.yaml(("needs", n, "credit")),
            f"no service can meet need {need.id!r}: every credit step gives 0",
            expected="a step whose share is above 0",
        )


def credit_fits_limit(facts: Facts) -> Iterator[Issue]:
    """Warn of credit and walking limits that do not fit together."""
    for n, need in enumerate(facts.spec.needs):
        limit = max(accept.max_walk_min for accept in need.accepts)
        for message in _credit_faults(need, limit):
            place = facts.places.yaml(("needs", n, "credit"))
            yield issue(
                "credit-beyond-limit",
                place,
                f"need {need.id!r}: {message}",
                expected=f"credit up to the longest walking limit, {limit:g} min",
            )


def rates_up_to_one(facts: Facts) -> Iterator[Issue]:
    """Warn of rates above one person per person of the group."""
    for n, need in enumerate(facts.spec.needs):
        rates: list[tuple[Path, str, float]] = [
            (("groups", g), g, rate) for g, rate in need.groups.items()
        ]
        for kind, own in need.groups_by_kind.items():
            rates += [(("groups_by_kind", kind, g), g, r) for g, r in own.items()]
        for path, group, rate in rates:
            if rate > 1:
                yield issue(
                    "rate-above-one",
                    facts.places.yaml(("needs", n, *path)),
                    f"{rate:g} persons with the need per person of {group!r}",
                    expected="a share of the group, at most 1 (visits stand in "
                    "visits_per_person_week)",
                )


def offers_accepted_twice(facts: Facts) -> Iterator[Issue]:
    """Warn of the same offer with two walking limits."""
    for n, need in enumerate(facts.spec.needs):
        seen: set[tuple[str, str | None]] = set()
        for a, accept in enumerate(need.accepts):
            key = (accept.service, accept.session)
            if key in seen:
                yield issue(
                    "accepted-twice",
                    facts.places.yaml(("needs", n, "accepts", a)),
                    f"need {need.id!r} accepts {'/'.join(filter(None, key))} twice; "
                    "the longest walking limit holds",
                    expected="each offer once",
                )
            seen.add(key)


def services_in_use(facts: Facts) -> Iterator[Issue]:
    """Warn of services that no need accepts."""
    if "needs" in facts.places.lost_ids or not facts.spec.needs:
        return
    accepted = {a.service for need in facts.spec.needs for a in need.accepts}
    if accepted - facts.service_ids:
        return
    for k, service in enumerate(facts.spec.services):
        if service.id not in accepted:
            yield issue(
                "service-unused",
                facts.places.yaml(("services", k, "id")),
                f"no need accepts the service {service.id!r}",
            )


def _credit_faults(need: Need, limit: float) -> Iterator[str]:
    """Yield what is odd about the credit of a need."""
    if isinstance(need.credit, LinearCredit):
        if need.credit.full_min >= limit:
            yield "full credit reaches every walking limit, so it changes nothing"
    elif need.credit:
        yield from _step_faults(need.credit, limit)


def _step_faults(steps: tuple[CreditStep, ...], limit: float) -> Iterator[str]:
    starts = [0.0, *(step.max_min for step in steps[:-1])]
    shares = [step.share for step in steps]
    late = [s.max_min for s, start in zip(steps, starts, strict=True) if start >= limit]
    if late and limit > 0:
        yield f"the step up to {late[0]:g} min begins beyond every walking limit"
    if steps[-1].max_min < limit:
        yield (
            f"the last step ends at {steps[-1].max_min:g} min, so walking further "
            "gives no credit"
        )
    if shares != sorted(shares, reverse=True):
        yield "a longer walk gets more credit"
