"""Seed faults on purpose and see that the tests catch each: ``make faults``.

Each fault changes one line of a copy of the checkout, in the engine's rows or in the
evaluator; the suite of the copy must then fail. It must pass in a copy without a fault.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SUITE = (
    "tests/access/network",
    "tests/rules",
    "tests/instance",
    "tests/evaluate/test_requests.py",
    "tests/evaluate/test_standards.py",
    "tests/shortfall/test_city.py",
    "tests/engines/exact/test_contract.py",
    "tests/properties/test_exact_engine.py",
)
COPIED = ("allocator", "tests", "benchmarks", "scenarios", "pyproject.toml")
AT_ONCE = 2
"""Faults tried side by side."""
QUIET = ("-x", "-q", "-p", "no:cacheprovider", "--no-header", "-rf", "--tb=no")


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
        "return fixed + service.equipment_cost_per_place * run.peak_places",
        "return fixed",
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
        "fixed = 0.0 if fitted else service.equipment_cost",
        "fixed = service.equipment_cost",
    ),
    Fault(
        "engine: kinds of communities are forgotten",
        "instance/eligibility.py",
        "holds &= inside.to_numpy(bool)",
        "pass",
    ),
    Fault(
        "engine: a pin of a street holds everywhere",
        "instance/limits.py",
        "spaces &= np.asarray(streets == pin.street, bool)",
        "pass",
    ),
    Fault(
        "evaluator: a room may be too large",
        "evaluate/rules_siting.py",
        "area <= most + 1e-6 * max(1, most)",
        "most > 0",
    ),
    Fault(
        "standards: usable area is taken for gross",
        "evaluate/provision.py",
        "area[use.building] += floor / coefficient[use.building]",
        "area[use.building] += floor",
    ),
    Fault(
        "standards: communities of other kinds count too",
        "scenario/areas.py",
        "found[~inside] = -1",
        "pass",
    ),
    Fault(
        "shortfall: lunch and dinner have seats of their own",
        "shortfall/places_needed.py",
        "peak = float((places @ self.holds).max())",
        "peak = float(places.sum())",
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


def copied(folder: Path) -> Path:
    """Copy what the suite needs, compiled kernels included, and return the package."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            shutil.copy2(source, folder / name)
    return folder / "allocator"


def first_failure(fault: Fault | None) -> str | None:
    """Return the first failing test with the fault seeded, None if all pass.

    Raises
    ------
    RuntimeError
        If the suite could not run.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve()
        package = copied(folder)
        if fault is not None:
            fault.seed(package)
        # the copy comes first on the path, before the checkout that is installed
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *SUITE, *QUIET],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    if done.returncode not in (0, 1) or bool(failed) != bool(done.returncode):
        raise RuntimeError(done.stdout + done.stderr)
    return failed[0].removeprefix("FAILED ").split(" - ")[0] if failed else None


def timed(fault: Fault | None) -> tuple[str | None, float]:
    """Return the first failing test and the seconds it took to find it."""
    begin = time.monotonic()
    return first_failure(fault), time.monotonic() - begin


def main() -> int:
    """Seed every fault in turn; return 1 if one is not caught."""
    tries = (None, *FAULTS)
    missed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for fault, (test, seconds) in zip(tries, pool.map(timed, tries), strict=True):
            missed += (test is None) != (fault is None)
            name = "no fault" if fault is None else fault.name
            verdict = test or ("passes" if fault is None else "NOT CAUGHT")
            print(f"{name}: {verdict} ({seconds:.0f} s)", flush=True)
    print("every fault is caught" if not missed else f"{missed} not as they should be")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
