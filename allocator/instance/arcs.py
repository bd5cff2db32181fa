"""Expansion of arcs stored per reach into (row, supply) pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from allocator.instance.instance import Arcs, Instance


def expand_arcs(instance: Instance) -> Arcs:
    """Return every (row, supply) arc, sorted by supply, then row."""
    raise NotImplementedError
