"""The pure covering problem as arrays: what the kernels of this room work on.

Letters of shapes: i rows, j sites, l limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy import sparse

from allocator.instance.arrays import frozen

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]
    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

SEEDS = (11, 12)
"""Seeds of two hashes of 64 bits: rows merge when both are equal."""


class Net(NamedTuple):
    """Maximise Σ weight of the rows that an open site covers, Σ cost ≤ room."""

    weight: Array
    """Shape (i,), above 0."""
    site_start: Array
    """Shape (j + 1,), CSR into `site_row`."""
    site_row: Array
    row_start: Array
    """Shape (i + 1,), CSR into `row_site`; every row has a site."""
    row_site: Array
    cost: Array
    """Shape (l, j), at least 0."""
    room: Array
    """Shape (l,), at least 0."""

    @property
    def num_rows(self) -> int:
        """How many rows."""
        return len(self.weight)

    @property
    def num_sites(self) -> int:
        """How many sites."""
        return len(self.site_start) - 1

    @property
    def num_arcs(self) -> int:
        """How many (row, site) pairs."""
        return len(self.row_site)


def build_net(row: Ints, site: Ints, weight: Floats, cost: Floats, room: Floats) -> Net:
    """Return the net of distinct (row, site) pairs; rows of equal sites are merged.

    Rows without a site and sites without a row may be there; the former are left out.
    """
    num_sites = cost.shape[1]
    used = np.flatnonzero((np.bincount(row, minlength=len(weight)) > 0) & (weight > 0))
    merged = np.full(len(weight), -1, np.int64)
    merged[used] = _classes(row, site, len(weight), num_sites)[used]
    names, own = np.unique(merged[used], return_inverse=True)
    total = np.bincount(own, weight[used], len(names))
    first = np.full(len(names), len(weight), np.int64)
    np.minimum.at(first, own, used)
    number = np.full(len(weight), -1, np.int64)
    number[first] = np.arange(len(names))
    kept = number[row] >= 0
    row, site = number[row[kept]], site[kept]
    marks = np.ones(len(row), np.int8)
    by_site = sparse.csr_matrix((marks, (site, row)), (num_sites, len(names)))
    by_row = by_site.tocsc()  # sorts the sites of a row; and back the rows of a site
    by_site = by_row.tocsr()
    arrays = (
        total,
        by_site.indptr.astype(np.int64),
        by_site.indices.astype(np.int32),
        by_row.indptr.astype(np.int64),
        by_row.indices.astype(np.int32),
        np.ascontiguousarray(cost),
        room,
    )
    return Net(*(frozen(array) for array in arrays))


def arcs_of(net: Net) -> tuple[Ints, Ints]:
    """Return (row, site) of every arc, sorted by row."""
    counts = np.diff(net.row_start)
    row = np.repeat(np.arange(net.num_rows), counts)
    return row, net.row_site.astype(np.int64)


def _classes(row: Ints, site: Ints, num_rows: int, num_sites: int) -> Ints:
    """Return a number per row, equal for rows of equal sites."""
    codes = np.zeros(num_rows, np.int64)
    for seed in SEEDS:
        tags = np.random.default_rng(seed).integers(0, 2**64, num_sites, np.uint64)
        hashes = np.zeros(num_rows, np.uint64)
        np.add.at(hashes, row, tags[site])
        _, own = np.unique(hashes, return_inverse=True)
        _, codes = np.unique(
            codes * (int(own.max(initial=0)) + 1) + own, return_inverse=True
        )
    return np.asarray(codes, np.int64)
