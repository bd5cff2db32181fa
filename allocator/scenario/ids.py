"""Quick answers about columns of ids, so that millions of them need no hash table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa


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


def find_texts(
    names: Iterable[str], values: npt.NDArray[Any] | pd.Series[Any]
) -> npt.NDArray[np.int64]:
    """Return the position of each value among distinct names, −1 where unknown."""
    import pyarrow.compute as pc

    found = pc.index_in(_arrow(values), value_set=_arrow(names))
    return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), np.int64)


def _arrow(texts: Iterable[str] | npt.NDArray[Any] | pd.Series[Any]) -> pa.Array:
    """Return texts as one Arrow array."""
    import pandas as pd
    import pyarrow as pa

    if isinstance(texts, pd.Series) and isinstance(texts.dtype, pd.StringDtype):
        held = pa.Array.from_pandas(texts)
        if isinstance(held, pa.ChunkedArray):
            held = held.combine_chunks()
        return held.cast(pa.large_string())
    listed = texts.to_numpy(object) if isinstance(texts, pd.Series) else texts
    held = listed if isinstance(listed, np.ndarray) else list(listed)
    return pa.array(held, pa.large_string())
