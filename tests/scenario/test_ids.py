"""Quick answers about columns of ids are the same as careful ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from allocator.scenario.columns import Kind
from allocator.scenario.convert import convert
from allocator.scenario.ids import ascends, find_texts, same_texts


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], True),
        (["b"], True),
        (["a", "b", "ba"], True),
        (["a", "a"], False),
        (["b", "a"], False),
        (["9", "10"], False),
    ],
)
def test_ascending_means_sorted_without_repetition(
    texts: list[str], expected: bool
) -> None:
    assert ascends(np.array(texts, object)) is expected


def test_same_texts_need_the_same_order_and_length() -> None:
    one = pd.Series(["a", "b"], dtype=object)
    assert same_texts(one, np.array(["a", "b"], object))
    assert not same_texts(one, pd.Series(["b", "a"], dtype=object))
    assert not same_texts(one, pd.Series(["a"], dtype=object))
    assert not same_texts(one, pd.Series(["a", "c"], dtype=object))


@pytest.mark.parametrize(
    "texts", [["a1", "b2"], ["a 1", "b"], [" a", "b "], ["é", "b"], ["", "b"], [None]]
)
def test_texts_of_arrow_are_read_as_any_others(texts: list[str | None]) -> None:
    held = pd.Series(texts, dtype="str")
    plain = pd.Series(texts, dtype=object)
    for kind in (Kind.ID, Kind.TEXT):
        fast, slow = convert(held, kind), convert(plain, kind)
        assert fast.values.tolist() == slow.values.tolist()
        assert fast.absent.tolist() == slow.absent.tolist()
        assert fast.trimmed == slow.trimmed


def test_a_part_of_a_column_of_arrow_is_looked_at_alone() -> None:
    held = pd.Series(["a b", "c", "d", "é"], dtype="str").iloc[1:3]
    cells = convert(held, Kind.ID)
    assert cells.values.tolist() == ["c", "d"]
    assert not cells.absent.any()


@pytest.mark.parametrize("dtype", ["str", object])
def test_texts_are_found_by_position(dtype: str) -> None:
    values = pd.Series(["b", "", "a", "x", "b"], dtype=dtype)
    assert find_texts(["a", "b"], values).tolist() == [1, -1, 0, -1, 1]
    assert find_texts(np.array(["", "b"], object), values[:2]).tolist() == [1, 0]
    assert find_texts([], values[:1]).tolist() == [-1]
