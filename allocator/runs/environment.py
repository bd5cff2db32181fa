"""What a run depends on beside its inputs; names no host, user or path."""

from __future__ import annotations

import os
import platform
import resource
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGES = (
    "allocator",
    "numpy",
    "pandas",
    "scipy",
    "numba",
    "highspy",
    "ortools",
    "pyarrow",
    "pyproj",
    "pydantic",
)
KIB_PER_MIB = 1024


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages a plan may depend on."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, Any]:
    """Return the kind of machine: system, processor, cores and memory."""
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "memory_mib": _memory_mib(),
    }


def peak_memory_mib() -> float:
    """Return the most memory this process or one of its children has held."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) / KIB_PER_MIB


def _memory_mib() -> int | None:
    """Return the machine's memory where the system tells."""
    try:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None
    return pages * size // KIB_PER_MIB**2
