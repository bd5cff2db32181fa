"""The JSON Schema takes every sound scenario and finds what editors can find."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from allocator.issues import IssueCollector
from allocator.scenario.json_schema import json_schema
from allocator.scenario.nodes import as_plain
from allocator.scenario.yaml_loader import load_yaml
from tests.docs.json_schema import faults
from tests.scenario.sound import DOCUMENT

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted(
    [
        *ROOT.glob("allocator/scenario/templates/data/*/scenario.yaml"),
        *ROOT.glob("scenarios/*/scenario.yaml"),
    ]
)
SCHEMA = json_schema()


def found(document: dict[str, Any]) -> list[str]:
    return faults(SCHEMA, document, SCHEMA)


def test_the_committed_schema_is_current() -> None:
    """Write it again with `python -m allocator.scenario.reference`."""
    committed = (ROOT / "docs/scenario.schema.json").read_text(encoding="utf-8")

    assert json.loads(committed) == SCHEMA


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    text = json.dumps(SCHEMA)
    names = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}

    assert names <= SCHEMA["$defs"].keys()
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.parent.name)
def test_bundled_scenarios_fit_the_schema(path: Path) -> None:
    collector = IssueCollector()
    root = load_yaml(path, path.name, collector)
    assert root is not None

    assert found(as_plain(root)) == []


SOUND_CHANGES: list[dict[str, Any]] = [
    {},
    {"rules": {"coverage_floor": {"total": 0.5, "needs": {"lunch": {"persons": 8}}}}},
    {"rules": {"coverage_floor": {"communities": {"lunch": 0.3}}}},
    {"goals": [{"minimize": [{"measure": "capital_cost"}]}]},
    {"goals": [{"maximize": {"covered_persons": 1, "capital_cost": -1}}]},
    {"tables": {"zones": "zones.csv"}},
    {"tables": {"zones": {"file": "a.xlsx#b", "columns": {"zone_id": "编号"}}}},
    {"catalogue": "cn-community", "services": [{"id": "canteen", "m2_per_place": 2}]},
    {"extends": "../a/scenario.yaml", "needs": [{"id": "lunch", "remove": True}]},
    {"variants": {"low": {"limits": {"buildings": None}, "access": {"detour": 1.2}}}},
    {"variants": {"b": {"services": [{"id": "canteen", "turns": 2}]}}},
]


@pytest.mark.parametrize("change", SOUND_CHANGES)
def test_sound_documents_fit_the_schema(change: dict[str, Any]) -> None:
    assert found(DOCUMENT | change) == []


FAULTY_CHANGES: list[dict[str, Any]] = [
    {"format": "allocator/2"},
    {"servces": []},
    {"services": [{"id": "canteen"}]},
    {"limits": {"capital_budget": -1}},
    {"rules": {"coverage_floor": {"total": 1.5}}},
    {"goals": [{"maximize": {"happiness": 1}}]},
    {"tables": {"zones": {"file": "z.csv", "columns": {"zone": "编号"}}}},
    {"tables": {"zonen": "zones.csv"}},
    {"catalogue": "cn-comunity"},
    {"access": {"mode": "flight"}},
    {"variants": {"low": {"limit": {}}}},
    {"variants": {"low": {"needs": [{"weight": 2}]}}},
    {"variants": {"low": {"needs": [{"id": "lunch", "accepts": [{}]}]}}},
]


@pytest.mark.parametrize("change", FAULTY_CHANGES)
def test_faulty_documents_do_not_fit_the_schema(change: dict[str, Any]) -> None:
    assert found(DOCUMENT | change) != []
