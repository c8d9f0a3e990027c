"""F14: broken and odd files, made here. Each is either read or refused with a code; never a crash."""

from __future__ import annotations

import io
import os
import struct
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt

from anlan.kernel.papers.sheets import (
    CellError,
    SheetRefusal,
    Workbook,
    read_workbook,
    reading,
)

HEADER = ["序号", "检查日期", "存在问题"]


def xlsx(rows: list[list[object]] | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows or [HEADER, [1, date(2024, 6, 25), "灭火器过期"]]:
        sheet.append(row)
    for merged in options.get("merges", ()):  # type: ignore[attr-defined]
        sheet.merge_cells(merged)
    if options.get("hide"):
        book.create_sheet("b")
        sheet.sheet_state = "hidden"
    book.save(out)
    return out.getvalue()


def xls(rows: list[list[object]] | None = None, merges: tuple[tuple[int, ...], ...] = ()) -> bytes:
    out = io.BytesIO()
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("一")
    style = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for r, row in enumerate(rows or [HEADER, [1, date(2024, 6, 25), "灭火器过期"]]):
        for c, value in enumerate(row):
            if any(m[0] <= r <= m[1] and m[2] <= c <= m[3] for m in merges):
                continue
            sheet.write(r, c, value, style) if isinstance(value, date) else sheet.write(r, c, value)
    for m in merges:
        sheet.write_merge(*m, label=(rows or [HEADER])[m[0]][m[2]])
    book.save(out)
    return out.getvalue()


def rezip(
    raw: bytes, change: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for info in old.infolist():
            data = change(info.filename, old.read(info))
            if data is not None:
                new.writestr(info.filename, data)
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    return out.getvalue()


def keep(name: str, data: bytes) -> bytes:
    return data


def in_sheet(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    def change(name: str, data: bytes) -> bytes:
        return data.replace(old, new, 1) if name.startswith("xl/worksheets/") else data

    return change


def without(part: str) -> Callable[[str, bytes], bytes | None]:
    return lambda name, data: None if name == part else data


def flip_encryption_bit(raw: bytes) -> bytes:
    data = bytearray(raw)
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def ole(*streams: str) -> bytes:
    """Looks like an OLE2 file whose directory names these streams."""
    body = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + body.ljust(4096, b"\0")


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", 8) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return out.getvalue()


CSV = "序号,检查日期,存在问题\r\n1,2024-06-25,灭火器过期\r\n"
HTML = (
    "<html><head><meta charset='{c}'></head><body><table><tr><td>序号</td><td>检查日期</td>"
    "<td>存在问题</td></tr><tr><td>1</td><td>2024-06-25</td><td>灭火器<br>过期</td></tr></table>"
)
XML2003 = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="台账"><Table>'
    '<Row><Cell><Data ss:Type="String">序号</Data></Cell><Cell ss:Index="3">'
    '<Data ss:Type="String">存在问题</Data></Cell></Row><Row ss:Index="3"><Cell>'
    '<Data ss:Type="Number">1</Data></Cell></Row></Table></Worksheet></Workbook>'
)

#: name → (file name, bytes, code of the refusal)
REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty file": ("a.xlsx", lambda: b"", "sheet_empty"),
    "cut in half": ("a.xlsx", lambda: xlsx()[: len(xlsx()) // 2], "sheet_broken"),
    "end cut off": ("a.xlsx", lambda: xlsx()[:-30], "sheet_broken"),
    "only a zip's first bytes": ("a.xlsx", lambda: b"PK\x03\x04" + b"\0" * 50, "sheet_broken"),
    "member damaged": (
        "a.xlsx",
        lambda: xlsx().replace(b"xl/worksheets/sheet1.xml", b"xl/worksheets/sheetX.xml", 1),
        "sheet_broken",
    ),
    "workbook part missing": (
        "a.xlsx", lambda: rezip(xlsx(), without("xl/workbook.xml")), "sheet_broken"
    ),
    "xml broken in the workbook": (
        "a.xlsx",
        lambda: rezip(xlsx(), lambda n, d: d[:40] if n == "xl/workbook.xml" else d),
        "sheet_broken",
    ),
    "encrypted office file": ("a.xlsx", lambda: ole("EncryptedPackage"), "sheet_encrypted"),
    "encrypted zip": ("a.xlsx", lambda: flip_encryption_bit(xlsx()), "sheet_encrypted"),
    "macros in a zip": (
        "a.xlsx", lambda: rezip(xlsx(), keep, {"xl/vbaProject.bin": b"x"}), "sheet_macros"
    ),
    "macro workbook by name": ("a.xlsm", lambda: xlsx(), "sheet_macros"),
    "macros in an xls": ("a.xls", lambda: ole("Workbook", "_VBA_PROJECT_CUR"), "sheet_macros"),
    "xls directory is nonsense": ("a.xls", lambda: ole("Workbook"), "sheet_broken"),
    "xls cut in half": ("a.xls", lambda: xls()[: len(xls()) // 2], "sheet_broken"),
    "word document": ("a.doc", lambda: ole("WordDocument"), "sheet_kind_unknown"),
    "docx named xlsx": (
        "a.xlsx", lambda: zipped(word__document_dot_xml=b"<w/>"), "sheet_kind_unknown"
    ),
    "plain zip": ("a.zip", lambda: zipped(a_dot_txt=b"x"), "sheet_kind_unknown"),
    "binary workbook": (
        "a.xlsb", lambda: zipped(xl__workbook_dot_bin=b"x"), "sheet_kind_unknown"
    ),
    "ods": (
        "a.ods", lambda: zipped(mimetype=b"x", content_dot_xml=b"<x/>"), "sheet_kind_unknown"
    ),
    "pdf named xlsx": ("a.xlsx", lambda: b"%PDF-1.7 ...", "sheet_kind_unknown"),
    "web archive": ("a.xls", lambda: b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", "sheet_kind_unknown"),
    "picture": ("a.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "sheet_kind_unknown"),
    "random bytes": ("a.csv", lambda: bytes(range(256)) * 20, "sheet_kind_unknown"),
    "document type in a sheet": (
        "a.xlsx",
        lambda: rezip(xlsx(), in_sheet(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet')),
        "sheet_entities",
    ),
    "document type in a relation": (
        "a.xlsx",
        lambda: rezip(
            xlsx(), lambda n, d: b"<!doctype x>" + d if n.endswith("workbook.xml.rels") else d
        ),
        "sheet_entities",
    ),
    "document type in excel 2003 xml": (
        "a.xls",
        lambda: XML2003.replace("<Workbook", '<!DOCTYPE x [<!ENTITY a "b">]><Workbook', 1).encode(),
        "sheet_entities",
    ),
    "excel 2003 xml cut off": ("a.xls", lambda: XML2003.encode()[:-40], "sheet_broken"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_F14_refused_with_a_code_and_a_way_to_mend_it(case: str, tmp_path: Path) -> None:
    name, make, code = REFUSED[case]
    path = tmp_path / "upload"
    path.write_bytes(make())
    with pytest.raises(SheetRefusal) as refusal:
        read_workbook(path, name)
    assert refusal.value.code == code
    assert name in str(refusal.value)


def cells(book: Workbook, sheet: int = 0) -> list[tuple[object, ...]]:
    return [row.values for row in book.sheets[sheet].rows()]


STANDARD = [("序号", "检查日期", "存在问题"), ("1", "2024-06-25", "灭火器过期")]
TYPED = [("序号", "检查日期", "存在问题"), (1, date(2024, 6, 25), "灭火器过期")]


def is_typed(book: Workbook) -> None:
    assert cells(book) == TYPED
    assert book.notes == []


def is_text(book: Workbook) -> None:
    assert cells(book) == STANDARD


def renamed(book: Workbook) -> None:
    assert cells(book)[0] == TYPED[0]
    assert book.notes == ["extension_differs"]


def says(*rows: tuple[object, ...]) -> Callable[[Workbook], None]:
    def check(book: Workbook) -> None:
        assert cells(book) == list(rows)

    return check


def errors_marked(book: Workbook) -> None:
    assert cells(book)[1] == (1, CellError("#REF!"), CellError("#FORMULA"))


def merged(book: Workbook) -> None:
    rows = list(book.sheets[0].rows())
    assert [r.values for r in rows] == [("甲", "甲", "x"), ("甲", "甲", "y")]
    assert rows[0].filled == {1: (1, 0)}
    assert rows[1].filled == {0: (1, 0), 1: (1, 0)}
    assert rows[1].own(0) is None
    assert rows[1].own(2) == "y"


def formulas() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["和", "文"])
    sheet.write_formula(1, 0, "=1+1", None, 2)
    sheet.write_formula(1, 1, '="a"&"b"', None, "ab")
    book.close()
    return out.getvalue()


def with_errors() -> bytes:
    def change(name: str, data: bytes) -> bytes:
        if not name.startswith("xl/worksheets/"):
            return data
        row = b'<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><f>A9</f><v>#REF!</v></c>'
        row += b'<c r="C2"><f>A9</f><v></v></c></row></sheetData>'
        return data.replace(b"</sheetData>", row)

    return rezip(xlsx([HEADER]), change)


def embedded() -> bytes:
    return rezip(xlsx(), keep, {"xl/embeddings/oleObject1.docx": zipped(a=b"x")})


def numbers_1904() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.epoch = datetime(1904, 1, 1)
    assert book.active is not None
    book.active.append([date(2024, 6, 25)])
    book.save(out)
    return out.getvalue()


def one_sheet_damaged() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["好"])
    book.create_sheet("坏").append(["x"])
    book.save(out)
    return rezip(out.getvalue(), lambda n, d: d[: len(d) // 2] if n.endswith("sheet2.xml") else d)


def one_sheet_is_enough(book: Workbook) -> None:
    assert cells(book) == [("好",)]
    assert book.sheets[1].name == "坏"
    assert book.sheets[1].problem
    assert book.sheets[1].height == 0


def hidden_first(book: Workbook) -> None:
    assert [s.hidden for s in book.sheets] == [True, False]


def far_cell() -> bytes:
    return xlsx([["a"], *[[] for _ in range(9)], [None, None, "远"]])


def far(book: Workbook) -> None:
    rows = cells(book)
    assert len(rows) == 11
    assert rows[0] == ("a",)
    assert rows[10] == (None, None, "远")


READ: dict[str, tuple[str, Callable[[], bytes], Callable[[Workbook], None]]] = {
    "xlsx": ("a.xlsx", xlsx, is_typed),
    "xls": ("a.xls", xls, is_typed),
    "xlsx named xls": ("a.xls", xlsx, renamed),
    "xls named xlsx": ("a.xlsx", xls, renamed),
    "csv named xls": ("a.xls", CSV.encode, renamed),
    "capital ending": ("A.XLSX", xlsx, is_typed),
    "no ending": ("upload", xlsx, renamed),
    "csv utf-8": ("a.csv", lambda: CSV.encode(), is_text),
    "csv utf-8 with mark": ("a.csv", lambda: CSV.encode("utf-8-sig"), is_text),
    "csv gb18030": ("a.csv", lambda: CSV.encode("gb18030"), is_text),
    "csv gb18030 with a rare character": (
        "a.csv",
        lambda: CSV.replace("灭火器", "㐀䶮𠮷").encode("gb18030"),
        says(STANDARD[0], ("1", "2024-06-25", "㐀䶮𠮷过期")),
    ),
    "csv big5": (
        "a.csv", lambda: "編號,檢查日期,隱患內容\n1,2025-06-25,滅火器過期未更換\n".encode("cp950"),
        says(("編號", "檢查日期", "隱患內容"), ("1", "2025-06-25", "滅火器過期未更換")),
    ),
    "csv utf-16 little": ("a.csv", lambda: CSV.encode("utf-16"), is_text),
    "csv utf-16 big without mark": (
        "a.csv", lambda: ("a,b,c\n" + CSV).encode("utf-16-be"), says(("a", "b", "c"), *STANDARD)
    ),
    "csv semicolons": ("a.csv", lambda: CSV.replace(",", ";").encode(), is_text),
    "csv tabs": ("a.txt", lambda: CSV.replace(",", "\t").encode("gb18030"), is_text),
    "csv tabs under titles": (
        "a.csv", lambda: "台账\n单位\n时间\n序\t文\n1\t灭火器,过期\n".encode(),
        says(("台账",), ("单位",), ("时间",), ("序", "文"), ("1", "灭火器,过期")),
    ),
    "csv says its separator": (
        "a.csv", lambda: ("sep=;\n" + CSV.replace(",", ";")).encode(),
        says(("sep=", None), *STANDARD),
    ),
    "csv numbers kept as text": (
        "a.csv", lambda: '码\n="0123"\n\t5301\n'.encode(), says(("码",), ("0123",), ("5301",))
    ),
    "csv line break in a cell": (
        "a.csv", lambda: '序,文\n1,"一\n二"\n'.encode(), says(("序", "文"), ("1", "一\n二"))
    ),
    "csv quote never closed": (
        "a.csv", lambda: '序,文\n1,"一\n2,二\n'.encode(), says(("序", "文"), ("1", "一\n2,二\n"))
    ),
    "csv with zero bytes": ("a.csv", lambda: b"a,b\n1\0,2\n", says(("a", "b"), ("1", "2"))),
    "csv one wrong byte": (
        "a.csv",
        lambda: CSV.encode() + b"2,2024-06-26,\xff\xfe\n",
        lambda b: _lost(b),
    ),
    "csv ragged": ("a.csv", lambda: b"a,b\n1\n1,2,3\n", says(("a", "b"), ("1",), ("1", "2", "3"))),
    "csv only blanks": ("a.csv", lambda: b" , \n,,\n", says()),
    "html named xls": (
        "a.xls",
        lambda: HTML.format(c="gb2312").encode("gb18030"),
        says(STANDARD[0], ("1", "2024-06-25", "灭火器\n过期")),
    ),
    "excel 2003 xml": (
        "a.xls", lambda: XML2003.encode(), says(("序号", None, "存在问题"), (), (1,))
    ),
    "merged cells": ("a.xlsx", lambda: xlsx([["甲", "", "x"], ["", "", "y"]], merges=["A1:B2"]), merged),
    "merged cells in xls": (
        "a.xls", lambda: xls([["甲", "", "x"], ["", "", "y"]], merges=((0, 1, 0, 1),)), merged
    ),
    "formulas give what was stored": ("a.xlsx", formulas, says(("和", "文"), (2, "ab"))),
    "error cells and formulas without a result": ("a.xlsx", with_errors, errors_marked),
    "embedded document": ("a.xlsx", embedded, is_typed),
    "1904 dates": ("a.xlsx", numbers_1904, says((date(2024, 6, 25),))),
    "one damaged sheet": ("a.xlsx", one_sheet_damaged, one_sheet_is_enough),
    "hidden sheet": ("a.xlsx", lambda: xlsx(hide=True), hidden_first),
    "cells far from the corner": ("a.xlsx", far_cell, far),
    "no rows": ("a.xlsx", lambda: xlsx([[]]), says()),
    "odd texts": (
        "a.xlsx", lambda: xlsx([["２０２４年６月", "2026.11.21", "\u200b", "'=1+1", "𠮷"]]),
        says(("２０２４年６月", "2026.11.21", None, "'=1+1", "𠮷")),
    ),
    "duplicate headers": ("a.xlsx", lambda: xlsx([["a", "a", "a"]]), says(("a", "a", "a"))),
}  # fmt: skip


def _lost(book: Workbook) -> None:
    assert cells(book)[:2] == STANDARD
    assert book.notes == ["characters_lost"]


@pytest.mark.parametrize("case", READ)
def test_F14_read_as_what_it_is(case: str, tmp_path: Path) -> None:
    name, make, check = READ[case]
    path = tmp_path / "upload"
    path.write_bytes(make())
    with read_workbook(path, name) as book:
        check(book)
        assert book.row_count == sum(1 for sheet in book.sheets for _ in sheet.rows())


def test_the_corpus_is_big_enough() -> None:
    assert len(REFUSED) + len(READ) >= 40


def test_a_closed_workbook_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "a.xlsx").write_bytes(xlsx())
    (tmp_path / "b.xlsx").write_bytes(ole("Workbook"))
    read_workbook(tmp_path / "a.xlsx").close()
    with pytest.raises(SheetRefusal):
        read_workbook(tmp_path / "b.xlsx")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


def test_what_killed_readers_left_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name, age in (("anlan-sheet-old", 90_000), ("anlan-sheet-new", 60), ("other", 90_000)):
        (tmp_path / name).mkdir()
        stamp = time.time() - age
        os.utime(tmp_path / name, (stamp, stamp))
    (tmp_path / "a.csv").write_text("a,b\n")
    reading._sweep.cache_clear()
    read_workbook(tmp_path / "a.csv").close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "anlan-sheet-new", "other"]


def test_unpacking_struct_sizes_agree_with_the_zip_format() -> None:
    from anlan.kernel.papers.sheets import archive

    assert (archive._END.size, archive._ENTRY.size, archive._LOCAL.size) == (22, 46, 30)
    assert struct.calcsize("<L") == 4
