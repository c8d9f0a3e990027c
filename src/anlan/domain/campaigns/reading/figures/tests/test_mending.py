"""Signs that an extractor lost are put back where one reading is legal, and only there."""

from __future__ import annotations

import pytest

from anlan.domain.campaigns.reading.figures import read
from anlan.domain.campaigns.reading.figures.folding import fold
from anlan.domain.campaigns.reading.figures.mending import mend, month_and_day


@pytest.mark.parametrize(
    ("damaged", "mended"),
    [
        ("20204月", "2020年4月"), ("202212月", "2022年12月"), ("20211月", "2021年1月"),
        ("2022810日", "2022年8月10日"), ("20221123日", "2022年11月23日"), ("至1028日", "至10月28日"),
        ("27.0%23.6%", "27.0%、23.6%"), ("达100%20211月,", "达100%。2021年1月,"),
        ("17.7%20.0%2021年", "17.7%、20.0%。2021年"),
        # Two readings: nothing is put back.
        ("2022111日", "2022111日"), ("2022121日", "2022121日"),
        # No reading, and nothing lost.
        ("202213月", "202213月"), ("12034月", "12034月"), ("2022年11月23日", "2022年11月23日"), ("编号20201234", "编号20201234"),
    ],
)  # fmt: skip
def test_mending(damaged: str, mended: str) -> None:
    assert mend(damaged).text == mended


def test_ambiguous_days_of_2022() -> None:
    """36 of the 365 days fall on a token that another day falls on too, as checks.md counts."""
    tokens: dict[str, int] = {}
    for month in range(1, 13):
        for day in range(1, 32):
            if (month, day) in month_and_day(f"{month}{day}", 2022):
                tokens[f"{month}{day}"] = len(month_and_day(f"{month}{day}", 2022))
    assert sum(count for count in tokens.values() if count > 1) == 36


@pytest.mark.parametrize(
    "text", ["从20204月至202212月,下降27.0%23.6%。", "达100%20211月,检查5家。"]
)
def test_spans_point_into_the_damaged_text(text: str) -> None:
    for figure in read(text):
        assert text[figure.start : figure.end] == figure.text
        assert figure.text


def test_repairs_are_told() -> None:
    assert [(repair.at, repair.sign) for repair in mend("20204月").repairs] == [(4, "年")]


def test_folding_keeps_the_length() -> None:
    text = "雲南省安全生產，３０萬噸／年；礦次（２０１９）％"
    assert fold(text) == "云南省安全生产,30万吨/年;矿次(2019)%"
    assert len(fold(text)) == len(text)
