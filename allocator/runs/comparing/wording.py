"""What a comparison says, as sentences in either language."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import yaml

from allocator.runs.comparing.inputs import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from allocator.runs.comparing.inputs import InputChanges
    from allocator.runs.comparing.residents import Gains
    from allocator.runs.comparing.verdicts import Verdict

LANGUAGES = ("en", "zh")
MOST_LISTED = 8


@cache
def messages(language: str) -> Mapping[str, str]:
    """Read the messages of a language."""
    path = resources.files("allocator.runs").joinpath("data", f"{language}.yaml")
    content: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def input_sentences(
    changes: InputChanges, first: str, other: str, language: str = "en"
) -> list[str]:
    """Say what two runs have in common and what differs."""
    say = messages(language)
    lines = [say[f"inputs.{changes.basis}"].format(first=first, other=other)]
    if changes.basis is not Basis.SAME and changes.files:
        lines.append(_listed("files", changes.files, language))
    if changes.variants:
        ours, theirs = (name or say["inputs.no_variant"] for name in changes.variants)
        lines.append(say["inputs.variants"].format(first=ours, other=theirs))
    for kind in ("keys", "tables", "options"):
        items = getattr(changes, kind)
        if items:
            lines.append(_listed(kind, [str(item) for item in items], language))
    return lines


def _listed(kind: str, items: Sequence[str], language: str) -> str:
    """Return the first items, and how many there are beside them."""
    say = messages(language)
    shown = list(items[:MOST_LISTED])
    if len(items) > MOST_LISTED:
        shown.append(say["inputs.more"].format(count=len(items) - MOST_LISTED))
    return say[f"inputs.{kind}"].format(items="; ".join(shown))


def verdict_sentence(
    verdict: Verdict, first: str, other: str, *, maximizes: bool, language: str = "en"
) -> str:
    """Say which run is better, or why it is not decided."""
    say = messages(language)
    better = (
        (verdict.difference or 0.0) > 0
        if maximizes
        else ((verdict.difference or 0.0) < 0)
    )
    return say[f"verdict.{verdict.reason}"].format(
        first=first,
        other=other,
        outcome=say[f"outcome.{verdict.outcome}"],
        side=say["outcome.better" if better else "outcome.worse"],
        difference=figure(abs(verdict.difference or 0.0)),
        open=figure(verdict.still_open or 0.0),
    )


def gains_sentence(gains: Gains, first: str, other: str, language: str = "en") -> str:
    """Say how many person-needs gain and lose."""
    return messages(language)["gains"].format(
        first=first,
        other=other,
        gained=figure(gains.gained_persons),
        lost=figure(gains.lost_persons),
        net=f"{gains.net_persons:+,.0f}",
    )


def plan_sentences(
    counts: Mapping[str, tuple[bool, int]], language: str = "en"
) -> Iterator[str]:
    """Say which runs have no plan or break rules.

    Parameters
    ----------
    counts
        Whether each run has a plan, and how many rules it breaks.
    """
    say = messages(language)
    for run, (has_plan, broken) in counts.items():
        if not has_plan:
            yield say["no_plan"].format(run=run)
        elif broken:
            yield say["broken"].format(run=run, count=broken)


def figure(value: float) -> str:
    """Return a figure in few digits, thousands apart."""
    if value == 0.0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.4g}"
