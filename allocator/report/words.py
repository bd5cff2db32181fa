"""Words and figures of a report in one language."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from allocator.scenario.schema import NameInLanguages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocator.scenario import Scenario

LANGUAGES = ("en", "zh")
WAN = 10_000
KINDS = ("", "compare.", "gpkg.", "charts.")
"""Beginnings of the names of message files."""


@dataclass(frozen=True)
class Words:
    """Messages of one language, names of the scenario's items, figures as text."""

    language: str
    scenario: Scenario

    @cached_property
    def _messages(self) -> Mapping[str, str]:
        return messages(self.language)

    def __call__(self, key: str, **values: Any) -> str:
        """Return a message, its values filled in."""
        return self._messages[key].format(**values)

    def known(self, kind: str, word: str) -> str:
        """Return the message `kind.word`, or the word itself when there is none."""
        return self._messages.get(f"{kind}.{word}", word)

    @cached_property
    def title(self) -> str:
        """Name of the scenario in this language."""
        name = self.scenario.spec.name
        if isinstance(name, NameInLanguages):
            return getattr(name, self.language) or self.scenario.name
        return name

    @cached_property
    def service(self) -> Mapping[str, str]:
        """Names of services by id."""
        return {s.id: s.label(self.language) for s in self.scenario.services}

    @cached_property
    def session(self) -> Mapping[tuple[str, str], str]:
        """Names of sessions by (service id, session id)."""
        return {
            (service.id, session.id): session.label(self.language)
            for service in self.scenario.services
            for session in service.sessions
        }

    @cached_property
    def need(self) -> Mapping[str, str]:
        """Names of needs by id."""
        return {need.id: need.label(self.language) for need in self.scenario.needs}

    @cached_property
    def building(self) -> Mapping[str, str]:
        """Names of buildings by id; the id where there is no name."""
        return _names(self.scenario, "buildings", "building_id")

    @cached_property
    def community(self) -> Mapping[str, str]:
        """Names of communities by id; the id where there is no name."""
        return _names(self.scenario, "communities", "community_id")

    def money(self, value: float) -> str:
        """Return an amount; in Chinese, yuan are counted in 万元."""
        currency = self.scenario.spec.currency
        if self.language == "zh" and currency == "CNY":
            return f"{value / WAN:,.2f} 万元"
        return f"{currency} {value:,.0f}"

    def count(self, value: float) -> str:
        """Return a whole number with its thousands apart."""
        return f"{value:,.0f}"

    def figure(self, value: float | None, unit: str = "number") -> str:
        """Return a figure as HTML that keeps its exact value.

        Parameters
        ----------
        unit
            share, money, m2, minutes, persons or number.
        """
        if value is None or value != value:  # NaN
            return "–"
        if math.isinf(value):
            return f'<data value="inf">{escape(self("unlimited"))}</data>'
        texts = {
            "share": f"{value:.1%}",
            "money": self.money(value),
            "m2": f"{value:,.1f} m²",
            "minutes": self("minutes", value=f"{value:,.1f}"),
        }
        text = texts.get(unit) or f"{value:,.1f}".removesuffix(".0")
        return f'<data value="{float(value)!r}">{escape(text)}</data>'


def messages(language: str) -> dict[str, str]:
    """Read the messages of a language, those of every kind of output."""
    content: dict[str, str] = {}
    for kind in KINDS:
        path = resources.files("allocator.report").joinpath(
            "data", f"{kind}{language}.yaml"
        )
        content |= yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def _names(scenario: Scenario, table: str, key: str) -> dict[str, str]:
    """Return names by id."""
    frame = getattr(scenario.tables, table)
    return {
        item: name or item for item, name in zip(frame[key], frame["name"], strict=True)
    }
