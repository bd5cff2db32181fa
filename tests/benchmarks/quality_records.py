"""Hand-made records of runs, as the results file holds them."""

from __future__ import annotations

from typing import Any

from benchmarks.quality.case import Case
from benchmarks.quality.store import PROTOCOL

MACHINE = {"system": "Linux", "processor": "x86_64", "cores": 2, "memory_mib": 2048}


def record_of(
    engine: str,
    plan: float | None,
    bound: float | None,
    *,
    seed: int = 0,
    trace: list[list[float | None]] | None = None,
    **told: Any,
) -> dict[str, Any]:
    """Return a record of S at 0.35; fields of the case or of the run may be told."""
    case = Case(subject="s", engine=engine, seed=seed).to_dict()
    run = {
        "protocol": PROTOCOL,
        "commit": "abc1234",
        "code": "0123456789ab",
        "machine": MACHINE,
        "versions": {"python": "3.11.7"},
        "seconds": 60.0,
        "plan": plan,
        "bound": bound,
        "cpu_seconds": 50.0,
        "peak_mb": 300.0,
        "cores_busy_elsewhere": 0.0,
        "trace": trace or [[60.0, plan, bound]],
    }
    return case | run | told
