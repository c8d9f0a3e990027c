"""S060: what documents state is kept as what it says, and no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.refusal import Unreadable
from anlan.domain.lists.models import DeclaredFigure
from anlan.domain.lists.stated import Stated, read
from anlan.domain.lists.tests.house import House


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("305.2万项", Stated(3_052_000, True, 1_000, "项")),
        ("294.5万", Stated(2_945_000, True, 1_000, "")),
        ("160余处", Stated(160, True, 10, "处")),
        ("524万余家", Stated(5_240_000, True, 10_000, "家")),
        ("３０５．２万 项", Stated(3_052_000, True, 1_000, "项")),
        ("1.2亿", Stated(120_000_000, True, 10_000_000, "")),
        ("超过3,000起", Stated(3_000, True, 1_000, "起")),
        ("697个", Stated(697, False, 1, "个")),
        ("382", Stated(382, False, 1, "")),
    ],
)
def test_what_a_document_states(text: str, expected: Stated) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text", ["", "若干", "近300处", "约5万", "3至5处", "1.5处", "万项", "9" * 20]
)
def test_what_is_no_single_figure_or_only_about_right_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


@given(st.integers(1, 10**8), st.integers(0, 2))
def test_what_is_rounded_down_to_wan_never_claims_more_than_there_was(
    n: int, decimals: int
) -> None:
    unit = 10_000 // 10**decimals
    rounded = n // unit * unit
    found = read(f"{rounded / 10_000:.{decimals}f}万项")
    assert found.at_least
    assert found.value == rounded
    assert found.value <= n < found.value + found.rounding


@pytest.mark.django_db
def test_an_office_enters_a_figure_beside_ours(house: House) -> None:
    house.hazard(on=__import__("datetime").date(2024, 5, 6))
    form = {
        "kind": "hazard.found", "text": "近两千处", "area": "530102", "start": "2024-01-01",
        "end": "2024-12-31", "source": "年度总结",
    }  # fmt: skip
    assert house.post("office", "lists:new_stated", **form).status_code == 422
    for text in ("3.2万项", "1"):
        assert house.post("office", "lists:new_stated", **{**form, "text": text}).status_code == 302
    assert house.post("office", "lists:new_stated", **{**form, "area": "530103"}).status_code == 422
    page = house.get("office", "lists:stated").content.decode()
    assert "≥ 32,000" in page
    assert "rounded to 1,000" in page
    assert "31,999 below the bound" in page
    assert "equal" in page
    row = DeclaredFigure.objects.get(text="1")
    assert house.post("stranger", "lists:withdraw_stated", row.pk).status_code == 404
    assert house.post("city", "lists:withdraw_stated", row.pk).status_code == 403
    assert house.post("office", "lists:withdraw_stated", row.pk).status_code == 302
    assert "equal" not in house.get("office", "lists:stated").content.decode()
    assert "32,000" not in house.get("stranger", "lists:stated").content.decode()
