"""Quick answers about columns of ids, so that millions of them need no hash table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd


def ascends(ids: npt.NDArray[Any] | pd.Series[Any]) -> bool:
    """Tell whether each text comes after the one before it, so that none repeats."""
    texts = np.asarray(ids, object)
    return bool((texts[1:] > texts[:-1]).all())


def same_texts(
    a: npt.NDArray[Any] | pd.Series[Any], b: npt.NDArray[Any] | pd.Series[Any]
) -> bool:
    """Tell whether two columns hold the same texts in the same order."""
    if len(a) != len(b):
        return False
    return bool((np.asarray(a, object) == np.asarray(b, object)).all())
