"""Pages that are pictures: made here from our own sample notice, straight, askew and with noise."""

from __future__ import annotations

import io
import random
import re
import sys
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter

from anlan.config.testing import chinese_font
from anlan.kernel.papers.documents import reading, refusals
from anlan.kernel.papers.documents.reading import can_recognise, read
from anlan.kernel.papers.tests.documents import pdf

SAMPLE = Path(__file__).resolve().parents[3] / "config/samples/notice.txt"
FONT = chinese_font()
#: A4 at 150 dots per inch, as most scanners are set.
WIDE, HIGH, MARGIN, SIZE, LEADING = 1240, 1754, 160, 32, 58
IN_A_ROW = (WIDE - 2 * MARGIN) // SIZE
ROWS = (HIGH - 2 * MARGIN) // LEADING

needs_library = pytest.mark.skipif(
    not (can_recognise() and FONT),
    reason="NOT MEASURED: rapidocr or a Chinese font isn't installed",
)


def words(paragraphs: int = 24) -> list[str]:
    lines = SAMPLE.read_text("utf-8").split("\n")
    return [line.strip() for line in lines if len(line.strip()) > 12][:paragraphs]


def page(rows: list[str], askew: float = 0.0, noise: int = 0) -> Image.Image:
    picture = Image.new("L", (WIDE, HIGH), 255)
    draw, font = ImageDraw.Draw(picture), ImageFont.truetype(str(FONT), SIZE)
    for number, row in enumerate(rows):
        draw.text((MARGIN, MARGIN + number * LEADING), row, 20, font=font)
    if askew:
        picture = picture.rotate(askew, Image.Resampling.BICUBIC, fillcolor=255)
    if noise:
        chance = random.Random(7)
        dots = picture.load()
        for _n in range(noise):
            dots[chance.randrange(WIDE), chance.randrange(HIGH)] = chance.choice((0, 120, 255))
    return picture


def rows_of(paragraphs: list[str]) -> list[str]:
    """As they are set: two characters in, and broken at the right edge."""
    found = []
    for said in paragraphs:
        text = "　　" + said
        found += [text[at : at + IN_A_ROW] for at in range(0, len(text), IN_A_ROW)]
    return found


def scan(rows: list[str], **how: Any) -> bytes:
    pages = [page(rows[at : at + ROWS], **how) for at in range(0, len(rows), ROWS)]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return out.getvalue()


def bare(text: str) -> str:
    """Width of signs and blanks say nothing of what was recognised."""
    return re.sub(r"\s", "", text).translate(str.maketrans("，。；：（）“”—", ',.;:()""-'))


def accuracy(want: str, got: str) -> float:
    match = SequenceMatcher(None, bare(want), bare(got), autojunk=False)
    same = sum(block.size for block in match.get_matching_blocks())
    return same / max(len(bare(want)), len(bare(got)))


@pytest.fixture
def kept(tmp_path: Path) -> Any:
    def keep(data: bytes, name: str = "scan.pdf") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return keep


@needs_library
@pytest.mark.parametrize(
    ("how", "least"),
    [({}, 0.985), ({"askew": 1.5, "noise": 4_000}, 0.97)],
    ids=["straight", "askew and noisy"],
)
def test_pages_that_are_pictures_are_read_into_their_paragraphs(
    kept: Any, how: dict[str, Any], least: float
) -> None:
    paragraphs = words(16)
    document = read(kept(scan(rows_of(paragraphs), **how)))
    reached = accuracy("".join(paragraphs), document.text)
    sys.stdout.write(
        f"{how or 'straight'}: characters right {reached:.4f}, sure {document.recognised.sure:.3f}\n"
    )
    assert reached >= least
    assert len(document.pages) == 2
    assert document.recognised.pages == (1, 2)
    assert 0.8 < document.recognised.sure <= 1
    # As many lines as paragraphs, give or take one that was broken at a full row.
    assert abs(len(document.text.strip().split("\n")) - len(paragraphs)) <= 3
    for mark in document.unsure:
        assert 0 <= mark.start < mark.end <= len(document.text)
        assert mark.sure < 0.95


@needs_library
def test_a_page_with_text_keeps_it_and_only_the_picture_beside_it_is_recognised(kept: Any) -> None:
    written = PdfReader(
        io.BytesIO(pdf([[(90, 700, "关于开展安全生产大检查的通知，共排查隐患三百二十项。")]]))
    )
    pictured = PdfReader(io.BytesIO(scan(rows_of(words(2)))))
    writer = PdfWriter()
    writer.append(written)
    writer.append(pictured)
    out = io.BytesIO()
    writer.write(out)
    document = read(kept(out.getvalue()))
    assert "关于开展安全生产大检查的通知，共排查隐患三百二十项。" in document.text
    assert document.recognised.pages == (2,)
    assert accuracy(words(1)[0], document.text[document.pages[1] :][: len(words(1)[0])]) > 0.9


@needs_library
def test_a_picture_without_words_says_so_and_too_many_pages_say_so(kept: Any) -> None:
    with pytest.raises(refusals.ScannedUnread) as caught:
        read(kept(scan([""])))
    assert caught.value.data["pages"] == "1"
    # The pictures are one and the same, so that the test's file stays small.
    writer = PdfWriter()
    one = PdfReader(io.BytesIO(scan(["一"]))).pages[0]
    for _n in range(41):
        writer.add_page(one)
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(refusals.ScannedLong) as caught:
        read(kept(out.getvalue()))
    assert caught.value.data["pages"] == "41"


@needs_library
def test_S55_a_picture_of_a_size_that_nobody_has_ends_in_a_clear_error(kept: Any) -> None:
    """60,000 × 60,000 dots, all white: a few KB outside, gigabytes inside."""
    import zlib

    raw = zlib.compress(b"\xff" * 60_000, 9)
    rows = zlib.compressobj(9)
    data = b"".join(rows.compress(b"\xff" * 7_500_000) for _n in range(60)) + rows.flush()
    assert len(raw) < len(data) < 5_000_000
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        b" /Resources << /XObject << /I 4 0 R >> >> >>",
        b"<< /Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceGray"
        b" /BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (len(data), data),
        b"<< /Length 30 >>\nstream\nq 595 0 0 842 0 0 cm /I Do Q  \nendstream",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(
        b"%010d 00000 n \n" % at for at in places
    )
    end = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    with pytest.raises(refusals.DocumentRefusal):
        read(kept(out + table + end))


@pytest.mark.parametrize("refusal", [refusals.TooMuchWork, refusals.Broken])
def test_what_was_read_stays_where_recognising_its_pictures_hits_a_limit(
    kept: Any, monkeypatch: pytest.MonkeyPatch, refusal: type[refusals.DocumentRefusal]
) -> None:
    by_child = reading._by_child

    def limited(path: Path, kind: str, name: str, encoding: str) -> dict[str, Any]:
        if kind == "ocr":
            raise refusal(name=name)
        return by_child(path, kind, name, encoding)

    monkeypatch.setattr(reading, "can_recognise", lambda: True)
    monkeypatch.setattr(reading, "_by_child", limited)
    writer = PdfWriter()
    writer.append(
        PdfReader(
            io.BytesIO(pdf([[(90, 700, "关于开展安全生产大检查的通知，共排查隐患三百二十项。")]]))
        )
    )
    writer.add_blank_page(595, 842)
    out = io.BytesIO()
    writer.write(out)
    document = read(kept(out.getvalue()))
    assert "关于开展安全生产大检查的通知" in document.text
    assert document.recognised is None
    assert [note.partition(":")[0] for note in document.notes] == ["pages_without_text"]
    # Of a scan there is nothing to fall back on.
    with pytest.raises(refusal):
        read(kept(_empty()))


def test_without_the_library_a_scan_says_how_to_go_on(
    kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "can_recognise", lambda: False)
    with pytest.raises(refusals.Scanned) as caught:
        read(kept(scan(["整治通知"]) if FONT.exists() else _empty()))
    assert type(caught.value) is refusals.Scanned
    assert "operations.md" in str(caught.value)


def _empty() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@needs_library
def test_the_models_lie_in_the_package_and_nothing_is_fetched() -> None:
    import rapidocr

    models = {path.name for path in (Path(rapidocr.__file__).parent / "models").glob("*.onnx")}
    assert {"PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"} <= models
