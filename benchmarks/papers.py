"""How long papers take: a circular of 20 pages with 12 charts and 30 tables, as .docx and as pdf.

    ./anlan bench papers
    ./anlan bench papers -- --keep /tmp/papers     keep the files, to look at them

The paper is made of made-up figures and needs no database: what is measured is the writing. Its
bar is 20 s for both files together; pages, charts and tables are counted in what was written.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anlan.kernel.papers.official.paper import Block, Paper

SECONDS_MAX, PAGES_MIN, CHARTS, TABLES = 20, 20, 12, 30


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
    from django.conf import settings

    with tempfile.TemporaryDirectory() as home:
        if not settings.configured:
            settings.configure(HOME=home, USE_I18N=False)
        return _measure(args.keep)


def _measure(keep: Path | None) -> int:
    import pypdfium2
    from docx import Document

    from anlan.kernel.papers.official import pdf, word

    paper = _circular()
    started = time.monotonic()
    made_docx = word.write(paper, by="bench", at=datetime(2026, 11, 23, tzinfo=UTC))
    docx_seconds = time.monotonic() - started
    started = time.monotonic()
    made_pdf = pdf.write(paper)
    pdf_seconds = time.monotonic() - started
    document = Document(BytesIO(made_docx))
    pages = len(pypdfium2.PdfDocument(made_pdf))
    answer = {
        "docx_seconds": round(docx_seconds, 2), "pdf_seconds": round(pdf_seconds, 2),
        "seconds": round(docx_seconds + pdf_seconds, 2), "pages": pages,
        "charts": len(document.inline_shapes), "tables": len(document.tables) - 1,
        "docx_bytes": len(made_docx), "pdf_bytes": len(made_pdf), "bar_seconds": SECONDS_MAX,
    }  # fmt: skip
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / "circular.docx").write_bytes(made_docx)
        (keep / "circular.pdf").write_bytes(made_pdf)
    print(json.dumps(answer))
    right = pages >= PAGES_MIN and answer["charts"] == CHARTS and answer["tables"] == TABLES
    return 0 if right and answer["seconds"] <= SECONDS_MAX else 1


def _circular() -> Paper:
    from anlan.kernel.papers.official.drawing import Drawing, Line
    from anlan.kernel.papers.official.paper import Heading, Paper, Picture, Table, Words

    numerals = "一二三四五六七八九十"
    blocks: list[Block] = []
    for chapter in range(10):
        blocks.append(Heading(f"{numerals[chapter]}、各地区安全生产工作情况（模拟）"))
        for part in range(3):
            blocks.append(Heading(f"（{numerals[part]}）隐患排查整改情况", 2))
            blocks.append(Words("本月全省排查隐患情况总体平稳，重大隐患逐一挂账督办。" * 6))
            rows = [
                [str(n + 1), "红河哈尼族彝族自治州", str(1_000 + 37 * n), f"{99 - n}.3%", str(n)]
                for n in range(16)
            ]
            blocks.append(
                Table(f"表{3 * chapter + part + 1}　各州（市）情况",
                      ["位次", "地区", "发现", "整改率", "逾期"], rows, numbers=(2, 3, 4))
            )  # fmt: skip
        for _chart in range(2 if chapter < 2 else 1):
            months = [f"25-{month:02d}" for month in range(1, 13)]
            series = [
                Line("发现", [100 + 7 * (n + chapter) % 60 for n in range(12)]),
                Line("整改", [90 + 5 * (n + chapter) % 60 for n in range(12)]),
                Line("整改率", [90 + n % 9 for n in range(12)], percent=True),
            ]
            blocks.append(Picture("近12个月走势", Drawing("columns", months, series)))
    return Paper(
        form="document", title="关于全省安全生产情况的通报", mark="云南省安全生产委员会办公室文件",
        number="云安办〔2026〕5号", recipients="各州（市）安委会", blocks=blocks,
        author="云南省安全生产委员会办公室", day=date(2026, 11, 23), copies="省委办公厅",
        printed_by="云南省安全生产委员会办公室", printed_on=date(2026, 11, 23),
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
