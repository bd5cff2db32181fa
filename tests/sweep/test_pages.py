"""Chart and page of a sweep: well formed, with the table's figures, loading nothing."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from typing import TYPE_CHECKING

import pytest

from allocator.report.frontier import frontier_html, frontier_svg, ticks, write_frontier
from allocator.sweep import limit_axis, sweep
from tests.explain.samples import EXACT, two_rooms

if TYPE_CHECKING:
    from allocator.sweep import Sweep

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    scenario = two_rooms()
    axis = limit_axis("capital_budget", (100, 700), scenario)
    folder = tmp_path_factory.mktemp("pages")
    return sweep(scenario, [axis], folder=folder, options=EXACT, nested=True)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_chart_is_a_picture_with_a_mark_for_each_plan_and_bound(
    found: Sweep, language: str
) -> None:
    picture = ElementTree.fromstring(frontier_svg(found, language))
    dots = [c for c in picture.iter(f"{SVG}circle") if c.get("r") == "4"]
    rings = [c for c in picture.iter(f"{SVG}circle") if c.get("r") == "3.5"]
    # one more of each in the legend
    assert (len(dots), len(rings)) == (3, 3)
    # larger values stand higher: the second plan above the first
    heights = [float(str(dot.get("cy"))) for dot in dots[:2]]
    assert heights[1] < heights[0]
    texts = {text.text for text in picture.iter(f"{SVG}text")}
    words = {
        "en": {"plan", "bound", "nested plan"},
        "zh": {"方案", "理论上限", "逐步扩充"},
    }
    assert words[language] <= texts


def test_money_in_chinese_is_counted_in_ten_thousands(found: Sweep) -> None:
    assert "（万元）" in frontier_svg(found, "zh")
    assert " (CNY)" in frontier_svg(found, "en")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_has_the_figures_and_no_script(found: Sweep, language: str) -> None:
    page = frontier_html(found, language)
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert not re.search(r"(src|href)=", page)
    for value in found.table["objective"]:
        assert f'<data value="{float(value)!r}">' in page


def test_files_of_both_languages_are_written(found: Sweep) -> None:
    write_frontier(found)
    names = {path.name for path in found.folder.glob("frontier-*")}
    kinds = ("en.svg", "zh.svg", "en.html", "zh.html")
    assert names == {f"frontier-{kind}" for kind in kinds}


def test_ticks_are_round_and_inside() -> None:
    assert ticks(0.3, 9.8) == [2, 4, 6, 8]
    assert ticks(-1, 1) == [-1, -0.5, 0, 0.5, 1]
    assert ticks(1e6, 5e6) == [1e6, 2e6, 3e6, 4e6, 5e6]
