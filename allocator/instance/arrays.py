"""Small array steps that several modules of this room share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

Array = TypeVar("Array", bound="npt.NDArray[Any]")


def frozen(array: Array) -> Array:
    """Return `array` set to read-only."""
    array.setflags(write=False)
    return array


def offsets(counts: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return the CSR starts of lists of the given lengths, shape (lists + 1,)."""
    start = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=start[1:])
    return start


def spans(
    first: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return first[0], first[0] + 1, … (counts[0] of them), then first[1], …."""
    total = int(counts.sum())
    shift = np.repeat(first - (np.cumsum(counts) - counts), counts)
    return np.asarray(np.arange(total) + shift, np.int64)


def sums(
    owner: npt.NDArray[np.int64], amounts: npt.NDArray[Any], size: int
) -> npt.NDArray[np.float64]:
    """Return Σ of the amounts of each owner, shape (size,)."""
    total = np.bincount(owner, amounts, size)
    return np.asarray(total, np.float64)


def positions(
    ids: Sequence[str] | npt.NDArray[Any] | pd.Series[str],
    wanted: npt.NDArray[Any] | pd.Series[str],
) -> npt.NDArray[np.int64]:
    """Return the position of every wanted id in `ids`, −1 where it is absent."""
    codes, names = pd.factorize(wanted)
    found = np.append(pd.Index(ids).get_indexer(pd.Index(names)), -1)
    return np.asarray(found[codes], np.int64)


def names_at(
    ids: Sequence[str], position: npt.NDArray[np.int64]
) -> pd.api.extensions.ExtensionArray:
    """Return the ids at the given positions as text, without a Python loop."""
    return pd.array(list(ids), dtype="str").take(position)
