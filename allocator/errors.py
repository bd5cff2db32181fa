"""Exceptions a caller may catch; everything derives from `AllocatorError`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocator.issues import Issue


class AllocatorError(Exception):
    """Base of every exception this package raises on purpose."""


class ScenarioInvalid(AllocatorError):
    """The scenario has at least one error; `issues` lists all of them."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))


class PlanInvalid(AllocatorError):
    """A plan given by hand cannot be read; `issues` lists all problems."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))


class OptionsInvalid(AllocatorError):
    """An option asks for something this version or the scenario does not have."""


class MissingExtra(AllocatorError):
    """An optional dependency is needed; the message says how to install it."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}; "
            f"install it with: pip install 'allocator[{extra}]'"
        )


class RunError(AllocatorError):
    """A run folder cannot be read or written."""


class VerificationFailed(AllocatorError):
    """An engine and the evaluator disagree: a fault of this package, never a plan."""
