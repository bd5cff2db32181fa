"""Both languages have the same messages, and one for every reason and step."""

from __future__ import annotations

import re

import pytest

from allocator.errors import OptionsInvalid
from allocator.evaluate.wording import ENGLISH
from allocator.explain import explain_limits
from allocator.explain.chain import Step
from allocator.explain.loss import Verdict
from allocator.explain.words import LANGUAGES, messages
from allocator.scenario.schema import Measure
from tests.explain.samples import riverside


def test_the_languages_have_the_same_messages_with_the_same_values() -> None:
    english, chinese = (messages(language) for language in LANGUAGES)
    own = {key for key in chinese if not key.startswith(("reason.", "use."))}
    assert english.keys() == own
    for key, text in english.items():
        values = set(re.findall(r"\{(\w+)", text))
        assert values == set(re.findall(r"\{(\w+)", chinese[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_message(language: str) -> None:
    known = messages(language)
    wanted = {f"chain.{step.word}" for step in Step}
    wanted |= {f"step.{step.word}" for step in Step}
    wanted |= {f"loss.{verdict.value}" for verdict in Verdict}
    wanted |= {f"measure.{measure.value}" for measure in Measure}
    assert wanted <= known.keys()


def test_every_reason_of_the_evaluator_has_its_chinese_sentence() -> None:
    chinese = messages("zh")
    for key, text in ENGLISH.sentences.items():
        values = re.findall(r"\{(\w+)", text)
        assert sorted(values) == sorted(
            re.findall(r"\{(\w+)", chinese[f"reason.{key}"])
        )


def test_other_languages_are_refused() -> None:
    with pytest.raises(OptionsInvalid, match="no explanations in 'fr'"):
        explain_limits(riverside()).text("fr")
