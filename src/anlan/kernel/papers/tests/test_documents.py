"""Documents as text: every kind, its offsets, its furniture, and what is refused."""

from __future__ import annotations

import io
import resource
import struct
import time
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from anlan.kernel.papers.documents import read, refusals
from anlan.kernel.papers.documents._child import neighbour
from anlan.kernel.papers.tests.documents import W, docx, p, pdf

SHARED = Path(__file__).resolve().parents[6] / "shared"
NOTICE = "各县人民政府:\r\n　　請於６月底前完成排查。\r\n"


@pytest.fixture
def kept(tmp_path):
    def keep(data: bytes, name: str):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return keep


# --- Text ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_a_text_file_keeps_its_own_text(kept, encoding, said):
    document = read(kept(NOTICE.encode(encoding), "notice.txt"))
    assert document.text == NOTICE
    assert (document.kind, document.encoding) == ("txt", said)


def test_the_name_of_a_file_does_not_decide(kept):
    assert read(kept(docx(p("各单位:")), "notice.pdf")).kind == "docx"
    assert read(kept(pdf([[(90, 700, "各单位要认真开展安全生产排查治理")]]), "a.txt")).kind == "pdf"


def test_a_web_page_is_its_words_with_navigation_marked(kept):
    page = (
        "<!DOCTYPE html><html><head><meta charset='gb2312'><style>p{}</style></head><body>"
        "<nav><a>网站地图</a></nav><p>各县要在<b>6</b>月底前&nbsp;完成。</p><script>var x='不是';</script>"
        "<table><tr><td>煤矿</td><td>38</td></tr></table><div>上一篇:别的通知</div></body></html>"
    )
    document = read(kept(page.encode("gb18030"), "notice.html"))
    lines = document.text.splitlines()
    assert lines == ["网站地图", "各县要在6月底前\xa0完成。", "煤矿\t38", "上一篇:别的通知"]
    marked = [document.text[mark.start : mark.end] for mark in document.furniture]
    assert marked == ["网站地图", "上一篇:别的通知"]
    # Each stretch leads back to where it stands in the file, markup and entities included.
    assert document.source is not None
    assert document.source.text == page
    for words, there in (("6月底前", "6</b>月底前"), ("前\xa0完", "前&nbsp;完"), ("煤矿", "煤矿")):
        at = document.text.index(words)
        start, end = document.source.span(at, at + len(words))
        assert page[start:end] == there


def test_every_place_of_a_web_page_leads_back(kept):
    page = (
        "<p>共&#51;4家 &amp; 5处\r\n 隐患&lt;整改&bogus;</p>\r\n<title>甲</title><p>乙<br>丙 <td>丁"
    )
    document = read(kept(page.encode("utf-8"), "a.html"))
    assert document.text == "共34家 & 5处 隐患<整改&bogus;\n甲\n乙\n丙\t丁\n"
    source = document.source
    assert len(source.starts) == len(source.ends) == len(document.text)
    for at, char in enumerate(document.text):
        start, end = source.span(at, at + 1)
        if "\u4e00" <= char <= "\u9fff":
            assert page[start:end] == char
    assert list(source.starts) == sorted(source.starts)
    assert source.span(len(document.text), len(document.text)) == (len(page), len(page))


# --- Word ----------------------------------------------------------------------------------

NUMBERING = (
    f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl>'
    '</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)


def numbered(level: int) -> str:
    return f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="7"/></w:numPr></w:pPr>'


def test_word_numbers_are_text_as_word_shows_them(kept):
    body = "".join(
        p(text, numbered(level))
        for level, text in ((0, "任务"), (1, "排查"), (1, "整改"), (0, "要求"), (1, "报送"))
    )
    document = read(kept(docx(body, numbering=NUMBERING), "a.docx"))
    assert document.text.splitlines() == ["一、任务", "1.排查", "2.整改", "二、要求", "1.报送"]


def test_a_table_is_a_row_a_line_and_deleted_words_are_gone(kept):
    body = (
        "<w:tbl><w:tr><w:tc>"
        + p("序号")
        + "</w:tc><w:tc>"
        + p("单位")
        + p("名称")
        + "</w:tc></w:tr></w:tbl>"
        "<w:p><w:del><w:r><w:delText>旧</w:delText></w:r></w:del><w:ins><w:r><w:t>新</w:t></w:r></w:ins></w:p>"
    )
    assert read(kept(docx(body), "a.docx")).text.splitlines() == ["序号\t单位 名称", "新"]


def test_an_old_word_file_gives_its_text():
    path = SHARED / "data" / "documents" / "14-项目现场日常HSE检查记录表.doc"
    if not path.exists():
        pytest.skip("shared material is absent")
    document = read(path)
    assert document.kind == "doc"
    assert "1.个人劳保用品穿戴" in document.text
    assert "\t1.1现场人员是否按要求正确佩戴安全帽？\t" in document.text


# --- PDF -----------------------------------------------------------------------------------


def test_lines_of_a_pdf_become_paragraphs_over_the_page(kept):
    first = [
        (200, 780, "关于开展检查的通知"),
        (100, 740, "各县人民政府:"),
        (132, 700, "一、排查隐患。各县人民政府要对辖区内的煤矿开"),
        (100, 670, "展排查,建成三个示范矿井并于六月底前完成全部任"),
        (280, 40, "— 1 —"),
    ]
    document = read(kept(pdf([first, [(100, 780, "务。"), (280, 40, "— 2 —")]]), "a.pdf"))
    assert document.text.splitlines() == [
        "关于开展检查的通知",
        "各县人民政府:",
        "一、排查隐患。各县人民政府要对辖区内的煤矿开展排查,建成三个示范矿井并于六月底前完成全部任务。",
        "— 1 —",
        "— 2 —",
    ]
    assert [mark.kind for mark in document.furniture] == ["page_number", "page_number"]
    assert document.text[document.pages[1] :].startswith("务。")


def test_a_scan_is_refused_with_a_way_out(kept):
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(refusals.Scanned) as caught:
        read(kept(out.getvalue(), "scan.pdf"))
    assert caught.value.data["pages"] == "1"


def test_the_plan_of_224_pages_is_read_in_bounds():
    path = next((SHARED / "data" / "documents").glob("01-*.pdf"), None)
    if path is None:
        pytest.skip("shared material is absent")
    begun = time.monotonic()
    document = read(path)
    assert time.monotonic() - begun <= 60
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= 1_000_000  # KB
    assert len(document.pages) == 224
    assert "（二）提升校园安全标准规范。" in document.text
    # No paragraph is cut by a page number.
    lines = document.text.splitlines()
    assert sum(line.startswith("— ") for line in lines) > 200
    ended = [line for line in lines if len(line) > 60]
    assert sum(line[-1] in "。.；：:" for line in ended) >= 0.98 * len(ended)


# --- Furniture and copies ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("- 12 -", "page_number"),
        ("第 3 页 共 9 页", "page_number"),
        ("#p#分页标题#e#", "page_number"),
        ("首页 >> 本刊策划 >正文", "navigation"),
        ("您当前的位置：首页 > 公告", "navigation"),
        ("德迅网德迅网德迅网", "running_head"),
        ("1.教育系统三年行动方案 .....5", "contents"),
        ("2019年3月25日", ""),
        ("一、工作目标", ""),
        ("附件:1.任务清单", ""),
    ],
)
def test_furniture_is_marked_and_stays(kept, line, kind):
    document = read(kept(f"上文说到。\n{line}\n下文接着说。\n".encode(), "a.txt"))
    assert line in document.text
    assert [mark.kind for mark in document.furniture] == ([kind] if kind else [])


def test_a_notice_that_stands_twice_is_found(kept):
    notice = "".join(
        f"{n}.第{n}项任务是开展隐患排查治理，做到底数清、情况明，并按时报送进展情况。\n"
        for n in range(1, 15)
    )
    head = "各县人民政府：\n"
    document = read(kept((head + notice + "附件下载\n" + notice).encode(), "a.txt"))
    (copy,) = document.copies
    assert copy.first == len(head)
    assert document.text[copy.start : copy.end] == notice.rstrip("\n")
    assert copy.start == len(head) + len(notice) + len("附件下载\n")


def test_what_repeats_by_right_is_no_copy(kept):
    text = "".join(
        f"{part}、方案\n坚持人民至上、生命至上,坚持安全第一、预防为主,扎实推进各项工作落实。\n{part}要做的事各不相同。\n"
        for part in "一二三四五六"
    )
    assert read(kept(text.encode(), "a.txt")).copies == ()


# --- What is refused -----------------------------------------------------------------------


def locked() -> bytes:
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(pdf([[(90, 700, "各单位要认真开展安全生产排查治理")]]))))
    writer.encrypt("x", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/"), content)
    return out.getvalue()


DEEP = "<w:sdt><w:sdtContent>" * 3_000 + p("x") + "</w:sdtContent></w:sdt>" * 3_000
WHOLE = docx(p("各单位要认真开展安全生产排查治理"))
PAGE = pdf([[(90, 700, "各单位要认真开展安全生产排查治理")]])


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("nothing.txt", b"", "document_empty"),
        ("blank.txt", b" \r\n\r\n", "document_empty"),
        ("bomb.docx", archive(word__document=b"\0" * 60_000_000), "document_dishonest"),
        ("entity.docx", archive(**{"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "document_dishonest"),
        ("deep.docx", docx(DEEP), "document_broken"),
        ("empty.docx", docx(""), "document_empty"),
        ("nobody.docx", archive(**{"word/document.xml": b"<a/>"}), "document_broken"),
        ("cut.docx", WHOLE[: len(WHOLE) // 2], "document_broken"),
        ("macros.docx", archive(**{"word/document.xml": b"<a/>", "word/vbaProject.bin": b"x"}), "document_macros"),
        ("table.docx", archive(**{"xl/workbook.xml": b"<a/>"}), "document_kind_unknown"),
        ("cut.pdf", PAGE[:200], "document_broken"),
        ("lies.pdf", b"%PDF-1.7\n" + b"<<" * 50_000, "document_broken"),
        ("locked.pdf", locked(), "document_encrypted"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "document_broken"),
        ("photo.txt", b"\x89PNG\r\n\x1a\n\0\1\2\3", "document_kind_unknown"),
        ("rich.doc", b"{\\rtf1 text}", "document_kind_unknown"),
    ],
)  # fmt: skip
def test_S55_a_hostile_or_broken_document_ends_in_a_refusal(kept, name, data, code):
    begun = time.monotonic()
    with pytest.raises(refusals.DocumentRefusal) as caught:
        read(kept(data, name))
    assert caught.value.code == code
    # Each sentence names the file and says what to do.
    assert name in str(caught.value)
    assert time.monotonic() - begun < 10


class WordFile:
    """The two streams of a .doc that its text is read from: one piece, in UTF-16."""

    def __init__(self, text: str, begin: int = 1024) -> None:
        pieces = struct.pack("<IIHIH", 0, len(text), 0, begin, 0)
        self.table = b"\x02" + struct.pack("<I", len(pieces)) + pieces
        main = bytearray(begin)
        struct.pack_into("<H", main, 0, 0xA5EC)
        struct.pack_into("<i", main, 0x4C, len(text))
        struct.pack_into("<II", main, 0x01A2, 0, len(self.table))
        self.main = bytes(main) + text.encode("utf-16-le")

    def openstream(self, name: str) -> io.BytesIO:
        return io.BytesIO(self.table)


def test_a_word_file_with_an_empty_block_is_refused_and_says_where():
    parts, doc = neighbour("_parts"), neighbour("_doc")
    text = "一、排查整治重大隐患。\r二、6月底前完成整改。\r三、报送总结。\r"
    whole = WordFile(text)
    assert doc._text(whole.main, whole) == text
    at = 1024 + 2 * text.index("二")
    zeroed = whole.main[:at] + bytes(20) + whole.main[at + 20 :]
    for damaged in (zeroed, whole.main[:at]):
        with pytest.raises(parts.Stop) as caught:
            doc._text(damaged, whole)
        assert (caught.value.code, caught.value.what) == ("holed", "一、排查整治重大隐患。")
    said = str(refusals.Holed(name="通知.doc", where="一、排查整治重大隐患。"))
    assert "通知.doc" in said
    assert "一、排查整治重大隐患。" in said


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(refusals.NotThere):
        read(tmp_path / "gone.txt")
