"""Numba with the settings of this project: compiled once, kept on disk.

Kernels take few arrays: what belongs to one thing is one array of records, because
the time to compile grows with every array that is passed from kernel to kernel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

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


def records(length: int, **fields: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array of records from one array per field.

    A field may be shorter than `length`; the rest of it is 0. So a table of n things
    whose ranges begin at `start` has n + 1 records, the last with its start only.
    """
    kinds = []
    for name, values in fields.items():
        kind = np.bool_ if values.dtype == np.bool_ else np.int64
        kinds.append((name, np.float64 if values.dtype.kind == "f" else kind))
    table = np.zeros(length, dtype=np.dtype(kinds, align=True))
    for name, values in fields.items():
        table[name][: len(values)] = values
    return table
