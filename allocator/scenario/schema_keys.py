"""Which keys the schema knows at a path of the document."""

from __future__ import annotations

import types
import typing
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from allocator.scenario.schema import ScenarioSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocator.scenario.places import Path


def keys_at(path: Path) -> list[str]:
    """Return the keys the schema knows for the mapping at `path`."""
    found: dict[str, None] = {}
    annotations: list[Any] = [ScenarioSpec]
    for step in path:
        annotations = [inner for a in annotations for inner in _inner(a, step)]
    for annotation in annotations:
        for model in _models(annotation):
            for name, info in model.model_fields.items():
                found[info.alias or name] = None
    return list(found)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models among the alternatives of an annotation."""
    for option in _alternatives(annotation):
        if isinstance(option, type) and issubclass(option, BaseModel):
            yield option


def _alternatives(annotation: Any) -> Iterator[Any]:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _alternatives(typing.get_args(annotation)[0])
    elif origin in (typing.Union, types.UnionType):
        for option in typing.get_args(annotation):
            yield from _alternatives(option)
    else:
        yield annotation


def _inner(annotation: Any, step: str | int) -> Iterator[Any]:
    """Yield the annotations of what stands under a key or position."""
    for option in _alternatives(annotation):
        origin, args = typing.get_origin(option), typing.get_args(option)
        if isinstance(step, int) and origin is tuple:
            yield args[0]
        elif isinstance(step, str) and origin is dict:
            yield args[1]
        elif isinstance(option, type) and issubclass(option, BaseModel):
            for name, info in option.model_fields.items():
                if step == (info.alias or name):
                    yield info.annotation
