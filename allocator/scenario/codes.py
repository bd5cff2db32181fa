"""Every code an issue can carry: how bad it is and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.issues import Severity


@dataclass(frozen=True)
class Code:
    """The meaning of an issue code; codes are stable and part of the contract."""

    severity: Severity
    meaning: str


def _error(meaning: str) -> Code:
    return Code(Severity.ERROR, meaning)


def _warning(meaning: str) -> Code:
    return Code(Severity.WARNING, meaning)


CODES: dict[str, Code] = {
    "unknown-group": _error("A population group is named that is not under groups."),
    "unknown-service": _error("A service is named that is not under services."),
    "unknown-session": _error("A session is named that the service does not have."),
    "unknown-need": _error("A need is named that is not under needs."),
    "unknown-profile": _error("A walking profile is named that access lacks."),
    "unknown-district": _error(
        "A district is named in which no community or building lies."
    ),
    "unknown-community": _error("A community is named that no table has."),
    "unknown-building": _error("A building is named that the table lacks."),
    "unknown-space": _error("A space is named that the table lacks."),
    "unknown-zone": _error("A zone is named that the table zones lacks."),
    "unknown-site": _error("A site is neither a building nor a facility."),
    "unknown-category": _error("A category is named that no service has."),
    "unknown-tier": _error("A tier is named that no need has."),
}
"""Meaning by code, in the order of the reference page."""
