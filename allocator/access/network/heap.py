"""A binary heap of (key, node) in two arrays; children of k are 2k + 1 and 2k + 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.kernels import compiled

if TYPE_CHECKING:
    from allocator.access.network.walks import Floats, Ints


@compiled
def push(keys: Floats, nodes: Ints, size: int, key: float, node: int) -> int:
    """Add to a heap of `size`, which has room; return the new size."""
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if keys[parent] <= key:
            break
        keys[at], nodes[at] = keys[parent], nodes[parent]
        at = parent
    keys[at], nodes[at] = key, node
    return size + 1


@compiled
def pop(keys: Floats, nodes: Ints, size: int) -> int:
    """Drop the least, ``keys[0]``; return the new size."""
    size -= 1
    key, node = keys[size], nodes[size]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[at], nodes[at] = keys[child], nodes[child]
        at = child
    keys[at], nodes[at] = key, node
    return size
