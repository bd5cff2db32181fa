"""A folder of runs: what is listed is what is there, whatever the index says."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

import allocator as al
from allocator.errors import OptionsInvalid
from allocator.runs import store as store_module
from allocator.runs.store import INDEX, RunStore
from tests.builders import make_scenario, need, service

LONG_AGO_NS = 1_700_000_000_000_000_000


def evaluated(places: int) -> al.Result:
    city = make_scenario(
        services=[service("canteen", equipment_cost_per_place=10)],
        needs=[need("lunch", "canteen")],
    )
    plan = al.Plan.from_places({("B1", "R1", "canteen", "main"): places})
    return al.evaluate(city, plan)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of 5 and 10 places: 35 and 70 persons of 100."""
    folder = tmp_path_factory.mktemp("written")
    for places in (5, 10):
        al.write_run(evaluated(places), folder / f"with-{places}")
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A copy of the runs, as old as runs usually are."""
    runs = tmp_path / "runs"
    shutil.copytree(written, runs)
    for day, places in enumerate((5, 10), start=1):
        path = runs / f"with-{places}" / "run.json"
        record = json.loads(path.read_text(encoding="utf-8"))
        record["written_at"] = f"2026-01-0{day}T08:00:00+00:00"
        path.write_text(json.dumps(record), encoding="utf-8")
        os.utime(path, ns=(LONG_AGO_NS, LONG_AGO_NS))
    return runs


def names(folder: Path, *where: str, sort: str = "run") -> list[str]:
    return [entry.name for entry in RunStore(folder).entries(where, sort)]


def kept(folder: Path) -> dict[str, dict[str, object]]:
    runs = json.loads((folder / INDEX).read_text(encoding="utf-8"))["runs"]
    assert isinstance(runs, dict)
    return runs


def test_runs_are_listed_with_facts_and_measures(folder: Path) -> None:
    table = RunStore(folder).table(sort="coverage").set_index("run")
    assert table.index.tolist() == ["with-5", "with-10"]
    assert table["coverage"].tolist() == [pytest.approx(0.35), pytest.approx(0.7)]
    assert table["status"].tolist() == ["evaluated"] * 2
    assert table["scenario"].tolist() == ["tiny"] * 2


def test_what_is_no_run_is_left_out(folder: Path) -> None:
    (folder / "notes").mkdir()
    (folder / ".half.tmp-0123abcd").mkdir()
    shutil.copy(folder / "with-5" / "run.json", folder / ".half.tmp-0123abcd")
    (folder / "page.html").write_text("", encoding="utf-8")
    assert names(folder) == ["with-10", "with-5"]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("coverage>=0.5", ["with-10"]),
        ("coverage<50%", ["with-5"]),
        ("capital_cost=100", ["with-10"]),
        ("capital_cost!=100", ["with-5"]),
        ("run~10", ["with-10"]),
        ("status=evaluated", ["with-10", "with-5"]),
        ("status!=evaluated", []),
        ("variant=", ["with-10", "with-5"]),
        ("variant=poor", []),
        ("bound=", ["with-10", "with-5"]),
        ("bound>0", []),
        ("written_at>=2020-01-01", ["with-10", "with-5"]),
        ("steps=many", []),
        ("tag=draft", ["with-5"]),
        ("tag!=draft", ["with-10"]),
        ("tag~raf", ["with-5"]),
    ],
)
def test_conditions(folder: Path, where: str, found: list[str]) -> None:
    RunStore(folder).tag("with-5", "draft")
    assert names(folder, where) == found


def test_conditions_hold_together_and_order_is_by_any_key(folder: Path) -> None:
    assert names(folder, "coverage>0.1", "coverage<0.5") == ["with-5"]
    assert names(folder, sort="-coverage") == ["with-10", "with-5"]
    assert names(folder, sort="capital_cost") == ["with-5", "with-10"]


def test_an_unknown_key_is_named_with_the_nearest(folder: Path) -> None:
    with pytest.raises(OptionsInvalid, match="did you mean coverage"):
        names(folder, "covrage>0.5")
    with pytest.raises(OptionsInvalid, match="did you mean coverage"):
        names(folder, sort="covrage")
    with pytest.raises(OptionsInvalid, match="is no condition"):
        names(folder, "coverage")


def test_tags_stay_with_the_folder(folder: Path) -> None:
    store = RunStore(folder)
    assert store.tag("with-5", "初稿", "v1.2") == ("v1.2", "初稿")
    (folder / "with-5").rename(folder / "moved")
    assert store.entry("moved").tags == ("v1.2", "初稿")
    assert store.untag("moved", "v1.2", "never-there") == ("初稿",)


@pytest.mark.parametrize("word", ["", "../up", ".hidden", "a b", "a/b", "x" * 61])
def test_a_tag_is_a_plain_word(folder: Path, word: str) -> None:
    with pytest.raises(OptionsInvalid, match="is no tag"):
        RunStore(folder).tag("with-5", word)


def test_a_deleted_run_is_gone_and_the_others_stay(folder: Path) -> None:
    store = RunStore(folder)
    assert len(store.entries()) == 2
    store.delete("with-5")
    assert names(folder) == ["with-10"]
    assert {path.name for path in folder.iterdir()} == {INDEX, "with-10"}
    with pytest.raises(al.RunError, match="no run 'with-5'"):
        store.delete("with-5")


def test_only_runs_of_the_store_are_deleted(folder: Path, written: Path) -> None:
    (folder / "notes").mkdir()
    store = RunStore(folder)
    for name in ("notes", "..", ".", str(written / "with-5"), "with-7"):
        with pytest.raises(al.RunError):
            store.delete(name)
    assert (written / "with-5" / "run.json").is_file()
    store.delete(str(folder / "with-5"))
    assert names(folder) == ["with-10"]


def test_deleting_a_link_leaves_what_it_points_at(folder: Path, written: Path) -> None:
    (folder / "link").symlink_to(written / "with-5")
    assert "link" in names(folder)
    RunStore(folder).delete("link")
    assert not os.path.lexists(folder / "link")
    assert (written / "with-5" / "run.json").is_file()


def test_the_index_saves_reading(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names(folder)
    read: list[Path] = []

    def watched(path: Path) -> tuple[dict[str, object], str]:
        read.append(path)
        return {}, "read again"

    monkeypatch.setattr(store_module, "_read_facts", watched)
    assert RunStore(folder).table()["problem"].tolist() == ["", ""]
    assert read == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"format": "allocator-index/9", "runs": {}}',
        '{"format": "allocator-index/1", "runs": []}',
        '{"format": "allocator-index/1", "runs": {"with-5": 1, "ghost": {}}}',
    ],
)
def test_a_damaged_index_is_built_anew(folder: Path, text: str) -> None:
    (folder / INDEX).write_text(text, encoding="utf-8")
    assert names(folder) == ["with-10", "with-5"]
    assert set(kept(folder)) == {"with-5", "with-10"}


def test_the_folders_win_over_the_index(folder: Path) -> None:
    names(folder)
    shutil.rmtree(folder / "with-10")
    record = json.loads((folder / "with-5" / "run.json").read_text(encoding="utf-8"))
    record["measures"]["coverage"] = 0.123
    (folder / "with-5" / "run.json").write_text(json.dumps(record), encoding="utf-8")
    table = RunStore(folder).table()
    assert table["run"].tolist() == ["with-5"]
    assert table["coverage"].tolist() == [0.123]


def test_a_run_just_written_is_not_kept_yet(folder: Path) -> None:
    os.utime(folder / "with-5" / "run.json")
    assert names(folder) == ["with-10", "with-5"]
    assert set(kept(folder)) == {"with-10"}


def test_reindex_forgets_what_the_index_said(folder: Path) -> None:
    names(folder)
    runs = kept(folder)
    facts = runs["with-5"]["facts"]
    assert isinstance(facts, dict)
    facts["coverage"] = 9.0
    index = {"format": "allocator-index/1", "runs": runs}
    (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")
    assert RunStore(folder).reindex() == 2
    assert names(folder, "coverage>1") == []


def test_a_folder_that_cannot_be_written_is_listed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*unused: object, **further: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_text", refuse)
    monkeypatch.setattr(Path, "touch", refuse)
    monkeypatch.setattr(Path, "rename", refuse)
    assert names(folder) == ["with-10", "with-5"]
    assert not (folder / INDEX).exists()
    with pytest.raises(al.RunError, match=r"cannot tag .*Permission denied"):
        RunStore(folder).tag("with-5", "draft")
    with pytest.raises(al.RunError, match=r"cannot delete .*Permission denied"):
        RunStore(folder).delete("with-5")


def problems(folder: Path) -> dict[str, str]:
    return {e.name: e.problem for e in RunStore(folder).entries() if e.problem}


def test_runs_that_cannot_be_read_are_named(folder: Path) -> None:
    for name in ("newer", "broken", "half", "bare"):
        shutil.copytree(folder / "with-5", folder / name)
    text = (folder / "newer" / "run.json").read_text(encoding="utf-8")
    newer = text.replace("allocator-run/1", "allocator-run/2")
    (folder / "newer" / "run.json").write_text(newer, encoding="utf-8")
    (folder / "broken" / "run.json").write_text(text[:100], encoding="utf-8")
    (folder / "half" / "run.json").unlink()
    (folder / "bare" / "served.parquet").unlink()
    found = problems(folder)
    assert "'allocator-run/2'" in found.pop("newer")
    assert "run.json cannot be read" in found.pop("broken")
    assert found == {
        "half": "incomplete: run.json missing",
        "bare": "incomplete: served.parquet missing",
    }
    assert names(folder, "coverage>0") == ["with-10", "with-5"]
    assert set(RunStore(folder).names(where=["run~"])) == {"with-10", "with-5"}


def test_runs_are_compared_by_tag(folder: Path) -> None:
    store = RunStore(folder)
    for name in ("with-5", "with-10"):
        store.tag(name, "both")
    assert store.compare(where=["tag=both"]).labels == ("with-5", "with-10")
    assert store.compare(["with-10", "with-5"]).labels == ("with-10", "with-5")


def test_a_store_shows_its_runs(folder: Path, tmp_path: Path) -> None:
    assert "with-10" in RunStore(folder)._repr_html_()
    (tmp_path / "empty").mkdir()
    assert "<td" in RunStore(tmp_path / "empty")._repr_html_()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(al.RunError, match="no folder of runs"):
        RunStore(tmp_path / "absent")


def write_and_tag(folder: str, worker: int, rounds: int) -> int:
    """Write runs, tag the common one, and list all the while."""
    store = RunStore(folder)
    result = evaluated(worker + 1)
    listed = 0
    for k in range(rounds):
        al.write_run(result, Path(folder) / f"new-{worker}-{k}")
        store.tag("with-5", f"w{worker}-{k}")
        listed = len(store.entries())
    return listed


def delete_every(folder: str, prefix: str, rounds: int) -> int:
    """Delete what appears under a prefix, tag the rest, until enough are gone."""
    store, gone = RunStore(folder), 0
    while gone < rounds:
        for entry in store.entries([f"run~{prefix}"]):
            store.delete(entry.name)
            gone += 1
    return gone


def test_several_processes_write_tag_delete_and_list_at_once(folder: Path) -> None:
    rounds = 8
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(3, mp_context=spawn) as pool:
        writers = [pool.submit(write_and_tag, str(folder), w, rounds) for w in (0, 1)]
        deleter = pool.submit(delete_every, str(folder), "new-1-", rounds)
        assert all(writer.result(120) >= 3 for writer in writers)
        assert deleter.result(120) == rounds
    expected = ["with-10", "with-5", *(f"new-0-{k}" for k in range(rounds))]
    assert sorted(names(folder)) == sorted(expected)
    tags = RunStore(folder).entry("with-5").tags
    assert set(tags) == {f"w{w}-{k}" for w in (0, 1) for k in range(rounds)}
    assert set(kept(folder)) <= set(expected)
    assert problems(folder) == {}
    hidden = [path.name for path in folder.iterdir() if path.name.startswith(".")]
    assert hidden == [INDEX]
