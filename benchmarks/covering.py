"""Covering subjects, engines side by side: ``python -m benchmarks.covering``.

One run is one process; `seconds` count from its start, reading included, until the
plan is final and, for our engine, checked by the evaluator. With ``--json`` every run
prints one line; with ``--log FILE`` the line is appended as the run ends, and runs that
the file holds already are not made again.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.covering_subjects import CLOUDS, write_cloud
from scenarios.folder import write_folder
from scenarios.importers.__main__ import DATA
from scenarios.importers.city_covering import BRONX, MANHATTAN, best_known, make_city

if TYPE_CHECKING:
    from collections.abc import Iterator

CITIES = {city.name: city for city in (MANHATTAN, BRONX)}
SUBJECTS = [
    *(f"{city.name}-{sites}" for city in CITIES.values() for sites in city.sites),
    *CLOUDS,
]
ENGINES = ("cover", "highs", "spopt-highs", "spopt-cbc")
QUICK = ("manhattan-50", "bronx-100", "uniform-10k")
HOME = Path("build/covering")
SPOPT_PYTHON = "ALLOCATOR_SPOPT_PYTHON"
"""Names a Python that has spopt, when this one has not."""
COLUMNS = (
    "subject",
    "engine",
    "seed",
    "seconds",
    "first_plan_s",
    "best_plan_s",
    "plan",
    "bound",
    "gap",
    "listed",
    "to_listed",
    "status",
    "peak_mb",
)


def main() -> None:
    """Make the runs asked for."""
    given = _parser().parse_args()
    if given.child is not None:
        print(json.dumps(_child(given.child, json.loads(given.child_options))))
        return
    subjects = given.subject or (QUICK if given.quick else SUBJECTS)
    done = _done(given.log)
    for subject in subjects:
        for engine in given.engine or ["cover"]:
            for seed in given.seed or [1]:
                key = (subject, engine, seed, given.time_limit)
                record = done.get(key) or _run(*key)
                if key not in done and given.log is not None:
                    with given.log.open("a", encoding="utf-8") as log:
                        log.write(json.dumps(record) + "\n")
                print(json.dumps(record) if given.json else _line(record), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Covering, engines side by side.")
    parser.add_argument("--subject", action="append", choices=SUBJECTS)
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--seed", action="append", type=int)
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--quick", action="store_true", help=", ".join(QUICK))
    parser.add_argument("--json", action="store_true", help="one JSON line per run")
    parser.add_argument("--log", type=Path, help="append lines here, and resume")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--child-options", default="{}", help=argparse.SUPPRESS)
    return parser


def _done(log: Path | None) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the runs that a log holds."""
    if log is None or not log.exists():
        return {}
    records = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    return {
        (r["subject"], r["engine"], r["seed"], r["time_limit_s"]): r for r in records
    }


def _run(subject: str, engine: str, seed: int, limit_s: float) -> dict[str, Any]:
    """Make one run in a process of its own and return its record."""
    folder, variant, listed = _prepared(subject, seed)
    options = {
        "folder": str(folder),
        "variant": variant,
        "seed": seed,
        "time_limit_s": limit_s,
        "started_at": time.monotonic(),
    }
    if engine.startswith("spopt"):
        options["sites"] = int(subject.rpartition("-")[2])
        python = os.environ.get(SPOPT_PYTHON, sys.executable)
        module = ["benchmarks/covering_spopt.py", engine, json.dumps(options)]
    else:
        python = sys.executable
        module = ["-m", "benchmarks.covering", "--child", engine]
        module += ["--child-options", json.dumps(options)]
    ended = subprocess.run([python, *module], capture_output=True, text=True)
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or ["no message"])[-1]
        found: dict[str, Any] = {"status": f"failed: {last}"}
    else:
        found = json.loads(ended.stdout.splitlines()[-1])
    found |= {"seconds": round(time.monotonic() - options["started_at"], 2)}
    plan = found.get("plan")
    ratio = None if not (listed and plan) else round(plan / listed - 1.0, 7)
    asked = {"subject": subject, "engine": engine, "seed": seed}
    return (
        asked | {"time_limit_s": limit_s, "listed": listed, "to_listed": ratio} | found
    )


def _prepared(subject: str, seed: int) -> tuple[Path, str | None, float | None]:
    """Write the subject's folder if it is not there; return variant and best known."""
    city, _, sites = subject.rpartition("-")
    if city in CITIES:
        folder = HOME / city
        if not (folder / "scenario.yaml").exists():
            made = make_city(CITIES[city], DATA)
            write_folder(made.document, made.frames, folder)
        return folder, f"p{sites}", best_known(CITIES[city], DATA)[int(sites)]
    folder = HOME / f"{subject}-{seed}"
    if not (folder / "scenario.yaml").exists():
        write_cloud(CLOUDS[subject], seed, folder)
    return folder, None, None


def _child(engine: str, options: dict[str, Any]) -> dict[str, Any]:
    """Make one run in this process."""
    found = _cover(options) if engine == "cover" else _highs(options)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    plan, bound = found["plan"], found["bound"]
    if plan is not None and bound is not None:
        found["gap"] = round((bound - plan) / bound, 7)
    return found | {"peak_mb": round(max(peak, children) / 1024)}


def _cover(options: dict[str, Any]) -> dict[str, Any]:
    """Solve by our engine, as `allocator solve` does, without writing the run."""
    from allocator import SolveOptions, read_scenario, solve

    started_at = options["started_at"]
    seen: list[tuple[float, float]] = []

    def on_progress(progress: Any) -> None:
        value = progress.objective
        if value is not None and (not seen or value > seen[-1][1]):
            seen.append((round(time.monotonic() - started_at, 2), value))

    scenario = read_scenario(options["folder"], variant=options["variant"])
    chosen = SolveOptions(time_limit_s=options["time_limit_s"], seed=options["seed"])
    result = solve(scenario, chosen, on_progress=on_progress, started_at=started_at)
    goal = result.goals[0]
    return {
        "plan": goal.value,
        "bound": goal.bound,
        "first_plan_s": seen[0][0] if seen else None,
        "best_plan_s": seen[-1][0] if seen else None,
        "status": f"{result.status}/{result.stop_reason}",
        "steps": result.steps,
        "times_s": {k: round(v, 2) for k, v in result.times_s.items()},
    }


def _highs(options: dict[str, Any]) -> dict[str, Any]:
    """Solve the compact model of merged rows by HiGHS on both cores."""
    from allocator import read_scenario
    from allocator.access import build_access
    from allocator.engines.cover.proof import cover_matrix
    from allocator.engines.cover.reading import read_covering
    from allocator.engines.engine import StopSignal
    from allocator.engines.exact.backends.backend import Settings
    from allocator.engines.exact.child import ChildProcess
    from allocator.engines.exact.jobs import SolveJob
    from allocator.instance import build_instance

    started_at = options["started_at"]
    scenario = read_scenario(options["folder"], variant=options["variant"])
    covering = read_covering(build_instance(scenario, build_access(scenario)))
    matrix = cover_matrix(covering.net)
    stop = StopSignal(started_at + options["time_limit_s"])
    settings = Settings(seed=options["seed"], workers=2)
    found: dict[str, Any] = {"plan": None, "bound": None, "status": "time"}
    with ChildProcess(SolveJob("highs", matrix, settings, stop.deadline)) as child:
        for message in _flat(child, stop):
            if message.kind == "incumbent":
                value = float(matrix.objective @ message.content)
                found["plan"] = round(max(value, found["plan"] or 0.0), 3)
                found["best_plan_s"] = round(time.monotonic() - started_at, 2)
                found.setdefault("first_plan_s", found["best_plan_s"])
            elif message.kind == "bound":
                found["bound"] = message.content[0]
            elif message.kind == "done":
                found["bound"] = message.content.bound
                found["status"] = str(message.content.status)
    return found


def _flat(child: Any, stop: Any) -> Iterator[Any]:
    """Yield the messages of a child one by one."""
    for batch in child.messages(stop):
        yield from batch


def _line(record: dict[str, Any]) -> str:
    """Return a record for people."""
    return "  ".join(f"{name}={record.get(name)}" for name in COLUMNS)


if __name__ == "__main__":
    main()
