"""The language of papers: Chinese, whoever writes or reads them.

A paper in the layout of GB/T 9704 is a Chinese document. In an English one 主送, 附件 and 印发
would stand between English sentences, and no office issues such a paper. Pages around it, its
steps and its history speak the reader's language; a live page does, too, until it is a file.
"""

from __future__ import annotations

from django.utils import translation

CODE = "zh-hans"


def of_papers() -> translation.override:
    return translation.override(CODE)
