"""What every explanation is: tables and sentences, in Chinese or English."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocator.explain.words import Block, Words
from allocator.runs.record import plain

if TYPE_CHECKING:
    import pandas as pd

    from allocator.explain.known import Known


@dataclass(frozen=True)
class Explanation(ABC):
    """An answer about a run."""

    about: Known
    table: pd.DataFrame
    """The main table; ids and English codes."""

    @abstractmethod
    def title(self, words: Words) -> str:
        """Return what was asked, in words."""

    @abstractmethod
    def parts(self, words: Words) -> list[Block]:
        """Return the parts in a language."""

    @abstractmethod
    def facts(self) -> dict[str, Any]:
        """Return what is known beside the table, for machines."""

    def words(self, language: str = "en") -> Words:
        """Return the words of a language for this run's scenario.

        Raises
        ------
        OptionsInvalid
            If there are none.
        """
        return Words(language, self.about.scenario)

    def blocks(self, language: str = "en") -> list[Block]:
        """Return the explanation in parts for people, ``en`` or ``zh``."""
        return self.parts(self.words(language))

    def text(self, language: str = "en") -> str:
        """Return the sentences of the explanation, without its tables."""
        words = self.words(language)
        lines = [line for block in self.parts(words) for line in block.lines]
        return "\n".join([self.title(words), *lines])

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for machines."""
        rows = self.table.astype(object).where(self.table.notna(), None)
        answer = {"run": self.about.name, **self.facts()}
        content: dict[str, Any] = plain(answer | {"table": rows.to_dict("records")})
        return content
