"""The reference page is current, complete, and its examples are valid."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from allocator.evaluate.evaluate import RULES as EVALUATED
from allocator.issues import Severity
from allocator.scenario import check_scenario
from allocator.scenario.codes import CODES
from allocator.scenario.columns import TABLES
from allocator.scenario.json_schema import json_schema
from allocator.scenario.reference import (
    HEADINGS,
    PAGE,
    RULES,
    TERMS,
    reference_page,
    write_reference,
)
from allocator.scenario.templates import write_template

ROOT = Path(__file__).parents[2]
PAGE_TEXT = (ROOT / "docs" / PAGE).read_text(encoding="utf-8")
YAML = re.findall(r"```yaml\n(.*?)```", PAGE_TEXT, flags=re.DOTALL)
CSV = re.findall(r"```csv (\w+)\n(.*?)```", PAGE_TEXT, flags=re.DOTALL)
REGISTER = (
    "编号,横坐标,纵坐标,建筑面积\nB1,300,700,620\nB2,450,300,260\nB3,150,450,180\n"
)
SCHEMA_OWN = {"Scenario", "Table", "NameInLanguages"}


def errors(path: Path, variant: str | None = None) -> list[str]:
    found = check_scenario(path, variant=variant)
    return [str(issue) for issue in found if issue.severity is Severity.ERROR]


def test_the_page_is_current() -> None:
    """Write it again with `python -m allocator.scenario.reference`."""
    assert reference_page() == PAGE_TEXT


def test_writing_makes_page_and_schema(tmp_path: Path) -> None:
    write_reference(tmp_path)

    written = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.*"))
    assert written == ["reference/scenario.md", "scenario.schema.json"]


@pytest.mark.parametrize("number", range(len(YAML)))
def test_every_yaml_example_is_valid(number: int, tmp_path: Path) -> None:
    """Added to the small template by `extends`; a whole document stands alone."""
    write_template(tmp_path)
    text = YAML[number]
    if text.startswith("format:"):
        write_template(tmp_path / "whole", "catalogue")
        tmp_path = tmp_path / "whole"
        demand = "zone_id,visits_per_week\nZ1,90\n"
        (tmp_path / "demand.csv").write_text(demand, encoding="utf-8")
        (tmp_path / "台账.csv").write_text(REGISTER, encoding="gb18030")
    else:
        text = f"extends: scenario.yaml\n{text}"
    streets = 'kind,wkt\nlane,"LINESTRING (0 0, 900 900)"\n'
    (tmp_path / "streets.csv").write_text(streets, encoding="utf-8")
    path = tmp_path / "example.yaml"
    path.write_text(text, encoding="utf-8")

    assert errors(path) == []
    for variant in yaml.safe_load(text).get("variants", {}):
        assert errors(path, variant) == []


@pytest.mark.parametrize(("table", "text"), CSV)
def test_every_table_example_is_valid(table: str, text: str, tmp_path: Path) -> None:
    """In the place of the table of the small template."""
    write_template(tmp_path)
    (tmp_path / "example.csv").write_text(text, encoding="utf-8")
    place = f"tables: {{{table}: example.csv}}"
    if table == "streets":
        place = "access: {mode: network, streets: example.csv}"
    document = f"extends: scenario.yaml\n{place}\n"
    if table == "zones":  # residents of the zones that are left
        kept = "zone_id,group_id,persons\nZ1,elder,100\n"
        (tmp_path / "population.csv").write_text(kept, encoding="utf-8")
    path = tmp_path / "example.yaml"
    path.write_text(document, encoding="utf-8")

    assert errors(path) == []


def test_every_table_key_and_rule_has_its_example() -> None:
    assert [table for table, _ in CSV] == [*TABLES, "streets"]
    # One example per model of the schema, one for variants, one per rule.
    assert len(YAML) == len(HEADINGS) + 1 + len(RULES)


def test_every_model_of_the_schema_is_on_the_page() -> None:
    definitions = json_schema()["$defs"]
    models = {name for name, item in definitions.items() if "enum" not in item}
    whole = {name for name in models if not name.startswith("Part")}

    assert whole - SCHEMA_OWN == HEADINGS.keys() - SCHEMA_OWN


def test_every_translated_key_exists() -> None:
    definitions = json_schema()["$defs"].values()
    keys = {key for item in definitions for key in item.get("properties", {})}

    assert TERMS.keys() <= keys


def test_the_page_names_the_rules_that_are_evaluated() -> None:
    assert list(RULES) == list(EVALUATED)
    for rule in RULES:
        assert (ROOT / "docs" / "rules" / f"{rule}.md").exists()


def codes_in(path: Path) -> set[str]:
    """Return the codes that a module writes, alone or before a colon or space."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    words = {re.split("[: ]", t)[0] for t in texts if isinstance(t, str)}
    return words & CODES.keys()


def test_every_code_is_reported_by_reading_or_checking() -> None:
    """Codes of unknown names are put together from the kind of the name."""
    folder = ROOT / "allocator" / "scenario"
    modules = [p for p in folder.rglob("*.py") if p.name != "codes.py"]
    modules += (ROOT / "allocator" / "access" / "network").glob("*.py")
    written = set().union(*map(codes_in, modules))
    kinds = {
        kind
        for module in (folder / "checks").glob("*references.py")
        for kind in re.findall(r'"(\w+)"', module.read_text(encoding="utf-8"))
    }
    built = {code for code in CODES if code.removeprefix("unknown-") in kinds}
    sections = {"no-services", "no-needs"}

    assert CODES.keys() - written - built - sections == set()


def test_every_code_is_covered_by_a_test() -> None:
    tests = [p for p in (ROOT / "tests").rglob("test_*.py") if p != Path(__file__)]
    covered = set().union(*map(codes_in, tests))

    assert CODES.keys() - covered == set()


def test_every_code_that_is_reported_is_on_the_page() -> None:
    """A first argument written like a code must be registered."""
    reported: set[str] = set()
    for path in (ROOT / "allocator" / "scenario").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            first = call.args[0] if call.args else None
            if name in {"error", "warning", "cells", "issue"} and isinstance(
                first, ast.Constant
            ):
                reported.add(str(first.value))

    assert reported - CODES.keys() == set()
    assert len(reported) > 30
