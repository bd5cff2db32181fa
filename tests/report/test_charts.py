"""Charts show the run's figures, in words that the font has."""

from __future__ import annotations

import importlib
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.font_manager import FontManager, fontManager

import allocator as al
from allocator.errors import MissingExtra, OptionsInvalid, RunError
from allocator.plan import Plan
from allocator.report.charts import fonts, panels, write_charts
from allocator.report.words import LANGUAGES, Words
from allocator.runs import Run, read_run
from allocator.scenario import read_scenario
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from types import ModuleType

RIVERSIDE = Path(__file__).parents[2] / "scenarios" / "riverside"
NAMES = {"coverage", "limits", "week", "gap"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    options = al.SolveOptions(engine="greedy", seed=1, max_steps=50)
    result = al.solve(read_scenario(RIVERSIDE), options)
    return read_run(al.write_run(result, tmp_path_factory.mktemp("charts") / "run"))


@pytest.fixture(scope="module")
def words(run: Run) -> Words:
    return Words("en", run.scenario())


def axes() -> Any:
    return Figure().subplots()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["png", "svg"])
def test_every_chart_is_a_file(
    run: Run, tmp_path: Path, language: str, kind: str
) -> None:
    files, notes = write_charts(run, tmp_path / "charts", language, kind=kind)
    assert {path.stem for path in files} == NAMES
    assert sorted(files) == sorted((tmp_path / "charts").iterdir())
    begins = {"png": b"\x89PNG", "svg": b"<?xml"}[kind]
    assert all(path.read_bytes().startswith(begins) for path in files)
    chinese = fonts.chinese_family(fontManager, mpl.font_manager.findSystemFonts())
    assert bool(notes) == (chinese is None and language == "zh")


def test_the_same_run_gives_the_same_drawing(run: Run, tmp_path: Path) -> None:
    drawn = []
    for name in ("one.svg", "two.svg"):
        (path,), _ = write_charts(run, tmp_path / name, "en", kind="svg")
        drawn.append(path.read_bytes())
    assert drawn[0] == drawn[1]


def test_coverage_before_and_after(run: Run, words: Words) -> None:
    drawn = axes()
    assert panels.coverage_by_need(drawn, run, words)
    before, after = (c.get_offsets() for c in drawn.collections[1:])
    cells = run.table("coverage.csv")
    names = ["demand_persons", "baseline_covered_persons", "covered_persons"]
    sums = cells.groupby("need_id")[names].sum()
    for dots, name in ((before, names[1]), (after, names[2])):
        shares = (sums[name] / sums["demand_persons"]).to_numpy(np.float64)
        np.testing.assert_allclose(sorted(dots[:, 0]), sorted(shares))


def test_limits_are_drawn_as_shares(run: Run, words: Words) -> None:
    drawn = axes()
    assert panels.money_and_limits(drawn, run, words)
    widths = {round(bar.get_width(), 9) for bar in drawn.patches}
    limits = run.record["limits"]
    for measure, limit in (
        ("capital_cost", limits["capital_budget"]),
        ("yearly_outlay", limits["annual_budget"]),
    ):
        assert round(run.measures[measure] / limit, 9) in widths
    labels = [text.get_text() for text in drawn.get_yticklabels()]
    assert any(label.startswith("Capital budget\nCNY") for label in labels)


def test_the_week_adds_up_to_hours_times_area(run: Run, words: Words) -> None:
    areas = panels.week_areas(run, words)
    hours = {o.key: o.hours.minutes_per_week / 60 for o in words.scenario.offers}
    rows = run.assignments
    keys = zip(rows["service_id"], rows["session_id"], strict=True)
    expected = sum(
        area * hours[key] for area, key in zip(rows["area_m2"], keys, strict=True)
    )
    shown = float(areas.to_numpy(np.float64).sum()) * panels.STEP_MIN / 60
    assert shown == pytest.approx(expected)
    assert panels.week_use(axes(), run, words)


def test_the_gap_is_that_of_the_run(run: Run, words: Words) -> None:
    drawn = axes()
    assert panels.gap_over_time(drawn, run, words)
    assert f"{run.gap:.1%}" in drawn.get_title(loc="left")
    bound, plan = (line.get_ydata()[-1] for line in drawn.lines)
    assert (plan, bound) == (run.objective, run.bound)


def test_charts_without_content_are_left_out(tmp_path: Path) -> None:
    city = make_scenario(
        services=[service("canteen")], needs=[need("lunch", "canteen")]
    )
    folder = al.write_run(al.evaluate(city, Plan.from_places({})), tmp_path / "run")
    files, _ = write_charts(read_run(folder), tmp_path / "charts")
    assert [path.name for path in files] == ["coverage.png"]
    (sheet,), _ = write_charts(read_run(folder), tmp_path / "sheet.png")
    assert sheet.stat().st_size > 1000


def manager(*names: str) -> Any:
    """Return a font manager that knows these families."""
    made = SimpleNamespace(ttflist=[SimpleNamespace(name=name) for name in names])
    made.addfont = lambda path: made.ttflist.append(
        SimpleNamespace(name=Path(path).stem)
    )
    return made


def test_the_best_family_is_chosen_and_new_fonts_are_found() -> None:
    known = manager("DejaVu Sans", "SimHei", "Microsoft YaHei")
    assert fonts.chinese_family(known, []) == "Microsoft YaHei"
    # SimSun.ttc came after the manager's list was made
    files = ["/fonts/DejaVuSans.ttf", "/fonts/SimSun.ttc"]
    late = manager("DejaVu Sans")
    assert fonts.chinese_family(late, files) == "SimSun"
    assert [font.name for font in late.ttflist] == ["DejaVu Sans", "SimSun"]
    assert fonts.chinese_family(manager("DejaVu Sans"), []) is None


def test_a_machine_without_chinese_is_told_the_package(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "chinese_family", lambda *unused: None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, notes = write_charts(run, tmp_path / "zh.png", "zh")
        _, quiet = write_charts(run, tmp_path / "charts", "en")
    assert len(notes) == 1
    assert "fonts-noto-cjk" in notes[0]
    assert quiet == ()


def test_every_chinese_word_of_the_charts_has_a_glyph(run: Run, tmp_path: Path) -> None:
    found = fonts.chinese_family(fontManager, mpl.font_manager.findSystemFonts())
    if found is None:
        pytest.skip("no font with Chinese characters on this machine")
    assert isinstance(fontManager, FontManager)
    path = fontManager.findfont(found)
    font = importlib.import_module("matplotlib.ft2font").FT2Font(path)
    chinese = Words("zh", run.scenario())
    texts = [chinese(f"chart.{key}", gap="4%") for key in ("coverage", "week", "gap")]
    texts += [*chinese.need.values(), *chinese.service.values()]
    missing = {c for text in texts for c in text if not font.get_char_index(ord(c))}
    assert missing == set()


def test_what_cannot_be_drawn_is_refused(run: Run, tmp_path: Path) -> None:
    with pytest.raises(OptionsInvalid):
        write_charts(run, tmp_path / "a", "fr")
    with pytest.raises(OptionsInvalid):
        write_charts(run, tmp_path / "a", kind="pdf")
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(RunError, match="cannot write the charts"):
        write_charts(run, tmp_path / "taken")
    with pytest.raises(RunError, match="cannot write the charts"):
        write_charts(run, tmp_path / "absent" / "sheet.png")


def test_the_missing_extra_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.import_module

    def without(name: str, package: str | None = None) -> ModuleType:
        if name == "matplotlib":
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(MissingExtra, match=r"allocator\[plots\]"):
        write_charts(run, tmp_path / "a")
