"""S49: PDFs and old workbooks circulate bare as well; what was sent lies under seal."""

from __future__ import annotations

import base64
import io
import re
import zipfile
import zlib
from datetime import UTC, datetime

import pytest
import xlwt
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Text
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from python_calamine import CalamineWorkbook

from anlan.base.actor import Actor
from anlan.kernel.papers import attachments, cleaning
from anlan.kernel.papers import store as disk
from anlan.kernel.papers.sheets.writing import OutTable, write_tables
from anlan.kernel.papers.tests.samples import PDF
from anlan.kernel.papers.tests.test_attachments import office, photo

AT = datetime(2024, 6, 25, 8, 30, tzinfo=UTC)
LI = Actor(7, "李建国", 12, "10.1.2.3")


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    settings.HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"


def store(data: bytes, name: str) -> attachments.Attachment:
    return attachments.store(data, name, "hazards.hazard", "h-1", "after", by=LI, at=AT)


def text(words: str) -> TextStringObject:
    return TextStringObject(words)


def named(**entries: object) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in entries.items()})


def pdf_that_tells() -> bytes:
    """A PDF with everything that says who made it, where and with what."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": "ZhangSan", "/Creator": "HUAWEI Scanner", "/Title": "Bericht"})
    xmp = DecodedStreamObject()
    xmp.set_data(b"<x:xmpmeta>ZhangSan xmp</x:xmpmeta>")
    writer.root_object[NameObject("/Metadata")] = writer._add_object(xmp)
    page[NameObject("/PieceInfo")] = named(WPS=named(Private=text("LiSi piece")))
    writer.add_attachment("plan.txt", b"EmbeddedSecret")
    writer.add_annotation(0, Text(text="siehe Foto", rect=(10, 10, 20, 20), title_bar="WangWu"))
    script = named(S=NameObject("/JavaScript"), JS=text("app.alert(ScriptRuns)"))
    writer.root_object[NameObject("/OpenAction")] = script
    signature = named(
        Type=NameObject("/Sig"), Name=text("ZhaoLiu signer"), Location=text("Kunming"),
    )  # fmt: skip
    field = named(
        FT=NameObject("/Sig"), T=text("Signature1"), V=writer._add_object(signature),
        Subtype=NameObject("/Widget"), Type=NameObject("/Annot"),
        Rect=ArrayObject([NumberObject(n) for n in (0, 0, 50, 50)]),
    )  # fmt: skip
    at = writer._add_object(field)
    page[NameObject("/Annots")].append(at)
    writer.root_object[NameObject("/AcroForm")] = named(
        Fields=ArrayObject([at]), SigFlags=NumberObject(3)
    )
    image = StreamObject()
    image._data = photo(size=(40, 30))
    for name, value in {
        "Type": NameObject("/XObject"), "Subtype": NameObject("/Image"),
        "Width": NumberObject(40), "Height": NumberObject(30),
        "ColorSpace": NameObject("/DeviceRGB"), "BitsPerComponent": NumberObject(8),
        "Filter": NameObject("/DCTDecode"),
    }.items():  # fmt: skip
        image[NameObject(f"/{name}")] = value
    page[NameObject("/Resources")] = named(XObject=named(Im0=writer._add_object(image)))
    content = DecodedStreamObject()
    content.set_data(b"q 100 0 0 100 0 0 cm /Im0 Do Q")
    page[NameObject("/Contents")] = writer._add_object(content)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


TELLING = (
    b"ZhangSan", b"HUAWEI", b"LiSi", b"EmbeddedSecret", b"WangWu", b"ScriptRuns", b"ZhaoLiu",
    b"Kunming", b"Exif", b"plan",
)  # fmt: skip


def contents(data: bytes) -> bytes:
    """Every object of a PDF as it stands there, streams unpacked."""
    reader = PdfReader(io.BytesIO(data))
    said = [data]
    for number in range(1, len(reader.xref.get(0, {})) + 1):
        found = reader.get_object(number)
        said.append(repr(found).encode())
        if isinstance(found, StreamObject):
            said.append(found._data)
    return b"".join(said)


@pytest.mark.django_db
def test_S49_a_pdf_circulates_without_author_remarks_signature_script_and_attachments():
    sent = pdf_that_tells()
    before = contents(sent)
    assert [word for word in TELLING if word not in before] == []
    kept = store(sent, "报告.pdf")
    data, kind = attachments.read(kept)
    after = contents(data)
    assert [word for word in TELLING if word in after] == []
    assert (kind, kept.stripped) == ("application/pdf", True)
    page = PdfReader(io.BytesIO(data)).pages[0]
    assert page.images[0].image.size == (40, 30), "what is to be seen is all there"
    assert b"siehe Foto" in after, "and so is what was remarked"
    assert PdfReader(io.BytesIO(data)).metadata is None
    assert attachments.original(kept, by=LI, at=AT, reason="核对签名") == sent
    assert not [path for _, path in disk.files() if b"ZhaoLiu" in path.read_bytes()]


@pytest.mark.parametrize("outer", ["/FlateDecode", "/ASCII85Decode", "/ASCIIHexDecode"])
def test_S49_a_photograph_that_was_packed_twice_is_bare_too(outer):
    packed = {
        "/FlateDecode": zlib.compress,
        "/ASCII85Decode": lambda data: base64.a85encode(data) + b"~>",
        "/ASCIIHexDecode": lambda data: data.hex().encode() + b">",
    }[outer]
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_that_tells())))
    for found in writer._objects:
        if isinstance(found, StreamObject) and found.get("/Subtype") == "/Image":
            found._data = packed(found._data)
            found[NameObject("/Filter")] = ArrayObject(
                [NameObject(outer), NameObject("/DCTDecode")]
            )
    out = io.BytesIO()
    writer.write(out)
    bare = cleaning.alone(out.getvalue(), "pdf", "a.pdf")
    assert b"Exif" not in contents(bare)
    assert PdfReader(io.BytesIO(bare)).pages[0].images[0].image.size == (40, 30)


def test_S49_an_earlier_version_below_a_pdf_stays_behind():
    """Whoever saves a change appends it; the sentence that was taken out is still in the file."""
    first = pdf_that_tells()
    assert b"WangWu" in first
    writer = PdfWriter(io.BytesIO(first), incremental=True)
    writer.pages[0][NameObject("/Annots")] = ArrayObject()
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(first)
    assert b"WangWu" not in cleaning.alone(out.getvalue(), "pdf", "a.pdf")


def test_S49_a_pdf_for_which_no_password_is_needed_is_taken_and_no_other(refused):
    def locked(user: str) -> bytes:
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_that_tells())))
        writer.encrypt(user, owner_password="owner", algorithm="AES-256")
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    open_ = cleaning.alone(locked(""), "pdf", "a.pdf")
    assert not PdfReader(io.BytesIO(open_)).is_encrypted
    assert b"ZhangSan" not in contents(open_)
    with refused("file_unsafe"):
        cleaning.alone(locked("secret"), "pdf", "a.pdf")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sent",
    [b"%PDF-1.7", PDF[:-120], b"%PDF-1.4\n" + bytes(5_000), PDF.replace(b"/Kids", b"/Kodz")],
    ids=["nothing", "cut", "zeros", "no pages"],
)
def test_S49_a_pdf_that_cannot_be_made_bare_does_not_circulate(sent, refused):
    with refused("file_broken"):
        store(sent, "a.pdf")
    assert not list(disk.files())


@pytest.mark.django_db
def test_S49_the_same_pdf_sent_twice_circulates_as_one():
    sent = pdf_that_tells()
    assert store(sent, "a.pdf").blob_id == store(sent, "b.pdf").blob_id


def old_workbook() -> bytes:
    book = xlwt.Workbook()
    book.set_owner("ZhangSan of Kunming")
    sheet = book.add_sheet("台账")
    sheet.write(0, 0, "楼梯间堆物")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.django_db
def test_S49_an_old_workbook_circulates_without_its_owner_and_with_its_cells():
    sent = old_workbook()
    assert b"ZhangSan" in sent
    kept = store(sent, "台账.xls")
    data, _kind = attachments.read(kept)
    assert b"ZhangSan" not in data
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert rows == [["楼梯间堆物"]]
    assert attachments.original(kept, by=LI, at=AT, reason="取证") == sent


def test_S49_photographs_and_remarks_inside_an_old_workbook_lose_what_they_tell():
    from anlan.kernel.papers import _bare_child as child

    def record(kind: int, content: bytes) -> bytes:
        return kind.to_bytes(2, "little") + len(content).to_bytes(2, "little") + content

    sent = photo()
    at = sent.index(b"HUAWEI") + 3
    # The photograph goes on in the next record, in the middle of the maker's name.
    told = record(0xEB, b"head" + sent[:at]) + record(0x3C, sent[at:])
    told += record(0x1C, bytes(8) + b"\x06\x00\x00" + b"WangWu")
    told += record(0x5C, b"\x05\x00\x00LiSi" + bytes(20)) + record(0x0A, b"")
    bare = child.workbook(told)
    assert len(bare) == len(told)
    joined = bare[8 : 4 + 4 + at] + bare[4 + 4 + at + 4 :]
    for word in (b"HUAWEI", b"zhang san", b"WangWu", b"LiSi"):
        assert word not in joined, word
    shown = Image.open(io.BytesIO(joined))
    assert shown.size == (640, 480)
    assert not dict(shown.getexif())


@pytest.mark.django_db
def test_S49_a_locked_old_workbook_and_one_with_macros_are_refused(refused, monkeypatch):
    sent = old_workbook()
    at = sent.index(b"\xe1\x00\x02\x00")  # INTERFACEHDR, which may stand where FILEPASS would
    with refused("file_unsafe"):
        store(sent[:at] + b"\x2f" + sent[at + 1 :], "a.xls")
    with refused("file_broken"):
        store(sent[:1_000], "a.xls")
    with refused("file_broken"):
        store(sent[:512] + bytes(len(sent) - 512), "a.xls")


@pytest.mark.django_db
def test_S49_a_document_inside_a_document_is_bare_too(refused):
    inner = office("xlsx")
    sent = office(
        "docx", {"word/embeddings/a.xlsx": inner, "word/embeddings/b.bin": old_workbook()}
    )
    data, _kind = attachments.read(store(sent, "a.docx"))
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert b"ZhangSan" not in file.read("word/embeddings/b.bin")
        with zipfile.ZipFile(io.BytesIO(file.read("word/embeddings/a.xlsx"))) as within:
            told = b"".join(within.read(name) for name in within.namelist())
    assert "张三".encode() not in told
    for _deeper in range(3):
        inner = office("docx", {"word/embeddings/a.docx": inner})
    with refused("file_unsafe"):
        store(inner, "a.docx")


@pytest.mark.django_db
def test_S49_text_has_nothing_beside_its_text():
    kept = store("序号,隐患\n1,楼梯间堆物\n".encode(), "台账.csv")
    assert kept.stripped
    assert kept.original is None, "what circulates is what was sent"


def test_S49_what_we_write_ourselves_names_nobody(tmp_path):
    table = OutTable(name="台账", headers=["序号"], rows=[["1"]])
    write_tables(tmp_path / "out.xlsx", [table])
    with zipfile.ZipFile(tmp_path / "out.xlsx") as file:
        core = file.read("docProps/core.xml").decode()
        app = file.read("docProps/app.xml").decode()
    for name in ("dc:creator", "cp:lastModifiedBy"):
        assert re.search(rf"<{name}>[^<]", core) is None, core
    assert re.search(r"<(Company|Manager)>[^<]", app) is None
