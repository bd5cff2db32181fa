"""The commands that make no run: look at scenarios, runs and the format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from allocator.cli.output import (
    EXIT_DONE,
    EXIT_USAGE,
    issue_record,
    issue_totals,
    say,
    show,
)
from allocator.cli.solving import json_option, variant_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocator.issues import Issue
    from allocator.runs import Run


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--template",
    metavar="NAME",
    help="Which scenario to start from: small (default), catalogue or covering.",
)
@click.option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    help="Write one commented input workbook with drop-downs, in this language.",
)
def init(directory: Path, template: str | None, lang: str | None) -> int:
    """Write a small commented scenario to start from.

    Tables are CSV files, or with --lang the sheets of one workbook.
    """
    from allocator.scenario.templates import write_input_workbook, write_template

    if lang is None:
        write_template(directory, template)
    elif template is None:
        write_input_workbook(directory, lang)
    else:
        msg = "--lang writes an input workbook and goes with no --template"
        raise click.UsageError(msg)
    say(f"next: allocator validate {directory}")
    show(str(directory))
    return EXIT_DONE


@click.command()
@click.argument("scenario")
@variant_option
@json_option
def validate(scenario: str, variant: str | None, as_json: bool) -> int:
    """Check everything and solve nothing.

    Every problem is listed at once. Without --variant every variant of the scenario is
    checked too.
    """
    from allocator.scenario import check_scenario, declared_variants

    issues = check_scenario(scenario, variant=variant)
    if variant is None and not any(issue.severity == "error" for issue in issues):
        for name in declared_variants(scenario):
            found = check_scenario(scenario, variant=name)
            issues += tuple(issue for issue in found if issue not in issues)
    valid = not any(issue.severity == "error" for issue in issues)
    if valid:
        issues += _street_issues(scenario, variant)
    if as_json:
        show({"valid": valid, "issues": [issue_record(issue) for issue in issues]})
    else:
        for issue in issues:
            show(str(issue))
        show(f"{'valid' if valid else 'invalid'}: {issue_totals(issues)}")
    return EXIT_DONE if valid else EXIT_USAGE


def _street_issues(scenario: str, variant: str | None) -> tuple[Issue, ...]:
    """Return what is worth knowing of the street network, in mode network."""
    from allocator.access.network.cache import network_of
    from allocator.access.network.facts import network_issues
    from allocator.scenario import read_scenario
    from allocator.scenario.schema import AccessMode

    checked = read_scenario(scenario, variant=variant)
    if checked.spec.access.mode is not AccessMode.NETWORK:
        return ()
    return network_issues(checked, network_of(checked))


@click.command()
@click.argument("scenario")
@click.option(
    "--out",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Table to write, CSV or Parquet by the file's name.",
)
@variant_option
def travel(scenario: str, out: Path, variant: str | None) -> int:
    """Write walking times as the table `travel`, for any program."""
    from allocator.access import build_access
    from allocator.access.export import write_travel
    from allocator.scenario import read_scenario

    if out.suffix.lower() not in (".csv", ".parquet"):
        msg = f"--out {out} ends neither in .csv nor in .parquet"
        raise click.UsageError(msg)
    checked = read_scenario(scenario, variant=variant)
    pairs = write_travel(checked, build_access(checked), out)
    say(f"{pairs:,} walking times")
    show(str(out))
    return EXIT_DONE


@click.command()
@click.argument("scenario")
@click.option(
    "--plan",
    "plan_source",
    metavar="RUN|FILE",
    help="Compare streets and straight lines for the sites of this plan.",
)
@click.option(
    "--shortfall",
    "shortfall_file",
    metavar="FILE.csv",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the shortfall by area and service, ranked, as CSV.",
)
@variant_option
@json_option
def describe(
    scenario: str,
    plan_source: str | None,
    shortfall_file: Path | None,
    variant: str | None,
    as_json: bool,
) -> int:
    """Show sizes, demand, shortfall, and what suits where.

    The shortfall is that of the existing facilities alone, before planning; a scenario
    without buildings will do.
    """
    if shortfall_file is not None and shortfall_file.suffix.lower() != ".csv":
        msg = f"--shortfall {shortfall_file} does not end in .csv"
        raise click.UsageError(msg)
    from allocator.cli.describing import description_text
    from allocator.scenario import read_scenario
    from allocator.shortfall import describe as describe_scenario

    checked = read_scenario(scenario, variant=variant)
    plan = None
    if plan_source is not None:
        from allocator.runs import read_plan

        plan = read_plan(checked, plan_source)
    description = describe_scenario(checked, plan)
    if shortfall_file is not None:
        from allocator.runs.tables import write_table

        write_table(description.city.services, shortfall_file)
    show(description.to_dict() if as_json else description_text(description))
    return EXIT_DONE


@click.command()
@click.argument("run", metavar="RUN")
@click.option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Language of the page.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["html", "xlsx", "gpkg", "png", "svg"]),
    default="html",
    show_default=True,
    help="html (one page), xlsx (workbook), gpkg (map layers with styles), png or svg "
    "(charts).",
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="File to write; default: RUN-report-LANG.FORMAT beside the run. Charts go "
    "into a folder, one file for each, or onto one sheet when FILE ends in .png or "
    ".svg; default: RUN-charts-LANG.",
)
def report(run: str, lang: str, kind: str, out: Path | None) -> int:
    """Write a run as page, workbook, map layers or charts."""
    from allocator.runs import read_run

    found = read_run(run)
    folder = found.folder.resolve()
    if kind in ("png", "svg"):
        from allocator.report.charts import write_charts

        target = out or folder.with_name(f"{folder.name}-charts-{lang}")
        files, notes = write_charts(found, target, lang, kind=kind)
        for note in notes:
            say(f"note: {note}")
        for path in files:
            show(str(path))
        return EXIT_DONE
    target = out or folder.with_name(f"{folder.name}-report-{lang}.{kind}")
    if target.is_dir():
        msg = f"--out {target} is a folder"
        raise click.UsageError(msg)
    _report_writer(kind)(found, target, lang)
    show(str(target))
    return EXIT_DONE


def _report_writer(kind: str) -> Callable[[Run, Path, str], None]:
    """Return what writes a report of a kind into one file."""
    if kind == "html":
        from allocator.report import write_report

        return write_report
    if kind == "xlsx":
        from allocator.report.workbook import write_workbook

        return write_workbook
    from allocator.report.geopackage import write_geopackage

    return write_geopackage


@click.command()
def schema() -> int:
    """Write the JSON Schema of scenario.yaml, for editors."""
    from allocator.scenario.json_schema import json_schema

    show(json_schema())
    return EXIT_DONE
