"""Words of explanations in one language: messages, names of items, figures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from allocator.errors import OptionsInvalid
from allocator.evaluate.wording import ENGLISH, Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from allocator.scenario import Scenario

LANGUAGES = ("en", "zh")
USES = "use."
"""Messages that name features, land uses and former uses; English has none."""
KINDS = frozenset(
    {"rule_id", "rules", "in_the_way", "limits", "step", "from", "kind"}
    | {"verdict", "binds", "counts", "unit", "status", "change"}
)
"""Columns whose words have messages, ``<column>.<word>``."""


@dataclass(frozen=True)
class Block:
    """A part of an explanation for people: a title, sentences, a table."""

    title: str
    lines: tuple[str, ...] = ()
    table: pd.DataFrame | None = None
    """With headers and names in the language; figures as they are."""


@dataclass(frozen=True)
class Words:
    """Messages of one language; names of the scenario's items."""

    language: str
    scenario: Scenario

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            msg = f"there are no explanations in {self.language!r}; there are {known}"
            raise OptionsInvalid(msg)

    def __call__(self, key: str, **values: Any) -> str:
        """Return a message, its values filled in."""
        return messages(self.language)[key].format(**values)

    def table(
        self,
        frame: pd.DataFrame,
        columns: Iterable[str],
        headers: Mapping[str, str] | None = None,
    ) -> pd.DataFrame:
        """Return columns of a table under headers, and with names, in the language.

        Parameters
        ----------
        headers
            Headers of columns that have no message ``column.<name>``.
        """
        given = headers or {}
        names = list(columns)
        shown = frame[names].copy()
        if {"service_id", "session_id"} <= set(names):
            pairs = zip(frame["service_id"], frame["session_id"], strict=True)
            shown["session_id"] = [self._session.get(pair, pair[1]) for pair in pairs]
        for name in names:
            known = self._names.get(name)
            if known is not None:
                shown[name] = [known.get(value, value) for value in shown[name]]
            elif name in KINDS:
                shown[name] = [self.kind(name, value) for value in shown[name]]
        titles = [given.get(name) or self(f"column.{name}") for name in names]
        return shown.set_axis(titles, axis=1)

    def kind(self, kind: str, word: Any) -> str:
        """Return the message `kind.word`, of several words joined by commas each.

        A word without a message stays as it is; None is empty.
        """
        if word is None:
            return ""
        known = messages(self.language)
        parts = str(word).split(", ")
        return self("join").join(known.get(f"{kind}.{part}", part) for part in parts)

    @cached_property
    def wording(self) -> Wording:
        """The words in which the evaluator gives its reasons."""
        known = messages(self.language)
        sentences = {
            key: known.get(f"reason.{key}", text)
            for key, text in ENGLISH.sentences.items()
        }
        names = {
            k.removeprefix(USES): v for k, v in known.items() if k.startswith(USES)
        }
        return Wording(sentences, names)

    def figure(self, value: float | None) -> str:
        """Return a figure with thousands apart."""
        if value is None or value != value:  # NaN
            return self("unknown")
        if float(value).is_integer() or abs(value) >= 1000:
            return f"{value:,.0f}"
        return f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.3g}"

    @cached_property
    def unit(self) -> str:
        """The first goal in words: what losses are counted in."""
        goal = self.scenario.spec.goals[0]
        return " + ".join(
            self.kind("measure", term.measure.value) for term in goal.terms
        )

    @cached_property
    def service(self) -> Mapping[str, str]:
        """Names of services by id."""
        return {s.id: s.label(self.language) for s in self.scenario.services}

    @cached_property
    def need(self) -> Mapping[str, str]:
        """Names of needs by id."""
        return {need.id: need.label(self.language) for need in self.scenario.needs}

    @cached_property
    def building(self) -> Mapping[str, str]:
        """Names of buildings by id."""
        return _named(self.scenario.tables.buildings, "building_id")

    @cached_property
    def community(self) -> Mapping[str, str]:
        """Names of communities by id."""
        return _named(self.scenario.tables.communities, "community_id")

    @cached_property
    def _session(self) -> Mapping[tuple[str, str], str]:
        return {
            (service.id, session.id): session.label(self.language)
            for service in self.scenario.services
            for session in service.sessions
        }

    @cached_property
    def _names(self) -> Mapping[str, Mapping[str, str]]:
        """Names by the column they stand in."""
        return {
            "service_id": self.service,
            "need_id": self.need,
            "building_id": self.building,
            "community_id": self.community,
            "site_community_id": self.community,
        }


def _named(frame: pd.DataFrame, key: str) -> dict[str, str]:
    """Return ``id name`` by id; the id alone where there is no other name."""
    pairs = zip(frame[key], frame["name"], strict=True)
    return {i: f"{i} {name}" if name and name != i else i for i, name in pairs}


@cache
def messages(language: str) -> dict[str, str]:
    """Read the messages of a language."""
    path = resources.files("allocator.explain").joinpath("data", f"{language}.yaml")
    content: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content
