"""Words and figures of a report in one language."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from allocator.scenario.schema import Name, NameInLanguages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from allocator.scenario import Scenario

LANGUAGES = ("en", "zh")
WAN = 10_000
MANY_MILLIONS = 1e8
WHOLE = 1 - 1e-9
"""A share from which all is meant."""
FILES = (
    "{}.yaml",
    "{}-meeting.yaml",
    "{}-compare.yaml",
    "{}-gpkg.yaml",
    "{}-charts.yaml",
)


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

    def text(self, key: str) -> str:
        """Return a message as it stands, its values not filled in."""
        return self._messages[key]

    def starting_with(self, start: str) -> dict[str, str]:
        """Return the messages whose keys start so, by the rest of the key."""
        return {
            key.removeprefix(start): text
            for key, text in self._messages.items()
            if key.startswith(start)
        }

    def known(self, kind: str, word: str) -> str:
        """Return the message `kind.word`, or the word itself when there is none."""
        return self._messages.get(f"{kind}.{word}", word)

    def maybe(self, key: str) -> str:
        """Return a message; nothing for no key."""
        return self(key) if key else ""

    def known_or(self, kind: str, word: str, other: str) -> str:
        """Return the message `kind.word`, or another text when there is none."""
        return self._messages.get(f"{kind}.{word}", other)

    @cached_property
    def title(self) -> str:
        """Name of the scenario in this language."""
        return in_language(self.scenario.spec.name, self.language) or self.scenario.name

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
    def group(self) -> Mapping[str, str]:
        """Names of groups by id."""
        return {group.id: group.label(self.language) for group in self.scenario.groups}

    def label(self, key: str, id_: str) -> str:
        """Return the name of a community, need or group; a dash where there is none."""
        names = {
            "community_id": self.community,
            "need_id": self.need,
            "group_id": self.group,
        }
        return names[key].get(id_) or "–"

    @cached_property
    def building(self) -> Mapping[str, str]:
        """Names of buildings by id; the id where there is no name."""
        return _names(self.scenario, "buildings", "building_id")

    @cached_property
    def community(self) -> Mapping[str, str]:
        """Names of communities by id; the id where there is no name."""
        return _names(self.scenario, "communities", "community_id")

    @property
    def in_wan(self) -> bool:
        """Whether amounts are counted in 万元."""
        return self.language == "zh" and self.scenario.spec.currency == "CNY"

    @property
    def money_scale(self) -> int:
        """By what an amount is divided to be counted in `money_unit`."""
        return WAN if self.in_wan else 1

    @property
    def money_unit(self) -> str:
        """Unit in which amounts are counted."""
        return "万元" if self.in_wan else self.scenario.spec.currency

    def listed(self, words: Iterable[str]) -> str:
        """Return words as a list in a sentence."""
        return self("list").join(words)

    def verdict(self, holds: bool) -> str:
        """Return yes or no."""
        return self("verdict.yes" if holds else "verdict.no")

    def some_of(self, share: float) -> str:
        """Return yes for a whole share, no for none, else partly."""
        if share != share:  # NaN
            return ""
        if 0 < share < WHOLE:
            return self("verdict.partly")
        return self.verdict(share > 0)

    def money(self, value: float) -> str:
        """Return an amount; in Chinese, yuan are counted in 万元, small sums in 元."""
        if self.in_wan and abs(value) >= WAN:
            return f"{value / WAN:,.2f} 万元"
        if self.in_wan:
            return f"{value:,.0f} 元"
        return f"{self.scenario.spec.currency} {value:,.0f}"

    def short_money(self, value: float) -> str:
        """Return an amount for a headline: large ones in 亿元 or millions."""
        if self.in_wan and abs(value) >= WAN * WAN:
            return f"{value / WAN / WAN:,.2f} 亿元"
        if not self.in_wan and abs(value) >= MANY_MILLIONS:
            number = f"{value / 1e6:,.1f}"
            return self("millions", number=f"{self.money_unit} {number}")
        return self.money(value)

    def count(self, value: float) -> str:
        """Return a whole number with its thousands apart."""
        return f"{value:,.0f}"

    def figure(
        self, value: float | None, unit: str = "number", *, short: bool = False
    ) -> str:
        """Return a figure as HTML that keeps its exact value.

        Parameters
        ----------
        unit
            share, money, m2, minutes, persons or number.
        short
            Whether large amounts are shortened.
        """
        if value is None or value != value:  # NaN
            return "–"
        if math.isinf(value):
            return f'<data value="inf">{escape(self("unlimited"))}</data>'
        texts = {
            "share": f"{value:.1%}",
            "money": self.short_money(value) if short else self.money(value),
            "m2": f"{value:,.1f} m²",
            "minutes": self("minutes", value=f"{value:,.1f}"),
        }
        text = texts.get(unit) or f"{value:,.1f}".removesuffix(".0")
        text = "0" if text == "-0" else text
        return f'<data value="{float(value)!r}">{escape(text)}</data>'


def in_language(name: Name, language: str) -> str:
    """Return a name in a language, else in the other; "" where it has neither."""
    if isinstance(name, NameInLanguages):
        return getattr(name, language) or name.en or name.zh or ""
    return name


def messages(language: str) -> dict[str, str]:
    """Read the messages of a language."""
    folder = resources.files("allocator.report").joinpath("data")
    found: dict[str, str] = {}
    for name in FILES:
        text = folder.joinpath(name.format(language)).read_text(encoding="utf-8")
        found |= yaml.safe_load(text)
    return found


def _names(scenario: Scenario, table: str, key: str) -> dict[str, str]:
    """Return names by id."""
    frame = getattr(scenario.tables, table)
    return {
        item: name or item for item, name in zip(frame[key], frame["name"], strict=True)
    }
