"""Codes of ours have words: no page shows a person ``paper.countersign``."""

from __future__ import annotations

import re

from django.utils import translation

from anlan.config.capabilities import capabilities, fact_kinds
from anlan.kernel.accounts import words

CHINESE = re.compile("[\u4e00-\u9fff]")


def test_every_right_and_figure_is_called_something() -> None:
    """As the auditor's page, a token's scopes and the chooser of figures show them."""
    parts = [code.partition(".") for each in capabilities() for code in each.rules]
    # Other tests declare kinds of their own in the same process.
    heads = {head for head, _dot, _rest in parts} | {
        kind.code.split(".")[0] for kind in fact_kinds()
    }
    with translation.override("zh-hans"):
        shown = {head: words.what(head) for head in heads}
        shown |= {rest: words.act(f"-.{rest}") for _head, _dot, rest in parts}
    assert len(shown) > 100
    assert not [code for code, word in shown.items() if not CHINESE.search(word)]
