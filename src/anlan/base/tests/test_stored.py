"""What is stored follows the installation or the reader, never the writer."""

from __future__ import annotations

import pytest
from django.utils import translation

from anlan.base import stored
from anlan.domain.assessments.commands.runs import UPHELD
from anlan.kernel.loop.commands.correcting import UNDONE


@pytest.mark.parametrize("writer", ["en", "zh-hans"])
def test_a_sentence_is_kept_in_the_houses_language_and_shown_in_the_readers(writer: str) -> None:
    with translation.override(writer):
        kept = [UNDONE.kept(), UPHELD.kept(number="AP20261123-7F-2K")]
    assert kept == ["导入已撤销。", "申诉AP20261123-7F-2K成立"]
    # As rows hold it that are older than the rule: in the language of whoever acted.
    for row in (kept, ["The import was undone.", "appeal AP20261123-7F-2K upheld"]):
        with translation.override("en"):
            assert [stored.shown(each) for each in row] == [
                "The import was undone.", "appeal AP20261123-7F-2K upheld",
            ]  # fmt: skip
        with translation.override("zh-hans"):
            assert [stored.shown(each) for each in row] == kept


def test_what_a_person_wrote_stays_as_it_was_written() -> None:
    for said in ("", "申诉人提交的材料成立", "导入已撤销。另见附件", "appeal by the firm upheld"):
        with translation.override("en"):
            assert stored.shown(said) == said
