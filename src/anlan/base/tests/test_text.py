"""What is seen of a text, and what has to be written: refused where it lacks or is long, not cut."""

from __future__ import annotations

import pytest

from anlan.base import text
from anlan.base.refusal import Refusal


class Incomplete(Refusal):
    code = "incomplete"
    message = "%(field)s: %(reason)s"


def test_what_is_stated_comes_without_blanks_and_whole():
    assert text.stated("  渗漏 \n", "text", "write it", 2, refusal=Incomplete) == "渗漏"
    assert text.short("   ", "note", refusal=Incomplete) == ""


@pytest.mark.parametrize(("value", "reason"), [("  ", "write it"), ("渗漏了", "2")])
def test_what_is_missing_or_too_long_is_refused_with_how_to_mend_it(value, reason):
    with pytest.raises(Incomplete) as refused:
        text.stated(value, "text", "write it", 2, refusal=Incomplete)
    assert refused.value.data["field"] == "text"
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("报告\u202egpj.exe", "报告gpj.exe"),
        ("\ufeff昆明\u200b市\u2066", "昆明市"),
        ("一\u2028二\x0b三\r\n四", "一\n二\n三\r\n四"),
        ("半\ud83d个\x07", "半个"),
        # Letters of Uyghur are joined and parted by marks that nobody sees either.
        ("مى\u200cخ", "مى\u200cخ"),
    ],
)
def test_what_nobody_sees_is_left_out_and_what_letters_need_stays(written, seen):
    assert text.visible(written) == text.short(written, "title", refusal=Incomplete) == seen
    assert text.visible_in({"a": [written, 1, None]}) == {"a": [seen, 1, None]}
