"""The command `explain`: why, why not, which limits bind, which sites matter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allocator.cli.output import EXIT_DONE, say, show, table_text
from allocator.cli.solving import FiniteRange, json_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocator.explain import Explanation
    from allocator.explain.known import Known
    from allocator.options import SolveOptions

MOST_ROWS = 60
"""Rows of a long table shown; all are in the JSON."""
NEED_BUILDING = ("space", "service", "session")

language_option = click.option(
    "--lang",
    "language",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Language of the answer.",
)


@click.command()
@click.argument("run", metavar="RUN")
@click.option("--building", metavar="B", help="Why what is, and is not, in a building.")
@click.option("--space", metavar="R", help="This space of the building alone.")
@click.option("--service", metavar="S", help="This service alone.")
@click.option("--session", metavar="H", help="This session alone.")
@click.option("--community", metavar="C", help="Why a community is not covered.")
@click.option("--need", metavar="N", help="This need of the community alone.")
@click.option(
    "--replacement",
    type=click.Choice(["building", "service"]),
    help="Which buildings, or services, matter: what is lost without each.",
)
@click.option(
    "--top",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    help="How many replacements are solved. Default: none, estimates alone.",
)
@click.option(
    "--alternatives",
    metavar="N",
    type=click.IntRange(min=1),
    help="Look for so many different plans that are nearly as good.",
)
@click.option(
    "--within",
    metavar="SHARE",
    type=FiniteRange(min=0, max=1),
    default=0.03,
    show_default=True,
    help="How far an alternative may be below the run's plan.",
)
@click.option(
    "--differ",
    metavar="SHARE",
    type=FiniteRange(min=0, max=1, min_open=True),
    default=0.2,
    show_default=True,
    help="Least distance between two alternatives.",
)
@click.option(
    "--more",
    metavar="SHARE",
    type=FiniteRange(min=0, min_open=True),
    help="Also solve with each binding limit raised by this share.",
)
@click.option(
    "--prices", is_flag=True, help="Also show what the price bound says of the limits."
)
@click.option(
    "--solve",
    is_flag=True,
    help="Also solve: the building's services pinned in (or out), the community's "
    "next site pinned in.",
)
@click.option(
    "--time-limit",
    "time_limit_s",
    metavar="S",
    type=FiniteRange(min=0, min_open=True),
    help="Wall seconds of each solve. Default: 10.",
)
@click.option(
    "--max-steps", metavar="N", type=click.IntRange(min=0), help="Most steps of each."
)
@click.option(
    "--workers", metavar="N", type=click.IntRange(min=1), help="Processes or threads."
)
@language_option
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the answer as HTML, CSV or JSON, by the file's name.",
)
@json_option
def explain(
    run: str, language: str, out: Path | None, as_json: bool, **asked: Any
) -> int:
    """Say why: a building, a community, the limits, the sites that matter.

    With neither --building nor --community nor --replacement nor --alternatives it
    shows which limits bind; of an infeasible run, which rules cannot hold together.
    """
    answer = _answer(run, asked)
    if out is not None:
        from allocator.report.answers import write_answer

        write_answer(answer, out, language)
    if as_json:
        show(answer.to_dict())
        return EXIT_DONE
    show(answer_text(answer, language))
    if out is not None:
        show(str(out))
    return EXIT_DONE


def answer_text(answer: Explanation, language: str) -> str:
    """Return an explanation as text for a terminal."""
    parts = [answer.title(answer.words(language))]
    for block in answer.blocks(language):
        lines = [block.title, *(f"  {line}" for line in block.lines)]
        if block.table is not None and len(block.table):
            lines.append(table_text(block.table, most_rows=MOST_ROWS))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _answer(run: str, asked: dict[str, Any]) -> Explanation:
    """Ask the question that the options put."""
    kinds = ("building", "community", "replacement", "alternatives")
    chosen = [name for name in kinds if asked[name] is not None]
    if len(chosen) > 1:
        msg = f"--{chosen[0]} and --{chosen[1]} are two questions; ask one"
        raise click.UsageError(msg)
    kind = chosen[0] if chosen else "limits"
    stray = [name for name in NEED_BUILDING if asked[name] and kind != "building"]
    stray += ["need"] if asked["need"] and kind != "community" else []
    if stray:
        owner = "--community" if stray[0] == "need" else "--building"
        msg = f"--{stray[0]} goes with {owner}"
        raise click.UsageError(msg)
    from allocator.explain.known import known

    return _QUESTIONS[kind](known(run), asked)


def _building(run: Known, asked: dict[str, Any]) -> Explanation:
    from allocator.explain import explain_building

    own = {name: asked[name] for name in (*NEED_BUILDING, "solve")}
    return explain_building(run, asked["building"], options=_options(run, asked), **own)


def _community(run: Known, asked: dict[str, Any]) -> Explanation:
    from allocator.explain import explain_community

    own = {name: asked[name] for name in ("need", "solve")}
    return explain_community(
        run, asked["community"], options=_options(run, asked), **own
    )


def _replacement(run: Known, asked: dict[str, Any]) -> Explanation:
    from allocator.explain import explain_replacement

    return explain_replacement(
        run,
        kind=asked["replacement"],
        top=asked["top"],
        options=_options(run, asked),
        on_solved=lambda name: say(f"solved without {name}"),
    )


def _alternatives(run: Known, asked: dict[str, Any]) -> Explanation:
    from allocator.explain import explain_alternatives

    return explain_alternatives(
        run,
        number=asked["alternatives"],
        within=asked["within"],
        differ=asked["differ"],
        options=_options(run, asked),
        on_solved=lambda name: say(f"plan {name} solved"),
    )


def _limits(run: Known, asked: dict[str, Any]) -> Explanation:
    from allocator.explain import explain_limits

    own = {name: asked[name] for name in ("more", "prices")}
    return explain_limits(run, options=_options(run, asked), **own)


_QUESTIONS: dict[str, Callable[[Known, dict[str, Any]], Explanation]] = {
    "building": _building,
    "community": _community,
    "replacement": _replacement,
    "alternatives": _alternatives,
    "limits": _limits,
}


def _options(run: Known, asked: dict[str, Any]) -> SolveOptions:
    """Return the options of each solve; the scenario's own fill the others."""
    from allocator.explain.known import DEFAULT_TIME_LIMIT_S
    from allocator.options import SolveOptions

    given = {name: asked[name] for name in ("time_limit_s", "max_steps", "workers")}
    given["time_limit_s"] = given["time_limit_s"] or DEFAULT_TIME_LIMIT_S
    return SolveOptions.for_scenario(run.scenario, **given)
