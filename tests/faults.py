"""Seed faults on purpose and see that the tests catch each: ``make faults``.

Each fault changes one line of a copy of the package, in the engine's rows or in the
evaluator; the suite then runs against the copy and must fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SUITE = (
    "tests/access/network",
    "tests/rules",
    "tests/instance",
    "tests/engines/exact/test_contract.py",
    "tests/properties/test_exact_engine.py",
)
QUIET = ("-x", "-q", "-p", "no:cacheprovider", "--no-header", "-rf", "--tb=no")
COPY_FIRST = "--import-mode=append"
"""Keeps pytest from putting the checkout, and its package, before the copy."""


@dataclass(frozen=True)
class Fault:
    """One line of the package, wrong."""

    name: str
    file: str
    right: str
    wrong: str

    def seed(self, package: Path) -> None:
        """Write the fault into a copy of the package."""
        path = package / self.file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(self.right, self.wrong, 1), encoding="utf-8")


FAULTS = (
    Fault(
        "engine: a slot is dropped",
        "instance/slots.py",
        "for start, end in pairwise(cuts):",
        "for start, end in list(pairwise(cuts))[1:]:",
    ),
    Fault(
        "engine: days are forgotten",
        "instance/facts.py",
        "o.turns * _days(o)",
        "o.turns",
    ),
    Fault(
        "engine: turns are forgotten",
        "instance/facts.py",
        "o.turns * _days(o)",
        "_days(o)",
    ),
    Fault(
        "engine: rent of spaces is forgotten",
        "engines/exact/measures.py",
        "ByBuilding(variables.space_used, spaces.annual_rent, spaces.building),",
        "",
    ),
    Fault(
        "engine: change-over is checked one way only",
        "instance/change_over.py",
        "conflict[a, b] = conflict[b, a] = True",
        "conflict[a, b] = True",
    ),
    Fault(
        "engine: credit is always 1",
        "engines/exact/measures.py",
        "values = row_value[arcs.row] * arcs.credit",
        "values = row_value[arcs.row]",
    ),
    Fault(
        "engine: fees of one week instead of a year",
        "engines/exact/measures.py",
        "-WEEKS_PER_YEAR * fee[paid]",
        "-fee[paid]",
    ),
    Fault(
        "evaluator: equipment per place is forgotten",
        "evaluate/costs.py",
        "total += service.equipment_cost_per_place * run.peak_places",
        "total += 0.0",
    ),
    Fault(
        "evaluator: rent of buildings is forgotten",
        "evaluate/costs.py",
        'costs["annual_rent"] += buildings["annual_rent"].to_numpy(np.float64)[used]',
        "pass",
    ),
    Fault(
        "evaluator: days are forgotten",
        "evaluate/served.py",
        "per_place = np.array([o.visits_per_place_week for o in scenario.offers])",
        "per_place = np.array([o.turns for o in scenario.offers])",
    ),
    Fault(
        "evaluator: a limit of the walk is exclusive",
        "evaluate/credit.py",
        "walk_min <= np.asarray(limit_min) + MINUTES_TOLERANCE",
        "walk_min < np.asarray(limit_min)",
    ),
    Fault(
        "evaluator: a space fitted for a service pays its equipment",
        "evaluate/costs.py",
        "total += 0.0 if service.id in fitted_for else service.equipment_cost",
        "total += service.equipment_cost",
    ),
    Fault(
        "streets: who lives on the site's own street walks from its first node",
        "access/network/search.py",
        "along = abs(stop.position - other.position)",
        "along = stop.position + other.position",
    ),
    Fault(
        "streets: a bend is joined at one end too many",
        "access/network/snapping.py",
        "kept &= ~((share <= 0.0) & has_previous[: len(share)])",
        "pass",
    ),
    Fault(
        "streets: a bridge does not meet the road it ends on",
        "access/network/graph.py",
        "joined[place[is_end]] = True",
        "pass",
    ),
    Fault(
        "streets: bends delay like junctions",
        "access/network/network.py",
        "delay[self.graph.degree() < JUNCTION_ARMS] = 0.0",
        "pass",
    ),
    Fault(
        "streets: the second of two ways to a target wins",
        "access/network/walks.py",
        "least[at[v] - 1] = min(least[at[v] - 1], minutes[k, side])",
        "least[at[v] - 1] = minutes[k, side]",
    ),
)


def caught(fault: Fault) -> str | None:
    """Return the first failing test with the fault seeded, None if all pass."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "allocator"
        shutil.copytree(ROOT / "allocator", package)
        fault.seed(package)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *SUITE, *QUIET, COPY_FIRST],
            cwd=ROOT,
            env=os.environ
            | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "PYTHONSAFEPATH": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    return failed[0].split(" - ")[0] if failed else None


def main() -> int:
    """Seed every fault in turn; return 1 if one is not caught."""
    missed = 0
    for fault in FAULTS:
        begin = time.monotonic()
        test = caught(fault)
        missed += test is None
        verdict = test if test is not None else "NOT CAUGHT"
        print(f"{fault.name}: {verdict} ({time.monotonic() - begin:.0f} s)", flush=True)
    print(f"{len(FAULTS) - missed} of {len(FAULTS)} faults caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
