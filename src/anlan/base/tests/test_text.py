"""What a person has to write: refused where it is missing or too long, never cut."""

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
