"""The content of `run.json`: everything about a run that is not a table."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from typing import TYPE_CHECKING, Any

from allocator.runs.environment import machine, peak_memory_mib, versions
from allocator.summary import conflict_place

if TYPE_CHECKING:
    from allocator.result import Result

RUN_FORMAT = "allocator-run/1"


def run_record(result: Result, *, plan_name: str | None = None) -> dict[str, Any]:
    """Return what `run.json` holds, as plain values.

    Parameters
    ----------
    result
        Of a solve or an evaluation.
    plan_name
        Name of the plan that was given (evaluated, or started from).
    """
    scenario = result.scenario
    evaluation = result.evaluation
    record: dict[str, Any] = plain(
        {
            "format": RUN_FORMAT,
            "scenario": {
                "name": scenario.name,
                "currency": scenario.spec.currency,
                "inputs": {s.path: s.sha256 for s in scenario.provenance.sources},
                "hash": _scenario_hash(result),
            },
            "variant": list(scenario.provenance.variants),
            "options": result.options.to_dict(),
            "engine": result.engine,
            "seed": result.options.seed,
            "steps": result.steps,
            "plan_given": plan_name,
            "status": result.status.value,
            "stop_reason": result.stop_reason.value if result.stop_reason else None,
            "objective": result.objective,
            "bound": result.bound,
            "gap": result.gap,
            "goals": [goal.to_dict() for goal in result.goals],
            "measures": dict(result.measures),
            "violations": [
                {
                    "rule_id": violation.rule_id,
                    "where": dict(violation.where),
                    "excess": violation.excess,
                    "unit": violation.unit,
                    "value": violation.value,
                    "limit": violation.limit,
                }
                for violation in (evaluation.violations if evaluation else ())
            ],
            "conflicts": [
                {
                    "rule_id": conflict.rule_id,
                    "where": conflict_place(result.scenario, conflict),
                    "least_change": conflict.least_change,
                    "unit": conflict.unit,
                }
                for conflict in result.conflicts
            ],
            "conflicts_proven_irreducible": result.conflicts_proven_irreducible,
            "rules_not_priced": list(result.rules_not_priced),
            "limits": scenario.spec.limits.model_dump(mode="json", exclude_none=True),
            "notes": list(result.notes),
            "times_s": dict(result.times_s),
            "peak_memory_mib": peak_memory_mib(),
            "versions": versions(),
            "machine": machine(),
            "written_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        }
    )
    return record


def _scenario_hash(result: Result) -> str:
    """Return one hash of every input and the variants applied."""
    provenance = result.scenario.provenance
    text = "\n".join(
        [f"{s.path} {s.sha256}" for s in sorted(provenance.sources, key=str)]
        + [f"variant {name}" for name in provenance.variants]
    )
    return hashlib.sha256(text.encode()).hexdigest()


def plain(value: Any) -> Any:
    """Return the value in the types of JSON; a number that is none becomes null."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
