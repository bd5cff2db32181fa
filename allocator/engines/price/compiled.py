"""Arrays of records for the kernels of the price bound and of greedy.

Kernels take few arrays: what belongs to one thing is one array of records, because
the time to compile grows with every array that is passed from kernel to kernel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.kernels import compiled, kernel

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["compiled", "kernel", "records"]


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
