"""Comparison with a limit, with the tolerance of the specification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.evaluate.evaluation import Violation
from allocator.units import exceeds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def above(
    rule_id: str, where: Mapping[str, str], value: float, limit: float, unit: str
) -> Iterator[Violation]:
    """Yield a violation if `value` is above an upper limit."""
    if exceeds(value, limit):
        yield Violation(rule_id, where, value - limit, unit, value, limit)


def below(
    rule_id: str, where: Mapping[str, str], value: float, limit: float, unit: str
) -> Iterator[Violation]:
    """Yield a violation if `value` is below a lower limit."""
    if exceeds(2 * limit - value, limit):
        yield Violation(rule_id, where, limit - value, unit, value, limit)
