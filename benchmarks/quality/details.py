"""What stands behind the summary: every run, the cities that count, the conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.quality.contestants import ENGINES, PEERS, STARTS
from benchmarks.quality.markdown import markdown, number, percent
from benchmarks.quality.summary import rows_with_runs
from benchmarks.quality.targets import FAMILY, ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.quality.targets import Row

    Records = Sequence[Mapping[str, Any]]

RUNS_HEAD = [
    "subject",
    "seed",
    "engine",
    "plan",
    "bound",
    "gap",
    "from nothing: plan, bound",
    "from greedy: plan, bound",
    "CPU s",
    "cores busy elsewhere",
    "code",
]
QUALIFIED_HEAD = [
    "subject",
    "seed",
    "HiGHS at 0.35: plan",
    "bound",
    "gap",
    "seconds",
    "CPU s",
    "cores busy elsewhere",
    "bound at 0.15",
    "bound at 0.35",
    "plan without budgets",
    "money binds at",
    "counts",
]


def runs_table(records: Records) -> str:
    """Return every engine on every seed; of a peer both ways to begin."""
    lines = []
    for row, standings in rows_with_runs(records, (*ROWS, *FAMILY)):
        own = [r for r in records if _belongs(r, row)]
        for seed, runs in standings.items():
            for engine in sorted(runs, key=ENGINES.index):
                both = [r for r in own if (r["seed"], r["engine"]) == (seed, engine)]
                lines.append(
                    [
                        row.label,
                        str(seed),
                        engine,
                        number(runs[engine].plan),
                        number(runs[engine].bound),
                        percent(runs[engine].gap),
                        *(_began(both, start, engine) for start in STARTS),
                        " / ".join(f"{r['cpu_seconds']:.0f}" for r in both),
                        " / ".join(f"{r['cores_busy_elsewhere']:.1f}" for r in both),
                        both[-1]["code"][:7],
                    ]
                )
    return markdown(RUNS_HEAD, lines)


def _belongs(record: Mapping[str, Any], row: Row) -> bool:
    return all(
        record[name] == getattr(row, name)
        for name in ("subject", "money_share", "shape", "time_limit_s")
    )


def _began(records: Records, start: str, engine: str) -> str:
    """Return plan and bound of the run that began so; only peers have two."""
    if engine not in PEERS:
        return ""
    own = [record for record in records if record["start"] == start]
    return f"{number(own[-1]['plan'])}, {number(own[-1]['bound'])}" if own else ""


def qualified_table(qualified: Records) -> str:
    """Return what makes an S city count."""
    lines = [
        [
            found["subject"].upper(),
            str(found["seed"]),
            number(found["highs_plan"]),
            number(found["highs_bound"]),
            percent(found["highs_gap"]),
            f"{found['highs_seconds']:.0f}",
            f"{found['highs_cpu_seconds']:.0f}",
            f"{found['cores_busy_elsewhere']:.1f}",
            *(number(bound) for bound in found["bound_by_money"].values()),
            number(found["plan_without_budgets"]),
            ", ".join(found["binds_at"]),
            "yes" if found["counts"] else "no",
        ]
        for found in qualified
    ]
    return markdown(QUALIFIED_HEAD, lines)


def conditions(records: Records) -> str:
    """Say on which machines and with which versions the runs were made."""
    lines = []
    for record in records:
        machine, versions = record["machine"], record["versions"]
        named = ("python", "highspy", "ortools", "numba")
        words = ", ".join(f"{name} {versions.get(name, '?')}" for name in named)
        lines.append(
            f"- {machine['system']} {machine['processor']}, {machine['cores']} cores, "
            f"{(machine['memory_mib'] or 0) / 1024:.0f} GB; {words}; code "
            f"`{record['code'][:7]}` at commit `{record['commit']}`."
        )
    return "\n".join(dict.fromkeys(lines))
