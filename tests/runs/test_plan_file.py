"""A hand-made plan: read by ids, every wrong row reported with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

import allocator as al
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.scenario import Scenario

HEADER = "space_id,service_id,session_id,places\n"


@pytest.fixture(scope="module")
def city() -> Scenario:
    return make_scenario(
        services=[service("canteen"), service("club")],
        needs=[need("lunch", "canteen"), need("leisure", "club")],
        spaces=[{"space_id": "007", "building_id": "B1", "usable_area_m2": 100}],
    )


def read(city: Scenario, folder: Path, text: str) -> al.Plan:
    path = folder / "plan.csv"
    path.write_text(text, encoding="utf-8")
    return al.read_plan(city, path)


def faults(city: Scenario, folder: Path, text: str) -> list[tuple[str, int | None]]:
    with pytest.raises(al.PlanInvalid) as caught:
        read(city, folder, text)
    return [(issue.code, issue.place.row) for issue in caught.value.issues]


def test_ids_stay_text_and_the_building_is_found(
    city: Scenario, tmp_path: Path
) -> None:
    plan = read(city, tmp_path, HEADER + "007,canteen,main,12\n")
    assert plan.assignments.values.tolist() == [["B1", "007", "canteen", "main", 12]]
    assert plan.served is None


def test_rows_of_no_places_and_empty_rows_do_not_run(
    city: Scenario, tmp_path: Path
) -> None:
    plan = read(city, tmp_path, HEADER + "007,canteen,main,0\n,,,\n")
    assert len(plan.assignments) == 0


def test_an_excel_sheet_is_read_by_name(city: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "plans.xlsx"
    rows = pd.DataFrame(
        [("B1", "007", "club", "main", 3.0)],
        columns=["building_id", "space_id", "service_id", "session_id", "places"],
    )
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"note": ["x"]}).to_excel(book, sheet_name="cover", index=False)
        rows.to_excel(book, sheet_name="方案", index=False)
    plan = al.read_plan(city, f"{path}#方案")
    assert plan.assignments["places"].tolist() == [3]


def test_every_wrong_row_is_reported_at_once(city: Scenario, tmp_path: Path) -> None:
    text = (
        "building_id," + HEADER + "B1,008,canteen,main,1\nB1,007,canten,main,1\n"
        "B1,007,canteen,evening,1\nB9,007,canteen,main,1\nB1,007,club,main,many\n"
        "B1,007,club,main,-1\nB1,007,canteen,main,2\n"
    )
    assert faults(city, tmp_path, text) == [
        ("plan-unknown-id", 2),
        ("plan-unknown-id", 3),
        ("plan-unknown-id", 4),
        ("plan-space-elsewhere", 5),
        ("plan-number", 6),
        ("plan-number", 7),
    ]


def test_a_repeated_row_is_reported(city: Scenario, tmp_path: Path) -> None:
    row = "007,canteen,main,2\n"
    assert faults(city, tmp_path, HEADER + row + row) == [("plan-repeated", 3)]


def test_a_missing_column_is_reported_with_the_nearest(
    city: Scenario, tmp_path: Path
) -> None:
    with pytest.raises(al.PlanInvalid, match="did you mean 'place'"):
        read(city, tmp_path, "space_id,service_id,session_id,place\n")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00bad", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_table_is_a_problem_not_a_crash(
    city: Scenario, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "plan.csv"
    path.write_bytes(content)
    with pytest.raises(al.PlanInvalid):
        al.read_plan(city, path)
    book = tmp_path / "plan.xlsx"
    book.write_bytes(content)
    with pytest.raises(al.PlanInvalid, match="cannot be read"):
        al.read_plan(city, book)


def test_a_building_of_one_space_and_a_service_of_one_session_need_no_more(
    city: Scenario, tmp_path: Path
) -> None:
    plan = read(city, tmp_path, "building_id,service_id,places\nB1,club,4\n")
    assert plan.assignments.values.tolist() == [["B1", "007", "club", "main", 4]]


def test_what_could_mean_several_spaces_or_sessions_is_reported(tmp_path: Path) -> None:
    sessions = [{"id": s, "days": "all", "hours": "09:00-12:00"} for s in ("am", "x")]
    two = make_scenario(
        services=[service("canteen", sessions=sessions)],
        needs=[need("lunch", "canteen")],
        spaces=[
            {"space_id": f"R{k}", "building_id": "B1", "usable_area_m2": 100}
            for k in (1, 2)
        ],
    )
    text = "building_id,space_id,service_id,places\nB1,,canteen,4\n,R1,canteen,4\n"
    assert faults(two, tmp_path, text) == [
        ("plan-no-space", 2),
        ("plan-no-session", 2),
        ("plan-no-session", 3),
    ]
