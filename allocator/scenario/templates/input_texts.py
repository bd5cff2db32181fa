"""Words of the input workbook in one language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

    from allocator.scenario.columns import Column, Table

INPUT_LANGUAGES = ("en", "zh")


def input_folder() -> Traversable:
    """Return where texts and example rows lie."""
    return files("allocator.scenario.templates").joinpath("input")


@dataclass(frozen=True)
class InputTexts:
    """Headers, meanings and messages; English ones are those of the columns."""

    language: str

    def __call__(self, key: str, **values: str) -> str:
        """Return a message, its values filled in."""
        return str(self._words[key]).format(**values)

    def known(self, key: str) -> Any:
        """Return what stands under a key; None where nothing does."""
        return self._words.get(key)

    def sheet(self, table: Table) -> str:
        """Return the name of a table's sheet."""
        return str(self._columns.get(table.name, {}).get("sheet", table.name))

    def about(self, table: Table) -> str:
        """Return what a table holds."""
        return str(self._columns.get(table.name, {}).get("about", table.description))

    def header(self, table: Table, column: Column) -> str:
        """Return the header of a column."""
        return self._column(table, column)[0]

    def meaning(self, table: Table, column: Column) -> str:
        """Return what a column means."""
        return self._column(table, column)[1]

    def _column(self, table: Table, column: Column) -> tuple[str, str]:
        known = self._columns.get(table.name, {}).get("columns", {})
        header, meaning = known.get(column.name, (column.name, column.description))
        return header, meaning

    @cached_property
    def _words(self) -> Mapping[str, Any]:
        return _read(f"words-{self.language}.yaml")

    @cached_property
    def _columns(self) -> Mapping[str, Any]:
        name = f"columns-{self.language}.yaml"
        return _read(name) if input_folder().joinpath(name).is_file() else {}


def _read(name: str) -> dict[str, Any]:
    text = input_folder().joinpath(name).read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content
