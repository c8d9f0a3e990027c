"""Files as people send them, for tests."""

from __future__ import annotations

import io

from pypdf import PdfWriter


def pdf(title: str = "") -> bytes:
    """A PDF of one empty page; another title makes another file, before and after cleaning."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    if title:
        writer.add_outline_item(title, 0)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


PDF = pdf()
