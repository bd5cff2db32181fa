"""In what words the evaluator says why something does not suit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Wording:
    """Sentences by key, and names of features and uses."""

    sentences: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    """Features, land uses and former uses by their word; others stay as they are."""

    def __call__(self, key: str, **values: Any) -> str:
        """Return a sentence, its values filled in."""
        return self.sentences[key].format(**values)

    def name(self, word: str) -> str:
        """Return a feature or use for people."""
        return self.names.get(word, word)

    def join(self, key: str, parts: Iterable[str]) -> str:
        """Join parts by the sentence `key`: and, or, both."""
        return self.sentences[key].join(parts)


ENGLISH = Wording(
    {
        "and": " and ",
        "or": ", or ",
        "either": " or ",
        "both": "; ",
        "below_floor": "floor {floor} is below {limit}",
        "above_floor": "floor {floor} is above {limit}",
        "no_feature": "no {feature}",
        "fire": "fire resistance class is not known to be {limit} or better",
        "land_use": "land use {use!r} is not {limit}",
        "former_use": "former use {use!r} is excluded",
        "community_kind": "community is {kind}, not {limit}",
        "lease": "lease of {years:.2f} years is below {limit:g}",
        "space_area": "area {area:g} m² is below {limit:g} m²",
        "space_too_large": "area {area:g} m² is above {limit:g} m²",
        "places_on_floor": "at most {limit:g} places on a floor",
        "outdoor": "outdoor area {area:g} m² is below {limit:g} m² per place",
        "dates": "the building is {days} days outside its dates",
        "hours": "{minutes} min per week outside the hours of use",
        "no_place": "{area:g} m² hold no place of {limit:g} m²",
        "least_area": "{area:g} m² are below {limit:g} m²",
        "most_area": "a place is larger than the most area, {limit:g} m²",
        "reserve": "the building must leave {area:g} m² free",
        "pin": "pinned out",
    }
)
