"""Reading YAML strictly, with the line of every value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from allocator.issues import IssueCollector
from allocator.scenario import yaml_loader
from allocator.scenario.nodes import as_plain
from allocator.scenario.yaml_loader import parse_yaml, plain_value

if TYPE_CHECKING:
    from tests.scenario.folder import Folder


def parsed(text: str) -> Any:
    """Return the data of YAML that must be without any issue."""
    collector = IssueCollector()
    node = parse_yaml(text, "s.yaml", collector)
    assert collector.issues == []
    assert node is not None
    return as_plain(node)


def problems(text: str) -> list[str]:
    """Return code and line of each issue."""
    collector = IssueCollector()
    parse_yaml(text, "s.yaml", collector)
    assert all(issue.place.file == "s.yaml" for issue in collector.issues)
    return [f"{issue.code} {issue.place.line}" for issue in collector.issues]


@pytest.mark.parametrize(
    "text",
    [
        "14:00",
        "NO",
        "on",
        "010",
        "007",
        "0x1F",
        "1_000",
        "2026-01-01",
        ".inf",
        ".nan",
        "1e999",
        "e5",
        ".",
        "+",
        "1.2.3",
    ],
)
def test_what_yaml_1_1_would_guess_stays_text(text: str) -> None:
    assert plain_value(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("-7", -7),
        ("0", 0),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("2.5E-1", 0.25),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
    ],
)
def test_numbers_words_and_null_are_read_by_yaml_1_2(text: str, value: Any) -> None:
    found = plain_value(text)
    assert (found, type(found)) == (value, type(value))


def test_quoted_scalars_are_text() -> None:
    assert parsed("a: '7'\nb: \"true\"\nc: ''") == {"a": "7", "b": "true", "c": ""}


def test_keys_are_text_as_written() -> None:
    assert parsed("{007: 1, true: 2, 1.50: 3}") == {"007": 1, "true": 2, "1.50": 3}


def test_every_value_knows_the_line_of_its_key() -> None:
    node = parse_yaml("a: 1\nb:\n  - c: 2\n  - d:\n      3\n", "s", IssueCollector())
    assert node is not None
    second = node.items["b"].elements[1].items["d"]
    assert (node.items["b"].place.line, second.place.line, second.value) == (2, 4, 3)


def test_duplicate_keys_anchors_aliases_tags_and_merge_keys_have_their_lines() -> None:
    text = "a: 1\na: 2\nx: &n {y: 1}\nz: *n\nt: !!int 7\n<<: {q: 1}\n"
    assert problems(text) == [
        "duplicate-key 2",
        "yaml-feature 3",
        "yaml-feature 4",
        "yaml-feature 5",
        "yaml-feature 6",
    ]


def test_many_nested_aliases_cost_nothing() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 8)}]" for k in range(1, 30)]
    assert len(problems("\n".join(lines))) == 30 + 29 * 8


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [1, 2\nb: 3", "yaml-syntax 2"),
        ("a:\n\tb: 1", "yaml-syntax 2"),
        ("a: b: c", "yaml-syntax 1"),
        ("a: 'x", "yaml-syntax 1"),
        ("", "empty-file None"),
        ("# nothing\n", "empty-file None"),
        ("- 1\n- 2", "wrong-type 1"),
        ("a: 1\n---\nb: 2", "yaml-feature 2"),
        ("? [1]\n: 2", "wrong-type 1"),
        ("[" * 60, "yaml-syntax 1"),
    ],
)
def test_what_is_no_mapping_in_yaml_is_an_issue_with_its_line(
    text: str, problem: str
) -> None:
    assert problems(text) == [problem]


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("access:\n\tdetour: 1.3\n", "spaces: a line is not indented by tabs"),
        (
            "name: hall: upper\n",
            "quotes round a text that holds a colon followed by a space",
        ),
        ("name: [a\nx: 1\n", None),
    ],
)
def test_the_commonest_slips_have_advice(
    folder: Folder, text: str, advice: str | None
) -> None:
    folder.write("scenario.yaml", text)
    assert folder.only("yaml-syntax").expected == advice


def test_a_syntax_error_has_line_and_column(folder: Folder) -> None:
    folder.write("scenario.yaml", "format: allocator/1\nname: [a\nx: 1\n")
    place = folder.only("yaml-syntax").place
    assert (place.file, place.line, place.column) == ("scenario.yaml", 3, "2")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("name: 滨江".encode("gb18030"), "not-utf8"),
        (b"PK\x03\x04\0\0", "binary-file"),
        ("name: 滨江".encode("utf-16"), "not-utf8"),
    ],
)
def test_a_yaml_file_that_is_not_utf8_text_is_an_issue(
    folder: Folder, data: bytes, code: str
) -> None:
    folder.write("scenario.yaml", data)
    assert [issue.code for issue in folder.issues()] == [code]


def test_a_byte_order_mark_is_tolerated(folder: Folder) -> None:
    text = (folder.path / "scenario.yaml").read_bytes()
    folder.write("scenario.yaml", b"\xef\xbb\xbf" + text)
    assert folder.read().name == "little"


def test_a_huge_yaml_file_is_not_read(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_loader, "MAX_YAML_BYTES", 100)
    assert folder.errors() == ["huge-file: scenario.yaml"]


def test_a_scenario_that_is_not_there_names_the_nearest(folder: Folder) -> None:
    folder.path = folder.path.with_name("littel")
    assert folder.only("missing-file").nearest == "little"


def test_ids_and_names_keep_their_source_text(folder: Folder) -> None:
    folder.yaml(
        head="""\
format: allocator/1
name: 2026
groups: [{id: 1.50}]
services:
  - {id: 7, sharing: 1, m2_per_place: 2, sessions: [{id: 1e3, hours: 11:00-13:00}]}
needs:
  - {id: true, groups: {1.50: 1}, visits_per_person_week: 2,
     accepts: [{service: 7, max_walk_min: 10}]}
"""
    )
    folder.write("population.csv", "zone_id,group_id,persons\nZ1,1.50,10\nZ2,1.50,2\n")
    scenario = folder.read()
    assert (scenario.name, scenario.groups[0].id) == ("2026", "1.50")
    assert scenario.offers[0].key == ("7", "1e3")
    assert scenario.needs[0].id == "true"


def test_true_is_no_number(folder: Folder) -> None:
    folder.yaml("limits: {capital_budget: true}\n")
    issue = folder.only("wrong-type")
    assert str(issue.place) == "scenario.yaml, line 11, limits.capital_budget"
    assert issue.expected == "a number"
