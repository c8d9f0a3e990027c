"""Documents as offices send them, made byte by byte, for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
Words = tuple[int, int, str]  # x, y, text


def pdf(pages: Sequence[Sequence[Words]]) -> bytes:
    """A PDF whose text stands where it is put, in a Chinese font that every reader knows."""
    parts = [
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
        b" /DescendantFonts [2 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo"
        b" << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 3 0 R /DW 1000 >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [0 -200 1000 900]"
        b" /ItalicAngle 0 /Ascent 859 /Descent -140 /CapHeight 700 /StemV 80 >>",
    ]
    above = 4 + 2 * len(pages)
    kids = []
    for words in pages:
        shown = b"".join(
            b"1 0 0 1 %d %d Tm <%s> Tj\n" % (x, y, text.encode("utf-16-be").hex().encode())
            for x, y, text in words
        )
        stream = b"BT /F1 16 Tf\n" + shown + b"ET"
        parts.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        parts.append(
            b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Resources"
            b" << /Font << /F1 1 0 R >> >> /Contents %d 0 R >>" % (above, len(parts))
        )
        kids.append(b"%d 0 R" % len(parts))
    parts.append(b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids)))
    parts.append(b"<< /Type /Catalog /Pages %d 0 R >>" % above)
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + b"".join(places)
    end = b"trailer << /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return out + table + end % (len(parts) + 1, len(parts), len(out))


def docx(body: str, **parts: str) -> bytes:
    """A .docx of this body; other parts by name (``numbering``, ``styles``)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr(
            "word/document.xml",
            f'<?xml version="1.0"?><w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
        )
        for name, content in parts.items():
            file.writestr(f"word/{name}.xml", content)
    return out.getvalue()


def p(text: str, properties: str = "") -> str:
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"
