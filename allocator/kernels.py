"""Numba with the settings of this project: compiled once, kept on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba

if TYPE_CHECKING:
    from collections.abc import Callable

KERNEL_OPTIONS: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "no_cfunc_wrapper": True,
}

Function = TypeVar("Function", bound="Callable[..., Any]")


def compiled(function: Function) -> Function:
    """Compile a function that only other compiled functions call."""
    options = {**KERNEL_OPTIONS, "no_cpython_wrapper": True}
    return cast("Function", numba.njit(**options)(function))


def kernel(function: Function) -> Function:
    """Compile a function that Python calls; it holds no global interpreter lock."""
    return cast("Function", numba.njit(**KERNEL_OPTIONS)(function))
