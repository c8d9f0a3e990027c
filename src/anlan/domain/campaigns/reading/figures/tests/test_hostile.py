"""Texts made to stall or break a reader: it ends, soon, and says only what is there."""

from __future__ import annotations

import time

import pytest

from anlan.domain.campaigns.reading.arithmetic import contradictions
from anlan.domain.campaigns.reading.figures import read

SIZE = 8_000


@pytest.mark.parametrize(
    "piece",
    ["1", "一", "a", "a1", "1家", "《", "》", "“三违”", "全覆盖", "其中", "20%", "2022111日", "+1", "1+", "每", "、", "\n",
     "\0", " ", "第", "年", "2020年", "至", "1,", "万", "🙂", "其中1家", "所有", "未发生事故", "(", "·", "电话"],
)  # fmt: skip
def test_it_ends(piece: str) -> None:
    text = piece * (SIZE // len(piece))
    began = time.process_time()
    figures = read(text)
    contradictions(figures, text)
    assert time.process_time() - began < 5
    for figure in figures:
        assert text[figure.start : figure.end] == figure.text


def test_a_number_of_thousands_of_digits_is_no_figure() -> None:
    assert read("检查企业" + "9" * 5000 + "家。") == []
    assert read("检查企业" + "九" * 5000 + "家。") == []


@pytest.mark.parametrize("text", ["", "\n\n", "。", "\ufeff", "1", "%", "2020", "家"])
def test_nothing_is_read_in_nothing(text: str) -> None:
    assert read(text) == []
    assert contradictions([], text) == []
