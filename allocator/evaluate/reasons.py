"""Why a service is barred from a space: a key with its figures, and the words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "floor_below": "floor {floor} is below {limit}",
    "floor_above": "floor {floor} is above {limit}",
    "feature": "no {feature}",
    "fire_class": "fire resistance class is not known to be {limit} or better",
    "land_use": "land use {value!r} is not {allowed}",
    "former_use": "former use {value!r} is excluded",
    "lease": "lease of {years:.2f} years is below {limit:g}",
    "small_space": "area {area_m2:g} m² is below {limit:g} m²",
    "places_on_floor": "at most {limit:g} places on a floor",
    "outdoor": "outdoor area {area_m2:g} m² is below {limit:g} m² per place",
    "dates": "the building is {days} days outside its dates",
    "hours": "{minutes} min per week outside the hours of use",
    "no_place": "{area_m2:g} m² hold no place of {limit:g} m²",
    "min_area": "{area_m2:g} m² are below {limit:g} m²",
    "max_area": "a place is larger than the most area, {limit:g} m²",
    "reserve": "the building must leave {area_m2:g} m² free",
    "pinned": "{text}",
    "pinned_out": "pinned out",
}
"""Words of each reason; other languages have theirs where they are shown."""


@dataclass(frozen=True)
class Reason:
    """One condition that fails, with the figures that decide."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return ENGLISH[self.key].format(**self.values)


def reason(key: str, **values: Any) -> Reason:
    """Return a reason with its figures."""
    return Reason(key, values)


class Bar(NamedTuple):
    """A rule that bars an offer from a space, whatever else is planned."""

    space: int
    offer: int
    rule_id: str
    alternatives: tuple[tuple[Reason, ...], ...]
    """Alternatives, each with all that fails in it; mostly one of one."""

    @property
    def text(self) -> str:
        """The reason in English words."""
        parts = (" and ".join(map(str, part)) for part in self.alternatives)
        return ", or ".join(dict.fromkeys(parts))
