"""Reasons of the evaluator in the report's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.evaluate.wording import ENGLISH, Wording

if TYPE_CHECKING:
    from allocator.report.words import Words

USES = "use."
"""Messages that name features, land uses and former uses."""


def reason_wording(words: Words) -> Wording:
    """Return the sentences in which reasons are given."""
    sentences = {key: words.text(f"reason.{key}") for key in ENGLISH.sentences}
    return Wording(sentences, words.starting_with(USES))
