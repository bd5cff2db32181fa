"""Templates: written where nothing is, valid, and worth solving."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import allocator as al
from allocator.errors import OptionsInvalid
from allocator.scenario import check_scenario, read_scenario
from allocator.scenario.templates import template_names, write_template

if TYPE_CHECKING:
    from pathlib import Path


def test_the_templates() -> None:
    assert template_names() == ("catalogue", "covering", "small")


@pytest.mark.parametrize("name", template_names())
def test_every_template_is_valid_without_a_warning(name: str, tmp_path: Path) -> None:
    written = write_template(tmp_path / "new" / "folder", name)

    assert "scenario.yaml" in written
    assert check_scenario(tmp_path / "new" / "folder") == ()


def test_small_is_the_default(tmp_path: Path) -> None:
    write_template(tmp_path)

    assert read_scenario(tmp_path).name == "small"


def test_the_variants_of_templates_are_valid(tmp_path: Path) -> None:
    write_template(tmp_path / "small")
    write_template(tmp_path / "covering", "covering")

    low = read_scenario(tmp_path / "small", variant="low_budget")
    everyone = read_scenario(tmp_path / "covering", variant="everyone")
    assert low.spec.limits.capital_budget == 400_000
    assert everyone.spec.limits.buildings is None


def test_the_catalogue_template_changes_and_removes(tmp_path: Path) -> None:
    write_template(tmp_path, "catalogue")
    spec = read_scenario(tmp_path).spec

    services = {service.id: service for service in spec.services}
    assert services["canteen"].m2_per_place == 2.8
    assert services["canteen"].min_area_m2 == 50  # as the catalogue has it
    assert "health_station" not in services
    change = {entry.id: entry for entry in spec.rules.change_over_min}
    assert change["tidy_canteen"].minutes == 90
    assert change["tidy_canteen"].services == ("canteen", "after_school")
    assert [entry.id for entry in spec.rules.incompatible] == [
        "noise_day_care",
        "noise_nursing",
    ]


def test_an_unknown_template_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(OptionsInvalid, match="did you mean 'covering'"):
        write_template(tmp_path, "coverning")


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(OptionsInvalid, match=r"not empty \(it holds notes.txt\)"):
        write_template(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_file_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("", encoding="utf-8")

    with pytest.raises(OptionsInvalid, match="is a file"):
        write_template(target)


def test_the_covering_template_has_its_known_answers(tmp_path: Path) -> None:
    """Found by trying all sets of sites: three reach 4,430 of 4,990 residents at most;
    four reach 4,770, so that everybody needs five.
    """
    write_template(tmp_path, "covering")
    three = al.solve(read_scenario(tmp_path), al.SolveOptions(engine="exact"))
    everyone = al.solve(
        read_scenario(tmp_path, variant="everyone"), al.SolveOptions(engine="exact")
    )

    assert three.goals[0].value == pytest.approx(4430)
    assert everyone.goals[0].value == pytest.approx(5)


def test_the_small_template_gives_a_plan_of_shared_rooms(tmp_path: Path) -> None:
    write_template(tmp_path)
    result = al.solve(read_scenario(tmp_path), al.SolveOptions(time_limit_s=20))

    assert result.plan is not None
    used = result.plan.assignments.groupby("space_id")["service_id"].nunique()
    assert used.max() >= 2
