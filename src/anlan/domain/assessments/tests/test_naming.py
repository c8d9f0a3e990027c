"""Who is named on the red and the black list."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from anlan.domain.assessments.queries import Ranking


def _named(ranks: list[int | None], vetoed: tuple[int, ...] = (), size: int = 3) -> list[Any]:
    rows: list[Any] = [
        SimpleNamespace(score=SimpleNamespace(pk=n, rank=rank, vetoed=n in vetoed))
        for n, rank in enumerate(ranks)
    ]
    ranking = Ranking(None, SimpleNamespace(red=size, black=size), rows, [])  # type: ignore[arg-type]
    return [[row.score.pk for row in rows] for rows in (ranking.red, ranking.black)]


@pytest.mark.parametrize(
    ("ranks", "red", "black"),
    [
        ([1, 2, 3, 4, 5, 6, 7], [0, 1, 2], [4, 5, 6]),
        # Of nine in one place none is among the three worst.
        ([1, 1, 1, *[4] * 9, 13, 14], [0, 1, 2], [12, 13]),
        ([1, 2, 3, 4, 5, 6, 6, 6], [0, 1, 2], [5, 6, 7]),
        ([1, 1, 1, 1, 1], [0, 1, 2, 3, 4], []),
        # Nobody stands on both.
        ([1, 2], [0, 1], []),
        ([1, 2, 3, 4, None], [0, 1, 2], [3]),
    ],
)
def test_a_place_that_more_share_than_there_is_room_for_names_nobody_as_worst(
    ranks: list[int | None], red: list[int], black: list[int]
) -> None:
    assert _named(ranks) == [red, black]


def test_a_veto_names_whatever_the_place() -> None:
    assert _named([1, 2, 3, 4, 5, 6, 7], vetoed=(0,)) == [[1, 2], [0, 4, 5, 6]]
    assert _named([1, 2, 3, 4], size=0, vetoed=(2,)) == [[], [2]]
