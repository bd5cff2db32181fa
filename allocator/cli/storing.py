"""The commands `allocator runs …`: a folder of runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allocator.cli.comparing import lang_option, out_option, show_comparison
from allocator.cli.output import EXIT_DONE, number_text, say, show, table_text
from allocator.cli.solving import json_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocator.runs.entries import Entry

COLUMNS = (
    "scenario",
    "variant",
    "status",
    "objective",
    "gap",
    "coverage",
    "buildings",
    "capital_cost",
    "written_at",
    "tag",
)
"""Facts and measures in the list; all with ``--json``."""

store_option = click.option(
    "--store",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default="runs",
    show_default=True,
    help="Folder of runs.",
)
where_option = click.option(
    "--where",
    metavar="CONDITION",
    multiple=True,
    help="Such as status=optimal, coverage>=70%, tag=draft, scenario~river; "
    "may be repeated.",
)


class _ListByDefault(click.Group):
    """`allocator runs` alone, or with options, is `allocator runs list`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("-h", "--help")):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ListByDefault)
def runs() -> None:
    """List, tag, delete and compare the runs of a folder."""


@runs.command("list")
@store_option
@where_option
@click.option(
    "--sort",
    metavar="KEY",
    default="-written_at",
    show_default=True,
    help="Fact or measure; -KEY from large to small.",
)
@json_option
def list_(store: Path, where: tuple[str, ...], sort: str, as_json: bool) -> int:
    """List runs, newest first."""
    from allocator.runs.store import RunStore

    entries = RunStore(store).entries(where, sort)
    if as_json:
        show([entry.to_dict() for entry in entries])
        return EXIT_DONE
    whole = [entry for entry in entries if not entry.problem]
    show(_table(whole) if whole else "  no runs")
    for entry in entries:
        if entry.problem:
            say(f"note: {entry.name}: {entry.problem}")
    return EXIT_DONE


def _table(entries: Sequence[Entry]) -> str:
    import pandas as pd

    rows = [
        {"run": entry.name, **{key: _cell(entry.value(key)) for key in COLUMNS}}
        for entry in entries
    ]
    return table_text(pd.DataFrame(rows))


def _cell(value: Any) -> Any:
    return ",".join(value) if isinstance(value, list) else value


@runs.command("show")
@click.argument("run")
@store_option
@json_option
def show_(run: str, store: Path, as_json: bool) -> int:
    """Show all facts and measures of a run."""
    from allocator.runs.store import RunStore

    entry = RunStore(store).entry(run)
    if as_json:
        show(entry.to_dict())
        return EXIT_DONE
    facts = {k: _cell(v) for k, v in entry.to_dict().items()}
    width = max(map(len, facts))
    for key, value in facts.items():
        if value not in (None, ""):
            show(f"  {key.ljust(width)}  {number_text(value)}")
    return EXIT_DONE


@runs.command()
@click.argument("run")
@click.argument("tags", nargs=-1, required=True, metavar="TAG…")
@store_option
def tag(run: str, tags: tuple[str, ...], store: Path) -> int:
    """Add tags to a run."""
    from allocator.runs.store import RunStore

    show(" ".join(RunStore(store).tag(run, *tags)))
    return EXIT_DONE


@runs.command()
@click.argument("run")
@click.argument("tags", nargs=-1, required=True, metavar="TAG…")
@store_option
def untag(run: str, tags: tuple[str, ...], store: Path) -> int:
    """Remove tags from a run."""
    from allocator.runs.store import RunStore

    show(" ".join(RunStore(store).untag(run, *tags)))
    return EXIT_DONE


@runs.command()
@click.argument("names", nargs=-1, metavar="[RUN]…")
@store_option
@where_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(
    names: tuple[str, ...], store: Path, where: tuple[str, ...], yes: bool
) -> int:
    """Delete runs by name or condition; asks before."""
    from allocator.runs.store import RunStore

    found = RunStore(store)
    chosen = found.names(names, where)
    if not chosen:
        msg = "no run is named and none meets the conditions"
        raise click.UsageError(msg)
    if not yes:
        if not sys.stdin.isatty():
            msg = "nobody can be asked here; --yes deletes without asking"
            raise click.UsageError(msg)
        click.confirm(f"Delete {', '.join(chosen)}?", abort=True, err=True)
    for name in chosen:
        found.delete(name)
        show(name)
    return EXIT_DONE


@runs.command()
@store_option
def reindex(store: Path) -> int:
    """Build the index anew from the folders."""
    from allocator.runs.store import RunStore

    show(f"{RunStore(store).reindex()} runs")
    return EXIT_DONE


@runs.command("compare")
@click.argument("names", nargs=-1, metavar="[RUN]…")
@store_option
@where_option
@out_option
@lang_option
@json_option
def compare_(
    names: tuple[str, ...],
    store: Path,
    where: tuple[str, ...],
    out: Path | None,
    lang: str,
    as_json: bool,
) -> int:
    """Compare runs by name or condition, oldest first."""
    from allocator.runs.store import RunStore

    found = RunStore(store)
    folders = [found.folder / name for name in found.names(names, where)]
    return show_comparison(folders, out, lang, as_json=as_json)
