"""One covering run by spopt: ``covering_spopt.py ENGINE OPTIONS``; needs spopt only.

It may run under another Python than the rest; the dense matrix it takes limits it to
subjects whose candidates × points fit into memory.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pulp
from spopt.locate import MCLP


def main() -> None:
    """Solve and print one JSON line."""
    engine, options = sys.argv[1], json.loads(sys.argv[2])
    folder = Path(options["folder"])
    zones = pd.read_csv(folder / "zones.csv", dtype={"zone_id": str})
    demand = pd.read_csv(folder / "demand.csv", dtype={"zone_id": str})
    sites = pd.read_csv(folder / "buildings.csv", dtype={"building_id": str})
    travel = pd.read_csv(folder / "travel.csv", dtype={"zone_id": str, "site_id": str})
    weight = demand.set_index("zone_id")["visits_per_week"]
    cost = np.full((len(zones), len(sites)), 2.0)
    cost[
        pd.Index(zones["zone_id"]).get_indexer(travel["zone_id"]),
        pd.Index(sites["building_id"]).get_indexer(travel["site_id"]),
    ] = 1.0
    model = MCLP.from_cost_matrix(
        cost,
        weight.reindex(zones["zone_id"]).fillna(0.0).to_numpy(),
        service_radius=1.0,
        p_facilities=options["sites"],
    )
    built_s = time.monotonic() - options["started_at"]
    left_s = max(1.0, options["time_limit_s"] - built_s)
    kind = pulp.HiGHS if engine == "spopt-highs" else pulp.PULP_CBC_CMD
    solved = model.solve(kind(msg=False, timeLimit=left_s), results=False)
    plan = pulp.value(solved.problem.objective)
    print(
        json.dumps(
            {
                "plan": None if plan is None else round(float(plan), 3),
                "bound": None,
                "built_s": round(built_s, 2),
                "status": pulp.LpStatus[solved.problem.status],
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
