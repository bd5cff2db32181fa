"""``python -m scenarios.importers [--data DIR] [--out DIR] [NAME …]``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from scenarios.importers import (
    baltimore,
    baltimore_centre,
    city_covering,
    san_francisco_stores,
)
from scenarios.importers.material import write_import

IMPORTERS = {
    "baltimore": baltimore.make,
    "baltimore_centre": baltimore_centre.make,
    "bronx": city_covering.make_bronx,
    "manhattan": city_covering.make_manhattan,
    "san_francisco_stores": san_francisco_stores.make,
}
CHECKOUT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("ALLOCATOR_DATA") or CHECKOUT.parent / "shared" / "data")


def main() -> None:
    """Write every named scenario and say where."""
    parser = argparse.ArgumentParser(description="Turn real data into scenarios.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(IMPORTERS))
    parser.add_argument("--data", type=Path, default=DATA, help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=CHECKOUT / "build" / "scenarios")
    given = parser.parse_args()
    unknown = set(given.names) - set(IMPORTERS)
    if unknown:
        parser.error(f"no importer {sorted(unknown)}; there are {', '.join(IMPORTERS)}")
    if not given.data.is_dir():
        parser.error(f"{given.data} is no folder; set ALLOCATOR_DATA or --data")
    for name in given.names or IMPORTERS:
        made, folder = IMPORTERS[name](given.data), given.out / name
        write_import(made, folder)
        print(folder)


if __name__ == "__main__":
    main()
