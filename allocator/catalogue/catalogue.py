"""Read a catalogue: a part of a scenario document, and where its figures come from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from allocator.issues import nearest_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

FIGURES = "figures"
"""Key under which any mapping of a catalogue says where its figures come from."""
_TEXT_KEYS = {"hours", "when", "days"}
"""Keys whose text is a figure too."""


class Mark(StrEnum):
    """How far a figure can be trusted."""

    CITED = "cited"
    """Read in the source named."""
    DERIVED = "derived"
    """Arithmetic on cited figures; the note gives the sum."""
    UNVERIFIED = "unverified"
    """Believed to stand in a norm whose text was not at hand."""
    ASSUMPTION = "assumption"
    """Chosen by the authors of the catalogue."""


@dataclass(frozen=True)
class Source:
    """Where a figure was read."""

    id: str
    quality: str
    """A government or professional body, B press, C other."""
    date: str
    """Of the text that was read, `undated` where it has none."""
    text: str


@dataclass(frozen=True)
class Fact:
    """A figure that no rule uses, for the planner to know."""

    id: str
    name: Mapping[str, str]
    value: float
    unit: str
    mark: Mark
    sources: tuple[Source, ...] = ()
    note: str = ""

    @property
    def verified(self) -> bool:
        """Whether it was read in a source."""
        return self.mark in (Mark.CITED, Mark.DERIVED)


@dataclass(frozen=True)
class Figure:
    """One figure of a catalogue and where it comes from."""

    path: str
    """``services.canteen.sessions.lunch.hours``: keys and ids."""
    value: Any
    mark: Mark = Mark.ASSUMPTION
    sources: tuple[Source, ...] = ()
    note: str = ""

    @property
    def verified(self) -> bool:
        """Whether it was read in a source or follows from figures that were."""
        return self.mark in (Mark.CITED, Mark.DERIVED)


@dataclass(frozen=True)
class Catalogue:
    """One catalogue as its file holds it."""

    name: str
    title: Mapping[str, str]
    sources: Mapping[str, Source]
    content: Mapping[str, Any]
    """The part of a scenario document, still with its `figures`."""
    facts: tuple[Fact, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """The part of a scenario document that a scenario merges into itself.

        A fresh copy; standards say where their minimum was read.
        """
        document = dict(_without_figures(self.content))
        found = {figure.path: figure for figure in self.figures}
        for standard in document.get("standards", []):
            figure = found[f"standards.{standard['id']}.minimum"]
            standard.update(_authority(figure))
        return document

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure with its mark; one without an entry is an assumption."""
        entries = dict(_entries(self.content, ()))
        plain = _without_figures(self.content)
        return tuple(
            self._figure(path, value, entries) for path, value in _leaves(plain)
        )

    @cached_property
    def unmatched_entries(self) -> tuple[str, ...]:
        """Paths under `figures` that speak of nothing in the catalogue."""
        leaves = [path for path, _ in _leaves(_without_figures(self.content))]
        leaves += [_without_positions(path) for path in leaves]
        return tuple(
            ".".join(entry)
            for entry, _ in _entries(self.content, ())
            if not any(leaf[: len(entry)] == entry for leaf in leaves)
        )

    def _figure(
        self,
        path: tuple[str, ...],
        value: Any,
        entries: Mapping[tuple[str, ...], Mapping[str, str]],
    ) -> Figure:
        """Attach the entry of the figure itself, else of the nearest key above it."""
        ends = [path[:n] for n in range(len(path), 0, -1)]
        keys = [key for end in ends for key in (end, _without_positions(end))]
        entry = next((entries[key] for key in keys if key in entries), None)
        if entry is None:
            return Figure(".".join(path), value)
        names = entry.get("source", "").split()
        return Figure(
            path=".".join(path),
            value=value,
            mark=Mark(entry["mark"]),
            sources=tuple(self.sources[name] for name in names),
            note=entry.get("note", ""),
        )


def available() -> tuple[str, ...]:
    """Return the names of the built-in catalogues."""
    names = (item.name for item in _folder().iterdir())
    return tuple(sorted(n.removesuffix(".yaml") for n in names if n.endswith(".yaml")))


def load(name: str) -> dict[str, Any]:
    """Return what catalogue `name` adds to a scenario document.

    Parameters
    ----------
    name
        One of `available()`.

    Returns
    -------
    A fresh mapping with sections of a scenario (groups, services, needs, …).

    Raises
    ------
    KeyError
        If there is no such catalogue; the message names the nearest one.
    """
    return read_catalogue(name).document


@lru_cache(maxsize=8)
def read_catalogue(name: str) -> Catalogue:
    """Return catalogue `name` with the sources of its figures.

    Raises
    ------
    KeyError
        If there is no such catalogue; the message names the nearest one.
    """
    if name not in available():
        nearest = nearest_name(name, available())
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        msg = f"no catalogue {name!r}; there are {', '.join(available())}{hint}"
        raise KeyError(msg)
    text = _folder().joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    sources = {
        key: Source(key, **{k: str(v) for k, v in value.items()})
        for key, value in raw["sources"].items()
    }
    facts = tuple(_fact(item, sources) for item in raw.get("facts", []))
    return Catalogue(raw["catalogue"], raw["title"], sources, raw["document"], facts)


def _fact(item: Mapping[str, Any], sources: Mapping[str, Source]) -> Fact:
    """Return a figure to know with its sources."""
    names = item.get("source", "").split()
    return Fact(
        id=item["id"],
        name=item["name"],
        value=item["value"],
        unit=item["unit"],
        mark=Mark(item["mark"]),
        sources=tuple(sources[name] for name in names),
        note=item.get("note", ""),
    )


def _authority(figure: Figure) -> dict[str, Any]:
    """Return the keys of a standard that say where its minimum was read."""
    if not figure.verified:
        return {"source": f"{figure.mark}: {figure.note}".rstrip(": ")}
    return {
        "verified_minimum": figure.value,
        "source": "; ".join(source.text for source in figure.sources),
        "source_date": "; ".join(source.date for source in figure.sources),
    }


def _folder() -> Traversable:
    return files("allocator.catalogue").joinpath("data")


def _without_figures(value: Any) -> Any:
    """Copy `value` without its `figures`."""
    if isinstance(value, dict):
        return {k: _without_figures(v) for k, v in value.items() if k != FIGURES}
    if isinstance(value, list):
        return [_without_figures(item) for item in value]
    return value


def _step(item: Any, position: int) -> str:
    """Name a list item by its id, else by its position."""
    if isinstance(item, dict) and "id" in item:
        return str(item["id"])
    return f"[{position}]"


def _children(value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield (step, child) of a mapping or list."""
    if isinstance(value, dict):
        yield from (((str(key),), child) for key, child in value.items())
    elif isinstance(value, list):
        yield from (((_step(item, k),), item) for k, item in enumerate(value))


def _entries(
    value: Any, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Mapping[str, str]]]:
    """Yield (path, entry) of all `figures` at or below `value`."""
    if isinstance(value, dict):
        for key, entry in value.get(FIGURES, {}).items():
            yield path + tuple(key.split(".")), entry
    for step, child in _children(value):
        if step != (FIGURES,):
            yield from _entries(child, path + step)


def _leaves(
    value: Any, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield (path, value) of every number, yes or no, and text of hours."""
    if isinstance(value, int | float) or (path and path[-1] in _TEXT_KEYS):
        yield path, value
        return
    for step, child in _children(value):
        yield from _leaves(child, path + step)


def _without_positions(path: tuple[str, ...]) -> tuple[str, ...]:
    """Drop list positions, so that one entry speaks of all items of a plain list."""
    return tuple(step for step in path if not step.startswith("["))
