"""Manhattan and the Bronx: the sites of the best known plans cover what is listed."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.importers.__main__ import DATA
from scenarios.importers.city_covering import (
    BRONX,
    FOLDER,
    MANHATTAN,
    City,
    best_known,
    make_city,
)

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real inputs in {DATA}"),
]


@pytest.mark.parametrize("city", [MANHATTAN, BRONX], ids=lambda city: city.name)
def test_known_sites_cover_the_listed_weight(city: City) -> None:
    frames = make_city(city, DATA).frames
    weight = frames["demand"].set_index("zone_id")["visits_per_week"]
    site_ids = frames["buildings"]["building_id"].to_numpy()
    travel = frames["travel"]
    for count, listed in best_known(city, DATA).items():
        name = f"{city.stem}_{count}_{city.radius_m:.0f}.txt"
        text = (DATA / FOLDER / "OtimosFinais" / name).read_text(encoding="utf-8")
        chosen = np.array(text.partition("Facilidade:")[2].split(), np.int64)
        assert len(chosen) == count
        near = travel[travel["site_id"].isin(site_ids[chosen])]
        covered = weight.reindex(near["zone_id"].unique()).fillna(0.0).sum()
        assert covered == listed
