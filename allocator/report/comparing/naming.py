"""Names of items that several scenarios may share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from allocator.report.words import Words
from allocator.scenario.hours import DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from allocator.runs import Comparison


@dataclass(frozen=True)
class Naming:
    """Names by id from all scenarios of a comparison; the first to know one wins."""

    comparison: Comparison
    language: str

    @cached_property
    def words(self) -> Words:
        """Messages, and figures in the first scenario's currency."""
        return Words(self.language, self.comparison.sides[0].scenario)

    @cached_property
    def _all(self) -> list[Words]:
        scenarios = {id(s.scenario): s.scenario for s in self.comparison.sides}
        return [Words(self.language, scenario) for scenario in scenarios.values()]

    @cached_property
    def community(self) -> Mapping[str, str]:
        """Names of communities."""
        return _first(words.community for words in self._all)

    @cached_property
    def need(self) -> Mapping[str, str]:
        """Names of needs."""
        return _first(words.need for words in self._all)

    @cached_property
    def group(self) -> Mapping[str, str]:
        """Names of groups."""
        return _first(
            {group.id: group.label(self.language) for group in words.scenario.groups}
            for words in self._all
        )

    @cached_property
    def service(self) -> Mapping[str, str]:
        """Names of services."""
        return _first(words.service for words in self._all)

    @cached_property
    def session(self) -> Mapping[tuple[str, str], str]:
        """Names of sessions by (service, session)."""
        return {k: v for words in reversed(self._all) for k, v in words.session.items()}

    @cached_property
    def building(self) -> Mapping[str, str]:
        """Names of buildings."""
        return _first(words.building for words in self._all)

    def services(self, ids: str) -> str:
        """Return the names of services listed by id."""
        return ", ".join(self.service.get(i, i) for i in ids.split(", ") if i)

    def use(self, text: str) -> str:
        """Return what runs in an hour, `canteen 40 + club 3`, in words."""
        parts = [part.rpartition(" ") for part in text.split(" + ") if part]
        return " + ".join(f"{self.service.get(s, s)} {n}" for s, _, n in parts) or "–"

    def when(self, text: str) -> str:
        """Return hours of the week with the days in words."""
        for day in DAYS:
            text = text.replace(day, self.words(f"day.{day}"))
        return text.replace("all", self.words("compare.every_day"))

    def where(self, rule: str, text: str) -> str:
        """Return the place of a limit."""
        floors = {**self.need, **self.community}
        names = floors if rule == "coverage_floor" else {}
        return " / ".join(names.get(part) or part for part in text.split(" / "))


def _first(found: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Merge mappings; the first wins."""
    merged: dict[str, str] = {}
    for names in found:
        merged = {**names, **merged}
    return merged
