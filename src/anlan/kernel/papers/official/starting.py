"""A template to begin with: the layout of the standard, with marks where a paper's words go.

An office opens it in Word, WPS or LibreOffice, changes what it likes, and sends it back.
"""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

from anlan.kernel.papers.official import word
from anlan.kernel.papers.official.paper import Form, Paper, Words, chinese_day

_DAY, _PRINTED = date(2000, 1, 1), date(2000, 1, 2)
#: As long as copies may be: the foot of the page keeps three lines for them.
_COPIES = "抄" * 75
#: What stands only where there is something to stand: a paper without copies has no 抄送.
_MARKS = (
    ("{{ recipients }}：", "{% if recipients %}{{ recipients }}：{% endif %}"),
    (f"抄送：{_COPIES}。", "{% if copies %}抄送：{{ copies }}。{% endif %}"),
    ("（{{ note }}）", "{% if note %}（{{ note }}）{% endif %}"),
    (f"{chinese_day(_PRINTED)}印发", "{% if printed_on %}{{ printed_on }}印发{% endif %}"),
    (chinese_day(_DAY), "{{ day }}"),
)
_ANNEXES = "<w:p><w:r><w:t>{{p annex_pages }}</w:t></w:r></w:p>"


def write(
    form: Form, mark: str, *, organ: str, goes_up: bool, by: str, at: datetime
) -> bytes:  # fmt: skip
    """``mark``: the red head, which is the office's own and stays as it is; ``organ``: who signs,
    whose name says how far in it stands."""
    author = "署" * max(1, len(organ))
    paper = Paper(
        form=form, title="{{ title }}", mark=mark, number="{{ number }}",
        signer="{{ signer }}" if goes_up else "", recipients="{{ recipients }}",
        blocks=[Words("{{p body }}")], author=author, day=_DAY, note="{{ note }}",
        copies=_COPIES, printed_by="{{ printed_by }}", printed_on=_PRINTED,
        watermark="{{ watermark }}",
    )  # fmt: skip
    if form == "page":
        paper = replace(
            paper, subtitle="{{ subtitle }}", basis="{{ basis }}", recipients="", note="",
            copies="", author="", printed_by="", mark="",
        )  # fmt: skip
    return _marked(word.write(paper, by=by, at=at), author)


def _marked(made: bytes, author: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(made)) as old, zipfile.ZipFile(buffer, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "word/document.xml":
                text = content.decode()
                for plain, mark in (*_MARKS, (author, "{{ author }}")):
                    text = text.replace(plain, mark)
                end = "{% endif %}</w:t></w:r></w:p>"
                note = "（{{ note }}）" + end
                # Before 版记, which stands at the foot of the last page; one page has none.
                at = text.find(note) + len(note) if note in text else text.rindex("<w:sectPr")
                text = text[:at] + _ANNEXES + text[at:]
                content = text.encode()
            new.writestr(info, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
