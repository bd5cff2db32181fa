"""Numba with the settings of this project: compiled once, kept on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numba

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

Function = TypeVar("Function", bound="Callable[..., Any]")


def compiled(function: Function) -> Function:
    """Compile a kernel in nopython mode; without the global interpreter lock."""
    return cast("Function", numba.njit(cache=True, nogil=True)(function))


def compiled_parallel(function: Function) -> Function:
    """Compile a kernel whose outer loop is a `prange` over independent buildings."""
    return cast("Function", numba.njit(cache=True, nogil=True, parallel=True)(function))
