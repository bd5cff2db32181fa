"""One point of a sweep in a process of its own, whose outcome is a run folder."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from allocator.access import build_access
from allocator.engines.exact.child import ChildProcess
from allocator.errors import RunError
from allocator.evaluate import evaluate_plan
from allocator.explain.starting import trimmed
from allocator.runs.read import Run, read_run
from allocator.runs.write import write_run
from allocator.solve import solve
from allocator.solve.starting import no_worse_than

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.engines.engine import StopSignal
    from allocator.engines.exact.jobs import Reporter
    from allocator.options import SolveOptions
    from allocator.plan import Plan
    from allocator.scenario import Scenario

KEY_LENGTH = 12


@dataclass(frozen=True)
class PointJob:
    """Solve one scenario and write the run.

    It begins from the best of some plans, each without the buildings that the limits do
    not leave room for.
    """

    scenario: Scenario
    options: SolveOptions
    starts: tuple[Plan, ...]
    folder: Path

    def run(self, reporter: Reporter) -> None:
        """Solve and write; the folder appears when it is whole."""
        began = time.monotonic()
        start = self._best_start()
        result = solve(self.scenario, self.options, start=start, started_at=began)
        if start is not None:
            result = no_worse_than(result, start)
        write_run(result, self.folder)

    def _best_start(self) -> Plan | None:
        """Return the best plan of `starts` that keeps every rule, else the first."""
        if not self.starts:
            return None
        access = build_access(self.scenario)
        plans = [trimmed(self.scenario, access, plan) for plan in self.starts]
        sign = 1.0 if self.scenario.spec.goals[0].maximizes else -1.0
        rated = []
        for plan in plans if len(plans) > 1 else ():
            found = evaluate_plan(self.scenario, access, plan)
            if not found.violations:
                rated.append((sign * found.goals[0], plan))
        return max(rated, key=lambda pair: pair[0])[1] if rated else plans[0]


def point_folder(
    parent: Path, scenario: Scenario, options: SolveOptions, start_key: str
) -> Path:
    """Return where the run of a point is, or will be.

    The name ends in a hash of all that the run depends on: inputs, what was changed,
    options, the plan to start from, and the version of this package.
    """
    content = {
        "version": version("allocator"),
        "inputs": sorted((s.path, s.sha256) for s in scenario.provenance.sources),
        "spec": scenario.spec.model_dump(mode="json"),
        "variants": scenario.provenance.variants,
        "options": options.to_dict(),
        "start": start_key,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    key = hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]
    label = re.sub(r"[^\w.=+-]+", "-", "-".join(scenario.provenance.variants))
    return parent / f"{label[:80].strip('-.')}-{key}"


def plan_key(plan: Plan) -> str:
    """Return a text that tells plans to start from apart."""
    text = plan.assignments.to_csv(index=False)
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


def finished(folder: Path) -> Run | None:
    """Return the run of a point that was solved before, or None."""
    return read_run(folder) if (folder / "run.json").is_file() else None


def run_point(job: PointJob, stop: StopSignal) -> Run:
    """Solve a point in a child and return its run.

    Raises
    ------
    RunError
        If the child failed or was stopped.
    """
    for half in job.folder.parent.glob(f".{job.folder.name}.tmp-*"):
        shutil.rmtree(half, ignore_errors=True)
    error: Any = None
    with ChildProcess(job) as child:
        for batch in child.messages(stop):
            error = next((m.content for m in batch if m.kind == "error"), error)
    run = finished(job.folder)
    if run is None:
        last = str(error).strip().splitlines()[-1] if error else "it was stopped"
        msg = f"the point {job.folder.name} has no run: {last}"
        raise RunError(msg)
    return run
